/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * What the files of a study say: its manifest, the skip summary and each job's record.
 *
 * The folder may have been copied from where the study ran: paths below the manifest's
 * `artifact_root` are looked for below the folder that is given.
 */
#ifndef PLICA_REPORT_RESULTS_H
#define PLICA_REPORT_RESULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "format/json.h"
#include "plica/error.h"

/** Where a job stands, as far as a reader needs to tell. */
enum plica_report_state {
	PLICA_REPORT_DONE,
	PLICA_REPORT_WAITING, /**< queued, or not begun */
	PLICA_REPORT_RUNNING,
	PLICA_REPORT_FAILED, /**< failed, timeout, killed or out of memory */
	PLICA_REPORT_SKIPPED,
	PLICA_REPORT_STATES,
};

/** "done", "waiting", "running", "failed", "skipped". */
const char *plica_report_state_name(enum plica_report_state state);

struct plica_report_job {
	size_t number;     /**< from 1, in the order of the study */
	double dose;       /**< photons per exposure; NaN when not recorded */
	const char *view;  /**< never NULL; borrowed from the manifest */
	const char *split; /**< the same */
	enum plica_report_state state;
	bool cached;                    /**< started before the manifest's run began */
	const char *status;             /**< the record's own word, or the state's name */
	char *reason;                   /**< why there is no result; NULL for a job that is done */
	char *folder;                   /**< NULL for a skipped job; owned, as the next two */
	char *log_path;                 /**< NULL when there is no record of one */
	char *input_path;               /**< NULL when not recorded */
	const struct plica_json *entry; /**< the manifest's; borrowed */
	struct plica_json *record;      /**< job.json; NULL when there is none */
};

struct plica_report_study {
	struct plica_json *manifest;
	struct plica_json *skips; /**< NULL when there is no skip summary */
	size_t count;
	struct plica_report_job *job;
};

/**
 * Reads the files below `root`. A missing or broken manifest is an error; a missing or broken
 * job.json is a job that waits, or that failed with that as its reason.
 */
PLICA_MUST_USE enum plica_status plica_report_study_load(
	struct plica_report_study *out, const char *root, struct plica_error *err);
/** Makes a job that calls itself done one that failed: its result cannot be read. */
PLICA_MUST_USE enum plica_status plica_report_job_fail(
	struct plica_report_job *job, const char *reason, struct plica_error *err);
void plica_report_study_release(struct plica_report_study *study);

size_t plica_report_count(const struct plica_report_study *study, enum plica_report_state state);

#endif
