/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <time.h>

#include "base/try.h"
#include "cli/output.h"
#include "cli/study.h"
#include "plica/slurm.h"

/* Seconds between two looks of --watch; a cluster's controller is to be asked seldom. */
enum { LOCAL_PAUSE = 1, SLURM_PAUSE = 10 };

static void print_job(const struct plica_job *job, const struct plica_slurm_state *state, int width)
{
	const struct plica_job_record *record = &state->record;
	char title[256];

	cli_job_title(title, sizeof(title), job);
	(void)printf("  %-*s  %-13s", width, title, plica_job_status_name(record->status));
	if (record->attempts > 0)
		(void)printf(" %8.1f s  %zu attempt%s  %s", record->seconds, record->attempts,
			record->attempts == 1 ? "" : "s", record->started);
	if (state->id[0] != '\0')
		(void)printf("  slurm %s %s", state->id, state->state);
	if (state->reason[0] != '\0')
		(void)printf(" (%s)", state->reason);
	if (state->remedy[0] != '\0')
		(void)printf(": %s", state->remedy);
	(void)printf("\n");
}

static void warn_of_silence(const struct plica_slurm_states *states)
{
	if (!states->answered)
		cli_warn("Slurm does not answer: this is what the job folders say");
}

static void print_status(const struct plica_jobs *jobs, const struct plica_slurm_states *states)
{
	int width = cli_job_title_width(jobs);
	size_t done = 0;

	warn_of_silence(states);
	for (size_t i = 0; i < jobs->count; i++) {
		done += states->item[i].record.status == PLICA_JOB_DONE;
		(void)printf("%3zu", i);
		print_job(&jobs->item[i], &states->item[i], width);
	}
	(void)printf("%zu of %zu done\n", done, jobs->count);
}

static void put_state(struct plica_json *entry, const struct plica_slurm_state *state)
{
	const struct plica_job_record *record = &state->record;
	struct plica_json *executor;

	plica_json_set_text(entry, "status", plica_job_status_name(record->status));
	plica_json_set_integer(entry, "returncode", record->returncode);
	plica_json_set_text(entry, "started", record->started);
	plica_json_set_number(entry, "seconds", record->seconds);
	plica_json_set_integer(entry, "attempts", (int64_t)record->attempts);
	plica_json_set_number(entry, "loss", record->loss);
	plica_json_set_integer(entry, "peak_memory_bytes", record->peak_memory_bytes);
	if (state->id[0] == '\0')
		return;
	executor = plica_json_set_object(entry, "executor");
	plica_json_set_text(executor, "name", "slurm");
	plica_json_set_text(executor, "id", state->id);
	plica_json_set_text(executor, "state", state->state);
	plica_json_set_text(executor, "reason", state->reason);
	plica_json_set_text(executor, "remedy", state->remedy);
}

static int print_status_json(
	const struct plica_jobs *jobs, const struct plica_slurm_states *states, const char *path)
{
	struct plica_json *root = plica_json_object();
	struct plica_json *array;

	plica_json_set_integer(root, "schema", PLICA_STUDY_SCHEMA);
	plica_json_set_text(root, "design", path);
	plica_json_set_bool(root, "executor_answered", states->answered);
	array = plica_json_set_array(root, "jobs");
	for (size_t i = 0; i < jobs->count; i++) {
		struct plica_json *entry = plica_json_add_object(array);

		cli_job_json(entry, &jobs->item[i]);
		put_state(entry, &states->item[i]);
	}
	return cli_print_json(root);
}

/* How often it is to be shown again depends on who had to be asked. */
static int pause_after(const struct plica_slurm_states *states)
{
	for (size_t i = 0; i < states->count; i++)
		if (states->item[i].id[0] != '\0')
			return SLURM_PAUSE;
	return LOCAL_PAUSE;
}

static int show(
	const char *path, const struct cli_job_options *options, bool json, int *pause_seconds)
{
	enum plica_status status;
	struct cli_study study = {0};
	struct plica_slurm_states states = {0};
	struct plica_error err = {0};
	int result = CLI_DONE;

	PLICA_TRY(cli_study_open(&study, path, options, 0, &err));
	PLICA_TRY(plica_slurm_query(&states, study.jobs, &err));
	*pause_seconds = pause_after(&states);
	if (json)
		result = print_status_json(study.jobs, &states, path);
	else
		print_status(study.jobs, &states);
out:
	plica_slurm_release(&states);
	cli_study_close(&study);
	return status == PLICA_OK ? result : cli_fail(status, &err);
}

/* On a cleared screen, until it is interrupted. */
static int watch(const char *path, const struct cli_job_options *options)
{
	int result = CLI_DONE;

	cli_catch_signals();
	while (cli_signal == 0 && result == CLI_DONE) {
		struct timespec pause = {.tv_sec = LOCAL_PAUSE};
		int seconds = LOCAL_PAUSE;

		(void)printf("\033[H\033[2J");
		result = show(path, options, false, &seconds);
		(void)fflush(stdout);
		pause.tv_sec = seconds;
		(void)nanosleep(&pause, NULL);
	}
	return result;
}

static int run_status(const struct cli_command *self, int argc, const char **argv)
{
	struct cli_job_options which = {.allow_missing = true};
	bool json = false;
	bool watching = false;
	const struct cli_option options[] = {
		CLI_JOB_OPTIONS(&which),
		{"watch", 0, CLI_FLAG, &watching, NULL, "show it again every second (Slurm: 10 s)"},
		{"json", 0, CLI_FLAG, &json, NULL, "print as JSON"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int seconds;
	int result;

	if (parsed != CLI_RUN)
		result = cli_parse_exit(parsed);
	else if (watching)
		result = watch(words.item[0], &which);
	else
		result = show(words.item[0], &which, json, &seconds);
	cli_job_options_release(&which);
	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_study_status = {
	.name = "study status",
	.arguments = "DESIGN.yaml [OPTIONS]",
	.summary = "Show what has become of the jobs, while they run and after.",
	.details =
		"Jobs that Slurm has come with its word for their state, and with what to do about "
		"it.",
	.run = run_status,
};
