/* SPDX-License-Identifier: BSD-3-Clause */
/* What the data sets of the jobs say: whether they are there, and how a view was chosen. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "study/generate.h"
#include "study/jobs.h"
#include "study/metadata.h"

static enum plica_status take_selection(struct plica_jobs *jobs, struct plica_job *job,
	const struct plica_json *metadata, struct plica_error *err)
{
	const char *strategy = plica_json_get_text(metadata, "selection_strategy");
	double neighbours = plica_json_get_number(metadata, "neighbor_count", (double)NAN);
	struct plica_job_selection *selection = &job->selection;

	selection->known = true;
	selection->spacing_px = plica_json_get_number(metadata, "spacing_threshold", (double)NAN);
	selection->acceptance_rate =
		plica_json_get_number(metadata, "acceptance_rate", (double)NAN);
	selection->n_accepted = plica_json_get_number(metadata, "n_accepted", (double)NAN);
	selection->n_rejected = plica_json_get_number(metadata, "n_rejected", (double)NAN);
	if (neighbours >= 0.0 && neighbours < 1e6)
		job->neighbor_count = (size_t)neighbours;
	if (strategy == NULL)
		return PLICA_OK;
	return plica_jobs_keep(jobs, &selection->strategy, err, "%s", strategy);
}

static enum plica_status judge_selection(
	struct plica_jobs *jobs, struct plica_job *job, struct plica_error *err)
{
	size_t members = job->gridsize * job->gridsize;

	if (job->selection.n_accepted < 1.0) {
		job->state = PLICA_JOB_INVALID;
		job->reason = "the view's selection has no group";
	} else if (job->neighbor_count < members) {
		job->state = PLICA_JOB_INVALID;
		return plica_jobs_keep(jobs, &job->reason, err,
			"the view's neighbor_count is %zu: gridsize %zu needs at least %zu",
			job->neighbor_count, job->gridsize, members);
	}
	return PLICA_OK;
}

static enum plica_status read_view(
	struct plica_jobs *jobs, struct plica_job *job, struct plica_error *err)
{
	enum plica_status status;
	struct plica_json *metadata = NULL;
	struct plica_error why = {0};

	if (plica_metadata_load(&metadata, job->input_npz, &why) != PLICA_OK) {
		job->state = PLICA_JOB_INVALID;
		return plica_jobs_keep(jobs, &job->reason, err, "%s", why.text);
	}
	if (metadata == NULL)
		return PLICA_OK;
	PLICA_TRY(take_selection(jobs, job, metadata, err));
	PLICA_TRY(judge_selection(jobs, job, err));
out:
	plica_json_free(metadata);
	return status;
}

/* Whether stage D left word that this view is impossible; then that is the reason. */
static enum plica_status ask_stage_d(
	struct plica_jobs *jobs, struct plica_job *job, bool *said, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text folder = {0};
	const char *name = plica_path_name(job->input_npz);
	char *reason = NULL;

	PLICA_TRY(plica_text_append(&folder, job->input_npz, (size_t)(name - job->input_npz), err));
	PLICA_TRY(plica_view_impossible(
		&reason, plica_text_string(&folder), plica_split_name(job->split), err));
	*said = reason != NULL;
	if (reason != NULL) {
		job->state = PLICA_JOB_INVALID;
		PLICA_TRY(plica_jobs_keep(jobs, &job->reason, err, "%s", reason));
	}
out:
	plica_free(reason);
	plica_text_release(&folder);
	return status;
}

static enum plica_status missing(struct plica_jobs *jobs, struct plica_job *job, bool view,
	const struct plica_job_settings *settings, struct plica_error *err)
{
	bool allowed = settings->allow_missing || (view && settings->allow_missing_phase_d);
	const char *phase = view ? "D" : "C";

	if (!allowed)
		return plica_error_set(err, PLICA_ERR_IO,
			"job dose %g %s/%s: Phase %s data set not found: %s: 'plica study "
			"generate' makes data sets, --allow-missing leaves such jobs out",
			job->dose, job->view, plica_split_name(job->split), phase, job->input_npz);
	job->state = PLICA_JOB_SKIPPED;
	job->phase_d_missing = view;
	return plica_jobs_keep(
		jobs, &job->reason, err, "Phase %s data set not found: %s", phase, job->input_npz);
}

static bool is_view(const struct plica_jobs *jobs, const struct plica_job *job)
{
	const struct plica_design *design = jobs->design;

	for (size_t i = 0; i < design->view_count; i++)
		if (design->views[i].name == job->view)
			return !design->views[i].whole;
	return false;
}

static enum plica_status check_input(struct plica_jobs *jobs, struct plica_job *job,
	const struct plica_job_settings *settings, struct plica_error *err)
{
	enum plica_status status;
	bool view = is_view(jobs, job);
	bool said = false;

	if (plica_file_exists(job->input_npz))
		return view ? read_view(jobs, job, err) : PLICA_OK;
	if (view) {
		status = ask_stage_d(jobs, job, &said, err);
		if (status != PLICA_OK || said)
			return status;
	}
	return missing(jobs, job, view, settings, err);
}

enum plica_status plica_jobs_check_inputs(
	struct plica_jobs *jobs, const struct plica_job_settings *settings, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < jobs->count && status == PLICA_OK; i++)
		if (jobs->item[i].state == PLICA_JOB_RUN)
			status = check_input(jobs, &jobs->item[i], settings, err);
	return status;
}
