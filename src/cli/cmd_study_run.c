/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

#include "base/try.h"
#include "cli/output.h"
#include "cli/study.h"
#include "cli/study_table.h"

struct arguments {
	struct cli_job_options which;
	long parallel, retries, threads;
	double timeout_minutes;
	bool dry_run, allow_failures;
};

/* What the callbacks need. */
struct progress {
	const struct plica_jobs *jobs;
	size_t through; /* jobs that are through */
	size_t total;
	int width;
};

static void print_done(const struct plica_job_record *record)
{
	(void)printf("done in %.1f s, %.0f MB", record->seconds,
		(double)record->peak_memory_bytes / 1e6);
	if (isfinite(record->loss))
		(void)printf(", loss %.4g", record->loss);
	(void)printf("\n");
}

static void on_event(void *context, enum plica_run_event event, const struct plica_job *job,
	const struct plica_job_record *record, const char *tail)
{
	struct progress *progress = context;
	char title[256];

	if (event == PLICA_RUN_STARTED)
		return;
	progress->through += event != PLICA_RUN_RETRIED;
	cli_job_title(title, sizeof(title), job);
	(void)printf(
		"[%2zu/%zu] %-*s  ", progress->through, progress->total, progress->width, title);
	if (event == PLICA_RUN_CACHED)
		(void)printf("cached: %s\n", job->reason);
	else if (record->status == PLICA_JOB_DONE)
		print_done(record);
	else
		(void)printf("%s (%d)%s, log: %s\n", plica_job_status_name(record->status),
			record->returncode, event == PLICA_RUN_RETRIED ? ", trying again" : "",
			job->log_path);
	if (record->status != PLICA_JOB_DONE && event != PLICA_RUN_CACHED && tail[0] != '\0')
		(void)printf("%s\n", tail);
	(void)fflush(stdout);
}

static bool wants_stop(void *context)
{
	(void)context;
	return cli_signal != 0;
}

/* A word as a shell takes it, so that the line can be pasted. */
static void print_word(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";

	if (word[0] != '\0' && strspn(word, plain) == strlen(word)) {
		(void)printf(" %s", word);
		return;
	}
	(void)printf(" '");
	for (; *word != '\0'; word++)
		if (*word == '\'')
			(void)printf("'\\''");
		else
			(void)putchar(*word);
	(void)printf("'");
}

static void print_commands(const struct plica_jobs *jobs)
{
	for (size_t i = 0; i < jobs->count; i++) {
		const struct plica_job *job = &jobs->item[i];

		if (!plica_job_is_selected(job))
			continue;
		(void)printf("[DRY RUN]");
		for (size_t k = 0; k < job->command_size; k++)
			print_word(job->command[k]);
		(void)printf("\n");
	}
}

static struct plica_run_options run_options(
	const struct arguments *arguments, struct progress *progress)
{
	struct plica_run_options options = plica_run_defaults();

	options.parallel = (size_t)arguments->parallel;
	options.retries = (size_t)arguments->retries;
	options.timeout_s = 60.0 * arguments->timeout_minutes;
	options.dry_run = arguments->dry_run;
	options.hooks = (struct plica_run_hooks){
		.report = on_event, .stop = wants_stop, .context = progress};
	return options;
}

static void count_jobs(struct progress *progress, const struct plica_jobs *jobs)
{
	*progress = (struct progress){.jobs = jobs, .width = cli_job_title_width(jobs)};
	for (size_t i = 0; i < jobs->count; i++)
		progress->total += plica_job_is_selected(&jobs->item[i]);
}

static int run_study(const char *path, const struct arguments *arguments)
{
	enum plica_status status;
	struct plica_error err = {0};
	struct cli_study study = {0};
	struct plica_run_summary summary = {0};
	struct progress progress;
	struct plica_run_options options;

	cli_catch_signals();
	PLICA_TRY(
		cli_study_open(&study, path, &arguments->which, (size_t)arguments->threads, &err));
	count_jobs(&progress, study.jobs);
	options = run_options(arguments, &progress);
	if (arguments->dry_run)
		print_commands(study.jobs);
	PLICA_TRY(plica_study_run(&summary, study.jobs, &options, &err));
	if (!arguments->dry_run)
		PLICA_TRY(cli_print_study_table(study.jobs, &err));
	(void)printf("\n%zu done, %zu cached, %zu failed\nmanifest: "
		     "%s/reconstruction_manifest.json\n",
		summary.done, summary.cached, summary.failed, study.jobs->artifact_root);
out:
	cli_study_close(&study);
	if (status != PLICA_OK)
		return cli_fail(status, &err);
	return summary.failed > 0 && !arguments->allow_failures ? CLI_FAILED : CLI_DONE;
}

static bool in_range(long value, long least, long most)
{
	return value >= least && value <= most;
}

static int check_and_run(
	const struct cli_command *self, const char *path, struct arguments *arguments)
{
	long cores = omp_get_num_procs();

	if (!in_range(arguments->parallel, 0, 1024))
		return cli_usage_error(
			self, "'--jobs' is %ld, expected 0 to 1024", arguments->parallel);
	if (!in_range(arguments->retries, 0, 100))
		return cli_usage_error(
			self, "'--retries' is %ld, expected 0 to 100", arguments->retries);
	if (!in_range(arguments->threads, 0, 1024))
		return cli_usage_error(
			self, "'--threads' is %ld, expected 0 to 1024", arguments->threads);
	if (!(arguments->timeout_minutes >= 0.0))
		return cli_usage_error(self, "'--timeout' is %g, expected minutes >= 0",
			arguments->timeout_minutes);
	if (arguments->parallel == 0)
		arguments->parallel = cores;
	if (arguments->threads == 0)
		arguments->threads = cores > arguments->parallel ? cores / arguments->parallel : 1;
	return run_study(path, arguments);
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments arguments = {0};
	const struct cli_option options[] = {
		CLI_JOB_OPTIONS(&arguments.which),
		{"jobs", 'j', CLI_INT, &arguments.parallel, "N",
			"jobs at once (0: one for each core)"},
		{"threads", 't', CLI_INT, &arguments.threads, "N",
			"threads of a job (0: its share of the cores)"},
		{"retries", 0, CLI_INT, &arguments.retries, "N",
			"further attempts for a job that fails (0)"},
		{"timeout", 0, CLI_NUMBER, &arguments.timeout_minutes, "MINUTES",
			"time limit of an attempt (0: none)"},
		{"allow-failures", 0, CLI_FLAG, &arguments.allow_failures, NULL,
			"exit status 0 even when jobs failed"},
		{"dry-run", 0, CLI_FLAG, &arguments.dry_run, NULL,
			"print the commands and start nothing"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result = parsed == CLI_RUN ? check_and_run(self, words.item[0], &arguments)
				       : cli_parse_exit(parsed);

	cli_job_options_release(&arguments.which);
	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_study_run = {
	.name = "study run",
	.arguments = "DESIGN.yaml [OPTIONS]",
	.summary = "Run the jobs that are not done yet, one process each.",
	.details =
		"A job that fails never stops the others. Interrupted, it loses no more than the\n"
		"epochs since each job's last checkpoint; run it again to go on.",
	.run = run,
};
