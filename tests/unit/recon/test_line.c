/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/line.h"

#include <math.h>

#include "testing.h"

static void fill(double t[PLICA_LINE_TRIALS], double f[PLICA_LINE_TRIALS], double minimum)
{
	for (int k = 0; k < PLICA_LINE_TRIALS; k++) {
		t[k] = plica_line_factors[k];
		f[k] = 3.0 + 2.0 * (t[k] - minimum) * (t[k] - minimum);
	}
}

static void finds_the_minimum_of_a_parabola(void **state)
{
	static const double minima[] = {0.31, 0.8, 1.2, 2.0, 2.9};
	double t[PLICA_LINE_TRIALS], f[PLICA_LINE_TRIALS];

	(void)state;
	for (size_t i = 0; i < sizeof(minima) / sizeof(minima[0]); i++) {
		fill(t, f, minima[i]);
		assert_true(fabs(plica_line_choose(t, f) - minima[i]) < 1e-12);
	}
}

static void stays_within_its_limits(void **state)
{
	double t[PLICA_LINE_TRIALS], f[PLICA_LINE_TRIALS];

	(void)state;
	fill(t, f, 50.0);
	assert_true(fabs(plica_line_choose(t, f) - 1.5 * t[5]) < 1e-12);
	fill(t, f, 0.14); /* t_1 is below t_0, and the parabola's minimum in between */
	f[1] = f[0] - 1e-9;
	assert_true(plica_line_choose(t, f) >= 0.3 * t[1]);
}

static void steps_back_when_nothing_is_better(void **state)
{
	double t[PLICA_LINE_TRIALS], f[PLICA_LINE_TRIALS];

	(void)state;
	fill(t, f, -1.0);
	assert_true(fabs(plica_line_choose(t, f) - 0.2 * t[1]) < 1e-12);
}

static void takes_the_middle_without_curvature(void **state)
{
	double t[PLICA_LINE_TRIALS], f[PLICA_LINE_TRIALS];

	(void)state;
	for (int k = 0; k < PLICA_LINE_TRIALS; k++) {
		t[k] = plica_line_factors[k];
		f[k] = -t[k];
	}
	assert_true(fabs(plica_line_choose(t, f) - t[4]) < 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_minimum_of_a_parabola),
		cmocka_unit_test(stays_within_its_limits),
		cmocka_unit_test(steps_back_when_nothing_is_better),
		cmocka_unit_test(takes_the_middle_without_curvature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
