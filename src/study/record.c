/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/record.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/text.h"
#include "base/try.h"

#define RECORD_NAME "job.json"

static const char *const status_names[] = {
	[PLICA_JOB_NONE] = "none",
	[PLICA_JOB_QUEUED] = "queued",
	[PLICA_JOB_RUNNING] = "running",
	[PLICA_JOB_DONE] = "done",
	[PLICA_JOB_FAILED] = "failed",
	[PLICA_JOB_TIMEOUT] = "timeout",
	[PLICA_JOB_KILLED] = "killed",
	[PLICA_JOB_OUT_OF_MEMORY] = "out-of-memory",
};

#define STATUS_COUNT (sizeof(status_names) / sizeof(status_names[0]))

const char *plica_job_status_name(enum plica_job_status status)
{
	return status_names[status];
}

static enum plica_job_status status_of(const char *name)
{
	for (size_t i = 0; name != NULL && i < STATUS_COUNT; i++)
		if (strcmp(name, status_names[i]) == 0)
			return (enum plica_job_status)i;
	return PLICA_JOB_NONE;
}

/* Options that do not change the result. */
static bool is_neutral(const char *option)
{
	static const char *const names[] = {
		"--resume", "--threads", "--progress", "--output-dir", "--input-npz"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(option, names[i]) == 0)
			return true;
	return false;
}

/* "--num-epochs 5" as "num_epochs=5", "--set a=b" as "a=b": the names that settings have. */
static enum plica_status add_option(
	struct plica_strings *out, const char *option, const char *value, struct plica_error *err)
{
	enum plica_status status;
	size_t prefix = strlen("--");

	if (strcmp(option, "--set") == 0)
		return plica_strings_add(out, value, err);
	status = plica_strings_printf(out, err, "%s=%s", option + prefix, value);
	for (char *c = status == PLICA_OK ? out->item[out->size - 1] : NULL; c != NULL && *c != '=';
		c++)
		if (*c == '-')
			*c = '_';
	return status;
}

static bool is_option(const char *word)
{
	return strncmp(word, "--", 2) == 0;
}

static enum plica_status collect_options(
	struct plica_strings *out, const struct plica_job *job, struct plica_error *err)
{
	enum plica_status status;
	size_t i = 0;

	PLICA_TRY(plica_strings_printf(out, err, "backend=%s", job->backend));
	/* our own program is known by its version, a foreign one by where it is */
	for (; i < job->command_size && !is_option(job->command[i]); i++)
		if (strcmp(job->backend, "native") != 0)
			PLICA_TRY(plica_strings_printf(
				out, err, "program[%zu]=%s", i, job->command[i]));
	for (; i < job->command_size; i++) {
		const char *option = job->command[i];
		const char *next = i + 1 < job->command_size ? job->command[i + 1] : "--";
		bool has_value = is_option(option) && !is_option(next);

		i += has_value;
		if (!is_neutral(option))
			PLICA_TRY(add_option(out, option, has_value ? next : "", err));
	}
out:
	return status;
}

static enum plica_status stat_input(
	struct plica_job_key *key, const struct plica_job *job, struct plica_error *err)
{
	struct stat info;

	if (stat(job->input_npz, &info) != 0)
		return plica_error_set(
			err, PLICA_ERR_IO, "cannot open '%s': %s", job->input_npz, strerror(errno));
	key->input_bytes = (int64_t)info.st_size;
	key->input_mtime_ns =
		(int64_t)info.st_mtim.tv_sec * 1000000000 + (int64_t)info.st_mtim.tv_nsec;
	return PLICA_OK;
}

/* The old hash stands when size and time are those of when it was taken. */
static bool keep_hash(struct plica_job_key *key, const struct plica_json *old)
{
	const char *hash = plica_json_get_text(old, "input_sha256");
	const char *mtime = plica_json_get_text(old, "input_mtime_ns");
	char now[32];

	(void)snprintf(now, sizeof(now), "%lld", (long long)key->input_mtime_ns);
	if (hash == NULL || mtime == NULL || strlen(hash) + 1 != PLICA_SHA256_SIZE)
		return false;
	if (strcmp(mtime, now) != 0 ||
		plica_json_get_number(old, "input_bytes", -1.0) != (double)key->input_bytes)
		return false;
	memcpy(key->input_sha256, hash, PLICA_SHA256_SIZE);
	return true;
}

enum plica_status plica_job_key_make(struct plica_job_key *out, const struct plica_job *job,
	const struct plica_json *old, struct plica_error *err)
{
	enum plica_status status;
	struct plica_job_key key = {0};

	PLICA_TRY(stat_input(&key, job, err));
	if (!keep_hash(&key, old))
		PLICA_TRY(plica_sha256_file(key.input_sha256, job->input_npz, err));
	PLICA_TRY(collect_options(&key.options, job, err));
	*out = key;
	key = (struct plica_job_key){0};
out:
	plica_job_key_release(&key);
	return status;
}

void plica_job_key_release(struct plica_job_key *key)
{
	plica_strings_release(&key->options);
}

/* The value that the list of "name=value" has for the name of `entry`; NULL without one. */
static const char *value_in(const struct plica_strings *list, const char *entry)
{
	size_t length = strcspn(entry, "=");

	for (size_t i = 0; i < list->size; i++)
		if (strncmp(list->item[i], entry, length) == 0 && list->item[i][length] == '=')
			return list->item[i] + length + 1;
	return NULL;
}

static enum plica_status take_texts(
	struct plica_strings *out, const struct plica_json *array, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < plica_json_length(array); i++) {
		const char *text = plica_json_text_of(plica_json_at(array, i));

		if (text != NULL)
			PLICA_TRY(plica_strings_add(out, text, err));
	}
out:
	return status;
}

static enum plica_status add_change(struct plica_text *out, const char *entry, const char *before,
	const char *now, struct plica_error *err)
{
	return plica_text_printf(out, err, "%s%.*s was %s, now %s", out->size > 0 ? "; " : "",
		(int)strcspn(entry, "="), entry, before != NULL ? before : "not set",
		now != NULL ? now : "not set");
}

static enum plica_status compare_options(struct plica_text *out, const struct plica_strings *now,
	const struct plica_json *recorded, struct plica_error *err)
{
	enum plica_status status;
	struct plica_strings old = {0};

	PLICA_TRY(take_texts(&old, recorded, err));
	for (size_t i = 0; i < now->size; i++) {
		const char *value = value_in(now, now->item[i]);
		const char *before = value_in(&old, now->item[i]);

		if (before == NULL || value == NULL || strcmp(before, value) != 0)
			PLICA_TRY(add_change(out, now->item[i], before, value, err));
	}
	for (size_t i = 0; i < old.size; i++)
		if (value_in(now, old.item[i]) == NULL)
			PLICA_TRY(add_change(
				out, old.item[i], value_in(&old, old.item[i]), NULL, err));
out:
	plica_strings_release(&old);
	return status;
}

enum plica_status plica_job_key_difference(struct plica_text *out, const struct plica_job_key *key,
	const struct plica_json *old, struct plica_error *err)
{
	const char *hash = plica_json_get_text(old, "input_sha256");
	const struct plica_json *options = plica_json_get(old, "options");
	const char *version = plica_json_get_text(old, "program_version");
	enum plica_status status = PLICA_OK;

	if (hash == NULL || strcmp(hash, key->input_sha256) != 0)
		PLICA_TRY(plica_text_add(out, "the content of input_npz has changed", err));
	PLICA_TRY(compare_options(out, &key->options, options, err));
	if (version == NULL || strcmp(version, PLICA_VERSION) != 0)
		PLICA_TRY(plica_text_printf(out, err, "%sthe program was plica %s, now %s",
			out->size > 0 ? "; " : "",
			version != NULL ? version : "of an unknown version", PLICA_VERSION));
out:
	return status;
}

static enum plica_status record_path(
	char **out, const struct plica_job *job, struct plica_error *err)
{
	return plica_path_join(out, job->output_dir, RECORD_NAME, err);
}

struct plica_json *plica_job_load_json(const struct plica_job *job)
{
	struct plica_json *json = NULL;
	char *path = NULL;

	if (record_path(&path, job, NULL) == PLICA_OK && plica_file_exists(path) &&
		plica_json_load(&json, path, NULL) != PLICA_OK)
		json = NULL;
	plica_free(path);
	return json;
}

static void host_name(char out[HOST_NAME_MAX + 1])
{
	if (gethostname(out, HOST_NAME_MAX + 1) != 0)
		out[0] = '\0';
	out[HOST_NAME_MAX] = '\0';
}

/* Whether the process that the record names as running is there still. Of another machine's
 * processes we know nothing: they are taken at their word. */
static bool is_alive(const struct plica_json *json)
{
	const char *host = plica_json_get_text(json, "host");
	char here[HOST_NAME_MAX + 1];
	pid_t pid = (pid_t)plica_json_get_number(json, "pid", 0.0);
	const char *birth = plica_json_get_text(json, "pid_birth");
	char now[32];

	host_name(here);
	if (host != NULL && strcmp(host, here) != 0)
		return true;
	if (pid <= 0 || birth == NULL)
		return false;
	(void)snprintf(now, sizeof(now), "%llu", (unsigned long long)plica_process_birth(pid));
	return strcmp(now, birth) == 0;
}

void plica_job_read_record(struct plica_job_record *out, const struct plica_job *job)
{
	struct plica_json *json = plica_job_load_json(job);
	const char *started = plica_json_get_text(json, "started");
	const char *executor_id = plica_json_get_text(json, "executor_id");

	*out = (struct plica_job_record){.loss = (double)NAN};
	out->status = status_of(plica_json_get_text(json, "status"));
	if (out->status == PLICA_JOB_RUNNING && !is_alive(json))
		out->status = PLICA_JOB_KILLED;
	out->returncode = (int)plica_json_get_number(json, "returncode", 0.0);
	(void)snprintf(out->started, sizeof(out->started), "%s", started != NULL ? started : "");
	(void)snprintf(out->executor_id, sizeof(out->executor_id), "%s",
		executor_id != NULL ? executor_id : "");
	out->seconds = plica_json_get_number(json, "seconds", 0.0);
	out->attempts = (size_t)fmax(0.0, plica_json_get_number(json, "attempts", 0.0));
	out->loss = plica_json_get_number(json, "loss", (double)NAN);
	out->peak_memory_bytes = (int64_t)plica_json_get_number(json, "peak_memory_bytes", 0.0);
	out->user_seconds = plica_json_get_number(json, "user_seconds", 0.0);
	out->system_seconds = plica_json_get_number(json, "system_seconds", 0.0);
	plica_json_free(json);
}

void plica_jobs_put_versions(struct plica_json *entry, const struct plica_jobs *jobs)
{
	const char *text = jobs->backend_versions;
	struct plica_json *versions = NULL;

	if (text != NULL &&
		plica_json_parse(&versions, text, strlen(text), "versions", NULL) == PLICA_OK)
		plica_json_set(entry, "backend_versions", versions);
}

void plica_job_put_name(struct plica_json *entry, const struct plica_job *job)
{
	plica_json_set_number(entry, "dose", job->dose);
	plica_json_set_text(entry, "view", job->view);
	plica_json_set_text(entry, "split", plica_split_name(job->split));
}

void plica_job_put(struct plica_json *entry, const struct plica_job *job)
{
	struct plica_json *command;

	plica_job_put_name(entry, job);
	plica_json_set_integer(entry, "gridsize", (int64_t)job->gridsize);
	plica_json_set_integer(entry, "neighbor_count", (int64_t)job->neighbor_count);
	plica_json_set_text(entry, "input_npz", job->input_npz);
	plica_json_set_text(entry, "output_dir", job->output_dir);
	plica_json_set_text(entry, "algorithm", job->algorithm);
	plica_json_set_integer(entry, "num_epochs", (int64_t)job->num_epochs);
	plica_json_set_text(entry, "backend", job->backend);
	command = plica_json_set_array(entry, "command");
	for (size_t i = 0; i < job->command_size; i++)
		plica_json_add_text(command, job->command[i]);
}

static void put_key(struct plica_json *json, const struct plica_job_key *key)
{
	char mtime[32];

	(void)snprintf(mtime, sizeof(mtime), "%lld", (long long)key->input_mtime_ns);
	plica_json_set_text(json, "input_sha256", key->input_sha256);
	plica_json_set_integer(json, "input_bytes", key->input_bytes);
	plica_json_set_text(json, "input_mtime_ns", mtime); /* more digits than a double has */
	plica_json_set_strings(json, "options", &key->options);
	plica_json_set_text(json, "program_version", PLICA_VERSION);
}

static void put_record(struct plica_json *json, const struct plica_job_record *record, pid_t pid)
{
	char birth[32];
	char host[HOST_NAME_MAX + 1];

	host_name(host);
	plica_json_set_text(json, "host", host);
	plica_json_set_text(json, "status", plica_job_status_name(record->status));
	plica_json_set_integer(json, "returncode", record->returncode);
	plica_json_set_text(json, "started", record->started);
	plica_json_set_number(json, "seconds", record->seconds);
	plica_json_set_integer(json, "attempts", (int64_t)record->attempts);
	plica_json_set_number(json, "loss", record->loss);
	plica_json_set_integer(json, "peak_memory_bytes", record->peak_memory_bytes);
	plica_json_set_number(json, "user_seconds", record->user_seconds);
	plica_json_set_number(json, "system_seconds", record->system_seconds);
	plica_json_set_text(json, "executor_id", record->executor_id);
	if (pid <= 0)
		return;
	(void)snprintf(birth, sizeof(birth), "%llu", (unsigned long long)plica_process_birth(pid));
	plica_json_set_integer(json, "pid", pid);
	plica_json_set_text(json, "pid_birth", birth);
}

/* A result without its picture is a result all the same: the two are told apart. */
static enum plica_status put_picture(
	struct plica_json *json, const struct plica_job *job, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text path = {0};
	size_t stem = strlen(job->result_path) - strlen(".npz");

	PLICA_TRY(plica_text_printf(&path, err, "%.*s.png", (int)stem, job->result_path));
	plica_json_set_text(
		json, "picture_status", plica_file_exists(path.data) ? "written" : "missing");
out:
	plica_text_release(&path);
	return status;
}

static void put_list(
	struct plica_json *json, const char *key, const char *const *item, size_t count)
{
	struct plica_json *array = plica_json_set_array(json, key);

	for (size_t i = 0; i < count; i++)
		plica_json_add_text(array, item[i]);
}

enum plica_status plica_job_write_json(const struct plica_jobs *jobs, const struct plica_job *job,
	const struct plica_job_key *key, const struct plica_job_record *record, pid_t pid,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_json *json = plica_json_object();
	char *path = NULL;

	plica_json_set_integer(json, "schema", PLICA_STUDY_SCHEMA);
	plica_job_put_name(json, job);
	put_record(json, record, pid);
	plica_json_set_text(json, "backend", job->backend);
	plica_jobs_put_versions(json, jobs);
	plica_json_set_text(json, "log_path", job->log_path);
	plica_json_set_text(json, "input_npz", job->input_npz);
	put_key(json, key);
	put_list(json, "command", job->command, job->command_size);
	put_list(json, "environment", jobs->environment, jobs->environment_size);
	if (record->status == PLICA_JOB_DONE)
		PLICA_TRY(put_picture(json, job, err));
	PLICA_TRY(record_path(&path, job, err));
	PLICA_TRY(plica_json_replace(path, json, err));
out:
	plica_free(path);
	plica_json_free(json);
	return status;
}
