/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/refine.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "fields.h"
#include "testing.h"

#define SIDE 110
#define AREA 62
#define MARGIN 24

static float complex moving[SIDE * SIDE];
static double complex value[AREA * AREA];
static double complex moved[AREA * AREA];
static double weight[AREA * AREA];
static const struct plica_align_target target = {value, weight};

static struct plica_alignment *prepare(
	const struct field_maker *maker, const struct field_error *error)
{
	struct plica_compare_input input = {
		.reconstruction = {SIDE, SIDE, moving, 0.0, 0.0},
		.reference = {SIDE, SIDE, moving, 0.0, 0.0},
		.area = {24, 24 + AREA, 24, 24 + AREA},
	};
	struct plica_alignment *alignment;
	struct plica_error err;

	field_fill(moving, SIDE, SIDE, 0.0, 0.0, maker, error);
	for (size_t i = 0; i < AREA * AREA; i++) {
		value[i] = field_value(maker, 24.0 + (double)(i / AREA), 24.0 + (double)(i % AREA));
		weight[i] = 1.0;
	}
	assert_ok(plica_alignment_create(&alignment, &input, MARGIN, &err));
	return alignment;
}

static double error_at(struct plica_alignment *alignment, const double *parameter)
{
	double error;

	plica_alignment_set(alignment, parameter);
	plica_alignment_get(alignment, moved, 0, 0);
	(void)plica_align_factor(&error, &target, moved, AREA * AREA);
	return error;
}

static void planted_parameters_are_found(void **state)
{
	struct field_maker maker = field_maker_of(21, 0.15, 0.8);
	struct field_error planted = {.factor = plica_complex(0.4, 1.1),
		.ramp_y = 0.4 / AREA,
		.ramp_x = -0.3 / AREA,
		.shift_y = 0.45,
		.shift_x = -0.38,
		.noise = 0.01};
	double parameter[PLICA_ALIGN_PARAMETERS] = {0.0};
	struct plica_alignment *alignment = prepare(&maker, &planted);
	struct plica_error err;

	(void)state;
	assert_ok(plica_align_refine(parameter, alignment, &target, &err));
	assert_close(parameter[PLICA_ALIGN_SHIFT_Y], -0.45, 0.01);
	assert_close(parameter[PLICA_ALIGN_SHIFT_X], 0.38, 0.01);
	assert_close(parameter[PLICA_ALIGN_RAMP_Y], 0.4, 1e-3);
	assert_close(parameter[PLICA_ALIGN_RAMP_X], -0.3, 1e-3);
	assert_memory_equal(parameter, alignment->parameter, sizeof(parameter));
	plica_alignment_free(alignment);
}

/* At the result no small change of any parameter makes the error smaller, even where noise is most
 * of the picture's gradient. */
static void result_is_a_minimum(void **state)
{
	struct field_maker maker = field_maker_of(22, 0.06, 0.8);
	struct field_error planted = {
		.factor = 1.0, .shift_y = 0.45, .shift_x = -0.38, .noise = 0.3};
	double parameter[PLICA_ALIGN_PARAMETERS] = {0.0};
	struct plica_alignment *alignment = prepare(&maker, &planted);
	struct plica_error err;
	double least;

	(void)state;
	assert_ok(plica_align_refine(parameter, alignment, &target, &err));
	least = error_at(alignment, parameter);
	for (size_t i = 0; i < PLICA_ALIGN_PARAMETERS; i++)
		for (int sign = -1; sign <= 1; sign += 2) {
			double kept = parameter[i];

			parameter[i] = kept + 1e-3 * sign;
			assert_true(error_at(alignment, parameter) > least);
			parameter[i] = kept;
		}
	plica_alignment_free(alignment);
}

static void factor_is_the_least_squares_one(void **state)
{
	double complex t[] = {plica_complex(0.0, 2.0), 4.0};
	double complex a[] = {1.0, plica_complex(0.0, -2.0)};
	double complex zero[] = {0.0, 0.0};
	double ones[] = {1.0, 1.0};
	struct plica_align_target pair = {t, ones};
	double error;

	(void)state;
	assert_close(cabs(plica_align_factor(&error, &pair, a, 2) - plica_complex(0.0, 2.0)), 0.0,
		1e-12);
	assert_close(error, 0.0, 1e-12);
	t[0] = plica_complex(0.0, 12.0); /* factor 4i, residuals 8i and 4 - 8 */
	assert_close(cabs(plica_align_factor(&error, &pair, a, 2) - plica_complex(0.0, 4.0)), 0.0,
		1e-12);
	assert_close(error, (64.0 + 16.0) / (144.0 + 16.0), 1e-12);
	assert_close(cabs(plica_align_factor(&error, &pair, zero, 2)), 0.0, 0.0);
	assert_close(error, 1.0, 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(planted_parameters_are_found),
		cmocka_unit_test(result_is_a_minimum),
		cmocka_unit_test(factor_is_the_least_squares_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
