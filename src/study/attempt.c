/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/attempt.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "format/npz.h"
#include "study/paths.h"

#define CHECKPOINT_NAME "checkpoint.npz"
/* What a child that ran out of memory says in its last lines. */
#define OUT_OF_MEMORY_TEXT "out of memory"
/* Exit status of an interrupted child, as shells have it. */
#define EXIT_INTERRUPTED 130

/* How many processes the kernel has killed for memory so far; 0 where it does not say. */
static uint64_t count_oom_kills(void)
{
	FILE *file = fopen("/proc/vmstat", "re");
	static const char key[] = "oom_kill ";
	char line[128];
	uint64_t count = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, key, sizeof(key) - 1) == 0)
			count = strtoull(line + sizeof(key) - 1, NULL, 10);
	if (file != NULL)
		(void)fclose(file);
	return count;
}

/* A checkpoint of other options or data would be refused by the child, and a result of them must
 * not pass for the new one. */
static void drop_old_outputs(const struct plica_attempt *attempt)
{
	struct plica_json *old = plica_job_load_json(attempt->job);
	struct plica_text difference = {0};
	char *path = NULL;

	if (old != NULL &&
		plica_job_key_difference(&difference, &attempt->key, old, NULL) == PLICA_OK &&
		difference.size > 0 &&
		plica_path_join(&path, attempt->job->output_dir, CHECKPOINT_NAME, NULL) ==
			PLICA_OK) {
		(void)unlink(path);
		(void)unlink(attempt->job->result_path);
	}
	plica_free(path);
	plica_text_release(&difference);
	plica_json_free(old);
}

static enum plica_status prepare_folder(struct plica_attempt *attempt, struct plica_error *err)
{
	enum plica_status status;
	struct plica_job *job = attempt->job;
	struct plica_json *old = NULL;

	PLICA_TRY(plica_path_check_inside(attempt->jobs->artifact_root, job->output_dir, err));
	PLICA_TRY(plica_make_folders(job->output_dir, err));
	plica_folder_clean(job->output_dir);
	old = plica_job_load_json(job);
	plica_job_key_release(&attempt->key);
	PLICA_TRY(plica_job_key_make(&attempt->key, job, old, err));
	drop_old_outputs(attempt);
out:
	plica_json_free(old);
	return status;
}

enum plica_status plica_attempt_start(struct plica_attempt *attempt,
	const struct plica_run_options *options, int lock, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_job *job = attempt->job;
	struct plica_job_record *record = &attempt->record;
	struct plica_process_request request = {
		.argv = job->command,
		.environment = attempt->jobs->environment,
		.log_path = job->log_path,
		.timeout_s = options->timeout_s,
		.grace_s = options->grace_s,
		.kept_descriptor = lock,
	};

	record->attempts++;
	record->status = PLICA_JOB_RUNNING;
	record->returncode = 0;
	record->seconds = 0.0;
	record->loss = (double)NAN;
	plica_timestamp(record->started);
	(void)snprintf(record->executor_id, sizeof(record->executor_id), "%s",
		options->executor_id != NULL ? options->executor_id : "");
	attempt->oom_kills = count_oom_kills();
	PLICA_TRY(prepare_folder(attempt, err));
	PLICA_TRY(plica_process_start(&attempt->process, &request, err));
	PLICA_TRY(plica_job_write_json(attempt->jobs, job, &attempt->key, record,
		plica_process_pid(attempt->process), err));
out:
	if (status != PLICA_OK) {
		record->status = PLICA_JOB_FAILED;
		record->returncode = 1;
	}
	return status;
}

static bool has_output(const struct plica_job *job)
{
	return plica_file_exists(job->result_path);
}

static enum plica_job_status judge_signal(
	const struct plica_attempt *attempt, const struct plica_process_result *result)
{
	if (result->code == -SIGKILL && count_oom_kills() > attempt->oom_kills)
		return PLICA_JOB_OUT_OF_MEMORY;
	return PLICA_JOB_KILLED;
}

static enum plica_job_status judge(
	const struct plica_attempt *attempt, const struct plica_process_result *result)
{
	switch (result->end) {
	case PLICA_PROCESS_TIMED_OUT:
		return PLICA_JOB_TIMEOUT;
	case PLICA_PROCESS_STOPPED:
		return PLICA_JOB_KILLED;
	case PLICA_PROCESS_SIGNALLED:
		return judge_signal(attempt, result);
	case PLICA_PROCESS_EXITED:
		break;
	}
	if (result->code == 0)
		return has_output(attempt->job) ? PLICA_JOB_DONE : PLICA_JOB_FAILED;
	if (result->code == EXIT_INTERRUPTED)
		return PLICA_JOB_KILLED;
	return strstr(result->tail, OUT_OF_MEMORY_TEXT) != NULL ? PLICA_JOB_OUT_OF_MEMORY
								: PLICA_JOB_FAILED;
}

/* The loss of the last epoch, where the backend writes one. */
static double last_loss(const struct plica_job *job)
{
	struct plica_npz *npz = NULL;
	struct plica_array array = {0};
	double loss = (double)NAN;

	if (plica_npz_open(&npz, job->result_path, NULL) == PLICA_OK &&
		plica_npz_has(npz, "loss") &&
		plica_npz_read(&array, npz, "loss", NULL) == PLICA_OK && array.info.count > 0 &&
		plica_array_to_double(&loss, &array, array.info.count - 1, 1, "loss", NULL) !=
			PLICA_OK)
		loss = (double)NAN;
	plica_array_release(&array);
	plica_npz_close(npz);
	return loss;
}

enum plica_status plica_attempt_end(struct plica_attempt *attempt, struct plica_error *err)
{
	const struct plica_process_result *result = plica_process_result(attempt->process);
	struct plica_job_record *record = &attempt->record;

	record->status = judge(attempt, result);
	record->returncode = result->code;
	record->seconds = result->seconds;
	record->user_seconds = result->user_seconds;
	record->system_seconds = result->system_seconds;
	record->peak_memory_bytes = result->peak_memory_bytes;
	if (record->status == PLICA_JOB_DONE)
		record->loss = last_loss(attempt->job);
	return plica_job_write_json(attempt->jobs, attempt->job, &attempt->key, record, 0, err);
}

const char *plica_attempt_tail(const struct plica_attempt *attempt)
{
	if (attempt->process == NULL)
		return "";
	if (attempt->record.status == PLICA_JOB_FAILED && attempt->record.returncode == 0)
		return "it ended well but left no result";
	return plica_process_result(attempt->process)->tail;
}

void plica_attempt_release(struct plica_attempt *attempt)
{
	plica_process_free(attempt->process);
	attempt->process = NULL;
	plica_job_key_release(&attempt->key);
}
