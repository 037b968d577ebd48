/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/paths.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"

static enum plica_status add_parts(
	struct plica_text *out, const char *path, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	while (*path != '\0' && status == PLICA_OK) {
		size_t length = strcspn(path, "/");
		bool nothing = length == 0 || (length == 1 && path[0] == '.');

		if (!nothing)
			status = plica_text_printf(out, err, "/%.*s", (int)length, path);
		path += length;
		path += strspn(path, "/");
	}
	return status;
}

enum plica_status plica_absolute_path(
	char **out, const char *folder, const char *path, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct plica_text text = {0};
	char *here = NULL;

	if (path[0] != '/' && folder == NULL) {
		here = getcwd(NULL, 0);
		folder = here;
		if (here == NULL) {
			status = plica_error_set(err, PLICA_ERR_IO,
				"cannot find the working directory: %s", strerror(errno));
			goto out;
		}
	}
	if (path[0] != '/')
		PLICA_TRY(add_parts(&text, folder, err));
	PLICA_TRY(add_parts(&text, path, err));
	PLICA_TRY(plica_copy_text(out, text.size > 0 ? text.data : "/", err));
out:
	free(here);
	plica_text_release(&text);
	return status;
}

static bool has_parent_part(const char *path)
{
	for (const char *part = path; part != NULL; part = strchr(part, '/')) {
		part += strspn(part, "/");
		if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
			return true;
	}
	return false;
}

/* The real path of the longest beginning of `path` that exists; NULL when even "/" does not. */
static char *real_beginning(const char *path)
{
	char *part = strdup(path);
	char *real = NULL;

	while (part != NULL && real == NULL) {
		char *slash;

		real = realpath(part, NULL);
		slash = strrchr(part, '/');
		if (real != NULL || slash == NULL)
			break;
		if (slash == part && part[1] == '\0')
			break;
		slash[slash == part ? 1 : 0] = '\0';
	}
	free(part);
	return real;
}

static bool begins_with_folder(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	if (strcmp(folder, "/") == 0)
		return true;
	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

enum plica_status plica_path_check_inside(
	const char *root, const char *path, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	char *real_root = realpath(root, NULL);
	char *real = real_beginning(path);

	if (!begins_with_folder(path, root) || has_parent_part(path + strlen(root)))
		status = plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the output folder '%s' is outside the artifact root '%s'", path, root);
	else if (real_root != NULL && real != NULL && !begins_with_folder(real, real_root))
		status = plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the output folder '%s' leads through a symbolic link to '%s', outside the "
			"artifact root '%s'",
			path, real, root);
	free(real_root);
	free(real);
	return status;
}
