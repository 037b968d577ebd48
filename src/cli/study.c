/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/study.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/try.h"
#include "format/json.h"
#include "study/record.h"

void cli_job_options_release(struct cli_job_options *options)
{
	plica_strings_release(&options->dose);
	plica_strings_release(&options->view);
	plica_strings_release(&options->split);
	plica_strings_release(&options->gridsize);
}

static struct plica_job_filter filter_of(const struct plica_strings *values)
{
	return (struct plica_job_filter){values->size, (const char *const *)values->item};
}

enum plica_status cli_own_path(char *out, size_t size, struct plica_error *err)
{
	ssize_t length = readlink("/proc/self/exe", out, size - 1);

	if (length < 0)
		return plica_error_set(err, PLICA_ERR_IO, "cannot find this program's own path");
	out[length] = '\0';
	return PLICA_OK;
}

enum plica_status cli_study_open(struct cli_study *study, const char *path,
	const struct cli_job_options *options, size_t threads, struct plica_error *err)
{
	enum plica_status status;
	char program[4096];
	struct plica_job_settings settings = {
		.program = program,
		.phase_c_root = options->phase_c_root,
		.phase_d_root = options->phase_d_root,
		.artifact_root = options->artifact_root,
		.backend = options->backend,
		.dose = filter_of(&options->dose),
		.view = filter_of(&options->view),
		.split = filter_of(&options->split),
		.gridsize = filter_of(&options->gridsize),
		.allow_missing_phase_d = options->allow_missing_phase_d,
		.allow_missing = options->allow_missing,
		.threads = threads,
	};

	*study = (struct cli_study){0};
	PLICA_TRY(cli_own_path(program, sizeof(program), err));
	PLICA_TRY(plica_design_load(&study->design, path, err));
	PLICA_TRY(plica_study_jobs(&study->jobs, study->design, &settings, err));
	PLICA_TRY(plica_jobs_assess(study->jobs, err));
out:
	if (status != PLICA_OK)
		cli_study_close(study);
	return status;
}

void cli_study_close(struct cli_study *study)
{
	plica_jobs_free(study->jobs);
	plica_design_free(study->design);
	*study = (struct cli_study){0};
}

void cli_job_title(char *out, size_t size, const struct plica_job *job)
{
	(void)snprintf(
		out, size, "dose %-6g %s/%s", job->dose, job->view, plica_split_name(job->split));
}

int cli_job_title_width(const struct plica_jobs *jobs)
{
	size_t width = 0;

	for (size_t i = 0; i < jobs->count; i++) {
		char title[256];

		cli_job_title(title, sizeof(title), &jobs->item[i]);
		width = strlen(title) > width ? strlen(title) : width;
	}
	return (int)width;
}

void cli_job_json(struct plica_json *entry, const struct plica_job *job)
{
	plica_job_put(entry, job);
	plica_json_set_text(entry, "state", plica_job_state_name(job->state));
	plica_json_set_text(entry, "reason", job->reason);
}
