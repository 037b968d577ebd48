/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/submissions.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"
#include "format/json.h"

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

enum plica_status plica_submission_save(const struct plica_submission *submission,
	const struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status;
	struct plica_json *json = plica_json_object();
	struct plica_json *tasks;
	struct plica_text path = {0};
	char now[PLICA_TIMESTAMP_SIZE];
	char *folder = NULL;

	plica_timestamp(now);
	plica_json_set_integer(json, "schema", PLICA_STUDY_SCHEMA);
	plica_json_set_text(json, "id", submission->id);
	plica_json_set_text(json, "submitted", now);
	tasks = plica_json_set_array(json, "tasks");
	for (size_t i = 0; i < submission->count; i++)
		put_task(tasks, submission, submission->job[i], jobs);
	PLICA_TRY(plica_slurm_folder(&folder, jobs, err));
	PLICA_TRY(plica_text_printf(&path, err, "%s/%s.json", folder, submission->id));
	PLICA_TRY(plica_json_save(path.data, json, err));
out:
	plica_free(folder);
	plica_text_release(&path);
	plica_json_free(json);
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
