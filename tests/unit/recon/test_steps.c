/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/steps.h"

#include <complex.h>

#include "base/random.h"
#include "testing.h"

#define COUNT 12

/* Sums as of vectors u, v, chi: a positive definite problem. */
static void draw(double sums[COUNT][PLICA_PAIR_SUMS])
{
	struct plica_random random;

	plica_random_start(&random, 1, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < COUNT; i++) {
		double turn = 6.28 * plica_random_uniform(&random);
		double part = 0.9 * plica_random_uniform(&random);

		sums[i][0] = 1.0 + plica_random_uniform(&random);
		sums[i][1] = 50.0 * (1.0 + plica_random_uniform(&random));
		sums[i][2] = part * cos(turn) * sqrt(sums[i][0] * sums[i][1]);
		sums[i][3] = part * sin(turn) * sqrt(sums[i][0] * sums[i][1]);
		sums[i][4] = plica_random_normal(&random);
		sums[i][5] = 7.0 * plica_random_normal(&random);
	}
}

/* Gauss elimination of [a11 a12; conj(a12) a22] x = b in complex numbers. */
static void eliminate(double complex x[2], const double *sums, double raise11, double raise22)
{
	double complex a11 = sums[0] + raise11;
	double complex a22 = sums[1] + raise22;
	double complex a12 = CMPLX(sums[2], sums[3]);
	double complex factor = conj(a12) / a11;

	x[1] = (sums[5] - factor * sums[4]) / (a22 - factor * a12);
	x[0] = (sums[4] - a12 * x[1]) / a11;
}

static void the_closed_form_solves_the_system(void **state)
{
	double sums[COUNT][PLICA_PAIR_SUMS];
	struct plica_step_pair steps[COUNT];
	double mean11 = 0.0, mean22 = 0.0;
	size_t positive = 0;

	(void)state;
	draw(sums);
	for (size_t i = 0; i < COUNT; i++) {
		mean11 += sums[i][0] / COUNT;
		mean22 += sums[i][1] / COUNT;
	}
	plica_steps_solve(steps, (const double(*)[PLICA_PAIR_SUMS])sums, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		double complex x[2];

		eliminate(x, sums[i], 0.1 * mean11, 0.1 * mean22);
		assert_close(steps[i].object, fmax(0.0, creal(x[0])), 1e-6);
		assert_close(steps[i].probe, fmax(0.0, creal(x[1])), 1e-6);
		positive += steps[i].object > 0.0;
	}
	assert_in_range(positive, 2, COUNT - 2); /* both branches were seen */
}

/* Hand-computed: a11 = 3 + 0.3, a22 = 2 + 0.2, a12 = 1, b = (4, 3). */
static void a_problem_by_hand(void **state)
{
	const double sums[1][PLICA_PAIR_SUMS] = {{3.0, 2.0, 1.0, 0.0, 4.0, 3.0}};
	struct plica_step_pair step;

	(void)state;
	plica_steps_solve(&step, sums, 1);
	assert_close(step.object, (2.2 * 4.0 - 3.0) / (3.3 * 2.2 - 1.0), 1e-6);
	assert_close(step.probe, (3.3 * 3.0 - 4.0) / (3.3 * 2.2 - 1.0), 1e-6);
}

static void no_direction_is_no_step(void **state)
{
	const double sums[2][PLICA_PAIR_SUMS] = {{0.0}, {0.0}};
	const double half[1][PLICA_PAIR_SUMS] = {{4.0, 0.0, 0.0, 0.0, 2.2, 0.0}};
	struct plica_step_pair steps[2];

	(void)state;
	plica_steps_solve(steps, sums, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_close(steps[i].object, 0.0, 0.0);
		assert_close(steps[i].probe, 0.0, 0.0);
	}
	plica_steps_solve(steps, half, 1);
	assert_close(steps[0].object, 0.5, 1e-12);
	assert_close(steps[0].probe, 0.0, 0.0);
	plica_steps_solve_separately(steps, half, 1);
	assert_close(steps[0].object, 0.5 * 2.2 / 4.0, 1e-12);
	assert_close(steps[0].probe, 0.0, 0.0);
}

/* b / (2 a), and never backwards. */
static void separate_steps_by_hand(void **state)
{
	const double sums[2][PLICA_PAIR_SUMS] = {
		{4.0, 2.0, 1.0, 0.5, 4.0, 3.0}, {8.0, 1.0, 0.0, 0.0, -3.0, 0.5}};
	struct plica_step_pair steps[2];

	(void)state;
	plica_steps_solve_separately(steps, sums, 2);
	assert_close(steps[0].object, 0.5, 1e-12);
	assert_close(steps[0].probe, 0.75, 1e-12);
	assert_close(steps[1].object, 0.0, 0.0);
	assert_close(steps[1].probe, 0.25, 1e-12);
}

/* All sums times a factor, as small as floats have it: the same steps. */
static void steps_have_no_unit(void **state)
{
	double sums[COUNT][PLICA_PAIR_SUMS];
	struct plica_step_pair before[COUNT], after[COUNT];

	(void)state;
	draw(sums);
	plica_steps_solve(before, (const double(*)[PLICA_PAIR_SUMS])sums, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		for (size_t k = 0; k < PLICA_PAIR_SUMS; k++)
			sums[i][k] *= 0x1p-80;
	plica_steps_solve(after, (const double(*)[PLICA_PAIR_SUMS])sums, COUNT);
	assert_memory_equal(after, before, sizeof(before));
}

/* Quantiles by hand: numpy.quantile, linear. */
static void the_trimmed_mean_keeps_the_middle(void **state)
{
	/* 11 values: the quantiles are the second and the tenth, which stay */
	double eleven[] = {1000.0, 3, 4, 5, 6, 7, 8, 9, 10, 2, -1000.0};
	/* 10 values: 0.9 and 8.1 of the way, so that the ends fall out */
	double ten[] = {0.0, 1, 2, 3, 4, 5, 6, 7, 8, 900.0};
	double two[] = {4.0, 2.0}; /* quantiles 2.2 and 3.8: nothing is between them */
	double three[] = {1.0, 100.0, 2.0};
	double equal[] = {3.0, 3.0, 3.0, 3.0};
	double one[] = {5.0};

	(void)state;
	assert_close(
		plica_trimmed_mean(eleven, 11), (2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10) / 9.0, 1e-12);
	assert_close(plica_trimmed_mean(ten, 10), (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8) / 8.0, 1e-12);
	assert_close(plica_trimmed_mean(three, 3), 2.0, 1e-12);
	assert_close(plica_trimmed_mean(equal, 4), 3.0, 1e-12);
	assert_close(plica_trimmed_mean(one, 1), 5.0, 0.0);
	assert_close(plica_trimmed_mean(two, 2), 3.0, 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_closed_form_solves_the_system),
		cmocka_unit_test(a_problem_by_hand),
		cmocka_unit_test(no_direction_is_no_step),
		cmocka_unit_test(separate_steps_by_hand),
		cmocka_unit_test(steps_have_no_unit),
		cmocka_unit_test(the_trimmed_mean_keeps_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
