/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/orient.h"

#include <complex.h>

#include "testing.h"

#define ROWS 2
#define COLS 3

/* 0 1 2
 * 3 4 5, with an imaginary part of 1 */
static void fill(float complex *pixels)
{
	for (int i = 0; i < ROWS * COLS; i++)
		pixels[i] = (float)i + 1.0F * I;
}

static const struct {
	enum plica_orientation way;
	size_t rows;
	float expected[ROWS * COLS];
} cases[] = {
	{PLICA_ORIENTATION_IDENTITY, 2, {0, 1, 2, 3, 4, 5}},
	{PLICA_ORIENTATION_FLIP_Y, 2, {3, 4, 5, 0, 1, 2}},
	{PLICA_ORIENTATION_FLIP_X, 2, {2, 1, 0, 5, 4, 3}},
	{PLICA_ORIENTATION_ROTATE_180, 2, {5, 4, 3, 2, 1, 0}},
	{PLICA_ORIENTATION_TRANSPOSE, 3, {0, 3, 1, 4, 2, 5}},
	{PLICA_ORIENTATION_ROTATE_90, 3, {2, 5, 1, 4, 0, 3}},
	{PLICA_ORIENTATION_ROTATE_270, 3, {3, 0, 4, 1, 5, 2}},
	{PLICA_ORIENTATION_ANTITRANSPOSE, 3, {5, 2, 4, 1, 3, 0}},
};

static void check_pixels(const float complex *found, const float *real, double imaginary)
{
	for (int k = 0; k < ROWS * COLS; k++) {
		assert_close((double)crealf(found[k]), (double)real[k], 0.0);
		assert_close((double)cimagf(found[k]), imaginary, 0.0);
	}
}

static void every_orientation_puts_pixels_in_their_place(void **state)
{
	float complex pixels[ROWS * COLS], turned[ROWS * COLS];
	const struct plica_compare_object object = {ROWS, COLS, pixels, 10.0, 20.0};

	(void)state;
	assert_int_equal(sizeof(cases) / sizeof(cases[0]), PLICA_ORIENTATION_COUNT);
	fill(pixels);
	for (size_t i = 0; i < PLICA_ORIENTATION_COUNT; i++) {
		struct plica_compare_object out;
		const struct plica_pose pose = {cases[i].way, i % 2 != 0};

		plica_orient(&out, turned, &object, pose);
		assert_int_equal(out.rows, cases[i].rows);
		assert_int_equal(out.cols, (size_t)ROWS * COLS / cases[i].rows);
		assert_ptr_equal(out.data, turned);
		check_pixels(turned, cases[i].expected, pose.conjugated ? -1.0 : 1.0);
	}
}

static void the_centre_stays(void **state)
{
	float complex pixels[ROWS * COLS], turned[ROWS * COLS];
	const struct plica_compare_object object = {ROWS, COLS, pixels, 10.0, 20.0};

	(void)state;
	fill(pixels);
	for (int way = 0; way < PLICA_ORIENTATION_COUNT; way++) {
		struct plica_compare_object out;

		plica_orient(&out, turned, &object,
			(struct plica_pose){(enum plica_orientation)way, false});
		assert_close(out.origin_y_px + 0.5 * (double)out.rows, 11.0, 0.0);
		assert_close(out.origin_x_px + 0.5 * (double)out.cols, 21.5, 0.0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_orientation_puts_pixels_in_their_place),
		cmocka_unit_test(the_centre_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
