/* SPDX-License-Identifier: BSD-3-Clause */
/** The backends: what runs a job, which algorithms each has, and where its program is. */
#ifndef PLICA_STUDY_BACKEND_H
#define PLICA_STUDY_BACKEND_H

#include "plica/study.h"

/** Names of backends, NULL-terminated; the first is the default. */
const char *const *plica_backend_names(void);
/** Names of the algorithms of a backend, NULL-terminated; the first is the default. */
const char *const *plica_backend_algorithms(const char *backend);
/** The file that a job of the backend leaves, without its folder. */
const char *plica_backend_result(const char *backend);

/** Whether the design can run on the backend of the jobs; PLICA_ERR_ARGUMENT says what it has. */
PLICA_MUST_USE enum plica_status plica_backend_check(
	const struct plica_jobs *jobs, struct plica_error *err);

/**
 * The interpreter of the backend ptychi: the design's; else $PLICA_PTYCHI_PYTHON; else that of the
 * environment that `./dev setup ptychi` makes, where it exists; else python3.
 */
PLICA_MUST_USE enum plica_status plica_ptychi_python(
	struct plica_jobs *jobs, const char **out, struct plica_error *err);
/** Its driver: the design's; else that of the source tree or installation `program` belongs to. */
PLICA_MUST_USE enum plica_status plica_ptychi_script(
	struct plica_jobs *jobs, const char **out, const char *program, struct plica_error *err);

#endif
