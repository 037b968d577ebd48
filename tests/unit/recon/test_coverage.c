/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/coverage.h"

#include "base/memory.h"
#include "tiny_fixture.h"

static struct plica_error err;

/* The sum of the definition, position by position, of objects of no symmetry. */
static void it_is_the_power_of_the_object_under_each_pixel(void **state)
{
	static const size_t positions[] = {7, 0, 4};
	struct plica_problem *problem = NULL;
	struct plica_coverage *coverage = NULL;
	float complex wave[TINY_PIXELS];

	(void)state;
	settings.initial_object = PLICA_INITIAL_DATASET;
	settings.threads = 2;
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	for (size_t k = 0; k < problem->object.rows * problem->object.stride; k++)
		problem->object.re[k] = 0.01F * (float)(k % 91);
	assert_ok(plica_coverage_create(&coverage, problem, &err));
	plica_coverage_measure(coverage, positions, 1); /* what was measured before is no part */
	plica_coverage_measure(coverage, positions, 3);
	problem->kernels->table->wave_to(problem->kernels, wave, coverage->wave);
	for (size_t k = 0; k < TINY_PIXELS; k++) {
		double expected = 0.0;

		for (size_t j = 0; j < 3; j++) {
			size_t row = problem->row[positions[j]] + k / TINY_SIDE;
			size_t col = problem->col[positions[j]] + k % TINY_SIDE;
			double re = (double)problem->object.re[row * problem->object.stride + col];
			double im = (double)problem->object.im[row * problem->object.stride + col];

			expected += re * re + im * im;
		}
		assert_close((double)crealf(wave[k]), expected, 1e-6 * (1.0 + expected));
		assert_close((double)cimagf(wave[k]), expected, 1e-6 * (1.0 + expected));
	}
	plica_coverage_free(coverage);
	plica_problem_free(problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			it_is_the_power_of_the_object_under_each_pixel, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
