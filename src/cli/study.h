/* SPDX-License-Identifier: BSD-3-Clause */
/** What the subcommands of `plica study` share. */
#ifndef PLICA_CLI_STUDY_H
#define PLICA_CLI_STUDY_H

#include "base/text.h"
#include "cli/options.h"
#include "plica/study.h"

extern const struct cli_command cmd_study_compare;
extern const struct cli_command cmd_study_generate;
extern const struct cli_command cmd_study_init;
extern const struct cli_command cmd_study_plan;
extern const struct cli_command cmd_study_report;
extern const struct cli_command cmd_study_run;
extern const struct cli_command cmd_study_show;
extern const struct cli_command cmd_study_status;

/** Which jobs, and where: the options that plan, run, status and report have in common. */
struct cli_job_options {
	const char *phase_c_root, *phase_d_root, *artifact_root, *backend;
	struct plica_strings dose, view, split, gridsize;
	bool allow_missing_phase_d, allow_missing;
};

/** Number of rows that CLI_JOB_OPTIONS adds to a table. */
#define CLI_JOB_OPTIONS(options)                                                                   \
	{"phase-c-root", 0, CLI_TEXT, &(options)->phase_c_root, "DIR",                             \
		"folder of the data of stage C (the design's)"},                                   \
		{"phase-d-root", 0, CLI_TEXT, &(options)->phase_d_root, "DIR",                     \
			"folder of the views of stage D (the design's)"},                          \
		{"artifact-root", 0, CLI_TEXT, &(options)->artifact_root, "DIR",                   \
			"folder of the reconstructions (the design's)"},                           \
		{"dose", 0, CLI_LIST, &(options)->dose, "DOSE", "only this dose; repeatable"},     \
		{"view", 0, CLI_LIST, &(options)->view, "NAME", "only this view; repeatable"},     \
		{"split", 0, CLI_LIST, &(options)->split, "NAME", "only this split; repeatable"},  \
		{"gridsize", 0, CLI_LIST, &(options)->gridsize, "N",                               \
			"only this gridsize; repeatable"},                                         \
		{"backend", 0, CLI_TEXT, &(options)->backend, "NAME",                              \
			"native or ptychi (the design's)"},                                        \
		{"allow-missing-phase-d", 0, CLI_FLAG, &(options)->allow_missing_phase_d, NULL,    \
			"skip views whose data set is missing"},                                   \
		{"allow-missing", 0, CLI_FLAG, &(options)->allow_missing, NULL,                    \
			"skip every job whose data set is missing"}

void cli_job_options_release(struct cli_job_options *options);

/** A design and its assessed jobs. */
struct cli_study {
	struct plica_design *design;
	struct plica_jobs *jobs;
};

/** Loads the design and lists its jobs; `threads` a job, 0: as many as there are. */
PLICA_MUST_USE enum plica_status cli_study_open(struct cli_study *study, const char *path,
	const struct cli_job_options *options, size_t threads, struct plica_error *err);
void cli_study_close(struct cli_study *study);

/** The program's own path: a child is the same binary, whatever PATH says. */
PLICA_MUST_USE enum plica_status cli_own_path(char *out, size_t size, struct plica_error *err);

/** "1e3 baseline/full", for people; `size` bytes. */
void cli_job_title(char *out, size_t size, const struct plica_job *job);
/** The width of the longest title of the jobs. */
int cli_job_title_width(const struct plica_jobs *jobs);

/** Fields of spec/study.md section 3, state and reason included, as members of `entry`. */
struct plica_json;
void cli_job_json(struct plica_json *entry, const struct plica_job *job);

#endif
