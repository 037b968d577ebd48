/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/noise.h"

#include <math.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/try.h"

/* Random values on a square lattice, interpolated smoothly between. */
struct lattice {
	size_t rows, cols;
	double spacing_px;
	float *value;
};

static enum plica_status make_lattice(struct lattice *out, const size_t shape[2], double spacing_px,
	struct plica_random *random, struct plica_error *err)
{
	enum plica_status status;

	out->spacing_px = spacing_px;
	out->rows = (size_t)((double)shape[0] / spacing_px) + 2;
	out->cols = (size_t)((double)shape[1] / spacing_px) + 2;
	PLICA_TRY(PLICA_NEW(&out->value, out->rows * out->cols, err));
	for (size_t i = 0; i < out->rows * out->cols; i++)
		out->value[i] = (float)(2.0 * plica_random_uniform(random) - 1.0);
out:
	return status;
}

/* Between two lattice points: no kink at either, nor in the slope. */
static float fade(float t)
{
	return t * t * t * (t * (t * 6.0F - 15.0F) + 10.0F);
}

static float mix(float a, float b, float t)
{
	return a + (b - a) * t;
}

static void add_octave(
	float *out, const size_t shape[2], const struct lattice *lattice, float weight)
{
	for (size_t y = 0; y < shape[0]; y++) {
		double row = (double)y / lattice->spacing_px;
		const float *above = lattice->value + (size_t)row * lattice->cols;
		const float *below = above + lattice->cols;
		float ty = fade((float)(row - floor(row)));

		for (size_t x = 0; x < shape[1]; x++) {
			double col = (double)x / lattice->spacing_px;
			size_t j = (size_t)col;
			float tx = fade((float)(col - (double)j));

			out[y * shape[1] + x] +=
				weight * mix(mix(above[j], above[j + 1], tx),
						 mix(below[j], below[j + 1], tx), ty);
		}
	}
}

static int octaves_of(const struct plica_noise *noise)
{
	return (int)floor(log2(noise->coarsest_px / noise->finest_px) + 1e-9) + 1;
}

/* The sum over octaves then has a standard deviation of about a half. */
static double first_weight(const struct plica_noise *noise)
{
	double sum = 0.0;
	double weight = 1.0;

	for (int octave = 0; octave < octaves_of(noise); octave++) {
		sum += weight * weight;
		weight *= noise->roughness;
	}
	return 1.25 / sqrt(sum);
}

enum plica_status plica_noise_create(float **out, size_t rows, size_t cols,
	const struct plica_noise *noise, struct plica_error *err)
{
	const size_t shape[2] = {rows, cols};
	float *made = NULL;
	enum plica_status status;
	double weight = first_weight(noise);
	uint64_t index = noise->index;

	PLICA_TRY(PLICA_NEW(&made, rows * cols, err));
	for (int octave = 0; octave < octaves_of(noise); octave++) {
		struct lattice lattice = {0};
		struct plica_random random;

		plica_random_start(&random, noise->seed, PLICA_RANDOM_SPECIMEN, index++);
		PLICA_TRY(make_lattice(
			&lattice, shape, ldexp(noise->coarsest_px, -octave), &random, err));
		add_octave(made, shape, &lattice, (float)weight);
		plica_free(lattice.value);
		weight *= noise->roughness;
	}
	*out = made;
	made = NULL;
out:
	plica_free(made);
	return status;
}
