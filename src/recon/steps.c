/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/steps.h"

#include <math.h>
#include <stdlib.h>

/* Fraction of the batch mean that is added to the diagonal. */
#define DAMPING 0.1
/* n eps0 of the specification: guards against 0 / 0 where a direction vanishes. */
#define SMALLEST 1.2e-7

void plica_steps_solve(
	struct plica_step_pair *steps, const double (*sums)[PLICA_PAIR_SUMS], size_t count)
{
	double mean11 = 0.0;
	double mean22 = 0.0;
	double guard = SMALLEST;

	for (size_t i = 0; i < count; i++) {
		mean11 += (sums[i][0] + guard) / (double)count;
		mean22 += (sums[i][1] + guard) / (double)count;
	}
	for (size_t i = 0; i < count; i++) {
		double a11 = sums[i][0] + guard + DAMPING * mean11;
		double a22 = sums[i][1] + guard + DAMPING * mean22;
		double re12 = sums[i][2];
		double im12 = sums[i][3];
		double determinant = a11 * a22 - (re12 * re12 + im12 * im12);

		steps[i].object = fmax(0.0, (a22 * sums[i][4] - re12 * sums[i][5]) / determinant);
		steps[i].probe = fmax(0.0, (a11 * sums[i][5] - re12 * sums[i][4]) / determinant);
	}
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
