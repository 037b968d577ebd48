/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/memory.h"
#include "base/try.h"
#include "study/attempt.h"
#include "study/manifest.h"
#include "study/preflight.h"

#define LOCK_NAME ".plica-run.lock"
/* A run that was killed leaves children that hold the lock until they notice. */
#define LOCK_PATIENCE_S 5.0
/* How often the stop question is asked while children run. */
#define POLL_S 0.1
/* The manifest is brought up to date at most this often, and at the end. */
#define MANIFEST_INTERVAL_S 1.0

struct runner {
	struct plica_jobs *jobs;
	const struct plica_run_options *options;
	struct plica_run_summary summary;
	struct plica_attempt *slot;     /* options->parallel of them */
	struct plica_process **running; /* their processes, without gaps */
	size_t *running_slot;           /* and the slots they belong to */
	size_t slot_count;
	size_t next; /* job that is to be looked at next */
	int lock;
	double manifest_saved;
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

static enum plica_status update_manifest(struct runner *runner, bool now, struct plica_error *err)
{
	if (!now && plica_seconds() - runner->manifest_saved < MANIFEST_INTERVAL_S)
		return PLICA_OK;
	runner->manifest_saved = plica_seconds();
	return plica_manifest_save(runner->jobs, err);
}

static enum plica_status start(
	struct runner *runner, struct plica_attempt *attempt, struct plica_error *err);

/* A slot has become free, or its job is to be tried again. */
static enum plica_status settle(struct runner *runner, struct plica_attempt *attempt,
	const char *tail, struct plica_error *err)
{
	enum plica_status status;
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
	plica_attempt_release(attempt);
	attempt->job = NULL;
	status = update_manifest(runner, false, err);
	return status;
}

/* What keeps one job from starting is that job's failure and nobody else's. */
static enum plica_status start(
	struct runner *runner, struct plica_attempt *attempt, struct plica_error *err)
{
	struct plica_error cause = {0};
	enum plica_status status =
		plica_attempt_start(attempt, runner->options, runner->lock, &cause);

	if (status == PLICA_OK) {
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
	struct plica_job_record record;

	plica_job_read_record(&record, job);
	runner->summary.cached++;
	report(runner, PLICA_RUN_CACHED, job, &record, "");
}

/* Fills the free slots with the jobs that are next. */
static enum plica_status fill_slots(struct runner *runner, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	while (!runner->stopping && runner->next < runner->jobs->count) {
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
	}
out:
	return status;
}

static enum plica_status take_lock(struct runner *runner, struct plica_error *err)
{
	enum plica_status status;
	const struct timespec pause = {.tv_nsec = 50000000};
	double start_s = plica_seconds();
	char *path = NULL;

	PLICA_TRY(plica_path_join(&path, runner->jobs->artifact_root, LOCK_NAME, err));
	for (;;) {
		PLICA_TRY(plica_lock_take(&runner->lock, path, err));
		if (runner->lock >= 0 || plica_seconds() - start_s > LOCK_PATIENCE_S)
			break;
		(void)nanosleep(&pause, NULL);
	}
	if (runner->lock < 0)
		status = plica_error_set(err, PLICA_ERR_CHILD,
			"another run, or a job that one left behind, works in '%s': wait for it, "
			"or see 'plica study status'",
			runner->jobs->artifact_root);
out:
	plica_free(path);
	return status;
}

static enum plica_status allocate(struct runner *runner, struct plica_error *err)
{
	enum plica_status status;

	runner->slot_count = runner->options->parallel > 0 ? runner->options->parallel : 1;
	PLICA_TRY(PLICA_NEW(&runner->slot, runner->slot_count, err));
	PLICA_TRY(PLICA_NEW(&runner->running, runner->slot_count, err));
	PLICA_TRY(PLICA_NEW(&runner->running_slot, runner->slot_count, err));
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

	for (size_t i = runner->next; i < runner->jobs->count; i++)
		left += is_pending(&runner->jobs->item[i]);
	return left;
}

static enum plica_status run_jobs(struct runner *runner, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_preflight(runner->jobs, err));
	PLICA_TRY(allocate(runner, err));
	/* between the list and the lock another run may have finished some of the jobs */
	PLICA_TRY(plica_jobs_assess(runner->jobs, err));
	PLICA_TRY(serve(runner, err));
	runner->summary.left = count_left(runner);
	PLICA_TRY(update_manifest(runner, true, err));
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
	plica_lock_release(runner->lock);
}

enum plica_status plica_study_run(struct plica_run_summary *out, struct plica_jobs *jobs,
	const struct plica_run_options *options, struct plica_error *err)
{
	enum plica_status status;
	struct runner runner = {.jobs = jobs, .options = options, .lock = -1};

	PLICA_TRY(plica_make_folders(jobs->artifact_root, err));
	PLICA_TRY(take_lock(&runner, err));
	PLICA_TRY(plica_skip_summary_save(jobs, err));
	PLICA_TRY(update_manifest(&runner, true, err));
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
