/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/boost.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "optics/probe.h"

/* Largest phase step of plica_boost_change, radians. */
#define CLIP_RAD 0.5F

enum plica_status plica_boost_create(struct plica_boost **out, struct plica_problem *problem,
	double c, double cap, struct plica_error *err)
{
	enum plica_status status;
	struct plica_boost *boost = NULL;

	PLICA_TRY(PLICA_NEW(&boost, 1, err));
	boost->problem = problem;
	boost->c = c;
	boost->cap = cap;
	boost->rows = plica_fft_fast_size(problem->object.rows);
	boost->cols = plica_fft_fast_size(problem->object.cols);
	PLICA_TRY(plica_fft_create(&boost->fft, boost->rows, boost->cols, err));
	PLICA_TRY(PLICA_NEW(&boost->phase, boost->rows * boost->cols, err));
	PLICA_TRY(PLICA_NEW(&boost->gain_y, boost->rows, err));
	PLICA_TRY(PLICA_NEW(&boost->gain_x, boost->cols, err));
	*out = boost;
	boost = NULL;
out:
	plica_boost_free(boost);
	return status;
}

void plica_boost_free(struct plica_boost *boost)
{
	if (boost == NULL)
		return;
	plica_fft_free(boost->fft);
	plica_free(boost->phase);
	plica_free(boost->gain_y);
	plica_free(boost->gain_x);
	plica_free(boost);
}

void plica_boost_archive(struct plica_boost *boost, struct plica_archive *archive)
{
	plica_archive_floats(archive, "boost_gain_y", boost->gain_y, boost->rows);
	plica_archive_floats(archive, "boost_gain_x", boost->gain_x, boost->cols);
}

static void fill_gain(float *gain, size_t count, double width)
{
	for (size_t k = 0; k < count; k++) {
		double angle = 2.0 * M_PI * plica_fft_frequency(k, count) * width;

		gain[k] = (float)(angle * angle);
	}
}

void plica_boost_set_width(struct plica_boost *boost)
{
	const struct plica_problem *problem = boost->problem;
	double sigma;

	plica_problem_modes_out(problem);
	sigma = plica_probe_rms_radius_px(problem->natural, problem->modes, problem->side);
	fill_gain(boost->gain_y, boost->rows, boost->c * sigma);
	fill_gain(boost->gain_x, boost->cols, boost->c * sigma);
}

/* F^-1 K F on the array, in place. */
static void amplify(struct plica_boost *boost)
{
	float least = (float)(1.0 / boost->cap);
	float scale = 1.0F / (float)(boost->rows * boost->cols);

	plica_fft_forward(boost->fft, boost->phase);
#pragma omp parallel for schedule(static) num_threads(boost->problem->threads)
	for (size_t y = 0; y < boost->rows; y++)
		for (size_t x = 0; x < boost->cols; x++)
			boost->phase[y * boost->cols + x] *=
				scale / (boost->gain_y[y] + boost->gain_x[x] + least);
	plica_fft_inverse(boost->fft, boost->phase);
}

static inline float weight_of(float power, float damping)
{
	return power / (power + damping);
}

void plica_boost_direction(
	struct plica_boost *boost, struct plica_planes *z, const float *power, float damping)
{
	const struct plica_planes *object = &boost->problem->object;

	memset(boost->phase, 0, boost->rows * boost->cols * sizeof(*boost->phase));
#pragma omp parallel for schedule(static) num_threads(boost->problem->threads)
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * object->stride + x;

			boost->phase[y * boost->cols + x] =
				weight_of(power[k], damping) *
				(z->im[k] * object->re[k] - z->re[k] * object->im[k]);
		}
	amplify(boost);
#pragma omp parallel for schedule(static) num_threads(boost->problem->threads)
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * object->stride + x;
			float phase = weight_of(power[k], damping) *
				      crealf(boost->phase[y * boost->cols + x]);

			z->re[k] -= object->im[k] * phase;
			z->im[k] += object->re[k] * phase;
		}
}

static inline float clip(float value)
{
	return fminf(fmaxf(value, -CLIP_RAD), CLIP_RAD);
}

void plica_boost_change(struct plica_boost *boost, const struct plica_planes *old,
	const float *power, float damping)
{
	struct plica_planes *object = &boost->problem->object;

	memset(boost->phase, 0, boost->rows * boost->cols * sizeof(*boost->phase));
#pragma omp parallel for schedule(static) num_threads(boost->problem->threads)
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * object->stride + x;
			float re = object->re[k];
			float im = object->im[k];
			float change = (im - old->im[k]) * re - (re - old->re[k]) * im;

			boost->phase[y * boost->cols + x] = weight_of(power[k], damping) * change /
							    fmaxf(re * re + im * im, 1e-6F);
		}
	amplify(boost);
#pragma omp parallel for schedule(static) num_threads(boost->problem->threads)
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * object->stride + x;
			float phase = clip(weight_of(power[k], damping) *
					   crealf(boost->phase[y * boost->cols + x]));
			float re = object->re[k];
			float im = object->im[k];

			object->re[k] = re * cosf(phase) - im * sinf(phase);
			object->im[k] = re * sinf(phase) + im * cosf(phase);
		}
}
