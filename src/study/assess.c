/* SPDX-License-Identifier: BSD-3-Clause */
/* Which jobs are done already: by what their job.json says, part by part. */
#include "base/file.h"
#include "base/try.h"
#include "study/jobs.h"
#include "study/record.h"

static enum plica_status decide(struct plica_jobs *jobs, struct plica_job *job,
	enum plica_job_state state, const char *reason, struct plica_error *err)
{
	job->state = state;
	return plica_jobs_keep(jobs, &job->reason, err, "%s", reason);
}

static enum plica_status compare(struct plica_jobs *jobs, struct plica_job *job,
	const struct plica_json *old, struct plica_error *err)
{
	enum plica_status status;
	struct plica_job_key key = {0};
	struct plica_text difference = {0};

	PLICA_TRY(plica_job_key_make(&key, job, old, err));
	PLICA_TRY(plica_job_key_difference(&difference, &key, old, err));
	if (difference.size > 0)
		PLICA_TRY(decide(jobs, job, PLICA_JOB_STALE, difference.data, err));
	else
		PLICA_TRY(decide(jobs, job, PLICA_JOB_CACHED, "complete and unchanged", err));
out:
	plica_text_release(&difference);
	plica_job_key_release(&key);
	return status;
}

static enum plica_status assess(
	struct plica_jobs *jobs, struct plica_job *job, struct plica_error *err)
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
	status = compare(jobs, job, old, err);
	plica_json_free(old);
	return status;
}

enum plica_status plica_jobs_assess(struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < jobs->count; i++)
		if (jobs->item[i].state == PLICA_JOB_RUN)
			PLICA_TRY(assess(jobs, &jobs->item[i], err));
out:
	return status;
}
