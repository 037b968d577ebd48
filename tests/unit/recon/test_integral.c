/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/integral.h"

#include "plica/settings.h"
#include "wrapping.h"

static struct plica_error err;

/* The phase (radians rms over the scanned box) that is found, and what it leaves; the probe guess as it
 * is simulated, or without its curvature. */
static double integrated(double *left, struct wrapping wrapping, bool curved)
{
	struct plica_dataset *dataset = wrapping_dataset(wrapping);
	struct plica_settings settings;
	struct plica_problem *problem = NULL;
	struct plica_deflections deflections;
	struct plica_integral integral;
	double square = 0.0;
	size_t count = 0;

	for (size_t k = 0; !curved && k < SIDE * SIDE; k++)
		dataset->probe[k] = (float complex)probe_at(k / SIDE, k % SIDE, 0.0);
	assert_ok(plica_settings_init(&settings, "LSQML", &err));
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	assert_ok(plica_deflections_measure(&deflections, problem, &err));
	assert_ok(plica_integral_create(&integral, problem, &deflections, &err));
	*left = plica_integral_solve(&integral, problem, &deflections);
	plica_integral_turn(problem, &integral);
	for (size_t row = problem->roi[0]; row < problem->roi[1]; row++)
		for (size_t col = problem->roi[2]; col < problem->roi[3]; col++) {
			size_t k = row * problem->object.stride + col;
			double phase =
				atan2((double)problem->object.im[k], (double)problem->object.re[k]);

			square += phase * phase;
			count++;
		}
	plica_integral_release(&integral);
	plica_deflections_release(&deflections);
	plica_problem_free(problem);
	plica_dataset_free(dataset);
	return sqrt(square / (double)count);
}

static void a_gradient_is_explained(void **state)
{
	double left;

	(void)state;
	(void)integrated(&left, (struct wrapping){.strength = 1.0}, true);
	assert_true(left < 0.05);
}

/* Absorption bends a curved beam, either way; a guess that knows the curvature tells it from a phase. */
static void absorption_of_a_curved_beam_is_no_phase(void **state)
{
	static const double curvatures[] = {0.15, -0.15};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct wrapping wrapping = {.absorption = 0.6, .curvature = curvatures[i]};
		double left;
		double unknown = integrated(&left, wrapping, false);
		double known = integrated(&left, wrapping, true);

		print_message("# phase %.3f rad, with the curvature known %.3f\n", unknown, known);
		assert_true(unknown > 0.1);
		assert_true(known < 0.25 * unknown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gradient_is_explained),
		cmocka_unit_test(absorption_of_a_curved_beam_is_no_phase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
