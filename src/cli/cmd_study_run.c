/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

#include "base/shell.h"
#include "base/try.h"
#include "cli/output.h"
#include "cli/study.h"
#include "cli/study_slurm.h"
#include "cli/study_table.h"

struct arguments {
	struct cli_job_options which;
	struct cli_slurm_options slurm;
	const char *executor;
	long parallel, retries, threads, task;
	double timeout_minutes;
	bool dry_run, allow_failures;
};

#define NO_TASK (-1)

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

static enum plica_status print_command(const struct plica_job *job, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct plica_text line = {0};

	for (size_t k = 0; k < job->command_size; k++) {
		PLICA_TRY(plica_text_add(&line, " ", err));
		PLICA_TRY(plica_shell_word(&line, job->command[k], err));
	}
	(void)printf("[DRY RUN]%s\n", plica_text_string(&line));
out:
	plica_text_release(&line);
	return status;
}

static enum plica_status print_commands(const struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < jobs->count && status == PLICA_OK; i++)
		if (plica_job_is_selected(&jobs->item[i]))
			status = print_command(&jobs->item[i], err);
	return status;
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
	size_t task = (size_t)arguments->task;
	char task_id[48];

	cli_catch_signals();
	PLICA_TRY(
		cli_study_open(&study, path, &arguments->which, (size_t)arguments->threads, &err));
	count_jobs(&progress, study.jobs);
	options = run_options(arguments, &progress);
	if (arguments->task != NO_TASK) {
		PLICA_TRY(cli_slurm_check_design(path, &err));
		options.task = &task;
		options.executor_id = cli_slurm_task_id(task_id);
		progress.total = 1;
	}
	if (arguments->dry_run)
		PLICA_TRY(print_commands(study.jobs, &err));
	PLICA_TRY(plica_study_run(&summary, study.jobs, &options, &err));
	if (!arguments->dry_run && arguments->task == NO_TASK)
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

static int check_numbers(const struct cli_command *self, const struct arguments *arguments)
{
	const struct {
		const char *name;
		long value, least, most;
	} numbers[] = {
		{"jobs", arguments->parallel, 0, 1024},
		{"retries", arguments->retries, 0, 100},
		{"threads", arguments->threads, 0, 1024},
		{"array-limit", arguments->slurm.array_limit, 0, 1000000},
		{"task", arguments->task, NO_TASK, 1000000000},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!in_range(numbers[i].value, numbers[i].least, numbers[i].most))
			return cli_usage_error(self, "'--%s' is %ld, expected %ld to %ld",
				numbers[i].name, numbers[i].value,
				numbers[i].least < 0 ? 0 : numbers[i].least, numbers[i].most);
	if (!(arguments->timeout_minutes >= 0.0))
		return cli_usage_error(self, "'--timeout' is %g, expected minutes >= 0",
			arguments->timeout_minutes);
	return CLI_DONE;
}

static int submit(const char *path, const struct arguments *arguments)
{
	const struct cli_slurm_run run = {
		.design_path = path,
		.which = &arguments->which,
		.retries = arguments->retries,
		.threads = arguments->threads,
		.timeout_s = 60.0 * arguments->timeout_minutes,
	};

	return cli_slurm_submit(&run, &arguments->slurm);
}

static int run_here(const char *path, struct arguments *arguments)
{
	long cores = omp_get_num_procs();

	if (arguments->task != NO_TASK) {
		arguments->parallel = 1;
		cores = cli_slurm_cores() > 0 ? cli_slurm_cores() : cores;
	}
	if (arguments->parallel == 0)
		arguments->parallel = cores;
	if (arguments->threads == 0)
		arguments->threads = cores > arguments->parallel ? cores / arguments->parallel : 1;
	return run_study(path, arguments);
}

static int check_and_run(
	const struct cli_command *self, const char *path, struct arguments *arguments)
{
	const char *executor = arguments->executor;
	bool slurm = executor != NULL && strcmp(executor, "slurm") == 0;
	int wrong = check_numbers(self, arguments);

	if (wrong != CLI_DONE)
		return wrong;
	if (executor != NULL && !slurm && strcmp(executor, "local") != 0)
		return cli_usage_error(
			self, "'--executor' is '%s', expected local or slurm", executor);
	if (!slurm && cli_slurm_options_given(&arguments->slurm))
		return cli_usage_error(self,
			"--partition, --array-limit, --memory, --sbatch and --pretend are for "
			"'--executor slurm'");
	if (slurm && (arguments->dry_run || arguments->task != NO_TASK || arguments->parallel > 1))
		return cli_usage_error(self, "--dry-run, --task and --jobs are not for "
					     "'--executor slurm': see --pretend, --array-limit");
	return slurm ? submit(path, arguments) : run_here(path, arguments);
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments arguments = {.task = NO_TASK};
	const struct cli_option options[] = {
		CLI_JOB_OPTIONS(&arguments.which),
		{"jobs", 'j', CLI_INT, &arguments.parallel, "N",
			"jobs at once (0: one for each core)"},
		{"threads", 't', CLI_INT, &arguments.threads, "N",
			"threads of a job (0: its share of the cores)"},
		{"retries", 0, CLI_INT, &arguments.retries, "N",
			"further attempts for a job that fails (0)"},
		{"timeout", 0, CLI_NUMBER, &arguments.timeout_minutes, "MINUTES",
			"time limit of an attempt (0: none); slurm: of a task"},
		{"allow-failures", 0, CLI_FLAG, &arguments.allow_failures, NULL,
			"exit status 0 even when jobs failed"},
		{"dry-run", 0, CLI_FLAG, &arguments.dry_run, NULL,
			"print the commands and start nothing"},
		{"executor", 0, CLI_TEXT, &arguments.executor, "NAME",
			"local (default), or slurm: submit a job array"},
		CLI_SLURM_OPTIONS(&arguments.slurm),
		{"task", 0, CLI_INT, &arguments.task, "INDEX",
			"this job of the list alone, as a task of an array"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result = parsed == CLI_RUN ? check_and_run(self, words.item[0], &arguments)
				       : cli_parse_exit(parsed);

	plica_strings_release(&arguments.slurm.sbatch);
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
