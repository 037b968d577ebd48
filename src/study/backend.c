/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/backend.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/try.h"
#include "study/jobs.h"

/* Where ./dev setup ptychi makes its environment, below $XDG_DATA_HOME. */
#define PTYCHI_PYTHON "plica/ptychi/bin/python3"

static const char *const names[] = {"native", "ptychi", NULL};
static const char *const native_algorithms[] = {"LSQML", "ML", "rPIE", "ePIE", NULL};
static const char *const ptychi_algorithms[] = {"LSQML", "DM", "PIE", "ePIE", "rPIE", "RAAR", NULL};

const char *const *plica_backend_names(void)
{
	return names;
}

static bool is_native(const char *backend)
{
	return strcmp(backend, names[0]) == 0;
}

const char *const *plica_backend_algorithms(const char *backend)
{
	return is_native(backend) ? native_algorithms : ptychi_algorithms;
}

const char *plica_backend_result(const char *backend)
{
	return is_native(backend) ? "reconstruction.npz" : "ptychi_reconstruction.npz";
}

static enum plica_status refuse_algorithm(const struct plica_jobs *jobs, struct plica_error *err)
{
	const char *const *known = plica_backend_algorithms(jobs->backend);
	struct plica_text list = {0};
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; known[i] != NULL; i++)
		PLICA_TRY(plica_text_printf(&list, err, "%s%s", i > 0 ? ", " : "", known[i]));
	status = plica_error_set(err, PLICA_ERR_ARGUMENT,
		"the backend %s has no algorithm '%s' ('reconstruction.algorithm'): expected one "
		"of %s",
		jobs->backend, jobs->design->algorithm, plica_text_string(&list));
out:
	plica_text_release(&list);
	return status;
}

enum plica_status plica_backend_check(const struct plica_jobs *jobs, struct plica_error *err)
{
	const struct plica_design *design = jobs->design;
	const char *const *known = plica_backend_algorithms(jobs->backend);

	while (*known != NULL && strcmp(*known, design->algorithm) != 0)
		known++;
	if (*known == NULL)
		return refuse_algorithm(jobs, err);
	if (!is_native(jobs->backend) && design->option_count > 0)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the backend %s takes no 'reconstruction.options': found '%s'",
			jobs->backend, design->options[0].name);
	return PLICA_OK;
}

/* Keeps the path when it exists; else *out stays as it is. */
static enum plica_status keep_if_there(struct plica_jobs *jobs, const char **out,
	const char *folder, const char *name, struct plica_error *err)
{
	enum plica_status status;
	const char *path = NULL;

	if (folder == NULL || folder[0] != '/')
		return PLICA_OK;
	status = plica_jobs_keep(jobs, &path, err, "%s/%s", folder, name);
	if (status == PLICA_OK && plica_file_exists(path))
		*out = path;
	return status;
}

enum plica_status plica_ptychi_python(
	struct plica_jobs *jobs, const char **out, struct plica_error *err)
{
	const char *named = getenv("PLICA_PTYCHI_PYTHON");
	const char *data = getenv("XDG_DATA_HOME");

	*out = "python3";
	if (jobs->design->ptychi_python != NULL) {
		*out = jobs->design->ptychi_python;
		return PLICA_OK;
	}
	if (named != NULL && named[0] != '\0')
		return plica_jobs_keep(jobs, out, err, "%s", named);
	if (data != NULL && data[0] != '\0')
		return keep_if_there(jobs, out, data, PTYCHI_PYTHON, err);
	return keep_if_there(jobs, out, getenv("HOME"), ".local/share/" PTYCHI_PYTHON, err);
}

enum plica_status plica_ptychi_script(
	struct plica_jobs *jobs, const char **out, const char *program, struct plica_error *err)
{
	static const char script[] = "ptychi_reconstruct_tike.py";
	int folder = (int)(plica_path_name(program) - program);
	const char *up = folder > 0 ? "../" : "";
	enum plica_status status;

	if (jobs->design->ptychi_script != NULL) {
		*out = jobs->design->ptychi_script;
		return PLICA_OK;
	}
	PLICA_TRY(plica_jobs_keep(
		jobs, out, err, "%.*s%sshare/plica/%s", folder, program, up, script));
	if (!plica_file_exists(*out)) /* not installed: a build folder in the source tree */
		PLICA_TRY(plica_jobs_keep(jobs, out, err, "%.*s%sscripts/reconstruction/%s", folder,
			program, up, script));
out:
	return status;
}
