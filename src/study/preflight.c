/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/preflight.h"

#include <string.h>

#include "base/file.h"
#include "base/process.h"
#include "base/try.h"

#define PROBE_TIMEOUT_S 120.0

static const char probe_program[] = "import torch, ptychi; print(torch.__version__)";

static const struct plica_job *first_to_run(const struct plica_jobs *jobs)
{
	for (size_t i = 0; i < jobs->count; i++)
		if (jobs->item[i].state == PLICA_JOB_RUN || jobs->item[i].state == PLICA_JOB_STALE)
			return &jobs->item[i];
	return NULL;
}

static enum plica_status run_probe(const struct plica_process_result **result,
	struct plica_process **process, const struct plica_jobs *jobs, const char *interpreter,
	struct plica_error *err)
{
	enum plica_status status;
	const char *const argv[] = {interpreter, "-c", probe_program, NULL};
	const struct plica_process_request request = {.argv = argv,
		.environment = jobs->environment,
		.timeout_s = PROBE_TIMEOUT_S,
		.grace_s = 1.0,
		.kept_descriptor = -1};
	size_t ended = 1;

	PLICA_TRY(plica_process_start(process, &request, err));
	while (ended != 0)
		PLICA_TRY(plica_process_wait(&ended, process, 1, 1.0, err));
	*result = plica_process_result(*process);
out:
	return status;
}

static enum plica_status probe_ptychi(
	const struct plica_jobs *jobs, const struct plica_job *job, struct plica_error *err)
{
	enum plica_status status;
	const char *interpreter = job->command[0];
	const char *script = job->command[1];
	struct plica_process *process = NULL;
	const struct plica_process_result *result = NULL;

	if (!plica_file_exists(script))
		return plica_error_set(err, PLICA_ERR_CHILD,
			"the backend ptychi cannot run: its script '%s' is missing; name it in the "
			"design, or use the backend native",
			script);
	PLICA_TRY(run_probe(&result, &process, jobs, interpreter, err));
	if (result->end != PLICA_PROCESS_EXITED || result->code != 0)
		status = plica_error_set(err, PLICA_ERR_CHILD,
			"the backend ptychi cannot run: '%s' cannot import torch and ptychi (pip "
			"install ptychi, in an environment of its own, and name its interpreter in "
			"the design):\n%s",
			interpreter, result->tail);
out:
	plica_process_free(process);
	return status;
}

enum plica_status plica_preflight(const struct plica_jobs *jobs, struct plica_error *err)
{
	const struct plica_job *job = first_to_run(jobs);

	if (job == NULL || strcmp(jobs->backend, "ptychi") != 0)
		return PLICA_OK;
	return probe_ptychi(jobs, job, err);
}
