/* SPDX-License-Identifier: BSD-3-Clause */
/** What was submitted to Slurm: one file for each array, <artifact_root>/slurm/<id>.json. */
#ifndef PLICA_STUDY_SUBMISSIONS_H
#define PLICA_STUDY_SUBMISSIONS_H

#include "plica/slurm.h"

/** One array: task t of it is job offset + t. */
struct plica_submission {
	char id[24];
	size_t offset;
	size_t count;
	const size_t *job; /**< indices of the jobs, ascending; borrowed */
};

/** The folder, <artifact_root>/slurm; plica_free. */
PLICA_MUST_USE enum plica_status plica_slurm_folder(
	char **out, const struct plica_jobs *jobs, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_submission_save(const struct plica_submission *submission,
	const struct plica_jobs *jobs, struct plica_error *err);

/**
 * Gives each of the states, one a job, the id of the last task that its job was submitted as. A
 * job is known by its folder: its number changes when the design is edited.
 */
PLICA_MUST_USE enum plica_status plica_submissions_assign(
	struct plica_slurm_state *states, const struct plica_jobs *jobs, struct plica_error *err);

#endif
