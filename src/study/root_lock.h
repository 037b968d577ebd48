/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The lock of an artifact root. A run has the whole of it, a task of an array only its own job's
 * part: tasks go side by side, and no job is run twice at a time. Children inherit it, so that it
 * outlives a runner that was killed.
 */
#ifndef PLICA_STUDY_ROOT_LOCK_H
#define PLICA_STUDY_ROOT_LOCK_H

#include "plica/study.h"

/** A run that was killed leaves children that hold the lock until they notice. */
#define PLICA_ROOT_PATIENCE_S 5.0

/** Takes the part of `job`, or the whole root when it is NULL; PLICA_ERR_CHILD when it is still
 * taken after `patience_s` seconds. To be given to plica_lock_release. */
PLICA_MUST_USE enum plica_status plica_root_lock(int *lock, const struct plica_jobs *jobs,
	const struct plica_job *job, double patience_s, struct plica_error *err);
/** Whether a run or a task works in the root at the moment. */
bool plica_root_is_locked(const struct plica_jobs *jobs);
/** Takes the right to write the root's summaries while tasks run; waits for it. */
PLICA_MUST_USE enum plica_status plica_summary_lock(
	int *lock, const struct plica_jobs *jobs, struct plica_error *err);
/** Takes the right to submit jobs of the root to a scheduler; PLICA_ERR_CHILD when it is taken. */
PLICA_MUST_USE enum plica_status plica_submit_lock(
	int *lock, const struct plica_jobs *jobs, struct plica_error *err);

#endif
