/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/resources.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define LINE_SIZE 4096

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t difference(size_t a, size_t b)
{
	return a > b ? a - b : 0;
}

static bool parse(unsigned long long *number, const char *text)
{
	char *end = NULL;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return end != text && errno == 0;
}

/* Finds the line "key number" of a file; an empty key: the file is one number. False: it is not
 * there, as where it says "max". */
static bool read_number(size_t *out, const char *path, const char *key)
{
	FILE *file = fopen(path, "r");
	char line[LINE_SIZE];
	unsigned long long number = 0;
	size_t length = strlen(key);
	bool found = false;

	if (file == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), file) != NULL)
		found = strncmp(line, key, length) == 0 && parse(&number, line + length);
	(void)fclose(file);
	if (found)
		*out = (size_t)number;
	return found;
}

/* Where a control group says what it allows, takes and could drop. */
struct group_files {
	const char *mount;
	const char *limit, *usage, *droppable;
};

static const struct group_files version_1 = {.mount = "/sys/fs/cgroup/memory",
	.limit = "memory.limit_in_bytes",
	.usage = "memory.usage_in_bytes",
	.droppable = "total_inactive_file "};
static const struct group_files version_2 = {.mount = "/sys/fs/cgroup",
	.limit = "memory.max",
	.usage = "memory.current",
	.droppable = "inactive_file "};

static bool read_of_group(size_t *out, const char *folder, const char *name, const char *key)
{
	char path[PATH_SIZE];
	int length = snprintf(path, sizeof(path), "%s/%s", folder, name);

	return length > 0 && length < PATH_SIZE && read_number(out, path, key);
}

static size_t left_in_group(const char *folder, const struct group_files *files)
{
	size_t limit, usage;
	size_t droppable = 0;

	if (!read_of_group(&limit, folder, files->limit, "") ||
		!read_of_group(&usage, folder, files->usage, ""))
		return SIZE_MAX;
	(void)read_of_group(&droppable, folder, "memory.stat", files->droppable);
	return difference(limit, difference(usage, droppable));
}

/* The group at `path` and all above it. */
static size_t left_in_groups(const char *root, const char *path, const struct group_files *files)
{
	char folder[PATH_SIZE];
	size_t left = SIZE_MAX;
	size_t top;
	int length = snprintf(folder, sizeof(folder), "%s%s%s", root, files->mount, path);

	if (length < 0 || length >= PATH_SIZE)
		return SIZE_MAX;
	top = strlen(root) + strlen(files->mount);
	for (;;) {
		char *slash;

		left = least(left, left_in_group(folder, files));
		slash = strrchr(folder, '/');
		if (slash == NULL || (size_t)(slash - folder) < top)
			return left;
		*slash = '\0';
	}
}

/* Lines of /proc/self/cgroup: "0::/path" of version 2, "7:memory:/path" of version 1. */
static size_t left_in_all_groups(const char *root)
{
	char line[LINE_SIZE];
	size_t left = SIZE_MAX;
	FILE *file;

	(void)snprintf(line, sizeof(line), "%s/proc/self/cgroup", root);
	file = fopen(line, "r");
	if (file == NULL)
		return SIZE_MAX;
	while (fgets(line, sizeof(line), file) != NULL) {
		char *names = strchr(line, ':');
		char *path = names != NULL ? strchr(names + 1, ':') : NULL;

		line[strcspn(line, "\n")] = '\0';
		if (path == NULL)
			continue;
		*path = '\0';
		if (names[1] == '\0')
			left = least(left, left_in_groups(root, path + 1, &version_2));
		else if (strstr(names, "memory") != NULL)
			left = least(left, left_in_groups(root, path + 1, &version_1));
	}
	(void)fclose(file);
	return left;
}

static size_t left_in_address_space(const char *root)
{
	struct rlimit limit;
	char path[PATH_SIZE];
	size_t pages = 0;

	if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return SIZE_MAX;
	(void)snprintf(path, sizeof(path), "%s/proc/self/statm", root);
	(void)read_number(&pages, path, "");
	return difference((size_t)limit.rlim_cur, pages * (size_t)sysconf(_SC_PAGESIZE));
}

size_t plica_memory_available(const char *root)
{
	char path[PATH_SIZE];
	size_t kilobytes;
	size_t available = SIZE_MAX;

	(void)snprintf(path, sizeof(path), "%s/proc/meminfo", root);
	if (read_number(&kilobytes, path, "MemAvailable:"))
		available = kilobytes * 1024;
	available = least(available, left_in_all_groups(root));
	return least(available, left_in_address_space(root));
}
