/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/loss.h"

#include "recon/exit.h"
#include "testing.h"
#include "tiny.h"

static struct plica_error err;

/* A dataset whose patterns are those of its probe and object, and a problem that begins there. */
static struct plica_problem *at_the_truth(
	struct plica_dataset *dataset, struct plica_settings *settings)
{
	struct plica_problem *problem = NULL;
	const struct plica_kernels *kernels;
	float expected[2 * TINY_PIXELS];

	settings->initial_object = PLICA_INITIAL_DATASET;
	assert_ok(plica_problem_create(&problem, dataset, settings, &err));
	kernels = problem->kernels;
	for (size_t i = 0; i < TINY_COUNT; i++) {
		struct plica_exit args = plica_exit_of(problem, i);
		struct plica_exit_sums sums;
		float *pattern = (float *)dataset->patterns + i * TINY_PIXELS;

		args.expected = expected;
		plica_exit_run(problem, &args, &sums);
		kernels->table->pattern_to(kernels, pattern, expected);
		for (size_t k = 0; k < TINY_PIXELS; k++)
			pattern[k] = sqrtf(pattern[k]);
	}
	plica_problem_free(problem);
	assert_ok(plica_problem_create(&problem, dataset, settings, &err));
	return problem;
}

/* A pixel of a model that is `factor` times too bright. */
static double expected_loss(int kind, double counts, double factor, double epsilon)
{
	if (kind == PLICA_LOSS_MSE)
		return pow((factor - 1.0) * counts, 2.0);
	return factor * counts + epsilon - (counts + epsilon) * log(factor * counts + epsilon);
}

static void check(int kind, double blur)
{
	struct plica_dataset *dataset = tiny_dataset();
	struct plica_settings settings = tiny_settings("rPIE");
	struct plica_problem *problem;
	struct plica_loss *loss = NULL;
	const double factor = 1.44;
	double mean = 0.0;

	settings.displayed_loss = kind;
	settings.diffraction_blur_px = blur;
	problem = at_the_truth(dataset, &settings);
	assert_ok(plica_loss_create(&loss, problem, &err));
	plica_problem_scale_probe(problem, sqrt(factor));
	for (size_t k = 0; k < TINY_COUNT * TINY_PIXELS; k++) {
		double amplitude = (double)((const float *)dataset->patterns)[k];

		mean += expected_loss(
				kind, amplitude * amplitude, factor, settings.poisson_epsilon) /
			(TINY_COUNT * TINY_PIXELS);
	}
	assert_close(plica_loss_measure(loss) / mean, 1.0, 1e-4);
	plica_loss_free(loss);
	plica_problem_free(problem);
	plica_dataset_free(dataset);
}

static void losses_are_their_formulas(void **state)
{
	(void)state;
	check(PLICA_LOSS_MSE, 0.0);
	check(PLICA_LOSS_MSE, 0.7);
	check(PLICA_LOSS_POISSON, 0.0);
	check(PLICA_LOSS_POISSON, 0.7);
}

static void the_residual_needs_no_pass(void **state)
{
	struct plica_dataset *dataset = tiny_dataset();
	struct plica_settings settings = tiny_settings("ML");
	struct plica_problem *problem = NULL;
	struct plica_loss *loss = NULL;

	(void)state;
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	assert_ok(plica_loss_create(&loss, problem, &err));
	assert_null(loss);
	plica_loss_free(loss);
	plica_problem_free(problem);
	plica_dataset_free(dataset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(losses_are_their_formulas),
		cmocka_unit_test(the_residual_needs_no_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
