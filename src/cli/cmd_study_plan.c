/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

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

static int show(const char *path, const struct cli_job_options *options, bool json)
{
	struct cli_study study;
	struct plica_error err = {0};
	enum plica_status status = cli_study_open(&study, path, options, 0, &err);
	int result = CLI_DONE;

	if (status != PLICA_OK)
		return cli_fail(status, &err);
	if (json)
		result = print_plan_json(study.jobs, path);
	else
		print_plan(study.jobs);
	cli_study_close(&study);
	return result;
}

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
	int result = parsed == CLI_RUN ? show(words.item[0], &which, json) : cli_parse_exit(parsed);

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
