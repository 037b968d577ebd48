/* SPDX-License-Identifier: BSD-3-Clause */
/* plan and status: what there is to do, and what has become of it. */
#include <stdio.h>
#include <time.h>

#include "base/try.h"
#include "cli/output.h"
#include "cli/study.h"

static void print_plan(const struct plica_jobs *jobs)
{
	int width = cli_job_title_width(jobs);
	size_t selected = 0;

	for (size_t i = 0; i < jobs->count; i++) {
		const struct plica_job *job = &jobs->item[i];
		char title[256];

		cli_job_title(title, sizeof(title), job);
		selected += plica_job_is_selected(job);
		(void)printf("%3zu  %-*s  %-8s %s\n", i, width, title,
			plica_job_state_name(job->state), job->reason);
	}
	(void)printf("%zu jobs, %zu selected\n", jobs->count, selected);
}

static int print_plan_json(const struct plica_jobs *jobs, const char *path)
{
	struct plica_json *root = plica_json_object();
	struct plica_json *array;

	plica_json_set_integer(root, "schema", PLICA_STUDY_SCHEMA);
	plica_json_set_text(root, "design", path);
	plica_json_set_text(root, "artifact_root", jobs->artifact_root);
	array = plica_json_set_array(root, "jobs");
	for (size_t i = 0; i < jobs->count; i++)
		cli_job_json(plica_json_add_object(array), &jobs->item[i]);
	return cli_print_json(root);
}

/* Opens the study and shows it, as text or as JSON. */
struct shower {
	void (*text)(const struct plica_jobs *jobs);
	int (*json)(const struct plica_jobs *jobs, const char *path);
};

static int show(const struct shower *shower, const char *path,
	const struct cli_job_options *options, bool json)
{
	struct cli_study study;
	struct plica_error err = {0};
	enum plica_status status = cli_study_open(&study, path, options, 0, &err);
	int result = CLI_DONE;

	if (status != PLICA_OK)
		return cli_fail(status, &err);
	if (json)
		result = shower->json(study.jobs, path);
	else
		shower->text(study.jobs);
	cli_study_close(&study);
	return result;
}

static const struct shower plan_shower = {print_plan, print_plan_json};

static int run_plan(const struct cli_command *self, int argc, const char **argv)
{
	struct cli_job_options which = {0};
	bool json = false;
	const struct cli_option options[] = {
		CLI_JOB_OPTIONS(&which),
		{"json", 0, CLI_FLAG, &json, NULL, "print the jobs as JSON"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result = parsed == CLI_RUN ? show(&plan_shower, words.item[0], &which, json)
				       : cli_parse_exit(parsed);

	cli_job_options_release(&which);
	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_study_plan = {
	.name = "study plan",
	.arguments = "DESIGN.yaml [OPTIONS]",
	.summary = "List every job with its state and the reason.",
	.details = "Reads only. States: run, cached (done, unchanged), stale (done, but something "
		   "has\n"
		   "changed), skipped (filtered out, or without data), invalid.",
	.run = run_plan,
};

static void print_status(const struct plica_jobs *jobs)
{
	int width = cli_job_title_width(jobs);
	size_t done = 0;

	for (size_t i = 0; i < jobs->count; i++) {
		const struct plica_job *job = &jobs->item[i];
		struct plica_job_record record;
		char title[256];

		plica_job_read_record(&record, job);
		cli_job_title(title, sizeof(title), job);
		done += record.status == PLICA_JOB_DONE;
		(void)printf(
			"%3zu  %-*s  %-13s", i, width, title, plica_job_status_name(record.status));
		if (record.attempts > 0)
			(void)printf(" %8.1f s  %zu attempt%s  %s", record.seconds, record.attempts,
				record.attempts == 1 ? "" : "s", record.started);
		(void)printf("\n");
	}
	(void)printf("%zu of %zu done\n", done, jobs->count);
}

static int print_status_json(const struct plica_jobs *jobs, const char *path)
{
	struct plica_json *root = plica_json_object();
	struct plica_json *array;

	plica_json_set_integer(root, "schema", PLICA_STUDY_SCHEMA);
	plica_json_set_text(root, "design", path);
	array = plica_json_set_array(root, "jobs");
	for (size_t i = 0; i < jobs->count; i++) {
		struct plica_json *entry = plica_json_add_object(array);
		struct plica_job_record record;

		plica_job_read_record(&record, &jobs->item[i]);
		cli_job_json(entry, &jobs->item[i]);
		plica_json_set_text(entry, "status", plica_job_status_name(record.status));
		plica_json_set_integer(entry, "returncode", record.returncode);
		plica_json_set_text(entry, "started", record.started);
		plica_json_set_number(entry, "seconds", record.seconds);
		plica_json_set_integer(entry, "attempts", (int64_t)record.attempts);
		plica_json_set_number(entry, "loss", record.loss);
		plica_json_set_integer(entry, "peak_memory_bytes", record.peak_memory_bytes);
	}
	return cli_print_json(root);
}

static const struct shower status_shower = {print_status, print_status_json};

/* Once a second on a cleared screen, until it is interrupted. */
static int watch(const char *path, const struct cli_job_options *options)
{
	const struct timespec second = {.tv_sec = 1};
	int result = CLI_DONE;

	cli_catch_signals();
	while (cli_signal == 0 && result == CLI_DONE) {
		(void)printf("\033[H\033[2J");
		result = show(&status_shower, path, options, false);
		(void)fflush(stdout);
		(void)nanosleep(&second, NULL);
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
		{"watch", 0, CLI_FLAG, &watching, NULL, "show it again every second"},
		{"json", 0, CLI_FLAG, &json, NULL, "print as JSON"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result;

	if (parsed != CLI_RUN)
		result = cli_parse_exit(parsed);
	else if (watching)
		result = watch(words.item[0], &which);
	else
		result = show(&status_shower, words.item[0], &which, json);
	cli_job_options_release(&which);
	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_study_status = {
	.name = "study status",
	.arguments = "DESIGN.yaml [OPTIONS]",
	.summary = "Show what has become of the jobs, while they run and after.",
	.run = run_status,
};
