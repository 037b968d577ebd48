/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * job.json: what a job is, what became of it, and the key that tells whether its result still
 * holds. Written atomically, so that a reader at any moment sees a whole file.
 */
#ifndef PLICA_STUDY_RECORD_H
#define PLICA_STUDY_RECORD_H

#include <sys/types.h>

#include "base/hash.h"
#include "base/text.h"
#include "format/json.h"
#include "plica/study.h"

/** What decides whether a result can be kept; compared part by part, so that a reason can be given. */
struct plica_job_key {
	char input_sha256[PLICA_SHA256_SIZE];
	int64_t input_bytes;
	int64_t input_mtime_ns;
	/** "name=value": backend and settings, without what cannot change the result (--threads) */
	struct plica_strings options;
};

/**
 * The key of a job now. The input is hashed unless `old` (a job.json, or NULL) has one of the same
 * size and modification time. Release with plica_job_key_release.
 */
PLICA_MUST_USE enum plica_status plica_job_key_make(struct plica_job_key *out,
	const struct plica_job *job, const struct plica_json *old, struct plica_error *err);
void plica_job_key_release(struct plica_job_key *key);

/**
 * Appends why a result with job.json `old` does not hold for `key`, naming what changed and how
 * ("num_epochs was 5, now 6"); nothing when it does hold.
 */
PLICA_MUST_USE enum plica_status plica_job_key_difference(struct plica_text *out,
	const struct plica_job_key *key, const struct plica_json *old, struct plica_error *err);

/** The job's job.json as a new root; NULL when there is none that can be read. */
struct plica_json *plica_job_load_json(const struct plica_job *job);

/** Writes job.json; `pid` is that of the running child, or 0. */
PLICA_MUST_USE enum plica_status plica_job_write_json(const struct plica_jobs *jobs,
	const struct plica_job *job, const struct plica_job_key *key,
	const struct plica_job_record *record, pid_t pid, struct plica_error *err);

/** Member backend_versions, where the preflight has found them. */
void plica_jobs_put_versions(struct plica_json *entry, const struct plica_jobs *jobs);
/** The fields of a job, as manifest and plan show them (spec/study.md, section 3). */
void plica_job_put(struct plica_json *entry, const struct plica_job *job);
/** The identifying members dose, view and split. */
void plica_job_put_name(struct plica_json *entry, const struct plica_job *job);

#endif
