/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/exit.h"

#include "base/memory.h"
#include "tiny_fixture.h"

static struct plica_error err;
static struct plica_problem *problem;

/* Through an object that is 1 everywhere all of the probe's photons arrive. */
static void create(void)
{
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	for (size_t k = 0; k < problem->object.rows * problem->object.stride; k++) {
		problem->object.re[k] = 1.0F;
		problem->object.im[k] = 0.0F;
	}
}

static int end(void **state)
{
	plica_problem_free(problem);
	problem = NULL;
	return teardown(state);
}

static double probe_photons(void)
{
	double sum = 0.0;

	plica_problem_modes_out(problem);
	for (size_t k = 0; k < problem->modes * TINY_PIXELS; k++) {
		double value = (double)cabsf(problem->natural[k]);

		sum += value * value;
	}
	return sum;
}

static struct plica_exit_sums run(size_t index)
{
	struct plica_exit exit = plica_exit_of(problem, index);
	struct plica_exit_sums sums;

	plica_exit_run(problem, &exit, &sums);
	return sums;
}

static void photons_are_kept_and_counted(void **state)
{
	double measured = 0.0;

	(void)state;
	create();
	assert_false(plica_exit_is_mixture(problem));
	for (size_t k = 0; k < TINY_PIXELS; k++) {
		double amplitude = (double)((float *)dataset->patterns)[2 * TINY_PIXELS + k];

		measured += amplitude * amplitude;
	}
	assert_close(run(2).modelled, probe_photons(), 1e-4 * probe_photons());
	assert_close(run(2).measured, measured, 1e-4 * measured);
}

static void modes_add_their_photons(void **state)
{
	(void)state;
	settings.probe.modes = 3;
	create();
	assert_true(plica_exit_is_mixture(problem));
	assert_close(run(4).modelled, probe_photons(), 1e-4 * probe_photons());
}

static void an_intensity_is_a_factor_on_the_amplitudes(void **state)
{
	(void)state;
	settings.opr_mode_weights.optimize_intensity_variation = true;
	create();
	problem->intensity[5] = 1.5;
	assert_close(run(5).modelled, 2.25 * probe_photons(), 1e-4 * probe_photons());
	assert_close(run(6).modelled, probe_photons(), 1e-4 * probe_photons());
}

static void a_background_is_added(void **state)
{
	double light;

	(void)state;
	settings.background.optimizable = true;
	create();
	assert_true(plica_exit_is_mixture(problem));
	light = run(0).modelled;
	for (size_t k = 0; k < problem->kernels->pattern_floats; k++)
		problem->background[k] += 0.5F;
	assert_close(run(0).modelled, light + 0.5 * TINY_PIXELS, 1e-3 * light);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(photons_are_kept_and_counted, setup, end),
		cmocka_unit_test_setup_teardown(modes_add_their_photons, setup, end),
		cmocka_unit_test_setup_teardown(
			an_intensity_is_a_factor_on_the_amplitudes, setup, end),
		cmocka_unit_test_setup_teardown(a_background_is_added, setup, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
