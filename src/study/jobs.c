/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/jobs.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "study/backend.h"
#include "study/paths.h"

const char *plica_job_state_name(enum plica_job_state state)
{
	static const char *const names[] = {
		[PLICA_JOB_RUN] = "run",
		[PLICA_JOB_CACHED] = "cached",
		[PLICA_JOB_STALE] = "stale",
		[PLICA_JOB_SKIPPED] = "skipped",
		[PLICA_JOB_INVALID] = "invalid",
	};

	return names[state];
}

bool plica_job_is_selected(const struct plica_job *job)
{
	return job->state == PLICA_JOB_RUN || job->state == PLICA_JOB_CACHED ||
	       job->state == PLICA_JOB_STALE;
}

enum plica_status plica_jobs_keep(
	struct plica_jobs *jobs, const char **out, struct plica_error *err, const char *format, ...)
{
	struct plica_strings *texts = &jobs->store->texts;
	char small[512];
	char *large = NULL;
	enum plica_status status;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(small, sizeof(small), format, args);
	va_end(args);
	if (length < 0)
		return plica_error_set(err, PLICA_ERR_ARGUMENT, "cannot format '%s'", format);
	if ((size_t)length < sizeof(small)) {
		status = plica_strings_add(texts, small, err);
		goto out;
	}
	PLICA_TRY(PLICA_NEW(&large, (size_t)length + 1, err));
	va_start(args, format);
	(void)vsnprintf(large, (size_t)length + 1, format, args);
	va_end(args);
	status = plica_strings_add(texts, large, err);
out:
	plica_free(large);
	if (status == PLICA_OK)
		*out = texts->item[texts->size - 1];
	return status;
}

enum plica_status plica_jobs_keep_vector(struct plica_jobs *jobs, const char *const **out,
	const struct plica_strings *texts, struct plica_error *err)
{
	enum plica_status status;
	const char **vector = NULL;

	PLICA_TRY(PLICA_NEW(&vector, texts->size + 1, err));
	for (size_t i = 0; i < texts->size; i++)
		PLICA_TRY(plica_jobs_keep(jobs, &vector[i], err, "%s", texts->item[i]));
	jobs->store->vectors[jobs->store->vector_count++] = vector;
	*out = vector;
	vector = NULL;
out:
	plica_free(vector);
	return status;
}

static enum plica_status set_paths(
	struct plica_jobs *jobs, struct plica_job *job, bool whole, struct plica_error *err)
{
	static const char *const suffixes[] = {"_train", "_test", ""};
	enum plica_status status;
	double dose = job->dose;
	const char *split = plica_split_name(job->split);

	if (whole)
		PLICA_TRY(plica_jobs_keep(jobs, &job->input_npz, err, "%s/dose_%.0f/patched%s.npz",
			jobs->phase_c_root, dose, suffixes[job->split]));
	else
		PLICA_TRY(plica_jobs_keep(jobs, &job->input_npz, err, "%s/dose_%.0f/%s/%s_%s.npz",
			jobs->phase_d_root, dose, job->view, job->view, split));
	PLICA_TRY(plica_jobs_keep(jobs, &job->output_dir, err, "%s/dose_%.0f/%s/%s",
		jobs->artifact_root, dose, job->view, split));
	PLICA_TRY(plica_jobs_keep(
		jobs, &job->log_path, err, "%s/%s.log", job->output_dir, jobs->backend));
	PLICA_TRY(plica_jobs_keep(jobs, &job->result_path, err, "%s/%s", job->output_dir,
		plica_backend_result(jobs->backend)));
out:
	return status;
}

static enum plica_status add_job(struct plica_jobs *jobs, double dose,
	const struct plica_study_view *view, enum plica_split split, struct plica_error *err)
{
	const struct plica_design *design = jobs->design;
	struct plica_job *job = &jobs->item[jobs->count++];

	*job = (struct plica_job){
		.dose = dose,
		.view = view->name,
		.split = split,
		.gridsize = view->gridsize,
		.neighbor_count = design->neighbor_count,
		.algorithm = design->algorithm,
		.num_epochs = design->num_epochs,
		.backend = jobs->backend,
		.selection = {false, NULL, (double)NAN, (double)NAN, (double)NAN, (double)NAN},
		.state = PLICA_JOB_RUN,
		.reason = "no result yet",
	};
	return set_paths(jobs, job, view->whole, err);
}

/* Doses ascending, the baseline first, views by ascending spacing: so the design has them. */
static enum plica_status add_all(struct plica_jobs *jobs, struct plica_error *err)
{
	const struct plica_design *design = jobs->design;
	size_t most = design->dose_count * design->view_count * PLICA_SPLIT_COUNT;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&jobs->item, most, err));
	PLICA_TRY(PLICA_NEW(&jobs->store->vectors, most + 1, err));
	for (size_t d = 0; d < design->dose_count; d++) {
		for (size_t i = 0; i < most / design->dose_count; i++) {
			const struct plica_study_view *view = &design->views[i / PLICA_SPLIT_COUNT];
			enum plica_split split = (enum plica_split)(i % PLICA_SPLIT_COUNT);

			if (design->splits[split] && (view->whole || split != PLICA_SPLIT_FULL))
				PLICA_TRY(add_job(jobs, design->doses[d], view, split, err));
		}
	}
out:
	return status;
}

static enum plica_status set_root(struct plica_jobs *jobs, const char **out, const char *given,
	const char *otherwise, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	char *absolute = NULL;

	*out = otherwise;
	if (given == NULL)
		return PLICA_OK;
	PLICA_TRY(plica_absolute_path(&absolute, NULL, given, err));
	PLICA_TRY(plica_jobs_keep(jobs, out, err, "%s", absolute));
out:
	plica_free(absolute);
	return status;
}

static enum plica_status keep_filter(struct plica_jobs *jobs, struct plica_job_filter *out,
	const struct plica_job_filter *given, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	const char **values = NULL;

	*out = (struct plica_job_filter){0};
	PLICA_TRY(PLICA_NEW(&values, given->count, err));
	for (size_t i = 0; i < given->count; i++)
		PLICA_TRY(plica_jobs_keep(jobs, &values[i], err, "%s", given->value[i]));
	*out = (struct plica_job_filter){given->count, values};
	values = NULL;
out:
	plica_free(values);
	return status;
}

static enum plica_status set_backend(
	struct plica_jobs *jobs, const char *given, struct plica_error *err)
{
	const char *const *name = plica_backend_names();

	if (given == NULL) {
		jobs->backend = jobs->design->backend;
		return PLICA_OK;
	}
	for (; *name != NULL; name++) {
		if (strcmp(given, *name) == 0) {
			jobs->backend = *name;
			return PLICA_OK;
		}
	}
	return plica_error_set(
		err, PLICA_ERR_ARGUMENT, "unknown backend '%s': expected native or ptychi", given);
}

static enum plica_status take_settings(
	struct plica_jobs *jobs, const struct plica_job_settings *settings, struct plica_error *err)
{
	const struct plica_design *design = jobs->design;
	enum plica_status status;

	jobs->threads = settings->threads;
	PLICA_TRY(set_backend(jobs, settings->backend, err));
	PLICA_TRY(plica_backend_check(jobs, err));
	PLICA_TRY(set_root(
		jobs, &jobs->phase_c_root, settings->phase_c_root, design->phase_c_root, err));
	PLICA_TRY(set_root(
		jobs, &jobs->phase_d_root, settings->phase_d_root, design->phase_d_root, err));
	PLICA_TRY(set_root(
		jobs, &jobs->artifact_root, settings->artifact_root, design->artifact_root, err));
	PLICA_TRY(keep_filter(jobs, &jobs->dose, &settings->dose, err));
	PLICA_TRY(keep_filter(jobs, &jobs->view, &settings->view, err));
	PLICA_TRY(keep_filter(jobs, &jobs->split, &settings->split, err));
	PLICA_TRY(keep_filter(jobs, &jobs->gridsize, &settings->gridsize, err));
out:
	return status;
}

static enum plica_status check_and_command(
	struct plica_jobs *jobs, const struct plica_job_settings *settings, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < jobs->count && status == PLICA_OK; i++) {
		struct plica_job *job = &jobs->item[i];

		status = plica_path_check_inside(jobs->artifact_root, job->output_dir, err);
		if (status == PLICA_OK)
			status = plica_job_set_command(jobs, job, settings, err);
		if (status != PLICA_OK)
			return plica_error_context(err, status, "job dose %g %s/%s", job->dose,
				job->view, plica_split_name(job->split));
	}
	return status;
}

enum plica_status plica_study_jobs(struct plica_jobs **out, const struct plica_design *design,
	const struct plica_job_settings *settings, struct plica_error *err)
{
	enum plica_status status;
	struct plica_jobs *jobs = NULL;

	PLICA_TRY(PLICA_NEW(&jobs, 1, err));
	PLICA_TRY(PLICA_NEW(&jobs->store, 1, err));
	jobs->design = design;
	PLICA_TRY(take_settings(jobs, settings, err));
	PLICA_TRY(add_all(jobs, err));
	PLICA_TRY(plica_jobs_filter(jobs, err));
	PLICA_TRY(plica_jobs_check_inputs(jobs, settings, err));
	PLICA_TRY(plica_jobs_set_environment(jobs, err));
	PLICA_TRY(check_and_command(jobs, settings, err));
	*out = jobs;
	jobs = NULL;
out:
	plica_jobs_free(jobs);
	return status;
}

static void free_filter(struct plica_job_filter *filter)
{
	plica_free((void *)(uintptr_t)filter->value); /* allocated here, const for readers */
	*filter = (struct plica_job_filter){0};
}

void plica_jobs_free(struct plica_jobs *jobs)
{
	if (jobs == NULL)
		return;
	free_filter(&jobs->dose);
	free_filter(&jobs->view);
	free_filter(&jobs->split);
	free_filter(&jobs->gridsize);
	if (jobs->store != NULL) {
		for (size_t i = 0; i < jobs->store->vector_count; i++)
			plica_free(jobs->store->vectors[i]);
		plica_free(jobs->store->vectors);
		plica_strings_release(&jobs->store->texts);
	}
	plica_free(jobs->store);
	plica_free(jobs->item);
	plica_free(jobs);
}
