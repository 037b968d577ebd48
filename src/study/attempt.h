/* SPDX-License-Identifier: BSD-3-Clause */
/** One attempt at a job: its folder, its child process, its job.json before, during and after. */
#ifndef PLICA_STUDY_ATTEMPT_H
#define PLICA_STUDY_ATTEMPT_H

#include "base/process.h"
#include "study/record.h"

struct plica_attempt {
	const struct plica_jobs *jobs;
	struct plica_job *job;
	struct plica_job_key key;
	struct plica_job_record record;
	struct plica_process *process; /**< NULL between attempts */
	uint64_t oom_kills;            /**< of the whole machine, when it began */
};

/**
 * Starts the job's child. `lock` is held by the child as well. What cannot be started because of
 * the folder or the program is an error; the record then says failed.
 */
PLICA_MUST_USE enum plica_status plica_attempt_start(struct plica_attempt *attempt,
	const struct plica_run_options *options, int lock, struct plica_error *err);
/** Takes the result of the child that has ended into record and job.json. */
PLICA_MUST_USE enum plica_status plica_attempt_end(
	struct plica_attempt *attempt, struct plica_error *err);
/** Why it failed: the last lines of the child's standard error; "" without one. */
const char *plica_attempt_tail(const struct plica_attempt *attempt);
/** Frees the child, killing it when it still runs. */
void plica_attempt_release(struct plica_attempt *attempt);

#endif
