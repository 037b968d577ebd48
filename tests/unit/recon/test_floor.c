/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/floor.h"

#include "tiny.h"

static struct plica_error err;

/* Poisson's quantiles: as many pixels hold n counts as are expected to. */
static void fill(float *amplitudes, size_t count, double lambda)
{
	double below = exp(-lambda); /* P(I <= n) */
	double probability = below;
	double n = 0.0;

	for (size_t k = 0; k < count; k++) {
		while (((double)k + 0.5) / (double)count > below) {
			n += 1.0;
			probability *= lambda / n;
			below += probability;
		}
		amplitudes[k] = (float)sqrt(n);
	}
}

static void check(double lambda)
{
	struct plica_dataset *dataset = tiny_dataset();
	struct plica_settings settings = tiny_settings("ML");
	struct plica_problem *problem = NULL;
	float *amplitudes = dataset->patterns;
	size_t count = TINY_COUNT * TINY_PIXELS;
	double misfit = 0.0;
	double floor;

	fill(amplitudes, count, lambda);
	for (size_t k = 0; k < count; k++)
		misfit += (sqrt(lambda) - (double)amplitudes[k]) *
			  (sqrt(lambda) - (double)amplitudes[k]) / (double)count;
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	floor = plica_counting_floor(problem, 1);
	print_message("# lambda %g: misfit %.4f, floor %.4f\n", lambda, misfit, floor);
	assert_true(floor < 1.1 * misfit && floor > 0.7 * misfit);
	plica_problem_free(problem);
	plica_dataset_free(dataset);
}

static void the_floor_is_the_misfit_at_the_truth(void **state)
{
	static const double lambdas[] = {0.03, 0.1, 0.3, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 300.0};

	(void)state;
	for (size_t i = 0; i < sizeof(lambdas) / sizeof(lambdas[0]); i++)
		check(lambdas[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_floor_is_the_misfit_at_the_truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
