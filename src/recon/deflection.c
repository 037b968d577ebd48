/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/deflection.h"

#include <math.h>

#include "base/memory.h"
#include "base/try.h"
#include "num/fft.h"

#define BLOCK ((size_t)256) /* pixels */

/* Angular frequencies of the pixels in the kernels' order. */
struct frequencies {
	size_t count;
	float *y, *x;
};

struct moments {
	double photons, y, x, square; /* sums of I, I k_y, I k_x, I |k|^2 */
};

static void fill_axis(float *natural, size_t side, bool rows)
{
	for (size_t y = 0; y < side; y++)
		for (size_t x = 0; x < side; x++) {
			double index = (double)(rows ? y : x) - (double)(side / 2);

			natural[y * side + x] = (float)(2.0 * M_PI * index / (double)side);
		}
}

static enum plica_status create_frequencies(
	struct frequencies *out, const struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_kernels *kernels = problem->kernels;
	float *natural = NULL;

	out->count = kernels->pattern_floats;
	PLICA_TRY(PLICA_NEW(&natural, problem->side * problem->side, err));
	PLICA_TRY(PLICA_NEW(&out->y, out->count, err));
	PLICA_TRY(PLICA_NEW(&out->x, out->count, err));
	fill_axis(natural, problem->side, true);
	kernels->table->pattern_from(kernels, out->y, natural);
	fill_axis(natural, problem->side, false);
	kernels->table->pattern_from(kernels, out->x, natural);
out:
	plica_free(natural);
	return status;
}

static void read_intensities(float *out, struct plica_pattern pattern, size_t first, size_t count)
{
	if (pattern.counts != NULL)
		for (size_t i = 0; i < count; i++) {
			uint16_t counts = pattern.counts[first + i];

			out[i] = counts != PLICA_INVALID_COUNT ? (float)counts : 0.0F;
		}
	else
		for (size_t i = 0; i < count; i++) {
			float amplitude = pattern.amplitudes[first + i];

			out[i] = amplitude > 0.0F ? amplitude * amplitude : 0.0F;
		}
}

/* Single precision within a block. */
static void add_block(struct moments *total, struct plica_pattern pattern,
	const struct frequencies *k, size_t first, size_t count)
{
	float intensities[BLOCK];
	const float *k_y = k->y + first;
	const float *k_x = k->x + first;
	float photons = 0.0F;
	float y = 0.0F;
	float x = 0.0F;
	float square = 0.0F;

	read_intensities(intensities, pattern, first, count);
#pragma omp simd reduction(+ : photons, y, x, square)
	for (size_t i = 0; i < count; i++) {
		float to_y = intensities[i] * k_y[i];
		float to_x = intensities[i] * k_x[i];

		photons += intensities[i];
		y += to_y;
		x += to_x;
		square += to_y * k_y[i] + to_x * k_x[i];
	}
	total->photons += (double)photons;
	total->y += (double)y;
	total->x += (double)x;
	total->square += (double)square;
}

static struct moments moments_of(struct plica_pattern pattern, const struct frequencies *k)
{
	struct moments moments = {0};

	for (size_t first = 0; first < k->count; first += BLOCK)
		add_block(&moments, pattern, k, first,
			first + BLOCK < k->count ? BLOCK : k->count - first);
	return moments;
}

/* The centre of mass, and its variance if the intensities are Poisson deviates. */
static double take_moments(
	struct plica_deflections *deflections, size_t index, const struct moments *moments)
{
	double photons = moments->photons > 0.0 ? moments->photons : 1.0;
	double y = moments->y / photons;
	double x = moments->x / photons;

	deflections->photons[index] = moments->photons;
	deflections->y[index] = y;
	deflections->x[index] = x;
	return fmax(moments->square / photons - y * y - x * x, 0.0) / (2.0 * photons);
}

static double subtract_mean(double *values, size_t count)
{
	double mean = 0.0;
	double variance = 0.0;

	for (size_t i = 0; i < count; i++)
		mean += values[i] / (double)count;
	for (size_t i = 0; i < count; i++) {
		values[i] -= mean;
		variance += values[i] * values[i] / (double)count;
	}
	return variance;
}

enum plica_status plica_deflections_measure(
	struct plica_deflections *out, const struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	size_t count = problem->count;
	struct frequencies k = {0};
	double *noise = NULL;

	*out = (struct plica_deflections){.count = count};
	PLICA_TRY(create_frequencies(&k, problem, err));
	PLICA_TRY(PLICA_NEW(&noise, count, err));
	PLICA_TRY(PLICA_NEW(&out->y, count, err));
	PLICA_TRY(PLICA_NEW(&out->x, count, err));
	PLICA_TRY(PLICA_NEW(&out->photons, count, err));
#pragma omp parallel for schedule(static) num_threads(problem->threads)
	for (size_t i = 0; i < count; i++) {
		struct moments moments = moments_of(plica_problem_pattern(problem, i), &k);

		noise[i] = take_moments(out, i, &moments);
	}
	for (size_t i = 0; i < count; i++)
		out->noise += noise[i] / (double)count;
	out->variance = 0.5 * subtract_mean(out->y, count);
	out->variance += 0.5 * subtract_mean(out->x, count);
out:
	plica_free(noise);
	plica_free(k.y);
	plica_free(k.x);
	if (status != PLICA_OK)
		plica_deflections_release(out);
	return status;
}

void plica_deflections_release(struct plica_deflections *deflections)
{
	plica_free(deflections->y);
	plica_free(deflections->x);
	plica_free(deflections->photons);
	*deflections = (struct plica_deflections){0};
}
