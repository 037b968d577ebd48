/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/filter.h"

#include <math.h>
#include <string.h>

#include "testing.h"

static void indices_are_mirrored_without_end(void **state)
{
	static const size_t expected[] = {2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0};

	(void)state;
	for (ptrdiff_t i = -4; i <= 6; i++)
		assert_int_equal(plica_reflect(i, 3), expected[i + 4]);
	assert_int_equal(plica_reflect(-1000, 1), 0);
}

static void weights_add_up_to_one(void **state)
{
	struct plica_filter filter;
	double sum = 0.0;

	(void)state;
	plica_filter_gaussian(&filter, 11, 1.5);
	for (size_t k = 0; k < 11; k++)
		sum += filter.weight[k];
	assert_close(sum, 1.0, 1e-15);
	assert_close(filter.weight[4] / filter.weight[5], exp(-0.5 / 2.25), 1e-14);
	assert_close(filter.weight[0], filter.weight[10], 1e-16);
	plica_filter_uniform(&filter, 7);
	assert_close(filter.weight[3], 1.0 / 7.0, 1e-16);
}

static void valid_part_is_the_window_sum(void **state)
{
	enum { ROWS = 5, COLS = 6 };
	double in[ROWS * COLS], out[ROWS * COLS], work[ROWS * COLS];
	struct plica_filter filter = {.taps = 3, .weight = {1.0, 2.0, 4.0}};

	(void)state;
	for (size_t i = 0; i < ROWS * COLS; i++)
		in[i] = (double)(i * i % 17);
	plica_filter_valid(out, work, in, ROWS, COLS, &filter);
	for (size_t y = 0; y < ROWS - 2; y++)
		for (size_t x = 0; x < COLS - 2; x++) {
			double sum = 0.0;

			for (size_t k = 0; k < 9; k++)
				sum += filter.weight[k / 3] * filter.weight[k % 3] *
				       in[(y + k / 3) * COLS + x + k % 3];
			assert_close(out[y * (COLS - 2) + x], sum, 1e-12);
		}
	plica_filter_valid(in, work, in, ROWS, COLS, &filter); /* in place */
	assert_memory_equal(in, out, sizeof(double) * (ROWS - 2) * (COLS - 2));
}

static void smoothing_keeps_constants_and_sums(void **state)
{
	enum { ROWS = 9, COLS = 12 };
	double picture[ROWS * COLS];
	struct plica_error err;
	double sum = 0.0;

	(void)state;
	for (size_t i = 0; i < ROWS * COLS; i++)
		picture[i] = 3.0;
	assert_ok(plica_filter_smooth(picture, ROWS, COLS, 1.0, &err));
	for (size_t i = 0; i < ROWS * COLS; i++)
		assert_close(picture[i], 3.0, 1e-14);
	memset(picture, 0, sizeof(picture));
	picture[0] = 1.0; /* in the corner: the mirror brings back what leaves */
	assert_ok(plica_filter_smooth(picture, ROWS, COLS, 1.0, &err));
	for (size_t i = 0; i < ROWS * COLS; i++)
		sum += picture[i];
	assert_close(sum, 1.0, 1e-14);
	assert_true(picture[0] > picture[1] && picture[1] > picture[2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(indices_are_mirrored_without_end),
		cmocka_unit_test(weights_add_up_to_one),
		cmocka_unit_test(valid_part_is_the_window_sum),
		cmocka_unit_test(smoothing_keeps_constants_and_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
