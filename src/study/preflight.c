/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/preflight.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "base/try.h"
#include "study/jobs.h"

#define PROBE_TIMEOUT_S 120.0
/* What the line with the versions begins with; torch may print warnings of its own before. */
#define VERSIONS "plica-versions: "
#define INSTALL                                                                                    \
	"'./dev setup ptychi' in Plica's sources makes an environment that has them, or 'pip "     \
	"install ptychi' in one of your own, to be named by PLICA_PTYCHI_PYTHON or the design's "  \
	"'ptychi: {python: ...}'"

/* Imports what the driver imports, checks the oldest versions that will do, tells all versions. */
static const char probe_program[] =
	"import json, platform, sys\n"
	"from importlib.metadata import version\n"
	"try:\n"
	"    import numpy, torch, ptychi.api\n"
	"    from ptychi.api.task import PtychographyTask\n"
	"except Exception as error:\n"
	"    sys.exit(f'{type(error).__name__}: {error}')\n"
	"found = {name: version(name) for name in ('ptychi', 'torch', 'numpy')}\n"
	"for name, least in (('torch', (2, 2)), ('ptychi', (1, 0))):\n"
	"    if tuple(int(part) for part in found[name].split('.')[:2]) < least:\n"
	"        sys.exit(f'{name} {found[name]} is too old: expected >= {least[0]}.{least[1]}')\n"
	"found['python'] = platform.python_version()\n"
	"print('" VERSIONS "' + json.dumps(found), file=sys.stderr)\n";

/* Imports nothing that is slow: what is installed, not whether it works. */
static const char version_program[] =
	"import json, sys\n"
	"from importlib.metadata import version\n"
	"print('" VERSIONS "' + json.dumps({'ptychi': version('ptychi')}), file=sys.stderr)\n";

static const struct plica_job *first_to_run(const struct plica_jobs *jobs)
{
	for (size_t i = 0; i < jobs->count; i++)
		if (jobs->item[i].state == PLICA_JOB_RUN || jobs->item[i].state == PLICA_JOB_STALE)
			return &jobs->item[i];
	return NULL;
}

static enum plica_status run_probe(const struct plica_process_result **result,
	struct plica_process **process, const struct plica_jobs *jobs, const char *const *argv,
	struct plica_error *err)
{
	enum plica_status status;
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

/* Why the probe failed: its last line that is not empty. */
static enum plica_status refuse(
	const struct plica_process_result *result, const char *interpreter, struct plica_error *err)
{
	const char *text =
		result->end == PLICA_PROCESS_TIMED_OUT ? "no answer in two minutes" : result->tail;
	size_t end = strlen(text);
	size_t first;

	while (end > 0 && text[end - 1] == '\n')
		end--;
	for (first = end; first > 0 && text[first - 1] != '\n';)
		first--;
	return plica_error_set(err, PLICA_ERR_CHILD,
		"the backend ptychi cannot run: torch and ptychi in '%s': %.*s; " INSTALL,
		interpreter, (int)(end - first), text + first);
}

/* The line of JSON that the probe printed last. */
static enum plica_status read_versions(
	struct plica_json **out, const char *tail, struct plica_error *err)
{
	const char *line = strstr(tail, VERSIONS);

	if (line == NULL)
		return plica_error_set(err, PLICA_ERR_CHILD,
			"the backend ptychi cannot run: its interpreter did not tell the versions");
	line += strlen(VERSIONS);
	return plica_json_parse(out, line, strcspn(line, "\n"), "versions", err);
}

enum plica_status plica_jobs_keep_versions(
	struct plica_jobs *jobs, const struct plica_json *versions, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text text = {0};

	PLICA_TRY(plica_json_line(&text, versions, err));
	PLICA_TRY(plica_jobs_keep(
		jobs, &jobs->backend_versions, err, "%s", plica_text_string(&text)));
out:
	plica_text_release(&text);
	return status;
}

static enum plica_status probe_ptychi(
	struct plica_jobs *jobs, const struct plica_job *job, struct plica_error *err)
{
	enum plica_status status;
	const char *interpreter = job->command[0];
	const char *script = job->command[1];
	const char *const argv[] = {interpreter, "-c", probe_program, NULL};
	struct plica_process *process = NULL;
	const struct plica_process_result *result = NULL;
	struct plica_json *versions = NULL;

	if (!plica_file_exists(script))
		return plica_error_set(err, PLICA_ERR_CHILD,
			"the backend ptychi cannot run: its script '%s' is missing; name it in the "
			"design, or use the backend native",
			script);
	PLICA_TRY(run_probe(&result, &process, jobs, argv, err));
	if (result->end != PLICA_PROCESS_EXITED || result->code != 0) {
		status = refuse(result, interpreter, err);
		goto out;
	}
	PLICA_TRY(read_versions(&versions, result->tail, err));
	PLICA_TRY(plica_jobs_keep_versions(jobs, versions, err));
out:
	plica_json_free(versions);
	plica_process_free(process);
	return status;
}

void plica_ptychi_version(char out[64], const struct plica_jobs *jobs, const struct plica_job *job)
{
	const char *const argv[] = {job->command[0], "-c", version_program, NULL};
	struct plica_process *process = NULL;
	const struct plica_process_result *result = NULL;
	struct plica_json *versions = NULL;
	const char *version = NULL;

	if (run_probe(&result, &process, jobs, argv, NULL) == PLICA_OK &&
		read_versions(&versions, result->tail, NULL) == PLICA_OK)
		version = plica_json_get_text(versions, "ptychi");
	(void)snprintf(out, 64, "%s", version != NULL ? version : "");
	plica_json_free(versions);
	plica_process_free(process);
}

enum plica_status plica_preflight(struct plica_jobs *jobs, struct plica_error *err)
{
	const struct plica_job *job = first_to_run(jobs);

	if (job == NULL || strcmp(jobs->backend, "ptychi") != 0)
		return PLICA_OK;
	return probe_ptychi(jobs, job, err);
}
