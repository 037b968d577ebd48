/* SPDX-License-Identifier: BSD-3-Clause */
/* Filters by dose, view, split and gridsize: a job stays when it passes all of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "study/jobs.h"

/* One kind of filter: how a job compares with a value, and how its own value is written. */
struct kind {
	const char *name;
	const struct plica_job_filter *filter;
	bool (*matches)(const struct plica_job *job, const char *value);
	void (*write)(char *out, size_t size, const struct plica_job *job);
};

enum { KIND_COUNT = 4, VALUE_SIZE = 128 };

/* "1e3", "1000" and "1000.0" are the same dose. */
static bool matches_dose(const struct plica_job *job, const char *value)
{
	char *end = NULL;
	double dose = strtod(value, &end);

	return end != value && *end == '\0' && dose == job->dose;
}

static void write_dose(char *out, size_t size, const struct plica_job *job)
{
	(void)snprintf(out, size, "%.0f", job->dose);
}

static bool matches_view(const struct plica_job *job, const char *value)
{
	return strcmp(job->view, value) == 0;
}

static void write_view(char *out, size_t size, const struct plica_job *job)
{
	(void)snprintf(out, size, "%s", job->view);
}

static bool matches_split(const struct plica_job *job, const char *value)
{
	return strcmp(plica_split_name(job->split), value) == 0;
}

static void write_split(char *out, size_t size, const struct plica_job *job)
{
	(void)snprintf(out, size, "%s", plica_split_name(job->split));
}

static bool matches_gridsize(const struct plica_job *job, const char *value)
{
	char *end = NULL;
	unsigned long gridsize = strtoul(value, &end, 10);

	return end != value && *end == '\0' && gridsize == job->gridsize;
}

static void write_gridsize(char *out, size_t size, const struct plica_job *job)
{
	(void)snprintf(out, size, "%zu", job->gridsize);
}

static void fill_kinds(struct kind kinds[KIND_COUNT], const struct plica_jobs *jobs)
{
	const struct kind filled[KIND_COUNT] = {
		{"dose", &jobs->dose, matches_dose, write_dose},
		{"view", &jobs->view, matches_view, write_view},
		{"split", &jobs->split, matches_split, write_split},
		{"gridsize", &jobs->gridsize, matches_gridsize, write_gridsize},
	};

	memcpy(kinds, filled, sizeof(filled));
}

/* Every value that the jobs have, each once, in their order. */
static enum plica_status list_values(struct plica_text *out, const struct plica_jobs *jobs,
	const struct kind *kind, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct plica_strings seen = {0};

	for (size_t i = 0; i < jobs->count; i++) {
		char value[VALUE_SIZE];

		kind->write(value, sizeof(value), &jobs->item[i]);
		if (plica_strings_contains(&seen, value))
			continue;
		PLICA_TRY(plica_text_printf(out, err, "%s%s", seen.size > 0 ? ", " : "", value));
		PLICA_TRY(plica_strings_add(&seen, value, err));
	}
out:
	plica_strings_release(&seen);
	return status;
}

static enum plica_status check_value(const struct plica_jobs *jobs, const struct kind *kind,
	const char *value, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text known = {0};

	for (size_t i = 0; i < jobs->count; i++)
		if (kind->matches(&jobs->item[i], value))
			return PLICA_OK;
	status = list_values(&known, jobs, kind, err);
	if (status == PLICA_OK)
		status = plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the filter %s '%s' matches no job: there are %s", kind->name, value,
			plica_text_string(&known));
	plica_text_release(&known);
	return status;
}

static enum plica_status check_values(
	const struct plica_jobs *jobs, const struct kind *kinds, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t k = 0; k < KIND_COUNT; k++)
		for (size_t i = 0; i < kinds[k].filter->count; i++)
			PLICA_TRY(check_value(jobs, &kinds[k], kinds[k].filter->value[i], err));
out:
	return status;
}

static bool passes(const struct kind *kind, const struct plica_job *job)
{
	for (size_t i = 0; i < kind->filter->count; i++)
		if (kind->matches(job, kind->filter->value[i]))
			return true;
	return kind->filter->count == 0;
}

static enum plica_status leave_out(struct plica_jobs *jobs, struct plica_job *job,
	const struct kind *kind, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text wanted = {0};
	char value[VALUE_SIZE];

	kind->write(value, sizeof(value), job);
	for (size_t i = 0; i < kind->filter->count; i++)
		PLICA_TRY(plica_text_printf(
			&wanted, err, "%s%s", i > 0 ? ", " : "", kind->filter->value[i]));
	job->state = PLICA_JOB_SKIPPED;
	PLICA_TRY(plica_jobs_keep(jobs, &job->reason, err, "filter %s=%s: this job has %s",
		kind->name, plica_text_string(&wanted), value));
out:
	plica_text_release(&wanted);
	return status;
}

/* Each filter matches something, but no job passes them all. */
static enum plica_status nothing_left(
	const struct plica_jobs *jobs, const struct kind *kinds, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct plica_text known = {0};

	for (size_t k = 0; k < KIND_COUNT; k++) {
		PLICA_TRY(
			plica_text_printf(&known, err, "%s%s ", k > 0 ? "; " : "", kinds[k].name));
		PLICA_TRY(list_values(&known, jobs, &kinds[k], err));
	}
	status = plica_error_set(err, PLICA_ERR_ARGUMENT,
		"the filters together match no job: there are %s", plica_text_string(&known));
out:
	plica_text_release(&known);
	return status;
}

enum plica_status plica_jobs_filter(struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status;
	struct kind kinds[KIND_COUNT];
	size_t left = 0;

	fill_kinds(kinds, jobs);
	PLICA_TRY(check_values(jobs, kinds, err));
	for (size_t i = 0; i < jobs->count; i++) {
		struct plica_job *job = &jobs->item[i];

		for (size_t k = 0; k < KIND_COUNT && job->state == PLICA_JOB_RUN; k++)
			if (!passes(&kinds[k], job))
				PLICA_TRY(leave_out(jobs, job, &kinds[k], err));
		left += job->state == PLICA_JOB_RUN;
	}
	if (left == 0 && jobs->count > 0)
		status = nothing_left(jobs, kinds, err);
out:
	return status;
}
