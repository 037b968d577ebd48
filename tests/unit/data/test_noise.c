/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/noise.h"

#include <string.h>

#include "base/memory.h"
#include "testing.h"

#define ROWS 150
#define COLS 211

static struct plica_error err;

static void is_centred_and_scaled(void **state)
{
	const struct plica_noise noise = {40.0, 2.0, 0.7, 3, 0};
	float *value = NULL;
	double sum = 0.0;
	double squares = 0.0;

	(void)state;
	assert_ok(plica_noise_create(&value, ROWS, COLS, &noise, &err));
	for (size_t i = 0; i < (size_t)ROWS * COLS; i++) {
		sum += (double)value[i];
		squares += (double)value[i] * (double)value[i];
	}
	assert_close(sum / (ROWS * COLS), 0.0, 0.15);
	assert_close(sqrt(squares / (ROWS * COLS)), 0.5, 0.15);
	plica_free(value);
}

/* Features of 20 px change little from one pixel to the next, those of 2 px much. */
static void finest_octave_sets_the_grain(void **state)
{
	const struct plica_noise kinds[2] = {{20.0, 20.0, 0.7, 3, 0}, {2.0, 2.0, 0.7, 3, 0}};
	double change[2] = {0.0, 0.0};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		float *value = NULL;

		assert_ok(plica_noise_create(&value, ROWS, COLS, &kinds[k], &err));
		for (size_t i = 1; i < (size_t)ROWS * COLS; i++)
			change[k] += fabs((double)value[i] - (double)value[i - 1]);
		plica_free(value);
	}
	assert_true(change[1] > 4.0 * change[0]);
}

static void seed_and_index_decide(void **state)
{
	const struct plica_noise kinds[4] = {{20.0, 2.0, 0.7, 3, 0}, {20.0, 2.0, 0.7, 3, 0},
		{20.0, 2.0, 0.7, 4, 0}, {20.0, 2.0, 0.7, 3, 16}};
	const size_t bytes = sizeof(float) * ROWS * COLS;
	float *value[4];

	(void)state;
	for (size_t k = 0; k < 4; k++)
		assert_ok(plica_noise_create(&value[k], ROWS, COLS, &kinds[k], &err));
	assert_memory_equal(value[0], value[1], bytes);
	assert_memory_not_equal(value[0], value[2], bytes);
	assert_memory_not_equal(value[0], value[3], bytes);
	for (size_t k = 0; k < 4; k++)
		plica_free(value[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_centred_and_scaled),
		cmocka_unit_test(finest_octave_sets_the_grain),
		cmocka_unit_test(seed_and_index_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
