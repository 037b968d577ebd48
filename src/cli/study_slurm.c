/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/study_slurm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/try.h"
#include "cli/output.h"
#include "plica/slurm.h"

/* How long a controller that does not answer is asked again. */
#define PATIENCE_S 600.0
/* A task is known by its number in the list of jobs, which an edited design may change. */
#define DESIGN_VARIABLE "PLICA_DESIGN_SHA256"

bool cli_slurm_options_given(const struct cli_slurm_options *options)
{
	return options->partition != NULL || options->memory != NULL || options->array_limit != 0 ||
	       options->sbatch.size > 0 || options->pretend;
}

static enum plica_status add_list(struct plica_strings *out, const char *option,
	const struct plica_strings *values, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < values->size; i++) {
		PLICA_TRY(plica_strings_add(out, option, err));
		PLICA_TRY(plica_strings_add(out, values->item[i], err));
	}
out:
	return status;
}

static enum plica_status add_places(
	struct plica_strings *out, const struct plica_jobs *jobs, struct plica_error *err)
{
	const char *const pairs[][2] = {
		{"--phase-c-root", jobs->phase_c_root},
		{"--phase-d-root", jobs->phase_d_root},
		{"--artifact-root", jobs->artifact_root},
		{"--backend", jobs->backend},
	};
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		PLICA_TRY(plica_strings_add(out, pairs[i][0], err));
		PLICA_TRY(plica_strings_add(out, pairs[i][1], err));
	}
out:
	return status;
}

static enum plica_status add_choice(
	struct plica_strings *out, const struct cli_slurm_run *run, struct plica_error *err)
{
	const struct cli_job_options *which = run->which;
	enum plica_status status;

	PLICA_TRY(add_list(out, "--dose", &which->dose, err));
	PLICA_TRY(add_list(out, "--view", &which->view, err));
	PLICA_TRY(add_list(out, "--split", &which->split, err));
	PLICA_TRY(add_list(out, "--gridsize", &which->gridsize, err));
	if (which->allow_missing_phase_d)
		PLICA_TRY(plica_strings_add(out, "--allow-missing-phase-d", err));
	if (which->allow_missing)
		PLICA_TRY(plica_strings_add(out, "--allow-missing", err));
	if (run->retries > 0)
		PLICA_TRY(plica_strings_printf(out, err, "--retries=%ld", run->retries));
	if (run->threads > 0)
		PLICA_TRY(plica_strings_printf(out, err, "--threads=%ld", run->threads));
out:
	return status;
}

/* The words of a task but for its number: this program on this design, wherever it is started. */
static enum plica_status task_words(struct plica_strings *out, const struct cli_slurm_run *run,
	const struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status;
	char program[4096];
	char digest[PLICA_SHA256_SIZE];
	char *design = realpath(run->design_path, NULL);

	if (design == NULL)
		return plica_error_set(err, PLICA_ERR_IO, "cannot open '%s': %s", run->design_path,
			strerror(errno));
	PLICA_TRY(plica_sha256_file(digest, design, err));
	PLICA_TRY(cli_own_path(program, sizeof(program), err));
	PLICA_TRY(plica_strings_add(out, "env", err));
	PLICA_TRY(plica_strings_printf(out, err, DESIGN_VARIABLE "=%s", digest));
	PLICA_TRY(plica_strings_add(out, program, err));
	PLICA_TRY(plica_strings_add(out, "study", err));
	PLICA_TRY(plica_strings_add(out, "run", err));
	PLICA_TRY(plica_strings_add(out, design, err));
	PLICA_TRY(add_places(out, jobs, err));
	PLICA_TRY(add_choice(out, run, err));
out:
	free(design);
	return status;
}

static int on_busy(void *context, double pause_s, const char *why)
{
	(void)context;
	cli_warn("the controller is busy or does not answer, trying again in %.0f s: %s", pause_s,
		why);
	return cli_signal != 0;
}

static void print_summary(const struct plica_slurm_summary *summary, const char *path)
{
	(void)printf("%zu submitted", summary->submitted);
	if (summary->array_count == 1)
		(void)printf(" as array %s", summary->first_id);
	else if (summary->array_count > 1)
		(void)printf(" as %zu arrays from %s on", summary->array_count, summary->first_id);
	(void)printf(", %zu with Slurm already, %zu cached\n", summary->waiting, summary->cached);
	if (summary->submitted + summary->waiting > 0)
		(void)printf("nothing has to keep running here: plica study status %s\n", path);
}

static enum plica_status pretend(const struct plica_jobs *jobs,
	const struct plica_slurm_options *options, struct plica_error *err)
{
	char *text = NULL;
	enum plica_status status = plica_slurm_pretend(&text, jobs, options, err);

	if (status == PLICA_OK)
		(void)fputs(text, stdout);
	plica_free(text);
	return status;
}

static struct plica_slurm_options slurm_options(const struct cli_slurm_run *run,
	const struct cli_slurm_options *options, const struct plica_strings *task)
{
	return (struct plica_slurm_options){
		.partition = options->partition,
		.memory = options->memory,
		.array_limit = (size_t)options->array_limit,
		.threads = (size_t)run->threads,
		.timeout_s = run->timeout_s,
		.option_count = options->sbatch.size,
		.option = (const char *const *)options->sbatch.item,
		.task_size = task->size,
		.task = (const char *const *)task->item,
		.patience_s = PATIENCE_S,
		.busy = on_busy,
	};
}

int cli_slurm_submit(const struct cli_slurm_run *run, const struct cli_slurm_options *options)
{
	enum plica_status status;
	struct plica_error err = {0};
	struct cli_study study = {0};
	struct plica_strings task = {0};
	struct plica_slurm_options submission;
	struct plica_slurm_summary summary = {0};

	cli_catch_signals();
	PLICA_TRY(cli_study_open(&study, run->design_path, run->which, (size_t)run->threads, &err));
	PLICA_TRY(task_words(&task, run, study.jobs, &err));
	submission = slurm_options(run, options, &task);
	if (options->pretend) {
		PLICA_TRY(pretend(study.jobs, &submission, &err));
		goto out;
	}
	PLICA_TRY(plica_slurm_submit(&summary, study.jobs, &submission, &err));
	print_summary(&summary, run->design_path);
out:
	plica_strings_release(&task);
	cli_study_close(&study);
	return status == PLICA_OK ? CLI_DONE : cli_fail(status, &err);
}

const char *cli_slurm_task_id(char text[48])
{
	const char *array = getenv("SLURM_ARRAY_JOB_ID");
	const char *task = getenv("SLURM_ARRAY_TASK_ID");

	if (array == NULL || task == NULL)
		return NULL;
	(void)snprintf(text, 48, "%s_%s", array, task);
	return text;
}

long cli_slurm_cores(void)
{
	const char *cores = getenv("SLURM_CPUS_ON_NODE");

	return cores != NULL ? strtol(cores, NULL, 10) : 0;
}

enum plica_status cli_slurm_check_design(const char *design_path, struct plica_error *err)
{
	const char *expected = getenv(DESIGN_VARIABLE);
	char digest[PLICA_SHA256_SIZE];
	enum plica_status status;

	if (expected == NULL)
		return PLICA_OK;
	PLICA_TRY(plica_sha256_file(digest, design_path, err));
	if (strcmp(digest, expected) != 0)
		status = plica_error_set(err, PLICA_ERR_DATA,
			"'%s' has changed since the array was submitted: cancel it and submit "
			"again",
			design_path);
out:
	return status;
}
