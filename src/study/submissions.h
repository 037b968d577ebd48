/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * What was submitted to Slurm: for each array its tasks and its script, <artifact_root>/slurm/
 * <id>.json and <id>.sh; submitting.json while Slurm has not said the number of one.
 */
#ifndef PLICA_STUDY_SUBMISSIONS_H
#define PLICA_STUDY_SUBMISSIONS_H

#include "plica/slurm.h"

/** One array: task t of it is job offset + t. */
struct plica_submission {
	char script[32]; /**< of its tasks, by which Slurm knows it too */
	size_t offset;
	size_t count;
	const size_t *job; /**< indices of the jobs, ascending; borrowed */
};

/** The folder, <artifact_root>/slurm; plica_free. */
PLICA_MUST_USE enum plica_status plica_slurm_folder(
	char **out, const struct plica_jobs *jobs, struct plica_error *err);

/**
 * Writes down what is about to be submitted, before it is: whatever stops us then, the next
 * submission finds out what became of it. Gives the array's script a name that no other has.
 */
PLICA_MUST_USE enum plica_status plica_submission_begin(struct plica_submission *submission,
	const struct plica_jobs *jobs, struct plica_error *err);
/** The script's name of a submission that was begun and not settled; "" without one. */
PLICA_MUST_USE enum plica_status plica_submission_begun(
	char script[32], const struct plica_jobs *jobs, struct plica_error *err);
/** Settles what was begun: it is array `id`, or was never taken when that is "". */
PLICA_MUST_USE enum plica_status plica_submission_settle(
	const char *id, const struct plica_jobs *jobs, struct plica_error *err);

/**
 * Gives each of the states, one a job, the id of the last task that its job was submitted as. A
 * job is known by its folder: its number changes when the design is edited.
 */
PLICA_MUST_USE enum plica_status plica_submissions_assign(
	struct plica_slurm_state *states, const struct plica_jobs *jobs, struct plica_error *err);

#endif
