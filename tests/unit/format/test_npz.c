/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/npz.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "testing.h"

static struct plica_error err;
static char folder[] = "/tmp/plica-npz-XXXXXX";
static char path[64];

static size_t files_in_folder(void)
{
	DIR *stream = opendir(folder);
	size_t count = 0;

	assert_non_null(stream);
	while (readdir(stream) != NULL)
		count++;
	(void)closedir(stream);
	return count - 2;
}

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/a.npz", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

/* Two arrays: 'counts' uint16 (50, 40), all 7, and 'name', a string; the archive as bytes. */
static void write_example(struct plica_text *bytes, bool deflate)
{
	struct plica_npz_writer *writer;
	struct plica_array counts;
	struct plica_array name;

	assert_ok(plica_array_create(&counts, PLICA_DTYPE_U16, 2, (size_t[]){50, 40}, &err));
	for (size_t i = 0; i < 2000; i++)
		((uint16_t *)counts.data)[i] = 7;
	assert_ok(plica_array_from_text(&name, "star", &err));
	assert_ok(plica_npz_create(&writer, path, &err));
	assert_ok(plica_npz_add(writer, "counts", &counts, deflate, &err));
	assert_ok(plica_npz_add(writer, "name", &name, deflate, &err));
	assert_ok(plica_npz_commit(writer, &err));
	plica_array_release(&counts);
	plica_array_release(&name);
	bytes->size = 0;
	assert_ok(plica_file_read(bytes, path, 1 << 20, &err));
}

static enum plica_status read_bytes(
	struct plica_array *out, const void *bytes, size_t size, const char *name)
{
	struct plica_npz *npz;
	enum plica_status status = plica_npz_open_bytes(&npz, bytes, size, "a.npz", &err);

	if (status != PLICA_OK)
		return status;
	status = plica_npz_read(out, npz, name, &err);
	plica_npz_close(npz);
	return status;
}

static void archives_go_round(void **state)
{
	struct plica_text bytes = {0};

	(void)state;
	for (int deflate = 0; deflate < 2; deflate++) {
		struct plica_array_info info;
		struct plica_array array;
		struct plica_npz *npz;

		write_example(&bytes, deflate);
		assert_true(deflate ? bytes.size < 1000 : bytes.size > 4000);
		assert_ok(plica_npz_open(&npz, path, &err));
		assert_int_equal(plica_npz_count(npz), 2);
		assert_string_equal(plica_npz_name(npz, 0), "counts");
		assert_string_equal(plica_npz_name(npz, 1), "name");
		assert_true(plica_npz_has(npz, "name"));
		assert_false(plica_npz_has(npz, "name.npy"));
		assert_ok(plica_npz_info(&info, npz, "counts", &err));
		assert_int_equal(info.dtype, PLICA_DTYPE_U16);
		assert_int_equal(info.shape[1], 40);
		assert_ok(plica_npz_read(&array, npz, "counts", &err));
		for (size_t i = 0; i < 2000; i++)
			assert_int_equal(((uint16_t *)array.data)[i], 7);
		plica_array_release(&array);
		plica_npz_close(npz);
	}
	plica_text_release(&bytes);
}

static void equal_content_gives_equal_bytes(void **state)
{
	struct plica_text first = {0};
	struct plica_text second = {0};
	const char *present = getenv("TZ");
	char *zone = present != NULL ? strdup(present) : NULL; /* setenv may move it */

	(void)state;
	for (int deflate = 0; deflate < 2; deflate++) {
		write_example(&first, deflate);
		assert_int_equal(setenv("TZ", "America/St_Johns", 1), 0);
		write_example(&second, deflate);
		assert_int_equal(zone != NULL ? setenv("TZ", zone, 1) : unsetenv("TZ"), 0);
		assert_int_equal(first.size, second.size);
		assert_memory_equal(first.data, second.data, first.size);
		/* Noon of 1980-01-01, and not today: two runs of a test share a second. */
		assert_memory_equal(first.data + 10, "\x00\x60\x21\x00", 4);
	}
	free(zone);
	plica_text_release(&first);
	plica_text_release(&second);
}

static void what_is_missing_is_named(void **state)
{
	struct plica_text bytes = {0};
	struct plica_array array;
	struct plica_npz *npz;

	(void)state;
	write_example(&bytes, false);
	assert_error(read_bytes(&array, bytes.data, bytes.size, "xcoords"), PLICA_ERR_FORMAT,
		"cannot read 'a.npz': 'xcoords': there is no such array");
	plica_text_release(&bytes);
	assert_error(plica_npz_open(&npz, "/nowhere/a.npz", &err), PLICA_ERR_IO,
		"cannot open '/nowhere/a.npz'");
	assert_error(plica_npz_open(&npz, folder, &err), PLICA_ERR_IO, "not a regular file");
	assert_error(plica_npz_open_bytes(&npz, "", 0, "a.npz", &err), PLICA_ERR_FORMAT,
		"'a.npz': it is too short");
	assert_error(plica_npz_open_bytes(&npz, "no archive but a text", 22, "a.npz", &err),
		PLICA_ERR_FORMAT, "'a.npz': it is not a whole NPZ archive");
}

/* The bytes of a member's header in the directory, from the sizes on. */
static unsigned char *directory_entry(struct plica_text *bytes)
{
	unsigned char *entry = memmem(bytes->data, bytes->size, "PK\x01\x02", 4);

	assert_non_null(entry);
	return entry;
}

enum { ENTRY_FLAGS = 8, ENTRY_METHOD = 10, ENTRY_COMPRESSED = 20, ENTRY_SIZE = 24 };

static void put_size(unsigned char *at, uint32_t size)
{
	memcpy(at, &size, sizeof(size));
}

static void lies_of_the_directory_are_found(void **state)
{
	struct plica_text bytes = {0};
	struct plica_array array;
	unsigned char *entry;

	(void)state;
	write_example(&bytes, true);
	entry = directory_entry(&bytes);
	put_size(entry + ENTRY_SIZE, 0xFFFFFFF0);
	assert_error(read_bytes(&array, bytes.data, bytes.size, "counts"), PLICA_ERR_FORMAT,
		"claims to be larger than its compressed bytes can hold");
	put_size(entry + ENTRY_SIZE, 4129);
	assert_error(read_bytes(&array, bytes.data, bytes.size, "counts"), PLICA_ERR_FORMAT,
		"1 bytes are too many (found 4001, expected 4000)");
	put_size(entry + ENTRY_SIZE, 4127);
	assert_error(read_bytes(&array, bytes.data, bytes.size, "counts"), PLICA_ERR_FORMAT,
		"1 bytes are missing (found 3999, expected 4000)");
	put_size(entry + ENTRY_SIZE, 4128);
	put_size(entry + ENTRY_COMPRESSED, 0xFFFFFFF0);
	assert_error(read_bytes(&array, bytes.data, bytes.size, "counts"), PLICA_ERR_FORMAT,
		"its members are larger than the file");

	write_example(&bytes, false);
	entry = directory_entry(&bytes);
	put_size(entry + ENTRY_SIZE, 4127);
	assert_error(read_bytes(&array, bytes.data, bytes.size, "counts"), PLICA_ERR_FORMAT,
		"its two sizes differ");
	put_size(entry + ENTRY_SIZE, 4128);
	entry[ENTRY_METHOD] = 12;
	assert_error(read_bytes(&array, bytes.data, bytes.size, "counts"), PLICA_ERR_FORMAT,
		"neither stored nor deflated");
	entry[ENTRY_METHOD] = 0;
	entry[ENTRY_FLAGS] |= 1;
	assert_error(read_bytes(&array, bytes.data, bytes.size, "counts"), PLICA_ERR_FORMAT,
		"it is encrypted");
	plica_text_release(&bytes);
}

static void flipped_bits_break_the_checksum(void **state)
{
	struct plica_text bytes = {0};
	struct plica_array array;
	unsigned char *item;

	(void)state;
	write_example(&bytes, false);
	item = memmem(bytes.data, bytes.size, "\x07\x00\x07\x00", 4);
	assert_non_null(item);
	item[1000] ^= 1;
	assert_error(read_bytes(&array, bytes.data, bytes.size, "counts"), PLICA_ERR_FORMAT,
		"cannot read 'a.npz': 'counts': it is damaged (CRC error)");
	assert_ok(read_bytes(&array, bytes.data, bytes.size, "name"));
	plica_array_release(&array);
	plica_text_release(&bytes);
}

static void every_cut_and_every_changed_byte_ends_well(void **state)
{
	struct plica_text bytes = {0};
	struct plica_array array;

	(void)state;
	write_example(&bytes, true);
	for (size_t size = 0; size < bytes.size; size++)
		assert_int_not_equal(read_bytes(&array, bytes.data, size, "counts"), PLICA_OK);
	for (size_t i = 0; i < bytes.size; i++) {
		char kept = bytes.data[i];

		bytes.data[i] = (char)~kept;
		array.data = NULL;
		if (read_bytes(&array, bytes.data, bytes.size, "counts") == PLICA_OK)
			plica_array_release(&array);
		bytes.data[i] = kept;
	}
	plica_text_release(&bytes);
}

static void names_are_unique(void **state)
{
	struct plica_text bytes = {0};
	struct plica_npz_writer *writer;
	struct plica_array array;
	char *name;

	(void)state;
	assert_ok(plica_array_create(&array, PLICA_DTYPE_U8, 0, NULL, &err));
	assert_ok(plica_npz_create(&writer, path, &err));
	assert_ok(plica_npz_add(writer, "aa", &array, false, &err));
	assert_error(plica_npz_add(writer, "aa", &array, false, &err), PLICA_ERR_ARGUMENT,
		"a.npz': 'aa': ");
	assert_ok(plica_npz_add(writer, "bb", &array, false, &err));
	assert_ok(plica_npz_commit(writer, &err));
	plica_array_release(&array);
	assert_ok(plica_file_read(&bytes, path, 1 << 20, &err));
	while ((name = memmem(bytes.data, bytes.size, "bb.npy", 6)) != NULL)
		name[0] = name[1] = 'a';
	assert_error(read_bytes(&array, bytes.data, bytes.size, "aa"), PLICA_ERR_FORMAT,
		"two members are called 'aa.npy'");
	plica_text_release(&bytes);
}

/* The disk is full in the middle: what stood under the name stays, and nothing beside it. */
static void failed_writes_leave_no_trace(void **state)
{
	struct plica_text before = {0};
	struct plica_text after = {0};
	struct plica_npz_writer *writer;
	struct plica_array array;
	struct rlimit limit;
	struct rlimit small;

	(void)state;
	write_example(&before, false);
	assert_ok(plica_array_create(&array, PLICA_DTYPE_F64, 1, (size_t[]){100000}, &err));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){.rlim_cur = 100000, .rlim_max = limit.rlim_max};
	(void)signal(SIGXFSZ, SIG_IGN);

	assert_ok(plica_npz_create(&writer, path, &err));
	assert_ok(plica_npz_add(writer, "a", &array, false, &err));
	assert_int_equal(files_in_folder(), 2);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_error(plica_npz_commit(writer, &err), PLICA_ERR_IO, "a.npz': File too large");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(files_in_folder(), 1);

	assert_ok(plica_npz_create(&writer, path, &err));
	assert_ok(plica_npz_add(writer, "a", &array, false, &err));
	plica_npz_abandon(writer);
	assert_ok(plica_npz_create(&writer, path, &err));
	assert_error(plica_npz_commit(writer, &err), PLICA_ERR_ARGUMENT, "needs an array");
	plica_npz_abandon(NULL);
	assert_int_equal(files_in_folder(), 1);
	assert_ok(plica_file_read(&after, path, 1 << 20, &err));
	assert_int_equal(after.size, before.size);
	assert_memory_equal(after.data, before.data, before.size);
	assert_error(plica_npz_create(&writer, "/nowhere/a.npz", &err), PLICA_ERR_IO,
		"cannot create '/nowhere/a.npz'");
	plica_array_release(&array);
	plica_text_release(&before);
	plica_text_release(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(archives_go_round),
		cmocka_unit_test(equal_content_gives_equal_bytes),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(lies_of_the_directory_are_found),
		cmocka_unit_test(flipped_bits_break_the_checksum),
		cmocka_unit_test(every_cut_and_every_changed_byte_ends_well),
		cmocka_unit_test(names_are_unique),
		cmocka_unit_test(failed_writes_leave_no_trace),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
