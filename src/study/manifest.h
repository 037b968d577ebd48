/* SPDX-License-Identifier: BSD-3-Clause */
/** The two summaries of a run in the artifact root (spec/study.md, section 6). */
#ifndef PLICA_STUDY_MANIFEST_H
#define PLICA_STUDY_MANIFEST_H

#include "plica/study.h"

/** Writes reconstruction_manifest.json: the jobs, and what each job's record says of it by now. */
PLICA_MUST_USE enum plica_status plica_manifest_save(
	const struct plica_jobs *jobs, struct plica_error *err);
/** Writes skip_summary.json; running does not change it. */
PLICA_MUST_USE enum plica_status plica_skip_summary_save(
	const struct plica_jobs *jobs, struct plica_error *err);

#endif
