/* SPDX-License-Identifier: BSD-3-Clause */
/* Constraints that look at one pixel of the object, or at its neighbours. */
#include <math.h>
#include <string.h>

#include "recon/ambiguity.h"
#include "recon/constraint.h"

/* Clamps |O| and arg O of one pixel; true if it lay outside. */
static bool clamp(float *re, float *im, const struct plica_settings *settings)
{
	const double *abs_lim = settings->object.hard_limits.abs_lim;
	const double *phase_lim = settings->object.hard_limits.phase_lim;
	double magnitude = hypot((double)*re, (double)*im);
	double phase = atan2((double)*im, (double)*re);
	double new_magnitude = fmin(fmax(magnitude, abs_lim[0]), abs_lim[1]);
	double new_phase = fmin(fmax(phase, phase_lim[0]), phase_lim[1]);

	if (new_magnitude == magnitude && new_phase == phase)
		return false;
	*re = (float)(new_magnitude * cos(new_phase));
	*im = (float)(new_magnitude * sin(new_phase));
	return true;
}

bool plica_constrain_limits(struct plica_constraints *constraints)
{
	const struct plica_problem *problem = constraints->problem;
	const struct plica_planes *object = &problem->object;
	bool changed = false;

#pragma omp parallel for schedule(static) num_threads(problem->threads) reduction(|| : changed)
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * object->stride + x;
			bool outside = clamp(&object->re[k], &object->im[k], problem->settings);

			changed = changed || outside;
		}
	return changed;
}

/* One row of the 3 x 3 mean; pixels beyond the rim are those on it. */
static void smooth_row(
	float *to, const float *from, const struct plica_planes *shape, size_t y, float alpha)
{
	const float *rows[3] = {from + (y > 0 ? y - 1 : y) * shape->stride,
		from + y * shape->stride, from + (y + 1 < shape->rows ? y + 1 : y) * shape->stride};

	for (size_t x = 0; x < shape->cols; x++) {
		size_t left = x > 0 ? x - 1 : x;
		size_t right = x + 1 < shape->cols ? x + 1 : x;
		float sum = 0.0F;

		for (size_t r = 0; r < 3; r++)
			sum += rows[r][left] + rows[r][x] + rows[r][right];
		to[y * shape->stride + x] = rows[1][x] + alpha * (sum - 9.0F * rows[1][x]);
	}
}

bool plica_constrain_smoothness(struct plica_constraints *constraints)
{
	const struct plica_problem *problem = constraints->problem;
	const struct plica_planes *object = &problem->object;
	const struct plica_planes *copy = &constraints->planes;
	float alpha = (float)problem->settings->object.smoothness.alpha;
	size_t bytes = object->rows * object->stride * sizeof(float);

	memcpy(copy->re, object->re, bytes);
	memcpy(copy->im, object->im, bytes);
#pragma omp parallel for schedule(static) num_threads(problem->threads)
	for (size_t y = 0; y < object->rows; y++) {
		smooth_row(object->re, copy->re, object, y, alpha);
		smooth_row(object->im, copy->im, object, y, alpha);
	}
	return true;
}

/* weight / pixels: the norms are means over the canvas, as in pty-chi. */
static double threshold(double weight, const struct plica_planes *object)
{
	return weight / ((double)object->rows * (double)object->cols);
}

bool plica_constrain_l1(struct plica_constraints *constraints)
{
	const struct plica_problem *problem = constraints->problem;
	const struct plica_planes *object = &problem->object;
	float limit = (float)threshold(problem->settings->object.l1_norm.weight, object);
	size_t floats = object->rows * object->stride;

#pragma omp parallel for schedule(static) num_threads(problem->threads)
	for (size_t k = 0; k < floats; k++) {
		float magnitude = hypotf(object->re[k], object->im[k]);
		float scale = magnitude > limit ? 1.0F - limit / magnitude : 0.0F;

		object->re[k] *= scale;
		object->im[k] *= scale;
	}
	return true;
}

bool plica_constrain_l2(struct plica_constraints *constraints)
{
	const struct plica_problem *problem = constraints->problem;
	double weight = problem->settings->object.l2_norm.weight;

	plica_scale_object(&constraints->problem->object,
		1.0 / (1.0 + 2.0 * threshold(weight, &problem->object)));
	return true;
}
