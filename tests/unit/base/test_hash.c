/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/hash.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "scratch.h"
#include "testing.h"

static struct plica_error err;

/* FIPS 180-2, appendix B; and of nothing. */
static const struct {
	const char *text;
	const char *digest;
} known[] = {
	{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void sha256_of_bytes_and_files_is_the_standards(void **state)
{
	char digest[PLICA_SHA256_SIZE];
	char path[512];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t size = strlen(known[i].text);

		assert_ok(plica_sha256_bytes(digest, known[i].text, size, &err));
		assert_string_equal(digest, known[i].digest);
		assert_ok(plica_file_save(scratch_path(path, "a"), known[i].text, size, &err));
		assert_ok(plica_sha256_file(digest, path, &err));
		assert_string_equal(digest, known[i].digest);
	}
}

/* FIPS 180-2: a million times 'a', so that the file is longer than a block of reading. */
static void large_files_are_read_to_their_end(void **state)
{
	char digest[PLICA_SHA256_SIZE];
	char path[512];
	char *text = NULL;

	(void)state;
	assert_ok(PLICA_NEW(&text, 1000000, &err));
	memset(text, 'a', 1000000);
	assert_ok(plica_file_save(scratch_path(path, "a"), text, 1000000, &err));
	assert_ok(plica_sha256_file(digest, path, &err));
	assert_string_equal(
		digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	plica_free(text);
}

static void files_that_cannot_be_read_are_errors(void **state)
{
	char digest[PLICA_SHA256_SIZE];

	(void)state;
	assert_error(plica_sha256_file(digest, "/nowhere/a.npz", &err), PLICA_ERR_IO,
		"cannot open '/nowhere/a.npz': No such file");
	assert_error(plica_sha256_file(digest, scratch_folder, &err), PLICA_ERR_IO, scratch_folder);
	assert_error(plica_sha256_file(digest, "/dev/zero", &err), PLICA_ERR_IO,
		"'/dev/zero': it is not a regular file");
	assert_error(plica_sha256_file(digest, "/proc/self/mem", &err), PLICA_ERR_IO,
		"cannot read '/proc/self/mem'");
}

static void quick_hash_is_xxh3(void **state)
{
	char bytes[] = "a dataset";
	uint64_t hash = plica_quick_hash(bytes, 9);

	(void)state;
	assert_true(plica_quick_hash("", 0) == UINT64_C(0x2d06800538d394c2));
	assert_true(plica_quick_hash(bytes, 9) == hash);
	bytes[8] ^= 1;
	assert_true(plica_quick_hash(bytes, 9) != hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_of_bytes_and_files_is_the_standards),
		cmocka_unit_test(large_files_are_read_to_their_end),
		cmocka_unit_test(files_that_cannot_be_read_are_errors),
		cmocka_unit_test(quick_hash_is_xxh3),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
