/* SPDX-License-Identifier: BSD-3-Clause */
/** Whether the backend of the jobs can run here, and which it is; asked once a run. */
#ifndef PLICA_STUDY_PREFLIGHT_H
#define PLICA_STUDY_PREFLIGHT_H

#include "format/json.h"
#include "plica/study.h"

/** PLICA_ERR_CHILD says what is missing and how to get it. Nothing to ask without jobs to run.
 * Sets jobs->backend_versions. */
PLICA_MUST_USE enum plica_status plica_preflight(struct plica_jobs *jobs, struct plica_error *err);
/** Sets jobs->backend_versions, an object of texts. */
PLICA_MUST_USE enum plica_status plica_jobs_keep_versions(
	struct plica_jobs *jobs, const struct plica_json *versions, struct plica_error *err);

/** The version of pty-chi that the interpreter of `job` has installed, without loading it; "" when
 * that does not tell. */
void plica_ptychi_version(char out[64], const struct plica_jobs *jobs, const struct plica_job *job);

#endif
