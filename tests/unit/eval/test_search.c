/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/search.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "fields.h"
#include "testing.h"

#define SIDE 120
#define AREA 72
#define MARGIN 24

static float complex moving[SIDE * SIDE];
static float complex fixed[SIDE * SIDE];
static double complex value[AREA * AREA];
static double weight[AREA * AREA];

static void search(double parameter[PLICA_ALIGN_PARAMETERS], size_t most)
{
	struct plica_compare_input input = {
		.reconstruction = {SIDE, SIDE, moving, 0.0, 0.0},
		.reference = {SIDE, SIDE, fixed, 0.0, 0.0},
		.area = {24, 24 + AREA, 24, 24 + AREA},
	};
	struct plica_align_target target = {value, weight};
	struct plica_alignment *alignment;
	struct plica_error err;

	for (size_t i = 0; i < AREA * AREA; i++) {
		value[i] = (double complex)fixed[(24 + i / AREA) * SIDE + 24 + i % AREA];
		weight[i] = 1.0;
	}
	assert_ok(plica_alignment_create(&alignment, &input, MARGIN, &err));
	assert_ok(plica_align_search(parameter, alignment, &target, most, &err));
	plica_alignment_free(alignment);
}

static void check_guess(const struct field_maker *maker, const struct field_error *error)
{
	struct field_error none = field_no_error();
	double parameter[PLICA_ALIGN_PARAMETERS];

	field_fill(fixed, SIDE, SIDE, 0.0, 0.0, maker, &none);
	field_fill(moving, SIDE, SIDE, 0.0, 0.0, maker, error);
	search(parameter, 20);
	assert_close(parameter[PLICA_ALIGN_SHIFT_Y], -error->shift_y, 0.8);
	assert_close(parameter[PLICA_ALIGN_SHIFT_X], -error->shift_x, 0.8);
	assert_close(parameter[PLICA_ALIGN_RAMP_Y], error->ramp_y * AREA, 0.5);
	assert_close(parameter[PLICA_ALIGN_RAMP_X], error->ramp_x * AREA, 0.5);
}

/* A strong phase without a constant part: neither shift nor ramp shows while the other is in. */
static void ramp_does_not_hide_the_shift(void **state)
{
	struct field_maker maker = field_maker_of(11, 0.08, 3.0);
	struct field_error error = {.factor = plica_complex(0.2, -0.9),
		.ramp_y = 4.4 / AREA,
		.ramp_x = -5.3 / AREA,
		.shift_y = 9.7,
		.shift_x = -11.2,
		.noise = 0.05};

	(void)state;
	check_guess(&maker, &error);
}

static void weak_objects_are_found_too(void **state)
{
	struct field_maker maker = field_maker_of(12, 0.1, 0.15);
	struct field_error error = {.factor = plica_complex(0.2, -0.9),
		.ramp_y = -3.1 / AREA,
		.ramp_x = 1.4 / AREA,
		.shift_y = -6.6,
		.shift_x = 3.1,
		.noise = 0.02};

	(void)state;
	check_guess(&maker, &error);
}

static void noise_does_not_move(void **state)
{
	struct field_maker maker = field_maker_of(13, 0.1, 0.5);
	struct field_error none = field_no_error();
	struct plica_random random;
	double parameter[PLICA_ALIGN_PARAMETERS];

	(void)state;
	field_fill(fixed, SIDE, SIDE, 0.0, 0.0, &maker, &none);
	plica_random_start(&random, 6, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < SIDE * SIDE; i++)
		moving[i] = (float complex)plica_complex(1.0 + 0.01 * plica_random_normal(&random),
			0.01 * plica_random_normal(&random));
	search(parameter, 20);
	assert_close(parameter[PLICA_ALIGN_SHIFT_Y], 0.0, 1e-12);
	assert_close(parameter[PLICA_ALIGN_SHIFT_X], 0.0, 1e-12);
}

static void agreement_is_a_cosine(void **state)
{
	double complex t[] = {1.0, plica_complex(0.0, 1.0)};
	double complex a[] = {plica_complex(0.0, 3.0), -3.0};
	double complex b[] = {1.0, plica_complex(0.0, -1.0)};
	double complex zero[] = {0.0, 0.0};
	double ones[] = {1.0, 1.0};
	double first[] = {2.0, 0.0};
	struct plica_align_target target = {t, ones};

	(void)state;
	assert_close(plica_align_agreement(&target, a, 2), 1.0, 1e-12);
	assert_close(plica_align_agreement(&target, b, 2), 0.0, 1e-12);
	assert_close(plica_align_agreement(&target, zero, 2), 0.0, 0.0);
	target.weight = first;
	assert_close(plica_align_agreement(&target, b, 2), 1.0, 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ramp_does_not_hide_the_shift),
		cmocka_unit_test(weak_objects_are_found_too),
		cmocka_unit_test(noise_does_not_move),
		cmocka_unit_test(agreement_is_a_cosine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
