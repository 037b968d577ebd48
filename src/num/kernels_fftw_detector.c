/* SPDX-License-Identifier: BSD-3-Clause */
/* The plain variant at the detector. */
#include <math.h>
#include <string.h>

#include "num/kernels_fftw.h"
#include "num/kernels_log.h"

/* Keeps the ratio of the amplitudes finite where the model gives no light. */
#define TINY_AMPLITUDE 1e-9f

/* A block of detector pixels; past the last pixel they are invalid. */
struct detector_block {
	float power[BLOCK]; /* Ihat */
	float amplitude[BLOCK];
	float residual[BLOCK]; /* (sqrt(Ihat) - amplitude)^2, 0 where invalid */
	float poisson[BLOCK];
	float factor[BLOCK];
	float slope[BLOCK]; /* of the likelihood, see relax */
	float curvature[BLOCK];
};

struct detector_sums {
	double residual[LANES];
	double modelled[LANES];
	double measured[LANES];
	double poisson[LANES];
};

static void load_block(struct detector_block *block, const float *intensity,
	struct plica_pattern pattern, size_t first, size_t count)
{
	memcpy(block->power, intensity + first, count * sizeof(*intensity));
	plica_pattern_amplitudes(block->amplitude, pattern, first, count);
	for (size_t i = count; i < BLOCK; i++) {
		block->power[i] = 0.0f;
		block->amplitude[i] = -1.0f;
	}
}

static void compare_gaussian(struct detector_block *block, float step)
{
	for (size_t i = 0; i < BLOCK; i++) {
		float modulus = sqrtf(block->power[i]);
		float amplitude = block->amplitude[i];
		float difference = modulus - amplitude;
		float factor = -step * difference / (modulus + TINY_AMPLITUDE);
		bool valid = amplitude >= 0.0f;

		block->residual[i] = valid ? difference * difference : 0.0f;
		block->factor[i] = valid ? factor : 0.0f;
	}
}

static void compare_poisson(struct detector_block *block, float step, float epsilon)
{
	for (size_t i = 0; i < BLOCK; i++) {
		float amplitude = block->amplitude[i];
		float difference = sqrtf(block->power[i]) - amplitude;
		float counts = amplitude * amplitude + epsilon;
		float expected = block->power[i] + epsilon;
		float factor = step * (counts - expected) / expected;
		float likelihood = expected - counts * plica_log(expected);
		bool valid = amplitude >= 0.0f;

		block->residual[i] = valid ? difference * difference : 0.0f;
		block->factor[i] = valid ? factor : 0.0f;
		block->poisson[i] = valid ? likelihood : 0.0f;
	}
}

/* The Poisson likelihood along its own direction, 1 - alpha xi. */
static void relax(struct detector_block *block, float alpha, float epsilon)
{
	for (size_t i = 0; i < BLOCK; i++) {
		float amplitude = block->amplitude[i];
		float counts = amplitude * amplitude;
		float xi = (block->power[i] - counts) / (block->power[i] + epsilon);
		float left = fmaxf(1.0f - alpha * xi, PLICA_LEAST_REMAINDER);
		float quotient = counts / left;
		bool valid = amplitude >= 0.0f;

		block->slope[i] = valid ? xi * (block->power[i] * left - quotient) : 0.0f;
		block->curvature[i] = valid ? xi * xi * (block->power[i] + quotient / left) : 0.0f;
	}
}

static float relaxation_step(const struct plica_kernels *self, const struct plica_exit_wave *mode,
	const float *intensity, float alpha)
{
	size_t pixels = self->size * self->size;
	double slope[LANES] = {0};
	double curvature[LANES] = {0};

	for (size_t first = 0; first < pixels; first += BLOCK) {
		struct detector_block block;
		size_t count = pixels - first < BLOCK ? pixels - first : BLOCK;

		load_block(&block, intensity, mode->pattern, first, count);
		relax(&block, alpha, mode->epsilon);
		add_to_lanes(slope, block.slope);
		add_to_lanes(curvature, block.curvature);
	}
	return plica_newton_relaxation(alpha, sum_of_lanes(slope), sum_of_lanes(curvature));
}

/* The whole step of the detector, relaxed where that is asked for. */
static float relaxed_step(
	const struct plica_kernels *self, const struct plica_mixture *args, const float *intensity)
{
	const struct plica_exit_wave *mode = &args->mode[0];

	if (args->relaxation == NULL)
		return mode->step;
	for (int step = 0; step < PLICA_RELAXATION_STEPS; step++)
		*args->relaxation = relaxation_step(self, mode, intensity, *args->relaxation);
	return mode->step * *args->relaxation;
}

static void sum_block(struct detector_sums *sums, struct detector_block *block)
{
	float measured[BLOCK];

	for (size_t i = 0; i < BLOCK; i++) {
		float amplitude = block->amplitude[i];
		bool valid = amplitude >= 0.0f;

		block->power[i] = valid ? block->power[i] : 0.0f;
		measured[i] = valid ? amplitude * amplitude : 0.0f;
	}
	add_to_lanes(sums->residual, block->residual);
	add_to_lanes(sums->modelled, block->power);
	add_to_lanes(sums->measured, measured);
}

static void add_up(float *sum, const float *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sum[i] += values[i];
}

void plica_fftw_compare(const struct plica_kernels *self, const struct plica_mixture *args,
	float *intensity, struct plica_exit_sums *out)
{
	const struct plica_exit_wave *mode = &args->mode[0];
	size_t pixels = self->size * self->size;
	struct detector_sums sums = {0};
	float step;

	if (args->background != NULL)
		add_up(intensity, args->background, pixels);
	step = relaxed_step(self, args, intensity);
	for (size_t first = 0; first < pixels; first += BLOCK) {
		struct detector_block block;
		size_t count = pixels - first < BLOCK ? pixels - first : BLOCK;

		load_block(&block, intensity, mode->pattern, first, count);
		if (mode->model == PLICA_DETECTOR_POISSON) {
			compare_poisson(&block, step, mode->epsilon);
			add_to_lanes(sums.poisson, block.poisson);
		} else {
			compare_gaussian(&block, step);
		}
		sum_block(&sums, &block);
		memcpy(intensity + first, block.factor, count * sizeof(*intensity));
	}
	if (args->factor_sum != NULL)
		add_up(args->factor_sum, intensity, pixels);
	out->residual = sum_of_lanes(sums.residual);
	out->modelled = sum_of_lanes(sums.modelled);
	out->measured = sum_of_lanes(sums.measured);
	out->poisson = sum_of_lanes(sums.poisson);
}
