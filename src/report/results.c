/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/results.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"

const char *plica_report_state_name(enum plica_report_state state)
{
	static const char *const names[PLICA_REPORT_STATES] = {
		"done", "waiting", "running", "failed", "skipped"};

	return names[state];
}

size_t plica_report_count(const struct plica_report_study *study, enum plica_report_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < study->count; i++)
		count += study->job[i].state == state;
	return count;
}

/* The words of job.json, and what they mean here. */
static const struct {
	const char *status;
	enum plica_report_state state;
	const char *reason;
} meanings[] = {
	{"done", PLICA_REPORT_DONE, NULL},
	{"none", PLICA_REPORT_WAITING, "not started yet"},
	{"queued", PLICA_REPORT_WAITING, "waits for its turn"},
	{"running", PLICA_REPORT_RUNNING, "is running"},
	{"failed", PLICA_REPORT_FAILED, "ended with an error"},
	{"timeout", PLICA_REPORT_FAILED, "ran longer than its time limit"},
	{"killed", PLICA_REPORT_FAILED, "was killed"},
	{"out-of-memory", PLICA_REPORT_FAILED, "ran out of memory"},
};

#define MEANING_COUNT (sizeof(meanings) / sizeof(meanings[0]))

static const char *text_or(const struct plica_json *object, const char *key, const char *otherwise)
{
	const char *text = plica_json_get_text(object, key);

	return text != NULL ? text : otherwise;
}

enum plica_status plica_report_job_fail(
	struct plica_report_job *job, const char *reason, struct plica_error *err)
{
	job->state = PLICA_REPORT_FAILED;
	job->status = "no result";
	job->cached = false;
	return plica_copy_text(&job->reason, reason, err);
}

/* The path as it is now: what lay below the manifest's artifact root lies below `root`. */
static enum plica_status relocate(char **out, const struct plica_json *manifest, const char *root,
	const char *path, struct plica_error *err)
{
	const char *old = text_or(manifest, "artifact_root", "");
	size_t length = strlen(old);

	while (length > 1 && old[length - 1] == '/')
		length--;
	if (length > 0 && strncmp(path, old, length) == 0 && path[length] == '/')
		return plica_path_join(out, root, path + length + 1, err);
	return plica_copy_text(out, path, err);
}

static enum plica_status explain(
	struct plica_report_job *job, const char *what, struct plica_error *err)
{
	struct plica_text text = {0};
	double code = plica_json_get_number(job->record, "returncode", (double)NAN);
	enum plica_status status;

	PLICA_TRY(plica_text_add(&text, what, err));
	if (job->state == PLICA_REPORT_FAILED && code < 0)
		PLICA_TRY(plica_text_printf(&text, err, " (signal %.0f)", -code));
	else if (job->state == PLICA_REPORT_FAILED && code > 0)
		PLICA_TRY(plica_text_printf(&text, err, " (exit status %.0f)", code));
	PLICA_TRY(plica_copy_text(&job->reason, text.data, err));
out:
	plica_text_release(&text);
	return status;
}

static enum plica_status set_state(struct plica_report_job *job, struct plica_error *err)
{
	for (size_t i = 0; i < MEANING_COUNT; i++) {
		if (strcmp(job->status, meanings[i].status) != 0)
			continue;
		job->state = meanings[i].state;
		return meanings[i].reason != NULL ? explain(job, meanings[i].reason, err)
						  : PLICA_OK;
	}
	job->state = PLICA_REPORT_FAILED;
	return explain(job, "has a status that this version does not know", err);
}

/* job.json, when there is one; a broken one is the reason why the job counts as failed. */
static enum plica_status read_record(struct plica_report_job *job, struct plica_error *err)
{
	struct plica_error own = {.text = ""};
	char *path = NULL;
	enum plica_status status = plica_path_join(&path, job->folder, "job.json", err);

	if (status != PLICA_OK)
		return status;
	job->status = "none";
	if (plica_file_exists(path)) {
		status = plica_json_load(&job->record, path, &own);
		job->status = text_or(job->record, "status", "unreadable");
	}
	if (status == PLICA_OK) {
		status = set_state(job, err);
	} else {
		job->state = PLICA_REPORT_FAILED;
		status = plica_copy_text(&job->reason, own.text, err);
	}
	plica_free(path);
	return status;
}

/* The log lies in the job's folder; of what is recorded only its name counts. */
static enum plica_status find_log(struct plica_report_job *job, struct plica_error *err)
{
	const char *path = plica_json_get_text(job->record, "log_path");

	if (path == NULL)
		return PLICA_OK;
	return plica_path_join(&job->log_path, job->folder, plica_path_name(path), err);
}

static void identify(struct plica_report_job *job, const struct plica_json *entry)
{
	job->entry = entry;
	job->dose = plica_json_get_number(entry, "dose", (double)NAN);
	job->view = text_or(entry, "view", "");
	job->split = text_or(entry, "split", "");
}

static enum plica_status read_job(struct plica_report_job *job,
	const struct plica_report_study *study, const char *root, struct plica_error *err)
{
	const char *folder = text_or(job->entry, "output_dir", "");
	const char *input = plica_json_get_text(job->entry, "input_npz");
	const char *begun = plica_json_get_text(study->manifest, "timestamp");
	const char *started;
	enum plica_status status;

	if (folder[0] == '\0')
		return plica_report_job_fail(job, "the manifest names no folder for it", err);
	PLICA_TRY(relocate(&job->folder, study->manifest, root, folder, err));
	PLICA_TRY(read_record(job, err));
	started = plica_json_get_text(job->record, "started");
	PLICA_TRY(find_log(job, err));
	if (input != NULL)
		PLICA_TRY(relocate(&job->input_path, study->manifest, root, input, err));
	job->cached = job->state == PLICA_REPORT_DONE && begun != NULL && started != NULL &&
		      strcmp(started, begun) < 0;
out:
	return status;
}

static enum plica_status read_skip(
	struct plica_report_job *job, const struct plica_json *entry, struct plica_error *err)
{
	identify(job, entry);
	job->state = PLICA_REPORT_SKIPPED;
	job->status = plica_report_state_name(job->state);
	return plica_copy_text(&job->reason, text_or(entry, "reason", "no reason recorded"), err);
}

/* The skipped jobs follow: the summary has those that a filter or missing data left out. */
static enum plica_status read_skips(
	struct plica_report_study *study, const struct plica_json *skipped, struct plica_error *err)
{
	for (size_t i = 0; i < plica_json_length(skipped); i++) {
		struct plica_report_job *job = &study->job[study->count];
		enum plica_status status = read_skip(job, plica_json_at(skipped, i), err);

		study->count++;
		if (status != PLICA_OK)
			return status;
	}
	return PLICA_OK;
}

static enum plica_status read_jobs(
	struct plica_report_study *study, const char *root, struct plica_error *err)
{
	const struct plica_json *jobs = plica_json_get(study->manifest, "jobs");
	const struct plica_json *skipped = plica_json_get(study->skips, "skipped_jobs");
	size_t count = plica_json_length(jobs);
	enum plica_status status;

	if (skipped == NULL)
		skipped = plica_json_get(study->manifest, "missing_jobs");
	PLICA_TRY(PLICA_NEW(&study->job, count + plica_json_length(skipped), err));
	for (size_t i = 0; i < count; i++) {
		identify(&study->job[i], plica_json_at(jobs, i));
		study->count++;
		PLICA_TRY(read_job(&study->job[i], study, root, err));
	}
	PLICA_TRY(read_skips(study, skipped, err));
	for (size_t i = 0; i < study->count; i++)
		study->job[i].number = i + 1;
out:
	return status;
}

static enum plica_status load_file(struct plica_json **out, const char *root, const char *name,
	bool optional, struct plica_error *err)
{
	char *path = NULL;
	enum plica_status status = plica_path_join(&path, root, name, err);

	if (status == PLICA_OK && (!optional || plica_file_exists(path)))
		status = plica_json_load(out, path, err);
	plica_free(path);
	return status;
}

enum plica_status plica_report_study_load(
	struct plica_report_study *out, const char *root, struct plica_error *err)
{
	struct plica_report_study study = {0};
	enum plica_status status;

	PLICA_TRY(load_file(&study.manifest, root, "reconstruction_manifest.json", false, err));
	PLICA_TRY(load_file(&study.skips, root, "skip_summary.json", true, err));
	if (!plica_json_is_array(plica_json_get(study.manifest, "jobs"))) {
		status = plica_error_set(err, PLICA_ERR_FORMAT,
			"cannot read '%s/reconstruction_manifest.json': 'jobs' is missing, "
			"expected "
			"a list",
			root);
		goto out;
	}
	PLICA_TRY(read_jobs(&study, root, err));
	*out = study;
	study = (struct plica_report_study){0};
out:
	plica_report_study_release(&study);
	return status;
}

static void release_job(struct plica_report_job *job)
{
	plica_free(job->reason);
	plica_free(job->folder);
	plica_free(job->log_path);
	plica_free(job->input_path);
	plica_json_free(job->record);
}

void plica_report_study_release(struct plica_report_study *study)
{
	for (size_t i = 0; i < study->count; i++)
		release_job(&study->job[i]);
	plica_free(study->job);
	plica_json_free(study->manifest);
	plica_json_free(study->skips);
	*study = (struct plica_report_study){0};
}
