/* SPDX-License-Identifier: BSD-3-Clause */
/** A folder of the test's own under /tmp, for cmocka's group fixtures. */
#ifndef PLICA_SCRATCH_H
#define PLICA_SCRATCH_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch_folder[] = "/tmp/plica-test-XXXXXX";

/** The path of `name` in the folder, in `out`. */
static inline const char *scratch_path(char out[512], const char *name)
{
	(void)snprintf(out, 512, "%s/%s", scratch_folder, name);
	return out;
}

static inline size_t scratch_count(void)
{
	DIR *stream = opendir(scratch_folder);
	size_t count = 0;

	if (stream == NULL)
		return 0;
	while (readdir(stream) != NULL)
		count++;
	(void)closedir(stream);
	return count - 2; /* . and .. */
}

static inline int scratch_make(void **state)
{
	(void)state;
	return mkdtemp(scratch_folder) != NULL ? 0 : -1;
}

/** Removes the folder with its files and its empty folders. */
static inline int scratch_remove(void **state)
{
	DIR *stream = opendir(scratch_folder);
	struct dirent *entry;
	char path[512];

	(void)state;
	while (stream != NULL && (entry = readdir(stream)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)remove(scratch_path(path, entry->d_name));
	if (stream != NULL)
		(void)closedir(stream);
	return rmdir(scratch_folder);
}

#endif
