/* SPDX-License-Identifier: BSD-3-Clause */
/* What a child is started with: its argument vector and its environment. */
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "study/backend.h"
#include "study/jobs.h"

/* Both backends take these; the words before them differ. */
static enum plica_status add_common(struct plica_strings *words, const struct plica_jobs *jobs,
	const struct plica_job *job, struct plica_error *err)
{
	const struct plica_design *design = jobs->design;
	const char *const pairs[][2] = {
		{"--input-npz", job->input_npz},
		{"--output-dir", job->output_dir},
		{"--initial-object", design->initial_object},
	};
	enum plica_status status;

	PLICA_TRY(plica_strings_add(words, "--algorithm", err));
	PLICA_TRY(plica_strings_add(words, job->algorithm, err));
	PLICA_TRY(plica_strings_add(words, "--num-epochs", err));
	PLICA_TRY(plica_strings_printf(words, err, "%zu", job->num_epochs));
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		PLICA_TRY(plica_strings_add(words, pairs[i][0], err));
		PLICA_TRY(plica_strings_add(words, pairs[i][1], err));
	}
	if (design->batch_size > 0) {
		PLICA_TRY(plica_strings_add(words, "--batch-size", err));
		PLICA_TRY(plica_strings_printf(words, err, "%zu", design->batch_size));
	}
out:
	return status;
}

/* A checkpoint of other settings or data is removed before the start, so --resume is safe. */
static enum plica_status add_native(
	struct plica_strings *words, const struct plica_jobs *jobs, struct plica_error *err)
{
	const struct plica_design *design = jobs->design;
	enum plica_status status;

	PLICA_TRY(plica_strings_add(words, "--resume", err));
	if (strcmp(design->algorithm, "ML") == 0) {
		PLICA_TRY(plica_strings_add(words, "--set", err));
		PLICA_TRY(plica_strings_printf(words, err, "noise_model=%s", design->noise_model));
	}
	for (size_t i = 0; i < design->option_count; i++) {
		PLICA_TRY(plica_strings_add(words, "--set", err));
		PLICA_TRY(plica_strings_printf(
			words, err, "%s=%s", design->options[i].name, design->options[i].value));
	}
	if (jobs->threads > 0) {
		PLICA_TRY(plica_strings_add(words, "--threads", err));
		PLICA_TRY(plica_strings_printf(words, err, "%zu", jobs->threads));
	}
out:
	return status;
}

static enum plica_status add_program(struct plica_strings *words, struct plica_jobs *jobs,
	const struct plica_job_settings *settings, struct plica_error *err)
{
	const char *program = settings->program != NULL ? settings->program : "plica";
	const char *interpreter = NULL;
	const char *script = NULL;
	enum plica_status status;

	if (strcmp(jobs->backend, "native") == 0) {
		PLICA_TRY(plica_strings_add(words, program, err));
		PLICA_TRY(plica_strings_add(words, "reconstruct", err));
		goto out;
	}
	PLICA_TRY(plica_ptychi_python(jobs, &interpreter, err));
	PLICA_TRY(plica_ptychi_script(jobs, &script, program, err));
	PLICA_TRY(plica_strings_add(words, interpreter, err));
	PLICA_TRY(plica_strings_add(words, script, err));
out:
	return status;
}

enum plica_status plica_job_set_command(struct plica_jobs *jobs, struct plica_job *job,
	const struct plica_job_settings *settings, struct plica_error *err)
{
	enum plica_status status;
	struct plica_strings words = {0};

	PLICA_TRY(add_program(&words, jobs, settings, err));
	PLICA_TRY(add_common(&words, jobs, job, err));
	if (strcmp(jobs->backend, "native") == 0)
		PLICA_TRY(add_native(&words, jobs, err));
	PLICA_TRY(plica_jobs_keep_vector(jobs, &job->command, &words, err));
	job->command_size = words.size;
out:
	plica_strings_release(&words);
	return status;
}

/* Whether the design sets or passes the variable itself. */
static bool is_designed(const struct plica_design *design, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < design->environment_count; i++) {
		const char *text = design->environment[i];

		if (strncmp(text, name, length) == 0 &&
			(text[length] == '=' || text[length] == '\0'))
			return true;
	}
	return false;
}

static enum plica_status pass_on(
	struct plica_strings *environment, const char *name, struct plica_error *err)
{
	const char *value = getenv(name);

	if (value == NULL)
		return PLICA_OK;
	return plica_strings_printf(environment, err, "%s=%s", name, value);
}

static enum plica_status add_threads(
	struct plica_strings *environment, const struct plica_jobs *jobs, struct plica_error *err)
{
	static const char *const names[] = {
		"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"};
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && jobs->threads > 0; i++)
		if (!is_designed(jobs->design, names[i]))
			PLICA_TRY(plica_strings_printf(
				environment, err, "%s=%zu", names[i], jobs->threads));
out:
	return status;
}

enum plica_status plica_jobs_set_environment(struct plica_jobs *jobs, struct plica_error *err)
{
	static const char *const always[] = {"PATH", "HOME", "LANG"};
	const struct plica_design *design = jobs->design;
	struct plica_strings environment = {0};
	enum plica_status status;

	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (!is_designed(design, always[i]))
			PLICA_TRY(pass_on(&environment, always[i], err));
	PLICA_TRY(add_threads(&environment, jobs, err));
	for (size_t i = 0; i < design->environment_count; i++) {
		const char *text = design->environment[i];

		if (strchr(text, '=') != NULL)
			PLICA_TRY(plica_strings_add(&environment, text, err));
		else
			PLICA_TRY(pass_on(&environment, text, err));
	}
	PLICA_TRY(plica_jobs_keep_vector(jobs, &jobs->environment, &environment, err));
	jobs->environment_size = environment.size;
out:
	plica_strings_release(&environment);
	return status;
}
