/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/floor.h"

#define BLOCK ((size_t)256) /* pixels that are summed in single precision */

/* g(I) at I = 0, 1, 2, 3 and from there on; linear between, for data that are no whole numbers:
 * a sum of hinges, whose slopes are 3/2, -2, 3/4 and 0. */
static float estimate_at(float counts)
{
	float near = counts < 3.0F ? counts : 3.0F;
	float past_one = near > 1.0F ? near - 1.0F : 0.0F;
	float past_two = near > 2.0F ? near - 2.0F : 0.0F;

	return 1.5F * near - 3.5F * past_one + 2.75F * past_two;
}

static float floor_of_counts(const uint16_t *counts, size_t count)
{
	float sum = 0.0F;

#pragma omp simd reduction(+ : sum)
	for (size_t k = 0; k < count; k++) {
		bool valid = counts[k] != PLICA_INVALID_COUNT;

		sum += valid ? estimate_at((float)counts[k]) : 0.0F;
	}
	return sum;
}

static float floor_of_amplitudes(const float *amplitudes, size_t count)
{
	float sum = 0.0F;

#pragma omp simd reduction(+ : sum)
	for (size_t k = 0; k < count; k++) {
		float valid = amplitudes[k] > 0.0F ? amplitudes[k] : 0.0F; /* g(0) = 0 */

		sum += estimate_at(valid * valid);
	}
	return sum;
}

static double floor_of(const struct plica_problem *problem, size_t index)
{
	struct plica_pattern pattern = plica_problem_pattern(problem, index);
	size_t pixels = problem->kernels->pattern_floats;
	double sum = 0.0;

	for (size_t first = 0; first < pixels; first += BLOCK) {
		size_t count = first + BLOCK < pixels ? BLOCK : pixels - first;

		sum += (double)(pattern.counts != NULL
					? floor_of_counts(pattern.counts + first, count)
					: floor_of_amplitudes(pattern.amplitudes + first, count));
	}
	return sum;
}

double plica_counting_floor(const struct plica_problem *problem, size_t stride)
{
	double chunk[256];
	double sum = 0.0;
	size_t count = (problem->count + stride - 1) / stride;

	for (size_t first = 0; first < count; first += 256) {
		size_t end = first + 256 < count ? first + 256 : count;

#pragma omp parallel for schedule(static) num_threads(problem->threads)
		for (size_t i = first; i < end; i++)
			chunk[i - first] = floor_of(problem, i * stride);
		for (size_t i = first; i < end; i++) /* in order, whatever the threads */
			sum += chunk[i - first];
	}
	return sum / ((double)count * problem->valid_pixels);
}
