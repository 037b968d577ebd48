/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/resources.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "testing.h"

static struct plica_error err;
static char root[] = "/tmp/plica-resources-XXXXXX";

/* Writes a file under the root, and the folders above it. */
static void put(const char *path, const char *text)
{
	char name[512];

	(void)snprintf(name, sizeof(name), "%s%s", root, path);
	*strrchr(name, '/') = '\0';
	assert_ok(plica_make_folders(name, &err));
	(void)snprintf(name, sizeof(name), "%s%s", root, path);
	assert_ok(plica_file_save(name, text, strlen(text), &err));
}

static void nothing_known_is_no_limit(void **state)
{
	(void)state;
	assert_true(plica_memory_available("/nowhere") == SIZE_MAX);
}

static void the_machine_says_what_is_available(void **state)
{
	(void)state;
	put("/proc/meminfo", "MemTotal:       2000000 kB\nMemFree:         100 kB\n"
			     "MemAvailable:    900000 kB\n");
	assert_int_equal(plica_memory_available(root), (size_t)900000 * 1024);
}

/* The group's own limit is none, the one above it has one; dropped pages are counted. */
static void groups_of_version_2_limit(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "0::/jobs/one\n");
	put("/sys/fs/cgroup/jobs/one/memory.max", "max\n");
	put("/sys/fs/cgroup/jobs/one/memory.current", "1000\n");
	assert_int_equal(plica_memory_available(root), (size_t)900000 * 1024);
	put("/sys/fs/cgroup/jobs/memory.max", "500000\n");
	put("/sys/fs/cgroup/jobs/memory.current", "300000\n");
	assert_int_equal(plica_memory_available(root), 200000);
	put("/sys/fs/cgroup/jobs/memory.stat", "anon 5\ninactive_file 20000\nactive_file 7\n");
	assert_int_equal(plica_memory_available(root), 220000);
	put("/sys/fs/cgroup/jobs/one/memory.max", "1500\n");
	assert_int_equal(plica_memory_available(root), 500);
	put("/sys/fs/cgroup/jobs/one/memory.current", "1600\n");
	assert_int_equal(plica_memory_available(root), 0);
}

static void groups_of_version_1_limit(void **state)
{
	(void)state;
	put("/proc/self/cgroup", "12:cpu,cpuacct:/jobs\n7:memory:/a\nnonsense\n");
	assert_int_equal(plica_memory_available(root), (size_t)900000 * 1024);
	put("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "70000\n");
	put("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "60000\n");
	put("/sys/fs/cgroup/memory/a/memory.stat", "inactive_file 1\ntotal_inactive_file 5000\n");
	assert_int_equal(plica_memory_available(root), 15000);
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(root) == NULL;
}

static int take_away(const char *path, const struct stat *info, int type, struct FTW *place)
{
	(void)info;
	(void)type;
	(void)place;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	return nftw(root, take_away, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_known_is_no_limit),
		cmocka_unit_test(the_machine_says_what_is_available),
		cmocka_unit_test(groups_of_version_2_limit),
		cmocka_unit_test(groups_of_version_1_limit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
