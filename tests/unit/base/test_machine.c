/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/machine.h"

#include <string.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "testing.h"

#define BYTES ((size_t)64 << 20)

static void use_memory(void)
{
	/* not malloc: AddressSanitizer keeps for a while what is freed */
	char *block = mmap(
		NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, (off_t)0);

	assert_ptr_not_equal(block, MAP_FAILED);
	memset(block, 1, BYTES);
	assert_int_equal(block[BYTES / 2], 1);
	assert_int_equal(munmap(block, BYTES), 0);
}

static void the_peak_outlives_its_memory_until_it_is_forgotten(void **state)
{
	int64_t before, peak;

	(void)state;
	plica_peak_memory_reset();
	before = plica_peak_memory_bytes();
	assert_true(before > 0);
	assert_true(plica_program_memory_bytes() > 0 && plica_program_memory_bytes() < before);
	use_memory();
	peak = plica_peak_memory_bytes();
	assert_true(peak - before > (int64_t)BYTES * 9 / 10);
	plica_peak_memory_reset();
	assert_true(plica_peak_memory_bytes() < peak - (int64_t)BYTES / 2);
}

static void processor_time_passes_with_work(void **state)
{
	double start = plica_cpu_seconds();

	(void)state;
	use_memory();
	assert_true(plica_cpu_seconds() > start);
}

static void the_processor_has_one_line(void **state)
{
	char name[PLICA_CPU_NAME_SIZE];

	(void)state;
	plica_cpu_name(name);
	assert_true(strlen(name) < PLICA_CPU_NAME_SIZE);
	assert_null(strchr(name, '\n'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_peak_outlives_its_memory_until_it_is_forgotten),
		cmocka_unit_test(processor_time_passes_with_work),
		cmocka_unit_test(the_processor_has_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
