/* SPDX-License-Identifier: BSD-3-Clause */
/** How the list of jobs is made: the steps, and the texts that belong to the list. */
#ifndef PLICA_STUDY_JOBS_H
#define PLICA_STUDY_JOBS_H

#include "base/text.h"
#include "plica/study.h"

struct plica_jobs_store {
	struct plica_strings texts;
	size_t vector_count;
	const char ***vectors; /**< argument vectors and the environment; room for all of them */
};

/** A text that lives as long as the list. */
PLICA_MUST_USE enum plica_status plica_jobs_keep(struct plica_jobs *jobs, const char **out,
	struct plica_error *err, const char *format, ...) PLICA_PRINTF(4, 5);
/** A NULL-terminated vector, of texts that live long enough, that lives as long as the list. */
PLICA_MUST_USE enum plica_status plica_jobs_keep_vector(struct plica_jobs *jobs,
	const char *const **out, const struct plica_strings *texts, struct plica_error *err);

/** filters.c: marks what a filter leaves out; an error when a filter matches nothing. */
PLICA_MUST_USE enum plica_status plica_jobs_filter(
	struct plica_jobs *jobs, struct plica_error *err);

/** inputs.c: looks at the data set of each job that is still selected: missing, invalid, or its
 * metadata's neighbor_count and selection. */
PLICA_MUST_USE enum plica_status plica_jobs_check_inputs(struct plica_jobs *jobs,
	const struct plica_job_settings *settings, struct plica_error *err);

/** command.c: the environment of all children, and the argument vector of each job. */
PLICA_MUST_USE enum plica_status plica_jobs_set_environment(
	struct plica_jobs *jobs, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_job_set_command(struct plica_jobs *jobs,
	struct plica_job *job, const struct plica_job_settings *settings, struct plica_error *err);

#endif
