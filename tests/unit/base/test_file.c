/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "scratch.h"
#include "testing.h"

static struct plica_error err;
static int umask_calls;

/* Stands in the place of libc's, and counts. */
mode_t umask(mode_t mask)
{
	umask_calls++;
	return (mode_t)syscall(SYS_umask, mask);
}

/* As on NFS, where who does not write gets no exclusive lock. */
int flock(int fd, int operation)
{
	bool reads = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY;

	if (reads && (operation & LOCK_EX) != 0) {
		errno = EBADF;
		return -1;
	}
	return (int)syscall(SYS_flock, fd, operation);
}

static void assert_content(const char *path, const char *expected)
{
	struct plica_text text = {0};

	assert_ok(plica_file_read(&text, path, 1 << 20, &err));
	assert_string_equal(plica_text_string(&text), expected);
	plica_text_release(&text);
}

/* At no moment is there a file under the final name that is not whole. */
static void writes_appear_at_the_commit(void **state)
{
	struct plica_file file;
	char path[512];

	(void)state;
	scratch_path(path, "a.txt");
	assert_ok(plica_file_create(&file, path, &err));
	assert_ok(plica_file_write(&file, "one ", 4, &err));
	assert_false(plica_file_exists(path));
	assert_int_equal(scratch_count(), 1);
	assert_ok(plica_file_write(&file, "two", 3, &err));
	assert_ok(plica_file_commit(&file, &err));
	assert_content(path, "one two");
	assert_int_equal(scratch_count(), 1);

	assert_ok(plica_file_create(&file, path, &err));
	assert_ok(plica_file_write(&file, "three", 5, &err));
	assert_content(path, "one two");
	plica_file_discard(&file);
	plica_file_discard(&file);
	assert_content(path, "one two");
	assert_int_equal(scratch_count(), 1);
	assert_int_equal(unlink(path), 0);
}

static void saved_files_replace_and_have_an_ordinary_mode(void **state)
{
	struct stat info;
	char path[512];
	mode_t mask = umask(027);

	(void)state;
	scratch_path(path, "b");
	assert_ok(plica_file_save(path, "old and long", 12, &err));
	assert_ok(plica_file_save(path, "new", 3, &err));
	assert_content(path, "new");
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0640);
	/* never changed, not for a moment: it is that of all threads of the program */
	assert_int_equal(umask_calls, 1);
	assert_int_equal(umask(mask), 027);
	assert_ok(plica_file_save(path, "", 0, &err));
	assert_content(path, "");
	assert_int_equal(unlink(path), 0);
}

static void writes_that_fail_leave_nothing(void **state)
{
	struct plica_file file;
	char path[512];

	(void)state;
	assert_error(plica_file_save("/nowhere/a", "x", 1, &err), PLICA_ERR_IO,
		"cannot create '/nowhere/a': No such file");
	scratch_path(path, "folder");
	assert_int_equal(mkdir(path, 0777), 0);
	assert_error(plica_file_save(path, "x", 1, &err), PLICA_ERR_IO, "Is a directory");
	assert_int_equal(scratch_count(), 1);
	assert_int_equal(rmdir(path), 0);

	scratch_path(path, "full");
	assert_ok(plica_file_create(&file, path, &err));
	assert_int_equal(close(file.descriptor), 0);
	file.descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_true(file.descriptor >= 0);
	assert_error(plica_file_write(&file, "x", 1, &err), PLICA_ERR_IO, "No space left");
	plica_file_discard(&file);
	assert_int_equal(scratch_count(), 0);
}

static void reading_has_a_limit(void **state)
{
	struct plica_text text = {0};
	char path[512];

	(void)state;
	scratch_path(path, "c");
	assert_ok(plica_file_save(path, "0123456789", 10, &err));
	assert_ok(plica_text_add(&text, ">", &err));
	assert_ok(plica_file_read(&text, path, 10, &err));
	assert_string_equal(text.data, ">0123456789");
	assert_error(
		plica_file_read(&text, path, 9, &err), PLICA_ERR_FORMAT, "is larger than 9 bytes");
	assert_error(plica_file_read(&text, "/dev/zero", 100000, &err), PLICA_ERR_FORMAT,
		"is larger than 100000 bytes");
	assert_error(plica_file_read(&text, "/nowhere", 9, &err), PLICA_ERR_IO,
		"cannot open '/nowhere': No such file");
	assert_error(plica_file_read(&text, scratch_folder, 9, &err), PLICA_ERR_IO, "directory");
	plica_text_release(&text);
	assert_int_equal(unlink(path), 0);
}

/* A pipe without a writer would wait for ever. */
static void only_regular_files_are_opened(void **state)
{
	uint64_t size = 0;
	char bytes[8];
	size_t got = 0;
	char path[512];
	int descriptor = -1;

	(void)state;
	scratch_path(path, "pipe");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_error(plica_file_open(&descriptor, &size, path, &err), PLICA_ERR_IO,
		"it is not a regular file");
	assert_error(plica_file_open(&descriptor, &size, scratch_folder, &err), PLICA_ERR_IO,
		"it is not a regular file");
	assert_error(plica_file_open(&descriptor, &size, "/dev/zero", &err), PLICA_ERR_IO,
		"it is not a regular file");
	assert_int_equal(unlink(path), 0);
	assert_ok(plica_file_save(path, "12345", 5, &err));
	assert_ok(plica_file_open(&descriptor, &size, path, &err));
	assert_int_equal(size, 5);
	assert_ok(plica_descriptor_read(&got, descriptor, bytes, 3, &err));
	assert_int_equal(got, 3);
	assert_ok(plica_descriptor_read(&got, descriptor, bytes, 8, &err));
	assert_int_equal(got, 2);
	assert_memory_equal(bytes, "45", 2);
	assert_int_equal(close(descriptor), 0);
	assert_int_equal(plica_descriptor_read(&got, -1, bytes, 8, &err), PLICA_ERR_IO);
	assert_int_equal(unlink(path), 0);
}

static void states_of_a_file_differ(void **state)
{
	struct plica_file_state first, second, none;
	char path[512];

	(void)state;
	scratch_path(path, "d");
	none = plica_file_state(path);
	assert_ok(plica_file_save(path, "12345", 5, &err));
	first = plica_file_state(path);
	second = plica_file_state(path);
	assert_true(plica_file_state_equal(&first, &second));
	assert_false(plica_file_state_equal(&first, &none));
	assert_ok(plica_file_save(path, "67890", 5, &err));
	second = plica_file_state(path);
	assert_false(plica_file_state_equal(&first, &second));
	assert_int_equal(unlink(path), 0);
}

static void folders_are_made_with_their_parents(void **state)
{
	char path[512];
	char deep[600];

	(void)state;
	scratch_path(path, "a b");
	(void)snprintf(deep, sizeof(deep), "%s//c/d/", path);
	assert_ok(plica_make_folders(deep, &err));
	assert_ok(plica_make_folders(deep, &err));
	assert_true(plica_file_exists(deep));
	assert_ok(plica_make_folders("/", &err));
	assert_ok(plica_make_folders(".", &err));
	(void)snprintf(deep, sizeof(deep), "%s/c/d/file", path);
	assert_ok(plica_file_save(deep, "x", 1, &err));
	(void)snprintf(deep, sizeof(deep), "%s/c/d/file/e", path);
	assert_error(plica_make_folders(deep, &err), PLICA_ERR_IO, "cannot make the folder");
	(void)snprintf(deep, sizeof(deep), "%s/c/d/file", path);
	assert_int_equal(unlink(deep), 0);
	(void)snprintf(deep, sizeof(deep), "%s/c/d", path);
	assert_int_equal(rmdir(deep), 0);
	(void)snprintf(deep, sizeof(deep), "%s/c", path);
	assert_int_equal(rmdir(deep), 0);
	assert_int_equal(rmdir(path), 0);
}

static void paths_are_joined_and_taken_apart(void **state)
{
	static const struct {
		const char *folder, *name, *joined;
	} cases[] = {
		{"a", "b", "a/b"},
		{"a/", "b", "a/b"},
		{"/", "b", "/b"},
		{"", "b", "b"},
		{"a b", "c d", "a b/c d"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *joined = NULL;

		assert_ok(plica_path_join(&joined, cases[i].folder, cases[i].name, &err));
		assert_string_equal(joined, cases[i].joined);
		assert_string_equal(plica_path_name(joined), cases[i].name);
		plica_free(joined);
	}
	assert_string_equal(plica_path_name("a/"), "");
}

static void what_a_killed_writer_left_is_removed(void **state)
{
	struct plica_file left;
	char folder[512];
	char path[512];

	(void)state;
	scratch_path(path, "a.tmp-txt");
	scratch_path(folder, "");
	assert_ok(plica_file_replace(path, "x", 1, &err));
	assert_content(path, "x");
	assert_ok(plica_file_create(&left, path, &err));
	assert_int_equal(close(left.descriptor), 0); /* as the end of a process does */
	left.descriptor = -1;
	assert_int_equal(scratch_count(), 2);
	plica_folder_clean(folder);
	assert_int_equal(scratch_count(), 1);
	assert_content(path, "x");
	plica_folder_clean("/no/such/folder");
	plica_folder_sync(folder);
	plica_file_discard(&left);
	assert_int_equal(unlink(path), 0);
}

static void what_is_being_written_stays(void **state)
{
	struct plica_file file;
	char folder[512];
	char path[512];

	(void)state;
	scratch_path(path, "a.txt");
	scratch_path(folder, "");
	assert_ok(plica_file_create(&file, path, &err));
	assert_ok(plica_file_write(&file, "x", 1, &err));
	plica_folder_clean(folder);
	assert_ok(plica_file_commit(&file, &err));
	assert_content(path, "x");
	assert_int_equal(unlink(path), 0);
}

/* One process writes while another cleans as fast as it can: no write may fail. */
static void cleaning_and_writing_go_side_by_side(void **state)
{
	char folder[512];
	char path[512];
	pid_t cleaner;

	(void)state;
	scratch_path(path, "a.txt");
	scratch_path(folder, "");
	cleaner = fork();
	assert_true(cleaner >= 0);
	if (cleaner == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* when a write does fail */
		for (;;)
			plica_folder_clean(folder);
	}
	for (int i = 0; i < 100; i++)
		assert_ok(plica_file_save(path, "x", 1, &err));
	assert_int_equal(kill(cleaner, SIGKILL), 0);
	assert_int_equal(waitpid(cleaner, NULL, 0), cleaner);
	assert_int_equal(scratch_count(), 1);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_appear_at_the_commit),
		cmocka_unit_test(saved_files_replace_and_have_an_ordinary_mode),
		cmocka_unit_test(writes_that_fail_leave_nothing),
		cmocka_unit_test(what_a_killed_writer_left_is_removed),
		cmocka_unit_test(what_is_being_written_stays),
		cmocka_unit_test(cleaning_and_writing_go_side_by_side),
		cmocka_unit_test(reading_has_a_limit),
		cmocka_unit_test(only_regular_files_are_opened),
		cmocka_unit_test(states_of_a_file_differ),
		cmocka_unit_test(folders_are_made_with_their_parents),
		cmocka_unit_test(paths_are_joined_and_taken_apart),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
