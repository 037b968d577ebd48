/* SPDX-License-Identifier: BSD-3-Clause */
/** `plica study run --executor slurm`: the options, and the submission. */
#ifndef PLICA_CLI_STUDY_SLURM_H
#define PLICA_CLI_STUDY_SLURM_H

#include "cli/study.h"

struct cli_slurm_options {
	const char *partition, *memory;
	long array_limit;
	struct plica_strings sbatch;
	bool pretend;
};

/** Rows of the table of options. */
#define CLI_SLURM_OPTIONS(options)                                                                 \
	{"partition", 0, CLI_TEXT, &(options)->partition, "NAME",                                  \
		"slurm: partition of the tasks (the cluster's)"},                                  \
		{"array-limit", 0, CLI_INT, &(options)->array_limit, "N",                          \
			"slurm: tasks that run at once (0: no limit)"},                            \
		{"memory", 0, CLI_TEXT, &(options)->memory, "SIZE",                                \
			"slurm: memory of a task, as 8G (the cluster's)"},                         \
		{"sbatch", 0, CLI_LIST, &(options)->sbatch, "OPTION",                              \
			"slurm: one more option of sbatch; repeatable"},                           \
		{"pretend", 0, CLI_FLAG, &(options)->pretend, NULL,                                \
			"slurm: print what would be submitted, and do nothing"}

/** Whether any of them was given. */
bool cli_slurm_options_given(const struct cli_slurm_options *options);

/** What of the run's own options the tasks are to have. */
struct cli_slurm_run {
	const char *design_path;
	const struct cli_job_options *which;
	long retries, threads;
	double timeout_s;
};

/** Submits the jobs, or prints what it would; an exit status. */
int cli_slurm_submit(const struct cli_slurm_run *run, const struct cli_slurm_options *options);

/**
 * In a task of an array: "1234_5", from Slurm's environment; else NULL. `text` is room for it.
 */
const char *cli_slurm_task_id(char text[48]);
/** In a task: how many cores it was given; else 0. */
long cli_slurm_cores(void);
/** In a task: whether the design is still the one that was submitted. */
PLICA_MUST_USE enum plica_status cli_slurm_check_design(
	const char *design_path, struct plica_error *err);

#endif
