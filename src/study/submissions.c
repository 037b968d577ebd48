/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/submissions.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"
#include "format/json.h"

#define BEGUN "submitting"

enum plica_status plica_slurm_folder(
	char **out, const struct plica_jobs *jobs, struct plica_error *err)
{
	return plica_path_join(out, jobs->artifact_root, "slurm", err);
}

static void put_task(struct plica_json *tasks, const struct plica_submission *submission,
	size_t job, const struct plica_jobs *jobs)
{
	struct plica_json *entry = plica_json_add_object(tasks);

	plica_json_set_integer(entry, "task", (int64_t)(job - submission->offset));
	plica_json_set_integer(entry, "index", (int64_t)job);
	plica_json_set_text(entry, "output_dir", jobs->item[job].output_dir);
}

/* In the folder of Slurm. */
static enum plica_status path_of(char **out, const struct plica_jobs *jobs, const char *stem,
	const char *ending, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text name = {0};
	char *folder = NULL;

	PLICA_TRY(plica_slurm_folder(&folder, jobs, err));
	PLICA_TRY(plica_text_printf(&name, err, "%s%s", stem, ending));
	PLICA_TRY(plica_path_join(out, folder, name.data, err));
out:
	plica_text_release(&name);
	plica_free(folder);
	return status;
}

static void name_script(char out[32], const struct plica_jobs *jobs)
{
	struct {
		struct timespec now;
		uint64_t root;
		uint64_t process;
	} key = {.process = (uint64_t)getpid()};

	(void)clock_gettime(CLOCK_REALTIME, &key.now);
	key.root = plica_quick_hash(jobs->artifact_root, strlen(jobs->artifact_root));
	(void)snprintf(out, 32, "array-%016" PRIx64 ".sh", plica_quick_hash(&key, sizeof(key)));
}

enum plica_status plica_submission_begin(
	struct plica_submission *submission, const struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status;
	struct plica_json *json = plica_json_object();
	struct plica_json *tasks;
	char now[PLICA_TIMESTAMP_SIZE];
	char *path = NULL;

	name_script(submission->script, jobs);
	plica_timestamp(now);
	plica_json_set_integer(json, "schema", PLICA_STUDY_SCHEMA);
	plica_json_set_text(json, "submitted", now);
	plica_json_set_text(json, "script", submission->script);
	tasks = plica_json_set_array(json, "tasks");
	for (size_t i = 0; i < submission->count; i++)
		put_task(tasks, submission, submission->job[i], jobs);
	PLICA_TRY(path_of(&path, jobs, BEGUN, ".json", err));
	PLICA_TRY(plica_json_save(path, json, err));
out:
	plica_free(path);
	plica_json_free(json);
	return status;
}

/* *out stays NULL without a file, and with one that cannot be read. */
static enum plica_status load_begun(
	struct plica_json **out, const struct plica_jobs *jobs, struct plica_error *err)
{
	char *path = NULL;
	enum plica_status status = path_of(&path, jobs, BEGUN, ".json", err);

	if (status == PLICA_OK && plica_file_exists(path) &&
		plica_json_load(out, path, NULL) != PLICA_OK)
		*out = NULL;
	plica_free(path);
	return status;
}

static const char *script_of(const struct plica_json *begun)
{
	const char *script = begun != NULL ? plica_json_get_text(begun, "script") : NULL;

	return script != NULL ? script : "";
}

enum plica_status plica_submission_begun(
	char script[32], const struct plica_jobs *jobs, struct plica_error *err)
{
	struct plica_json *begun = NULL;
	enum plica_status status = load_begun(&begun, jobs, err);

	(void)snprintf(script, 32, "%s", script_of(begun));
	plica_json_free(begun);
	return status;
}

/* The script is for people: it goes with the array, or goes. */
static enum plica_status keep_script(
	const char *script, const char *id, const struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status;
	char *old = NULL;
	char *new = NULL;

	PLICA_TRY(path_of(&old, jobs, script, "", err));
	PLICA_TRY(path_of(&new, jobs, id, ".sh", err));
	if (id[0] == '\0')
		(void)unlink(old);
	else
		(void)rename(old, new);
out:
	plica_free(new);
	plica_free(old);
	return status;
}

enum plica_status plica_submission_settle(
	const char *id, const struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status;
	struct plica_json *begun = NULL;
	char *begun_path = NULL;
	char *path = NULL;

	PLICA_TRY(load_begun(&begun, jobs, err));
	PLICA_TRY(path_of(&begun_path, jobs, BEGUN, ".json", err));
	PLICA_TRY(path_of(&path, jobs, id, ".json", err));
	if (begun != NULL && id[0] != '\0') {
		plica_json_set_text(begun, "id", id);
		PLICA_TRY(plica_json_save(path, begun, err));
	}
	if (plica_path_name(script_of(begun))[0] != '\0')
		PLICA_TRY(keep_script(plica_path_name(script_of(begun)), id, jobs, err));
	(void)unlink(begun_path);
out:
	plica_free(path);
	plica_free(begun_path);
	plica_json_free(begun);
	return status;
}

static bool is_job(const struct plica_jobs *jobs, size_t index, const char *output_dir)
{
	return index < jobs->count && strcmp(jobs->item[index].output_dir, output_dir) == 0;
}

/* Where the job of a folder is now; jobs->count when the design no longer has it. */
static size_t find_job(const struct plica_jobs *jobs, size_t index, const char *output_dir)
{
	if (is_job(jobs, index, output_dir))
		return index;
	for (index = 0; index < jobs->count && !is_job(jobs, index, output_dir); index++)
		;
	return index;
}

static void assign(struct plica_slurm_state *states, const struct plica_json *submission,
	const struct plica_jobs *jobs)
{
	const char *id = plica_json_get_text(submission, "id");
	const struct plica_json *tasks = plica_json_get(submission, "tasks");

	for (size_t i = 0; id != NULL && i < plica_json_length(tasks); i++) {
		const struct plica_json *entry = plica_json_at(tasks, i);
		const char *output_dir = plica_json_get_text(entry, "output_dir");
		double index = plica_json_get_number(entry, "index", 0.0);
		double task = plica_json_get_number(entry, "task", 0.0);
		size_t job = output_dir != NULL && index >= 0.0 && index < 1e9
				     ? find_job(jobs, (size_t)index, output_dir)
				     : jobs->count;

		if (job < jobs->count)
			(void)snprintf(states[job].id, sizeof(states[job].id), "%s_%.0f", id, task);
	}
}

/* "<id>.json" */
static int is_submission(const struct dirent *entry)
{
	size_t digits = strspn(entry->d_name, "0123456789");

	return digits > 0 && strcmp(entry->d_name + digits, ".json") == 0;
}

/* Slurm counts its jobs: the higher number is the later one. */
static int by_number(const struct dirent **a, const struct dirent **b)
{
	unsigned long long first = strtoull((*a)->d_name, NULL, 10);
	unsigned long long second = strtoull((*b)->d_name, NULL, 10);

	return (first > second) - (first < second);
}

/* A file that cannot be read tells of no task: its jobs are submitted again, which is harmless. */
static enum plica_status assign_file(struct plica_slurm_state *states, const char *folder,
	const char *name, const struct plica_jobs *jobs, struct plica_error *err)
{
	struct plica_json *json = NULL;
	char *path = NULL;
	enum plica_status status = plica_path_join(&path, folder, name, err);

	if (status == PLICA_OK && plica_json_load(&json, path, NULL) == PLICA_OK)
		assign(states, json, jobs);
	plica_json_free(json);
	plica_free(path);
	return status;
}

enum plica_status plica_submissions_assign(
	struct plica_slurm_state *states, const struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status;
	struct dirent **entries = NULL;
	char *folder = NULL;
	int count = 0;

	PLICA_TRY(plica_slurm_folder(&folder, jobs, err));
	count = scandir(folder, &entries, is_submission, by_number);
	for (int i = 0; i < count && status == PLICA_OK; i++)
		status = assign_file(states, folder, entries[i]->d_name, jobs, err);
out:
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	plica_free(folder);
	return status;
}
