/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/align.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "fields.h"
#include "testing.h"

#define SIDE 96
#define AREA 40
#define MARGIN 24

static float complex moving[SIDE * SIDE];

static struct plica_compare_input input_of(double origin_y, double origin_x)
{
	return (struct plica_compare_input){
		.reconstruction = {SIDE, SIDE, moving, origin_y, origin_x},
		.reference = {SIDE, SIDE, moving, 0.0, 0.0},
		.area = {28, 28 + AREA, 28, 28 + AREA},
	};
}

static void whole_shifts_are_exact(void **state)
{
	struct field_maker maker = field_maker_of(1, 0.2, 0.7);
	struct field_error none = field_no_error();
	struct plica_compare_input input = input_of(0.0, 0.0);
	const double parameter[PLICA_ALIGN_PARAMETERS] = {3.0, -5.0, 0.0, 0.0};
	struct plica_alignment *alignment;
	double complex out[AREA * AREA];
	struct plica_error err;

	(void)state;
	field_fill(moving, SIDE, SIDE, 0.0, 0.0, &maker, &none);
	assert_ok(plica_alignment_create(&alignment, &input, MARGIN, &err));
	plica_alignment_set(alignment, parameter);
	plica_alignment_get(alignment, out, 0, 0);
	for (size_t y = 0; y < AREA; y++)
		for (size_t x = 0; x < AREA; x++) {
			double complex expected =
				(double complex)moving[(y + 28 - 3) * SIDE + x + 28 + 5];

			assert_close(cabs(out[y * AREA + x] - expected), 0.0, 1e-12);
		}
	plica_alignment_free(alignment);
}

/* What field_fill puts in, with its own parameters, comes out again. */
static void ramp_and_fraction_come_off(void **state)
{
	struct field_maker maker = field_maker_of(2, 0.15, 0.7);
	struct field_error error = {
		.factor = 1.0, .ramp_y = 0.02, .ramp_x = -0.03, .shift_y = 0.4, .shift_x = 1.7};
	struct plica_compare_input input = input_of(0.3, -0.2);
	const double parameter[PLICA_ALIGN_PARAMETERS] = {
		0.3 - 0.4, -0.2 - 1.7, 0.02 * AREA, -0.03 * AREA};
	double complex constant = plica_complex(cos(2.0 * M_PI * 48.0 * -0.01),
		sin(2.0 * M_PI * 48.0 * -0.01)); /* the ramp's phase at the area's centre */
	struct plica_alignment *alignment;
	double complex out[AREA * AREA];
	struct plica_error err;

	(void)state;
	field_fill(moving, SIDE, SIDE, 0.3, -0.2, &maker, &error);
	assert_ok(plica_alignment_create(&alignment, &input, MARGIN, &err));
	plica_alignment_set(alignment, parameter);
	plica_alignment_get(alignment, out, 0, 0);
	for (size_t y = 0; y < AREA; y++)
		for (size_t x = 0; x < AREA; x++) {
			double complex expected =
				constant * field_value(&maker, (double)(y + 28), (double)(x + 28));

			assert_close(cabs(out[y * AREA + x] - expected), 0.0, 0.02);
		}
	plica_alignment_free(alignment);
}

static void slopes_are_derivatives(void **state)
{
	struct field_maker maker = field_maker_of(3, 0.2, 0.7);
	struct field_error none = field_no_error();
	struct plica_compare_input input = input_of(0.0, 0.0);
	double parameter[PLICA_ALIGN_PARAMETERS] = {0.3, -0.4, 0.5, 0.2};
	double complex slope[AREA * AREA], before[AREA * AREA], after[AREA * AREA];
	struct plica_alignment *alignment;
	struct plica_error err;

	(void)state;
	field_fill(moving, SIDE, SIDE, 0.0, 0.0, &maker, &none);
	assert_ok(plica_alignment_create(&alignment, &input, MARGIN, &err));
	for (unsigned int n = 0; n < 2; n++) {
		double middle = parameter[n];

		plica_alignment_set(alignment, parameter);
		plica_alignment_get(alignment, slope, 1 - n, 1 + n); /* one more in x */
		parameter[n] = middle - 1e-4;
		plica_alignment_set(alignment, parameter);
		plica_alignment_get(alignment, before, 0, 1);
		parameter[n] = middle + 1e-4;
		plica_alignment_set(alignment, parameter);
		plica_alignment_get(alignment, after, 0, 1);
		parameter[n] = middle;
		for (size_t i = 0; i < AREA * AREA; i++)
			assert_close(cabs(slope[i] - (after[i] - before[i]) / 2e-4), 0.0, 1e-5);
	}
	plica_alignment_free(alignment);
}

static void what_is_not_there_is_refused(void **state)
{
	struct field_maker maker = field_maker_of(3, 0.2, 0.7);
	struct field_error none = field_no_error();
	struct plica_compare_input input = input_of(29.0, 0.0);
	struct plica_alignment *alignment;
	struct plica_error err;

	(void)state;
	field_fill(moving, SIDE, SIDE, 0.0, 0.0, &maker, &none);
	assert_error(plica_alignment_create(&alignment, &input, MARGIN, &err), PLICA_ERR_DATA,
		"it has rows 29 to 125 of the reference, the area is 28 to 68");
	input = input_of(0.0, -28.4);
	assert_ok(plica_alignment_create(&alignment, &input, MARGIN, &err)); /* just enough */
	plica_alignment_free(alignment);
	input = input_of(0.0, -29.0);
	assert_error(plica_alignment_create(&alignment, &input, MARGIN, &err), PLICA_ERR_DATA,
		"columns -29 to 67");
	moving[30 * SIDE + 30] = NAN;
	input = input_of(0.0, 0.0);
	assert_error(plica_alignment_create(&alignment, &input, MARGIN, &err), PLICA_ERR_NUMERIC,
		"NaN or infinite pixels");
}

static void uncovered_rim_is_counted(void **state)
{
	/* area [2, 12) of a source of 15, its first pixel in the box at 5 */
	struct plica_align_axis axis = {
		.area = 10, .box = 20, .offset = 5, .from = -3, .source = 15};
	size_t low, high;

	(void)state;
	plica_alignment_uncovered(&low, &high, &axis, 0.0);
	assert_int_equal(low, 0);
	assert_int_equal(high, 0);
	plica_alignment_uncovered(&low, &high, &axis, 2.0);
	assert_int_equal(low, 0);
	plica_alignment_uncovered(&low, &high, &axis, 2.3);
	assert_int_equal(low, 1);
	assert_int_equal(high, 0);
	plica_alignment_uncovered(&low, &high, &axis, -5.6);
	assert_int_equal(low, 0);
	assert_int_equal(high, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_shifts_are_exact),
		cmocka_unit_test(ramp_and_fraction_come_off),
		cmocka_unit_test(slopes_are_derivatives),
		cmocka_unit_test(what_is_not_there_is_refused),
		cmocka_unit_test(uncovered_rim_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
