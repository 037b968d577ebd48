/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage G: every job against the truth of its data, or against another backend's result. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "cli/compare_files.h"
#include "cli/compare_run.h"
#include "cli/output.h"
#include "cli/study.h"

#define TABLE_NAME "comparison_metrics.csv"

struct arguments {
	struct cli_job_options which;
	const char *reference_root; /* NULL: the truth */
	const char *output_dir;
	bool try_orientations;
};

/* What became of one job. */
struct entry {
	char *reference; /* path */
	struct compare_result result;
	char reason[PLICA_ERROR_TEXT]; /* why there is no result; "" when there is */
};

/* "dose_1000/dense/train" or, for a file's name, "dose_1000_dense_train". */
static void name_job(char *out, size_t size, const struct plica_job *job, char between)
{
	(void)snprintf(out, size, "dose_%.0f%c%s%c%s", job->dose, between, job->view, between,
		plica_split_name(job->split));
}

/* The result of the same job under another root, whichever backend made it. */
static enum plica_status find_other(
	char **out, const char *root, const struct plica_job *job, struct plica_error *err)
{
	static const char *const names[] = {"reconstruction.npz", "ptychi_reconstruction.npz"};
	char folder[256];
	enum plica_status status;

	name_job(folder, sizeof(folder), job, '/');
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[300];

		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		status = plica_path_join(out, root, path, err);
		if (status != PLICA_OK || plica_file_exists(*out))
			return status;
		plica_free(*out);
		*out = NULL;
	}
	return plica_error_set(err, PLICA_ERR_IO, "cannot find '%s' or '%s' in '%s/%s'", names[0],
		names[1], root, folder);
}

static enum plica_status compare_job(struct entry *entry, const struct plica_job *job,
	const struct plica_design *design, const struct arguments *arguments,
	struct plica_error *err)
{
	struct compare_request request;
	enum plica_status status;

	if (arguments->reference_root == NULL)
		PLICA_TRY(plica_copy_text(&entry->reference, job->input_npz, err));
	else
		PLICA_TRY(find_other(&entry->reference, arguments->reference_root, job, err));
	compare_request_init(&request);
	request.reconstruction = job->result_path;
	request.reference = entry->reference;
	request.data = arguments->reference_root != NULL ? job->input_npz : NULL;
	request.options.try_orientations = arguments->try_orientations;
	request.options.msssim_sigma_px = design->metrics.ms_ssim_sigma_px;
	PLICA_TRY(compare_files(&entry->result, &request, err));
out:
	return status;
}

/* Jobs are independent of each other; one that cannot be compared has its reason in the table. */
static void compare_jobs(
	struct entry *entries, const struct plica_jobs *jobs, const struct arguments *arguments)
{
#pragma omp parallel for schedule(dynamic, 1)
	for (size_t i = 0; i < jobs->count; i++) {
		struct plica_error err = {.text = ""};
		const char *reason = err.text;

		if (!plica_job_is_selected(&jobs->item[i]))
			reason = jobs->item[i].reason;
		else if (!plica_file_exists(jobs->item[i].result_path))
			reason = "not reconstructed yet";
		else
			(void)compare_job(
				&entries[i], &jobs->item[i], jobs->design, arguments, &err);
		(void)snprintf(entries[i].reason, sizeof(entries[i].reason), "%s", reason);
	}
}

/* A field in quotes, which RFC 4180 doubles inside. */
static enum plica_status add_quoted(
	struct plica_text *text, const char *field, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_text_add(text, "\"", err));
	for (const char *c = field != NULL ? field : ""; *c != '\0'; c++)
		PLICA_TRY(plica_text_append(text, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1, err));
	PLICA_TRY(plica_text_add(text, "\"", err));
out:
	return status;
}

static enum plica_status add_header(struct plica_text *text, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_text_add(text,
		"dose,view,split,backend,reconstruction,reference,factor_re,factor_im,"
		"ramp_y_cycles,ramp_x_cycles,shift_y_px,shift_x_px,orientation,conjugated,"
		"photons_per_object_pixel,mask_share,amplitude_range,phase_range_rad,"
		"frc_threshold,frc_crossing",
		err));
	for (int k = 0; k < PLICA_METRIC_COUNT; k++)
		PLICA_TRY(plica_text_printf(
			text, err, ",%s", plica_metric_key((enum plica_metric_kind)k)));
	PLICA_TRY(plica_text_add(text, ",reason\n", err));
out:
	return status;
}

/* An empty field where there is no figure, and "key: reason; ..." behind them. */
static enum plica_status add_figure(struct plica_text *text, struct plica_text *reasons,
	const char *key, const struct plica_metric *metric, struct plica_error *err)
{
	enum plica_status status;

	if (metric->reason == NULL)
		return plica_text_printf(text, err, ",%.10g", metric->value);
	PLICA_TRY(plica_text_add(text, ",", err));
	PLICA_TRY(plica_text_printf(
		reasons, err, "%s%s: %s", reasons->size > 0 ? "; " : "", key, metric->reason));
out:
	return status;
}

static enum plica_status add_result(struct plica_text *text, struct plica_text *reasons,
	const struct compare_result *result, double threshold, struct plica_error *err)
{
	const struct plica_comparison *comparison = result->comparison;
	const struct plica_removed *removed = &comparison->removed;
	const struct plica_metric crossing = plica_comparison_crossing(comparison, threshold);
	enum plica_status status;

	PLICA_TRY(plica_text_printf(text, err, ",%.10g,%.10g,%.10g,%.10g,%.10g,%.10g,%s,%d",
		removed->factor_re, removed->factor_im, removed->ramp_y_cycles,
		removed->ramp_x_cycles, removed->shift_y_px, removed->shift_x_px,
		plica_orientation_name(removed->orientation), removed->conjugated));
	PLICA_TRY(plica_text_printf(text, err, ",%.10g,%.10g,%.10g,%.10g,%.10g",
		result->photons_per_px, result->mask_share, comparison->amplitude_range,
		comparison->phase_range_rad, threshold));
	PLICA_TRY(add_figure(text, reasons, "frc_crossing", &crossing, err));
	for (int k = 0; k < PLICA_METRIC_COUNT; k++)
		PLICA_TRY(add_figure(text, reasons, plica_metric_key((enum plica_metric_kind)k),
			&comparison->metric[k], err));
out:
	return status;
}

static enum plica_status add_row(struct plica_text *text, const struct plica_job *job,
	const struct entry *entry, double threshold, struct plica_error *err)
{
	/* from factor_re to the last figure */
	const int empty = 14 + PLICA_METRIC_COUNT;
	struct plica_text reasons = {0};
	enum plica_status status;

	PLICA_TRY(plica_text_printf(text, err, "%.10g,%s,%s,%s,", job->dose, job->view,
		plica_split_name(job->split), job->backend));
	PLICA_TRY(add_quoted(text, job->result_path, err));
	PLICA_TRY(plica_text_add(text, ",", err));
	PLICA_TRY(add_quoted(text, entry->reference, err));
	if (entry->result.comparison != NULL)
		PLICA_TRY(add_result(text, &reasons, &entry->result, threshold, err));
	else
		PLICA_TRY(plica_text_add(&reasons, entry->reason, err));
	for (int i = 0; entry->result.comparison == NULL && i < empty; i++)
		PLICA_TRY(plica_text_add(text, ",", err));
	PLICA_TRY(plica_text_add(text, ",", err));
	PLICA_TRY(add_quoted(text, plica_text_string(&reasons), err));
	PLICA_TRY(plica_text_add(text, "\n", err));
out:
	plica_text_release(&reasons);
	return status;
}

static enum plica_status save_table(const char *folder, const struct entry *entries,
	const struct plica_jobs *jobs, struct plica_error *err)
{
	struct plica_text text = {0};
	char *path = NULL;
	enum plica_status status;

	PLICA_TRY(add_header(&text, err));
	for (size_t i = 0; i < jobs->count; i++)
		PLICA_TRY(add_row(&text, &jobs->item[i], &entries[i],
			jobs->design->metrics.frc_threshold, err));
	PLICA_TRY(plica_path_join(&path, folder, TABLE_NAME, err));
	PLICA_TRY(plica_file_save(path, text.data, text.size, err));
	(void)printf("table: %s\n", path);
out:
	plica_free(path);
	plica_text_release(&text);
	return status;
}

static enum plica_status save_curve(const char *folder, const struct plica_job *job,
	const struct plica_comparison *comparison, struct plica_error *err)
{
	char name[256], file[300];
	char *path = NULL;
	enum plica_status status;

	name_job(name, sizeof(name), job, '_');
	(void)snprintf(file, sizeof(file), "%s_frc_curves.csv", name);
	PLICA_TRY(plica_path_join(&path, folder, file, err));
	PLICA_TRY(compare_save_curve(comparison, path, err));
out:
	plica_free(path);
	return status;
}

static void print_entry(const struct plica_job *job, const struct entry *entry, int width)
{
	const struct plica_comparison *comparison = entry->result.comparison;
	char title[256];

	cli_job_title(title, sizeof(title), job);
	(void)printf("%-*s", width, title);
	if (comparison == NULL) {
		(void)printf("  -  (%s)\n", entry->reason);
		return;
	}
	for (int k = PLICA_METRIC_NRMSE; k <= PLICA_METRIC_PHASE_RMSE; k++) {
		const struct plica_metric *metric = &comparison->metric[k];

		if (metric->reason != NULL) {
			(void)printf("  -  (%s)\n", metric->reason);
			return;
		}
		(void)printf(
			"  %s %.4f", plica_metric_label((enum plica_metric_kind)k), metric->value);
	}
	(void)printf("\n");
}

static enum plica_status save_all(const char *folder, const struct entry *entries,
	const struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_make_folders(folder, err));
	for (size_t i = 0; i < jobs->count; i++) {
		print_entry(&jobs->item[i], &entries[i], cli_job_title_width(jobs));
		if (entries[i].result.comparison != NULL)
			PLICA_TRY(save_curve(
				folder, &jobs->item[i], entries[i].result.comparison, err));
	}
	PLICA_TRY(save_table(folder, entries, jobs, err));
out:
	return status;
}

static int compare_study(const char *path, const struct arguments *arguments)
{
	struct cli_study study = {0};
	struct entry *entries = NULL;
	struct plica_error err = {0};
	enum plica_status status;
	size_t count = 0;

	PLICA_TRY(cli_study_open(&study, path, &arguments->which, 0, &err));
	PLICA_TRY(PLICA_NEW(&entries, study.jobs->count, &err));
	count = study.jobs->count;
	compare_jobs(entries, study.jobs, arguments);
	PLICA_TRY(save_all(
		arguments->output_dir != NULL ? arguments->output_dir : study.jobs->artifact_root,
		entries, study.jobs, &err));
out:
	for (size_t i = 0; i < count; i++) {
		compare_result_release(&entries[i].result);
		plica_free(entries[i].reference);
	}
	plica_free(entries);
	cli_study_close(&study);
	return status == PLICA_OK ? CLI_DONE : cli_fail(status, &err);
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments arguments = {0};
	const struct cli_option options[] = {
		CLI_JOB_OPTIONS(&arguments.which),
		{"reference-root", 0, CLI_TEXT, &arguments.reference_root, "DIR",
			"compare with the same jobs' results there (default: the truth)"},
		{"try-orientations", 0, CLI_FLAG, &arguments.try_orientations, NULL,
			"turn, mirror and conjugate; take what fits best"},
		{"output-dir", 'o', CLI_TEXT, &arguments.output_dir, "DIR",
			"folder of the tables (the artifact root)"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result = parsed == CLI_RUN ? compare_study(words.item[0], &arguments)
				       : cli_parse_exit(parsed);

	cli_job_options_release(&arguments.which);
	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_study_compare = {
	.name = "study compare",
	.arguments = "DESIGN.yaml [OPTIONS]",
	.summary = "Measure every result of a study; write the figures as CSV.",
	.details =
		"Each job's result is compared with the truth of its data, or with what another\n"
		"backend or program left for the same job. Writes comparison_metrics.csv, a line\n"
		"per job, and a table of the FRC curve for each.",
	.run = run,
};
