/* SPDX-License-Identifier: BSD-3-Clause */
/* The plain variant's line search: three spectra a, b, c, and |a + t b + t^2 c| for every t. */
#include <math.h>
#include <string.h>

#include "num/kernels_fftw.h"
#include "num/kernels_log.h"

static float complex direction_at(const struct plica_line_search *args, size_t at)
{
	float complex direction = planes_at(args->direction, at);

	if (args->slope_y != NULL && args->slope_x != NULL) {
		direction += args->move_y * planes_at(args->slope_y, at);
		direction += args->move_x * planes_at(args->slope_x, at);
	}
	return direction;
}

/* From A and B to A O, A dO + B O and B dO. */
static void multiply_directions(
	float complex *const wave[3], const struct plica_line_search *args, size_t size)
{
	for (size_t y = 0; y < size; y++) {
		size_t at = (args->row + y) * args->object->stride + args->col;

		for (size_t x = 0; x < size; x++) {
			size_t i = y * size + x;
			float complex object = planes_at(args->object, at + x);
			float complex direction = direction_at(args, at + x);

			wave[2][i] = wave[1][i] * direction;
			wave[1][i] = wave[0][i] * direction + wave[1][i] * object;
			wave[0][i] *= object;
		}
	}
}

/* The objective of BLOCK detector pixels or less at the step t. */
static void try_block(float objective[BLOCK], const float complex *const wave[3],
	const float *amplitude, const struct plica_line_search *args, size_t count, float t)
{
	bool poisson = args->model == PLICA_DETECTOR_POISSON;

	for (size_t i = 0; i < count; i++) {
		float complex psi = wave[0][i] + t * (wave[1][i] + t * wave[2][i]);
		float power = crealf(psi) * crealf(psi) + cimagf(psi) * cimagf(psi);
		float difference = sqrtf(power) - amplitude[i];
		float expected = power + args->epsilon;
		float counts = amplitude[i] * amplitude[i] + args->epsilon;
		float value =
			poisson ? expected - counts * plica_log(expected) : difference * difference;

		objective[i] = amplitude[i] >= 0.0f ? value : 0.0f;
	}
}

static double try_step(const struct plica_kernels *self, const struct fftw_scratch *scratch,
	const struct plica_line_search *args, double t)
{
	double lanes[LANES] = {0};
	size_t pixels = self->size * self->size;

	for (size_t first = 0; first < pixels; first += BLOCK) {
		const float complex *const wave[3] = {scratch->wave[0] + first,
			scratch->wave[1] + first, scratch->wave[2] + first};
		size_t count = pixels - first < BLOCK ? pixels - first : BLOCK;
		float objective[BLOCK] = {0};
		float amplitude[BLOCK];

		plica_pattern_amplitudes(amplitude, args->pattern, first, count);
		try_block(objective, wave, amplitude, args, count, (float)t);
		add_to_lanes(lanes, objective);
	}
	return sum_of_lanes(lanes);
}

void plica_fftw_line_search(const struct plica_kernels *self, void *work,
	const struct plica_line_search *args, double *objective)
{
	struct fftw_scratch scratch = plica_fftw_scratch(self, work);
	const float *const probe[2] = {args->probe, args->probe_direction};
	size_t pixels = self->size * self->size;
	float scale = 1.0f / (float)self->size;

	if (args->shifted)
		plica_fftw_ramps(
			&scratch, self->size, args->shift_y, args->shift_x, args->amplitude);
	for (size_t k = 0; k < 2; k++)
		if (args->shifted)
			plica_fftw_shift(self, &scratch, scratch.wave[k], as_complex(probe[k]));
		else
			for (size_t i = 0; i < pixels; i++)
				scratch.wave[k][i] = args->amplitude * as_complex(probe[k])[i];
	multiply_directions(scratch.wave, args, self->size);
	for (size_t k = 0; k < 3; k++) {
		plica_fftw_forward(self, &scratch, scratch.wave[k]);
		for (size_t i = 0; i < pixels; i++)
			scratch.wave[k][i] *= scale;
	}
	for (size_t k = 0; k < args->trials; k++)
		objective[k] = try_step(self, &scratch, args, args->t[k]);
}
