/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/nuisance.h"

#include "base/memory.h"
#include "tiny_fixture.h"

static struct plica_error err;
static struct plica_problem *problem;

static void create(long modes)
{
	settings.probe.modes = modes;
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
}

static int end(void **state)
{
	plica_problem_free(problem);
	problem = NULL;
	return teardown(state);
}

static double complex inner(size_t m, size_t n)
{
	double complex sum = 0.0;

	for (size_t k = 0; k < TINY_PIXELS; k++)
		sum += conj((double complex)problem->natural[m * TINY_PIXELS + k]) *
		       (double complex)problem->natural[n * TINY_PIXELS + k];
	return sum;
}

/* Mixed modes: the second has much of the first in it, and more power. */
static void mix(void)
{
	plica_problem_modes_out(problem);
	for (size_t k = 0; k < TINY_PIXELS; k++)
		problem->natural[TINY_PIXELS + k] =
			1.5F * problem->natural[k] + CMPLXF(0.01F * (float)(k % 5), 0.3F);
	plica_problem_modes_in(problem);
}

static double intensity_of(size_t pixel)
{
	double sum = 0.0;

	for (size_t m = 0; m < problem->modes; m++) {
		double value = (double)cabsf(problem->natural[m * TINY_PIXELS + pixel]);

		sum += value * value;
	}
	return sum;
}

static void one_mode_is_left_alone(void **state)
{
	(void)state;
	create(1);
	assert_false(plica_nuisance_orthogonalize(problem));
}

static void modes_become_orthogonal_and_the_mixture_stays(void **state)
{
	double before[3], power;

	(void)state;
	settings.probe.orthogonalize_incoherent_modes.method = PLICA_ORTHOGONALIZE_SVD;
	create(2);
	mix();
	plica_problem_modes_out(problem);
	for (size_t k = 0; k < 3; k++)
		before[k] = intensity_of(100 + 17 * k);
	assert_true(plica_nuisance_orthogonalize(problem));
	plica_problem_modes_out(problem);
	power = creal(inner(0, 0));
	assert_true(power >= creal(inner(1, 1)));
	assert_true(creal(inner(1, 1)) > 0.0);
	assert_close(cabs(inner(0, 1)), 0.0, 1e-4 * power);
	for (size_t k = 0; k < 3; k++)
		assert_close(intensity_of(100 + 17 * k), before[k], 1e-4 * before[k]);
}

/* Twice the light in the intensities is the same as the probe with sqrt(2) of its amplitude. */
static void a_run_ends_with_intensities_of_mean_one(void **state)
{
	double before, mean = 0.0;

	(void)state;
	settings.opr_mode_weights.optimize_intensity_variation = true;
	create(1);
	plica_problem_modes_out(problem);
	before = creal(inner(0, 0));
	for (size_t i = 0; i < problem->count; i++)
		problem->intensity[i] = i % 3 == 0 ? 2.0 : 1.0; /* mean of w^2: 2 */
	plica_nuisance_finish(problem);
	plica_problem_modes_out(problem);
	for (size_t i = 0; i < problem->count; i++)
		mean += problem->intensity[i] * problem->intensity[i] / (double)problem->count;
	assert_close(mean, 1.0, 1e-12);
	assert_close(creal(inner(0, 0)), 2.0 * before, 1e-5 * before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_mode_is_left_alone, setup, end),
		cmocka_unit_test_setup_teardown(
			modes_become_orthogonal_and_the_mixture_stays, setup, end),
		cmocka_unit_test_setup_teardown(
			a_run_ends_with_intensities_of_mean_one, setup, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
