/* SPDX-License-Identifier: BSD-3-Clause */
/** Paths of a study: made absolute, and kept inside the folder that they belong to. */
#ifndef PLICA_STUDY_PATHS_H
#define PLICA_STUDY_PATHS_H

#include <stdbool.h>

#include "plica/error.h"

/**
 * `path` made absolute: as it is, or below `folder`, or below the working directory when folder
 * is NULL. "." and empty parts go, ".." stays, for the file system to resolve. To be freed with
 * plica_free.
 */
PLICA_MUST_USE enum plica_status plica_absolute_path(
	char **out, const char *folder, const char *path, struct plica_error *err);

/**
 * Whether `path` lies below `root` (both absolute): by its text, without "..", and by what exists
 * of it, symbolic links followed. PLICA_ERR_ARGUMENT says how it leaves.
 */
PLICA_MUST_USE enum plica_status plica_path_check_inside(
	const char *root, const char *path, struct plica_error *err);

#endif
