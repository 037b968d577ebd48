/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/memory.h"
#include "base/try.h"
#include "study/attempt.h"
#include "study/manifest.h"
#include "study/preflight.h"
#include "study/root_lock.h"

/* How often the stop question is asked while children run. */
#define POLL_S 0.1
/* Manifest and disk are brought up to date at most this often, and at the end; when that is slow,
 * as in large studies, so seldom that it takes no more than a small share of the time. */
#define UPDATE_INTERVAL_S 1.0
#define UPDATE_SHARE 0.03

struct runner {
	struct plica_jobs *jobs;
	const struct plica_run_options *options;
	struct plica_run_summary summary;
	struct plica_attempt *slot;     /* options->parallel of them */
	struct plica_process **running; /* their processes, without gaps */
	size_t *running_slot;           /* and the slots they belong to */
	size_t slot_count;
	size_t next;                      /* job that is to be looked at next */
	size_t end;                       /* and the one after the last */
	struct plica_job_record *records; /* of all jobs */
	char begun[PLICA_TIMESTAMP_SIZE];
	int lock;
	double update_due;
	bool outdated; /* the manifest, since a job has ended */
	bool stopping;
};

struct plica_run_options plica_run_defaults(void)
{
	return (struct plica_run_options){.parallel = 1, .grace_s = 10.0};
}

static void report(struct runner *runner, enum plica_run_event event, const struct plica_job *job,
	const struct plica_job_record *record, const char *tail)
{
	const struct plica_run_hooks *hooks = &runner->options->hooks;

	if (hooks->report != NULL)
		hooks->report(hooks->context, event, job, record, tail);
}

/* What tasks that run side by side have to say is gathered by the last of them. */
static enum plica_status update_for_task(struct runner *runner, struct plica_error *err)
{
	enum plica_status status;
	int lock = -1;

	PLICA_TRY(plica_summary_lock(&lock, runner->jobs, err));
	PLICA_TRY(plica_manifest_gather(runner->jobs, NULL, err));
out:
	plica_lock_release(lock);
	return status;
}

static enum plica_status update(struct runner *runner, bool now, struct plica_error *err)
{
	double begin_s = plica_seconds();
	enum plica_status status = PLICA_OK;
	double cost_s;

	if (!now && (begin_s < runner->update_due || runner->options->task != NULL))
		return PLICA_OK;
	plica_folder_sync(runner->jobs->artifact_root);
	if (runner->options->task != NULL)
		status = update_for_task(runner, err);
	else
		status = plica_manifest_save(runner->jobs, runner->records, runner->begun, err);
	cost_s = plica_seconds() - begin_s;
	runner->outdated = false;
	runner->update_due = begin_s + fmax(UPDATE_INTERVAL_S, cost_s / UPDATE_SHARE);
	return status;
}

static void remember(struct runner *runner, const struct plica_attempt *attempt)
{
	runner->records[attempt->job - runner->jobs->item] = attempt->record;
}

static enum plica_status start(
	struct runner *runner, struct plica_attempt *attempt, struct plica_error *err);

/* A slot has become free, or its job is to be tried again. */
static enum plica_status settle(struct runner *runner, struct plica_attempt *attempt,
	const char *tail, struct plica_error *err)
{
	const struct plica_job_record *record = &attempt->record;
	bool done = record->status == PLICA_JOB_DONE;

	if (!done && !runner->stopping && record->attempts <= runner->options->retries) {
		report(runner, PLICA_RUN_RETRIED, attempt->job, record, tail);
		plica_process_free(attempt->process);
		attempt->process = NULL;
		return start(runner, attempt, err);
	}
	runner->summary.done += done;
	runner->summary.failed += !done;
	report(runner, PLICA_RUN_ENDED, attempt->job, record, tail);
	remember(runner, attempt);
	plica_attempt_release(attempt);
	attempt->job = NULL;
	runner->outdated = true;
	return update(runner, false, err);
}

/* What keeps one job from starting is that job's failure and nobody else's. */
static enum plica_status start(
	struct runner *runner, struct plica_attempt *attempt, struct plica_error *err)
{
	struct plica_error cause = {0};
	enum plica_status status =
		plica_attempt_start(attempt, runner->options, runner->lock, &cause);

	if (status == PLICA_OK) {
		remember(runner, attempt);
		report(runner, PLICA_RUN_STARTED, attempt->job, &attempt->record, "");
		return PLICA_OK;
	}
	if (status == PLICA_ERR_MEMORY)
		return plica_error_set(err, status, "%s", cause.text);
	return settle(runner, attempt, cause.text, err);
}

static struct plica_attempt *free_slot(struct runner *runner)
{
	for (size_t i = 0; i < runner->slot_count; i++)
		if (runner->slot[i].job == NULL)
			return &runner->slot[i];
	return NULL;
}

static void pass_cached(struct runner *runner, const struct plica_job *job)
{
	const struct plica_job_record *record = &runner->records[job - runner->jobs->item];

	plica_folder_clean(job->output_dir);
	runner->summary.cached++;
	report(runner, PLICA_RUN_CACHED, job, record, "");
}

/* Fills the free slots with the jobs that are next. */
static enum plica_status fill_slots(struct runner *runner, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	while (!runner->stopping && runner->next < runner->end) {
		struct plica_job *job = &runner->jobs->item[runner->next];
		struct plica_attempt *attempt = free_slot(runner);

		if (attempt == NULL)
			break;
		runner->next++;
		if (job->state == PLICA_JOB_CACHED)
			pass_cached(runner, job);
		if (job->state != PLICA_JOB_RUN && job->state != PLICA_JOB_STALE)
			continue;
		*attempt = (struct plica_attempt){.jobs = runner->jobs, .job = job};
		PLICA_TRY(start(runner, attempt, err));
	}
out:
	return status;
}

static size_t gather_running(struct runner *runner)
{
	size_t count = 0;

	for (size_t i = 0; i < runner->slot_count; i++)
		if (runner->slot[i].process != NULL) {
			runner->running[count] = runner->slot[i].process;
			runner->running_slot[count++] = i;
		}
	return count;
}

static void stop_if_asked(struct runner *runner, size_t count)
{
	const struct plica_run_hooks *hooks = &runner->options->hooks;

	if (runner->stopping || hooks->stop == NULL || !hooks->stop(hooks->context))
		return;
	runner->stopping = true;
	for (size_t i = 0; i < count; i++)
		plica_process_stop(runner->running[i]);
}

/* An end that cannot be written down is that job's failure, as one that cannot start is. */
static enum plica_status take_end(
	struct runner *runner, struct plica_attempt *attempt, struct plica_error *err)
{
	struct plica_error cause = {0};
	enum plica_status status = plica_attempt_end(attempt, &cause);

	if (status == PLICA_OK)
		return settle(runner, attempt, plica_attempt_tail(attempt), err);
	if (status == PLICA_ERR_MEMORY)
		return plica_error_set(err, status, "%s", cause.text);
	attempt->record.status = PLICA_JOB_FAILED;
	return settle(runner, attempt, cause.text, err);
}

static enum plica_status serve(struct runner *runner, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (;;) {
		struct plica_attempt *attempt;
		size_t count, ended;

		PLICA_TRY(fill_slots(runner, err));
		count = gather_running(runner);
		if (count == 0)
			break;
		PLICA_TRY(plica_process_wait(&ended, runner->running, count, POLL_S, err));
		if (ended < count) {
			attempt = &runner->slot[runner->running_slot[ended]];
			PLICA_TRY(take_end(runner, attempt, err));
			continue;
		}
		stop_if_asked(runner, count);
		if (runner->outdated)
			PLICA_TRY(update(runner, false, err));
	}
out:
	return status;
}

static enum plica_status allocate(struct runner *runner, struct plica_error *err)
{
	enum plica_status status;

	runner->slot_count = runner->options->parallel > 0 ? runner->options->parallel : 1;
	PLICA_TRY(PLICA_NEW(&runner->slot, runner->slot_count, err));
	PLICA_TRY(PLICA_NEW(&runner->running, runner->slot_count, err));
	PLICA_TRY(PLICA_NEW(&runner->running_slot, runner->slot_count, err));
	PLICA_TRY(PLICA_NEW(&runner->records, runner->jobs->count, err));
out:
	return status;
}

static bool is_pending(const struct plica_job *job)
{
	return job->state == PLICA_JOB_RUN || job->state == PLICA_JOB_STALE;
}

static size_t count_left(const struct runner *runner)
{
	size_t left = 0;

	for (size_t i = runner->next; i < runner->end; i++)
		left += is_pending(&runner->jobs->item[i]);
	return left;
}

/* What the folders say; between the list and the lock another run may have finished some jobs. */
static enum plica_status look_again(struct runner *runner, struct plica_error *err)
{
	const struct plica_jobs *jobs = runner->jobs;

	for (size_t i = runner->next; i < runner->end; i++)
		plica_job_read_record(&runner->records[i], &jobs->item[i]);
	return runner->options->dry_run ? PLICA_OK : plica_jobs_assess(runner->jobs, err);
}

static enum plica_status run_jobs(struct runner *runner, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_preflight(runner->jobs, err));
	PLICA_TRY(serve(runner, err));
	runner->summary.left = count_left(runner);
	PLICA_TRY(update(runner, true, err));
out:
	return status;
}

static void release(struct runner *runner)
{
	for (size_t i = 0; runner->slot != NULL && i < runner->slot_count; i++)
		plica_attempt_release(&runner->slot[i]);
	plica_free(runner->slot);
	plica_free(runner->running);
	plica_free(runner->running_slot);
	plica_free(runner->records);
	plica_lock_release(runner->lock);
}

static enum plica_status check_task(
	const struct plica_jobs *jobs, const size_t *task, struct plica_error *err)
{
	if (task == NULL)
		return PLICA_OK;
	if (*task >= jobs->count)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"there is no job %zu: the design has jobs 0 to %zu", *task,
			jobs->count - 1);
	if (!plica_job_is_selected(&jobs->item[*task]))
		return plica_error_set(err, PLICA_ERR_ARGUMENT, "job %zu is not to be run: %s",
			*task, jobs->item[*task].reason);
	return PLICA_OK;
}

/* The summaries of a run as it begins; of tasks, the submission has written them. */
static enum plica_status begin_summaries(struct runner *runner, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	if (runner->options->task != NULL)
		return PLICA_OK;
	plica_folder_clean(runner->jobs->artifact_root);
	PLICA_TRY(plica_skip_summary_save(runner->jobs, err));
	PLICA_TRY(plica_manifest_save(runner->jobs, runner->records, runner->begun, err));
out:
	return status;
}

enum plica_status plica_study_run(struct plica_run_summary *out, struct plica_jobs *jobs,
	const struct plica_run_options *options, struct plica_error *err)
{
	enum plica_status status;
	const size_t *task = options->task;
	struct runner runner = {.jobs = jobs, .options = options, .end = jobs->count, .lock = -1};

	plica_timestamp(runner.begun);
	PLICA_TRY(check_task(jobs, task, err));
	if (task != NULL) {
		runner.next = *task;
		runner.end = *task + 1;
	}
	PLICA_TRY(plica_make_folders(jobs->artifact_root, err));
	PLICA_TRY(plica_root_lock(&runner.lock, jobs, task != NULL ? &jobs->item[*task] : NULL,
		PLICA_ROOT_PATIENCE_S, err));
	PLICA_TRY(allocate(&runner, err));
	PLICA_TRY(look_again(&runner, err));
	PLICA_TRY(begin_summaries(&runner, err));
	if (!options->dry_run)
		PLICA_TRY(run_jobs(&runner, err));
	*out = runner.summary;
	if (runner.stopping)
		status = plica_error_set(err, PLICA_ERR_INTERRUPTED,
			"stopped with %zu jobs left; run it again to go on",
			runner.summary.left + runner.summary.failed);
out:
	release(&runner);
	return status;
}
