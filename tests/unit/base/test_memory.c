/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/memory.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/machine.h"
#include "testing.h"

static struct plica_error err;

static void products_that_overflow_are_noticed(void **state)
{
	size_t size = 7;

	(void)state;
	assert_true(plica_size_mul(&size, 1000, 1000));
	assert_int_equal(size, 1000000);
	assert_true(plica_size_mul(&size, SIZE_MAX, 1));
	assert_true(size == SIZE_MAX);
	assert_true(plica_size_mul(&size, SIZE_MAX, 0));
	assert_int_equal(size, 0);
	assert_true(plica_size_mul(&size, (size_t)1 << 32, ((size_t)1 << 32) - 1));
	size = 7;
	assert_false(plica_size_mul(&size, (size_t)1 << 32, (size_t)1 << 32));
	assert_false(plica_size_mul(&size, SIZE_MAX, 2));
	assert_int_equal(size, 7);
}

static void blocks_are_zeroed_and_aligned(void **state)
{
	static const size_t counts[] = {0, 1, 7, 8, 1000, 4096};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		double *block = NULL;

		assert_ok(PLICA_NEW(&block, counts[i], &err));
		assert_non_null(block);
		assert_int_equal((uintptr_t)block % PLICA_ALIGNMENT, 0);
		for (size_t k = 0; k < counts[i]; k++)
			assert_true(block[k] == 0.0);
		memset(block, 0xff, counts[i] * sizeof(*block)); /* so that the next one is dirty */
		plica_free(block);
	}
	plica_free(NULL);
}

static void unset_blocks_are_aligned(void **state)
{
	void *block = NULL;

	(void)state;
	assert_ok(plica_allocate_unset(&block, 3, 5, &err));
	assert_int_equal((uintptr_t)block % PLICA_ALIGNMENT, 0);
	memset(block, 1, 15);
	plica_free(block);
}

/* Large enough for the system's large pages, whatever was freed before. */
static void large_blocks_are_zeroed_too(void **state)
{
	const size_t count = (size_t)3 << 20;

	(void)state;
	for (int round = 0; round < 3; round++) {
		double *block = NULL;
		double sum = 0.0;

		assert_ok(PLICA_NEW(&block, count, &err));
		assert_int_equal((uintptr_t)block % PLICA_ALIGNMENT, 0);
		for (size_t k = 0; k < count; k++)
			sum += fabs(block[k]);
		assert_true(sum == 0.0);
		memset(block, 0x55, count * sizeof(*block));
		plica_free(block);
		if (round == 1)
			plica_return_freed_memory();
	}
}

/* Whole pages go, and come back as zeros; what lies beside the part stays. */
static void a_part_can_be_given_back(void **state)
{
	const size_t bytes = (size_t)1 << 20;
	const size_t first = 1000;
	const size_t end = bytes - 1000;
	char *block = NULL;
	size_t left = 0;

	(void)state;
	assert_ok(plica_allocate((void **)(void *)&block, bytes, 1, &err));
	memset(block, 1, bytes);
	plica_forget(block + first, end - first);
	for (size_t k = 0; k < bytes; k++) {
		assert_true(block[k] == 1 || (k >= first && k < end));
		left += (size_t)block[k];
	}
	assert_true(left < 3 * (size_t)sysconf(_SC_PAGESIZE));
	plica_forget(block, 100); /* not a page: stays */
	assert_int_equal(block[0], 1);
	plica_free(block);
}

static void impossible_sizes_are_errors(void **state)
{
	int marker = 0;
	void *block = &marker;

	(void)state;
	assert_error(plica_allocate(&block, SIZE_MAX / 8 + 1, 8, &err), PLICA_ERR_MEMORY,
		"the size overflows");
	assert_error(
		plica_allocate(&block, SIZE_MAX, 1, &err), PLICA_ERR_MEMORY, "the size overflows");
	assert_error(plica_allocate_unset(&block, SIZE_MAX / 2, 1, &err), PLICA_ERR_MEMORY,
		"out of memory");
	assert_ptr_equal(block, &marker);
	assert_int_equal(plica_allocate(&block, SIZE_MAX, 2, NULL), PLICA_ERR_MEMORY);
}

static void texts_are_copied(void **state)
{
	char text[] = "Siemens";
	char *copy = NULL;

	(void)state;
	assert_ok(plica_copy_text(&copy, text, &err));
	text[0] = 's';
	assert_string_equal(copy, "Siemens");
	plica_free(copy);
	assert_ok(plica_copy_text(&copy, "", &err));
	assert_string_equal(copy, "");
	plica_free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_that_overflow_are_noticed),
		cmocka_unit_test(blocks_are_zeroed_and_aligned),
		cmocka_unit_test(unset_blocks_are_aligned),
		cmocka_unit_test(large_blocks_are_zeroed_too),
		cmocka_unit_test(a_part_can_be_given_back),
		cmocka_unit_test(impossible_sizes_are_errors),
		cmocka_unit_test(texts_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
