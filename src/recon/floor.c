/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/floor.h"

/* g(I) at I = 0, 1, 2, 3 and from there on; linear between, for data that are no whole numbers. */
static const float estimate[] = {0.0F, 1.5F, -0.5F, 0.25F};

#define LAST (sizeof(estimate) / sizeof(estimate[0]) - 1)

static float estimate_at(float counts)
{
	size_t below;

	if (!(counts < (float)LAST))
		return estimate[LAST];
	below = (size_t)counts;
	return estimate[below] + (counts - (float)below) * (estimate[below + 1] - estimate[below]);
}

double plica_counting_floor(const struct plica_problem *problem)
{
	double sum = 0.0;

	for (size_t i = 0; i < problem->count; i++) {
		const float *amplitudes = plica_problem_pattern(problem, i);

		for (size_t k = 0; k < problem->kernels->pattern_floats; k++)
			if (amplitudes[k] > 0.0F)
				sum += (double)estimate_at(amplitudes[k] * amplitudes[k]);
	}
	return sum / ((double)problem->count * problem->valid_pixels);
}
