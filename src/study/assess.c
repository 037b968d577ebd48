/* SPDX-License-Identifier: BSD-3-Clause */
/* Which jobs are done already: by what their job.json says, part by part. */
#include <string.h>

#include "base/file.h"
#include "base/try.h"
#include "study/jobs.h"
#include "study/preflight.h"
#include "study/record.h"

/* A foreign backend as it is now, asked when the first result of it is found. */
struct backend {
	bool asked;
	char version[64];
};

static enum plica_status decide(struct plica_jobs *jobs, struct plica_job *job,
	enum plica_job_state state, const char *reason, struct plica_error *err)
{
	job->state = state;
	return plica_jobs_keep(jobs, &job->reason, err, "%s", reason);
}

/* pty-chi is to a job of it what the program's version is to ours. What is beneath it (torch) only
 * rounds otherwise; the record has that as well. */
static enum plica_status compare_backend(struct plica_text *difference, struct backend *backend,
	const struct plica_jobs *jobs, const struct plica_job *job, const struct plica_json *old,
	struct plica_error *err)
{
	const char *before = plica_json_get_text(plica_json_get(old, "backend_versions"), "ptychi");

	if (before == NULL)
		return PLICA_OK;
	if (!backend->asked)
		plica_ptychi_version(backend->version, jobs, job);
	backend->asked = true;
	if (backend->version[0] == '\0' || strcmp(backend->version, before) == 0)
		return PLICA_OK;
	return plica_text_printf(difference, err, "%spty-chi was %s, now %s",
		difference->size > 0 ? "; " : "", before, backend->version);
}

/* Of a run in which nothing has to be made, the manifest has the versions of what was. */
static enum plica_status keep_cached(struct plica_jobs *jobs, struct plica_job *job,
	const struct plica_json *old, struct plica_error *err)
{
	const struct plica_json *versions = plica_json_get(old, "backend_versions");
	enum plica_status status;

	PLICA_TRY(decide(jobs, job, PLICA_JOB_CACHED, "complete and unchanged", err));
	if (jobs->backend_versions == NULL && versions != NULL)
		PLICA_TRY(plica_jobs_keep_versions(jobs, versions, err));
out:
	return status;
}

static enum plica_status compare(struct plica_jobs *jobs, struct plica_job *job,
	struct backend *backend, const struct plica_json *old, struct plica_error *err)
{
	enum plica_status status;
	struct plica_job_key key = {0};
	struct plica_text difference = {0};

	PLICA_TRY(plica_job_key_make(&key, job, old, err));
	PLICA_TRY(plica_job_key_difference(&difference, &key, old, err));
	PLICA_TRY(compare_backend(&difference, backend, jobs, job, old, err));
	if (difference.size > 0)
		PLICA_TRY(decide(jobs, job, PLICA_JOB_STALE, difference.data, err));
	else
		PLICA_TRY(keep_cached(jobs, job, old, err));
out:
	plica_text_release(&difference);
	plica_job_key_release(&key);
	return status;
}

static enum plica_status assess(struct plica_jobs *jobs, struct plica_job *job,
	struct backend *backend, struct plica_error *err)
{
	enum plica_status status;
	struct plica_job_record record;
	struct plica_json *old;

	plica_job_read_record(&record, job);
	if (record.status == PLICA_JOB_NONE)
		return decide(jobs, job, PLICA_JOB_RUN, "no result yet", err);
	if (record.status != PLICA_JOB_DONE)
		return plica_jobs_keep(jobs, &job->reason, err, "the last attempt is %s",
			plica_job_status_name(record.status));
	if (!plica_file_exists(job->result_path))
		return plica_jobs_keep(jobs, &job->reason, err, "'%s' is gone", job->result_path);
	old = plica_job_load_json(job);
	status = compare(jobs, job, backend, old, err);
	plica_json_free(old);
	return status;
}

enum plica_status plica_jobs_assess(struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct backend backend = {0};

	for (size_t i = 0; i < jobs->count; i++)
		if (jobs->item[i].state == PLICA_JOB_RUN)
			PLICA_TRY(assess(jobs, &jobs->item[i], &backend, err));
out:
	return status;
}
