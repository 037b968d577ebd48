/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/root_lock.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/lock.h"
#include "base/memory.h"
#include "base/try.h"

/* Every task writes the summaries when it ends; one takes a fraction of a second. */
#define SUMMARY_PATIENCE_S 300.0

/* What a lock is on: its file in the artifact root, and who has it. */
struct kind {
	const char *name;
	const char *holder;
};

static const struct kind run_lock = {
	".plica-run.lock", "another run, or a job that one left behind, works"};
static const struct kind summary_lock = {
	".plica-summary.lock", "another process has been writing the manifest for minutes"};
static const struct kind submit_lock = {".plica-submit.lock", "another submission works"};

static enum plica_status try_lock(
	int *lock, const char *path, const struct plica_job *job, struct plica_error *err)
{
	uint64_t part;

	if (job == NULL)
		return plica_lock_take(lock, path, err);
	/* by its folder: the job's number changes when the design is edited */
	part = plica_quick_hash(job->output_dir, strlen(job->output_dir)) >> 2;
	return plica_lock_take_part(lock, path, part, err);
}

static enum plica_status take(int *lock, const struct plica_jobs *jobs, const struct kind *kind,
	const struct plica_job *job, double patience_s, struct plica_error *err)
{
	enum plica_status status;
	const struct timespec pause = {.tv_nsec = 50000000};
	double start_s = plica_seconds();
	char *path = NULL;

	PLICA_TRY(plica_path_join(&path, jobs->artifact_root, kind->name, err));
	for (;;) {
		PLICA_TRY(try_lock(lock, path, job, err));
		if (*lock >= 0 || plica_seconds() - start_s >= patience_s)
			break;
		(void)nanosleep(&pause, NULL);
	}
	if (*lock < 0)
		status = plica_error_set(err, PLICA_ERR_CHILD,
			"%s in '%s': wait for it, or see 'plica study status'", kind->holder,
			jobs->artifact_root);
out:
	plica_free(path);
	return status;
}

enum plica_status plica_root_lock(int *lock, const struct plica_jobs *jobs,
	const struct plica_job *job, double patience_s, struct plica_error *err)
{
	return take(lock, jobs, &run_lock, job, patience_s, err);
}

bool plica_root_is_locked(const struct plica_jobs *jobs)
{
	char *path = NULL;
	bool held = plica_path_join(&path, jobs->artifact_root, run_lock.name, NULL) == PLICA_OK &&
		    plica_lock_is_held(path);

	plica_free(path);
	return held;
}

enum plica_status plica_summary_lock(
	int *lock, const struct plica_jobs *jobs, struct plica_error *err)
{
	return take(lock, jobs, &summary_lock, NULL, SUMMARY_PATIENCE_S, err);
}

enum plica_status plica_submit_lock(
	int *lock, const struct plica_jobs *jobs, struct plica_error *err)
{
	return take(lock, jobs, &submit_lock, NULL, 0.0, err);
}
