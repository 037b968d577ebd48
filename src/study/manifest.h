/* SPDX-License-Identifier: BSD-3-Clause */
/** The two summaries of a run in the artifact root (spec/study.md, section 6). */
#ifndef PLICA_STUDY_MANIFEST_H
#define PLICA_STUDY_MANIFEST_H

#include "plica/study.h"

#define PLICA_MANIFEST_NAME "reconstruction_manifest.json"

/**
 * Writes reconstruction_manifest.json: the jobs, and what each one's record (of as many) says.
 * `begun` is the stamp (base/clock.h) of the run's start: what was started before it was cached.
 */
PLICA_MUST_USE enum plica_status plica_manifest_save(const struct plica_jobs *jobs,
	const struct plica_job_record *records, const char *begun, struct plica_error *err);
/** The same with the records that the job folders have. `begun` NULL, for a task of an array that
 * was submitted earlier: the run's start is the one that the manifest has, and a manifest of other
 * filters, which a later submission wrote, is left alone. */
PLICA_MUST_USE enum plica_status plica_manifest_gather(
	const struct plica_jobs *jobs, const char *begun, struct plica_error *err);
/** Writes skip_summary.json; running does not change it. */
PLICA_MUST_USE enum plica_status plica_skip_summary_save(
	const struct plica_jobs *jobs, struct plica_error *err);

#endif
