/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/study_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "cli/compare_run.h"
#include "cli/study.h"
#include "format/json.h"

#define SCORE_NAME "score.json"

/* A job's errors against the truth, or why there are none. */
struct score {
	double nrmse, phase_rmse_rad;
	char reason[PLICA_ERROR_TEXT];
};

/* "bytes mtime" of result and input: whether a kept score is still that of these files. */
struct stamp {
	char text[160];
};

static bool make_stamp(struct stamp *out, const struct plica_job *job)
{
	struct stat result, input;

	if (stat(job->result_path, &result) != 0 || stat(job->input_npz, &input) != 0)
		return false;
	(void)snprintf(out->text, sizeof(out->text), "%lld %lld.%09ld %lld %lld.%09ld",
		(long long)result.st_size, (long long)result.st_mtim.tv_sec, result.st_mtim.tv_nsec,
		(long long)input.st_size, (long long)input.st_mtim.tv_sec, input.st_mtim.tv_nsec);
	return true;
}

static bool load_score(struct score *out, const char *path, const struct stamp *stamp)
{
	struct plica_json *json = NULL;
	const char *found, *version, *reason;
	bool holds;

	if (!plica_file_exists(path) || plica_json_load(&json, path, NULL) != PLICA_OK)
		return false;
	found = plica_json_get_text(json, "measured_on");
	version = plica_json_get_text(json, "program_version");
	reason = plica_json_get_text(json, "reason");
	holds = found != NULL && strcmp(found, stamp->text) == 0 && version != NULL &&
		strcmp(version, PLICA_VERSION) == 0;
	out->nrmse = plica_json_get_number(json, "nrmse", (double)NAN);
	out->phase_rmse_rad = plica_json_get_number(json, "phase_rmse_rad", (double)NAN);
	(void)snprintf(out->reason, sizeof(out->reason), "%s", reason != NULL ? reason : "");
	plica_json_free(json);
	return holds;
}

static void save_score(const struct score *score, const char *path, const struct stamp *stamp)
{
	struct plica_json *json = plica_json_object();

	plica_json_set_integer(json, "schema", PLICA_STUDY_SCHEMA);
	plica_json_set_text(json, "measured_on", stamp->text);
	plica_json_set_text(json, "program_version", PLICA_VERSION);
	if (score->reason[0] != '\0') {
		plica_json_set_text(json, "reason", score->reason);
	} else {
		plica_json_set_number(json, "nrmse", score->nrmse);
		plica_json_set_number(json, "phase_rmse_rad", score->phase_rmse_rad);
	}
	if (plica_json_save(path, json, NULL) != PLICA_OK)
		(void)unlink(path); /* what cannot be kept is measured again the next time */
	plica_json_free(json);
}

/* False when the attempt failed for want of memory or of a file, which may pass. */
static bool measure(struct score *out, const struct plica_job *job)
{
	struct compare_request request;
	struct compare_result result;
	const struct plica_metric *nrmse;
	struct plica_error err = {0};
	enum plica_status status;

	compare_request_init(&request);
	request.reconstruction = job->result_path;
	request.reference = job->input_npz;
	status = compare_files(&result, &request, &err);
	if (status != PLICA_OK) {
		(void)snprintf(out->reason, sizeof(out->reason), "%s", err.text);
		return status != PLICA_ERR_MEMORY && status != PLICA_ERR_IO;
	}
	nrmse = &result.comparison->metric[PLICA_METRIC_NRMSE];
	out->nrmse = nrmse->value;
	out->phase_rmse_rad = result.comparison->metric[PLICA_METRIC_PHASE_RMSE].value;
	if (nrmse->reason != NULL)
		(void)snprintf(out->reason, sizeof(out->reason), "%s", nrmse->reason);
	compare_result_release(&result);
	return true;
}

static void score_job(struct score *out, const struct plica_job *job)
{
	struct plica_job_record record;
	struct stamp stamp;
	char *path = NULL;

	plica_job_read_record(&record, job);
	if (record.status != PLICA_JOB_DONE)
		return;
	if (!make_stamp(&stamp, job)) {
		(void)snprintf(out->reason, sizeof(out->reason), "its result is gone");
		return;
	}
	if (plica_path_join(&path, job->output_dir, SCORE_NAME, NULL) == PLICA_OK &&
		!load_score(out, path, &stamp)) {
		*out = (struct score){0};
		if (measure(out, job))
			save_score(out, path, &stamp);
	}
	plica_free(path);
}

/* In parallel, jobs being independent. */
static void score_jobs(struct score *scores, const struct plica_jobs *jobs)
{
#pragma omp parallel for schedule(dynamic, 1)
	for (size_t i = 0; i < jobs->count; i++)
		if (plica_job_is_selected(&jobs->item[i]))
			score_job(&scores[i], &jobs->item[i]);
}

static void print_row(const struct plica_job *job, const struct score *score, int width)
{
	struct plica_job_record record;
	char title[256];

	plica_job_read_record(&record, job);
	cli_job_title(title, sizeof(title), job);
	(void)printf("%-*s  %-8s %7.1f", width, title, plica_job_status_name(record.status),
		record.seconds);
	if (record.status != PLICA_JOB_DONE)
		(void)printf("\n");
	else if (score->reason[0] != '\0')
		(void)printf("  %s\n", score->reason);
	else
		(void)printf("  %7.4f  %8.4f\n", score->nrmse, score->phase_rmse_rad);
}

enum plica_status cli_print_study_table(const struct plica_jobs *jobs, struct plica_error *err)
{
	struct score *scores = NULL;
	int width = cli_job_title_width(jobs);
	enum plica_status status = PLICA_NEW(&scores, jobs->count, err);

	if (status != PLICA_OK)
		return status;
	score_jobs(scores, jobs);
	(void)printf("\n%-*s  %-8s %7s  %7s  %8s\n", width, "job", "status", "seconds", "NRMSE",
		"phase/rad");
	for (size_t i = 0; i < jobs->count; i++)
		if (plica_job_is_selected(&jobs->item[i]))
			print_row(&jobs->item[i], &scores[i], width);
	plica_free(scores);
	return PLICA_OK;
}
