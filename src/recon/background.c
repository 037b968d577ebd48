/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/background.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

/* The guess: what the brightest of this part of the pixels, the darkest, has on average. */
#define GUESS_QUANTILE 0.1
/* A step leaves at least this part, so that a pixel can come back. */
#define LEAST_LEFT 0.1F
/* Photons below which a pixel counts as dark. */
#define DARK 1e-6

/* The means over the patterns in which a pixel is valid; `mean` is negative where there is none. */
struct pixel {
	double mean;
	double inverse; /* of 1 / (I + 1), which for counts is an estimate of 1 / mean */
	double count;   /* of those patterns */
};

static struct pixel measure(const struct plica_problem *problem, size_t k)
{
	struct pixel pixel = {0};

	for (size_t i = 0; i < problem->count; i++) {
		float amplitude = plica_pattern_amplitude(plica_problem_pattern(problem, i), k);
		double counts = (double)amplitude * (double)amplitude;

		if (amplitude < 0.0F)
			continue;
		pixel.mean += counts;
		pixel.inverse += 1.0 / (counts + 1.0);
		pixel.count += 1.0;
	}
	if (!(pixel.count > 0.0))
		return (struct pixel){.mean = -1.0};
	pixel.mean /= pixel.count;
	pixel.inverse /= pixel.count;
	return pixel;
}

/* 1/C. The mean of inverses is at least the inverse of the mean: for less than a photon that is
 * the better estimate. */
static void fill_scale(struct plica_problem *problem, float *mean)
{
	size_t floats = problem->kernels->pattern_floats;

#pragma omp parallel for schedule(static) num_threads(problem->threads)
	for (size_t k = 0; k < floats; k++) {
		struct pixel pixel = measure(problem, k);
		double curvature = fmax(pixel.inverse, 1.0 / (pixel.mean + DARK));

		mean[k] = (float)pixel.mean;
		problem->background_scale[k] =
			pixel.mean < 0.0 ? 0.0F : (float)(4.0 / (curvature * pixel.count));
	}
}

static int ascending(const void *a, const void *b)
{
	float x = *(const float *)a;
	float y = *(const float *)b;

	return (x > y) - (x < y);
}

/* `mean` (natural order) is sorted. */
static float guess(float *mean, size_t pixels)
{
	size_t invalid = 0;
	size_t valid;

	qsort(mean, pixels, sizeof(*mean), ascending);
	while (invalid < pixels && mean[invalid] < 0.0F)
		invalid++;
	valid = pixels - invalid;
	if (valid == 0)
		return 0.0F;
	return mean[invalid + (size_t)(GUESS_QUANTILE * (double)valid)];
}

enum plica_status plica_background_create(struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	const struct plica_settings *settings = problem->settings;
	const struct plica_kernels *kernels = problem->kernels;
	size_t pixels = problem->side * problem->side;
	float *natural = NULL;
	float level;

	if (!settings->background.optimizable && !(settings->background.initial > 0.0))
		return PLICA_OK;
	PLICA_TRY(PLICA_NEW(&problem->background, kernels->pattern_floats, err));
	PLICA_TRY(PLICA_NEW(&problem->background_scale, kernels->pattern_floats, err));
	PLICA_TRY(PLICA_NEW(&natural, pixels, err));
	fill_scale(problem, problem->background);
	kernels->table->pattern_to(kernels, natural, problem->background);
	level = guess(natural, pixels);
	if (settings->background.initial > 0.0)
		level = (float)settings->background.initial;
	for (size_t k = 0; k < pixels; k++)
		natural[k] = level;
	memset(problem->background, 0, kernels->pattern_floats * sizeof(float));
	kernels->table->pattern_from(kernels, problem->background, natural);
out:
	plica_free(natural);
	return status;
}

double plica_background_photons(const struct plica_problem *problem, size_t index)
{
	struct plica_pattern pattern = plica_problem_pattern(problem, index);
	double photons = 0.0;

	if (problem->background == NULL)
		return 0.0;
	for (size_t k = 0; k < problem->kernels->pattern_floats; k++)
		if (plica_pattern_amplitude(pattern, k) >= 0.0F)
			photons += (double)problem->background[k];
	return photons;
}

void plica_background_residual(
	float *residual, const struct plica_problem *problem, const float *factor_sum)
{
	for (size_t k = 0; k < problem->kernels->pattern_floats; k++)
		residual[k] = 0.5F * factor_sum[k];
}

void plica_background_precondition(
	float *scaled, const struct plica_problem *problem, const float *residual)
{
	float share = 4.0F / (float)problem->count;

	for (size_t k = 0; k < problem->kernels->pattern_floats; k++)
		scaled[k] = residual[k] *
			    fminf(problem->background_scale[k], share * problem->background[k]);
}

static float moved(float background, float way)
{
	return fmaxf(LEAST_LEFT * background, background + way);
}

void plica_background_move(
	float *out, const struct plica_problem *problem, float step, const float *direction)
{
	for (size_t k = 0; k < problem->kernels->pattern_floats; k++)
		out[k] = moved(problem->background[k], step * direction[k]);
}

void plica_background_step(struct plica_problem *problem, const float *factor_sum)
{
	float share = 4.0F / (float)problem->count;

	for (size_t k = 0; k < problem->kernels->pattern_floats; k++) {
		float scale = fminf(problem->background_scale[k], share * problem->background[k]);

		problem->background[k] =
			moved(problem->background[k], 0.5F * factor_sum[k] * scale);
	}
}
