/* SPDX-License-Identifier: BSD-3-Clause */
/** Whether the backend of the jobs can run here; asked once, before anything is started. */
#ifndef PLICA_STUDY_PREFLIGHT_H
#define PLICA_STUDY_PREFLIGHT_H

#include "plica/study.h"

/** PLICA_ERR_CHILD says what is missing and how to get it. Nothing to ask without jobs to run.
 * Sets jobs->backend_versions. */
PLICA_MUST_USE enum plica_status plica_preflight(struct plica_jobs *jobs, struct plica_error *err);

#endif
