/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/steps.h"

#include <math.h>
#include <stdlib.h>

/* Fraction of the batch mean that is added to the diagonal. */
#define DAMPING 0.1

/* The least-squares step b / a along one direction; none where the direction vanishes. */
static double single_step(double a, double b)
{
	return a > 0.0 ? fmax(0.0, b / a) : 0.0;
}

/* Cramer's rule. The damped determinant is 0 only where a direction vanishes in all of the batch:
 * no guard with a unit is needed, so that the steps do not know the unit of counts. */
static struct plica_step_pair joint_steps(const double *sums, double raise11, double raise22)
{
	double a11 = sums[0] + raise11;
	double a22 = sums[1] + raise22;
	double re12 = sums[2];
	double im12 = sums[3];
	double determinant = a11 * a22 - (re12 * re12 + im12 * im12);

	if (!(determinant > 0.0))
		return (struct plica_step_pair){
			.object = single_step(a11, sums[4]), .probe = single_step(a22, sums[5])};
	return (struct plica_step_pair){
		.object = fmax(0.0, (a22 * sums[4] - re12 * sums[5]) / determinant),
		.probe = fmax(0.0, (a11 * sums[5] - re12 * sums[4]) / determinant)};
}

void plica_steps_solve(
	struct plica_step_pair *steps, const double (*sums)[PLICA_PAIR_SUMS], size_t count)
{
	double mean11 = 0.0;
	double mean22 = 0.0;

	for (size_t i = 0; i < count; i++) {
		mean11 += sums[i][0] / (double)count;
		mean22 += sums[i][1] / (double)count;
	}
	for (size_t i = 0; i < count; i++)
		steps[i] = joint_steps(sums[i], DAMPING * mean11, DAMPING * mean22);
}

void plica_steps_solve_separately(
	struct plica_step_pair *steps, const double (*sums)[PLICA_PAIR_SUMS], size_t count)
{
	for (size_t i = 0; i < count; i++)
		steps[i] = (struct plica_step_pair){
			.object = 0.5 * single_step(sums[i][0], sums[i][4]),
			.probe = 0.5 * single_step(sums[i][1], sums[i][5])};
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t count, double fraction)
{
	double place = fraction * (double)(count - 1);
	size_t below = (size_t)place;
	size_t above = below + 1 < count ? below + 1 : below;

	return sorted[below] + (place - (double)below) * (sorted[above] - sorted[below]);
}

double plica_trimmed_mean(double *values, size_t count)
{
	double low, high;
	double sum = 0.0;
	size_t kept = 0;

	qsort(values, count, sizeof(*values), ascending);
	low = quantile(values, count, 0.1);
	high = quantile(values, count, 0.9);
	for (size_t i = 0; i < count; i++)
		if (values[i] >= low && values[i] <= high) {
			sum += values[i];
			kept++;
		}
	if (kept == 0) /* of two values: nothing lies between the quantiles */
		return 0.5 * (values[0] + values[count - 1]);
	return sum / (double)kept;
}
