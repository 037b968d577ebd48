/* SPDX-License-Identifier: BSD-3-Clause */
/** What a run that works in the artifact root has still before it. */
#ifndef PLICA_STUDY_QUEUE_H
#define PLICA_STUDY_QUEUE_H

#include "plica/study.h"

/**
 * Sets `queued` of each job that is on the list of a run that works in the root at the moment
 * (the manifest has it, the lock is held); the others are left as they are.
 */
PLICA_MUST_USE enum plica_status plica_jobs_mark_queued(
	bool *queued, const struct plica_jobs *jobs, struct plica_error *err);

#endif
