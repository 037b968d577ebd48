/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/manifest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "format/json.h"
#include "study/record.h"

/* How the reason of a job without data begins. */
#define MISSING_PREFIX "Phase "

static struct plica_json *begin(const char *timestamp)
{
	struct plica_json *root = plica_json_object();

	plica_json_set_integer(root, "schema_version", PLICA_STUDY_SCHEMA);
	plica_json_set_text(root, "timestamp", timestamp);
	return root;
}

static enum plica_status finish(const struct plica_jobs *jobs, const char *name,
	const struct plica_json *root, struct plica_error *err)
{
	char *path = NULL;
	enum plica_status status = plica_path_join(&path, jobs->artifact_root, name, err);

	if (status == PLICA_OK)
		status = plica_json_save(path, root, err);
	plica_free(path);
	return status;
}

static void put_filter(struct plica_json *filters, const char *key,
	const struct plica_job_filter *filter, bool numbers)
{
	struct plica_json *array = plica_json_set_array(filters, key);

	for (size_t i = 0; i < filter->count; i++)
		if (numbers)
			plica_json_add_number(array, strtod(filter->value[i], NULL));
		else
			plica_json_add_text(array, filter->value[i]);
}

static void put_filters(struct plica_json *root, const struct plica_jobs *jobs)
{
	struct plica_json *filters = plica_json_set_object(root, "filters");

	put_filter(filters, "dose", &jobs->dose, true);
	put_filter(filters, "view", &jobs->view, false);
	put_filter(filters, "split", &jobs->split, false);
	put_filter(filters, "gridsize", &jobs->gridsize, true);
}

static void put_number_if_known(struct plica_json *entry, const char *key, double value)
{
	if (isfinite(value))
		plica_json_set_number(entry, key, value);
}

static void put_result(struct plica_json *results, const struct plica_job *job,
	const struct plica_job_record *record)
{
	struct plica_json *entry;

	if (record->status == PLICA_JOB_NONE || record->status == PLICA_JOB_QUEUED)
		return;
	entry = plica_json_add_object(results);
	plica_job_put_name(entry, job);
	plica_json_set_text(entry, "status", plica_job_status_name(record->status));
	plica_json_set_integer(entry, "returncode", record->returncode);
	plica_json_set_text(entry, "log_path", job->log_path);
	plica_json_set_text(entry, "started", record->started);
	plica_json_set_number(entry, "seconds", record->seconds);
	plica_json_set_integer(entry, "attempts", (int64_t)record->attempts);
	plica_json_set_integer(entry, "peak_memory_bytes", record->peak_memory_bytes);
	if (!job->selection.known)
		return;
	plica_json_set_text(entry, "selection_strategy", job->selection.strategy);
	put_number_if_known(entry, "acceptance_rate", job->selection.acceptance_rate);
	put_number_if_known(entry, "spacing_threshold", job->selection.spacing_px);
	put_number_if_known(entry, "n_accepted", job->selection.n_accepted);
	put_number_if_known(entry, "n_rejected", job->selection.n_rejected);
}

static bool is_missing(const struct plica_job *job)
{
	return job->state == PLICA_JOB_SKIPPED &&
	       strncmp(job->reason, MISSING_PREFIX, strlen(MISSING_PREFIX)) == 0;
}

static void put_skipped(struct plica_json *array, const struct plica_job *job)
{
	struct plica_json *entry = plica_json_add_object(array);

	plica_job_put_name(entry, job);
	plica_json_set_text(entry, "reason", job->reason);
}

static void put_jobs(struct plica_json *root, const struct plica_jobs *jobs,
	const struct plica_job_record *records)
{
	struct plica_json *array = plica_json_set_array(root, "jobs");
	struct plica_json *missing = plica_json_set_array(root, "missing_jobs");
	struct plica_json *results = plica_json_set_array(root, "execution_results");

	for (size_t i = 0; i < jobs->count; i++) {
		const struct plica_job *job = &jobs->item[i];
		struct plica_json *entry;

		if (is_missing(job))
			put_skipped(missing, job);
		if (!plica_job_is_selected(job))
			continue;
		entry = plica_json_add_object(array);
		plica_json_set_integer(entry, "index", (int64_t)i);
		plica_job_put(entry, job);
		put_result(results, job, &records[i]);
	}
}

static size_t count_selected(const struct plica_jobs *jobs)
{
	size_t count = 0;

	for (size_t i = 0; i < jobs->count; i++)
		count += plica_job_is_selected(&jobs->item[i]);
	return count;
}

enum plica_status plica_manifest_save(const struct plica_jobs *jobs,
	const struct plica_job_record *records, const char *begun, struct plica_error *err)
{
	struct plica_json *root = begin(begun);
	enum plica_status status;

	plica_json_set_text(root, "study", jobs->design->name);
	plica_json_set_text(root, "phase_c_root", jobs->phase_c_root);
	plica_json_set_text(root, "phase_d_root", jobs->phase_d_root);
	plica_json_set_text(root, "artifact_root", jobs->artifact_root);
	plica_jobs_put_versions(root, jobs);
	put_filters(root, jobs);
	plica_json_set_integer(root, "total_jobs", (int64_t)jobs->count);
	plica_json_set_integer(root, "filtered_jobs", (int64_t)count_selected(jobs));
	put_jobs(root, jobs, records);
	status = finish(jobs, PLICA_MANIFEST_NAME, root, err);
	plica_json_free(root);
	return status;
}

/* Looks at the manifest that is there: the stamp of its run, and whether its filters are those of
 * `jobs`. Without one, now and true. */
static bool read_manifest(char stamp[PLICA_TIMESTAMP_SIZE], const struct plica_jobs *jobs)
{
	struct plica_error ignored = {0};
	struct plica_json *root = NULL;
	struct plica_json *own = plica_json_object();
	char *path = NULL;
	const char *text = NULL;
	bool same = true;

	put_filters(own, jobs);
	if (plica_path_join(&path, jobs->artifact_root, PLICA_MANIFEST_NAME, &ignored) ==
			PLICA_OK &&
		plica_json_load(&root, path, &ignored) == PLICA_OK) {
		text = plica_json_get_text(root, "timestamp");
		same = plica_json_equal(
			plica_json_get(root, "filters"), plica_json_get(own, "filters"));
	}
	if (text != NULL && strlen(text) + 1 == PLICA_TIMESTAMP_SIZE)
		memcpy(stamp, text, PLICA_TIMESTAMP_SIZE);
	else
		plica_timestamp(stamp);
	plica_json_free(own);
	plica_json_free(root);
	plica_free(path);
	return same;
}

enum plica_status plica_manifest_gather(
	const struct plica_jobs *jobs, const char *begun, struct plica_error *err)
{
	struct plica_job_record *records = NULL;
	char stamp[PLICA_TIMESTAMP_SIZE];
	enum plica_status status;

	if (begun == NULL && !read_manifest(stamp, jobs))
		return PLICA_OK;
	status = PLICA_NEW(&records, jobs->count, err);
	for (size_t i = 0; i < jobs->count && status == PLICA_OK; i++)
		plica_job_read_record(&records[i], &jobs->item[i]);
	if (status == PLICA_OK)
		status = plica_manifest_save(jobs, records, begun != NULL ? begun : stamp, err);
	plica_free(records);
	return status;
}

enum plica_status plica_skip_summary_save(const struct plica_jobs *jobs, struct plica_error *err)
{
	char now[PLICA_TIMESTAMP_SIZE];
	struct plica_json *root;
	struct plica_json *array;
	int64_t missing = 0;
	enum plica_status status;

	plica_timestamp(now);
	root = begin(now);
	plica_json_set_integer(
		root, "skipped_count", (int64_t)(jobs->count - count_selected(jobs)));
	array = plica_json_set_array(root, "skipped_jobs");
	for (size_t i = 0; i < jobs->count; i++) {
		if (plica_job_is_selected(&jobs->item[i]))
			continue;
		put_skipped(array, &jobs->item[i]);
		missing += jobs->item[i].phase_d_missing;
	}
	plica_json_set_integer(root, "missing_phase_d_count", missing);
	status = finish(jobs, "skip_summary.json", root, err);
	plica_json_free(root);
	return status;
}
