/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Solved in the dual by accelerated projected gradients (Beck and Teboulle, SIAM J. Imaging Sci. 2,
 * 183 (2009)): x = O - (1/w) D^T p with |p| <= lambda at each pixel, p the dual of the gradient.
 */
#include "recon/tv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

/* Dark pixels weigh at least this part of the median. */
#define LEAST_WEIGHT 0.1

struct plica_tv {
	struct plica_problem *problem;
	float *inverse_weight;      /* 1/w, with the canvas' stride */
	float *box;                 /* the scanned box, to be sorted */
	struct plica_planes x;      /* the primal point */
	struct plica_planes p[2];   /* dual, y and x components */
	struct plica_planes old[2]; /* dual before the last step */
	struct plica_planes q[2];   /* extrapolated dual */
	float limit;                /* lambda */
	float step;
};

void plica_tv_free(struct plica_tv *tv)
{
	if (tv == NULL)
		return;
	plica_free(tv->inverse_weight);
	plica_free(tv->box);
	plica_planes_release(&tv->x);
	for (int axis = 0; axis < 2; axis++) {
		plica_planes_release(&tv->p[axis]);
		plica_planes_release(&tv->old[axis]);
		plica_planes_release(&tv->q[axis]);
	}
	plica_free(tv);
}

enum plica_status plica_tv_create(
	struct plica_tv **out, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	size_t rows = problem->object.rows;
	size_t cols = problem->object.cols;
	const size_t *roi = problem->roi;
	struct plica_tv *tv = NULL;

	PLICA_TRY(PLICA_NEW(&tv, 1, err));
	tv->problem = problem;
	tv->step = (float)(LEAST_WEIGHT / 8.0); /* 1 / (8 max 1/w) */
	PLICA_TRY(plica_planes_create(&tv->x, rows, cols, err));
	for (int axis = 0; axis < 2; axis++) {
		PLICA_TRY(plica_planes_create(&tv->p[axis], rows, cols, err));
		PLICA_TRY(plica_planes_create(&tv->old[axis], rows, cols, err));
		PLICA_TRY(plica_planes_create(&tv->q[axis], rows, cols, err));
	}
	PLICA_TRY(PLICA_NEW(&tv->inverse_weight, rows * problem->object.stride, err));
	PLICA_TRY(PLICA_NEW(&tv->box, (roi[1] - roi[0]) * (roi[3] - roi[2]), err));
	*out = tv;
	tv = NULL;
out:
	plica_tv_free(tv);
	return status;
}

static int ascending(const void *a, const void *b)
{
	float x = *(const float *)a;
	float y = *(const float *)b;

	return (x > y) - (x < y);
}

static double median_of_box(struct plica_tv *tv, const float *power)
{
	const size_t *roi = tv->problem->roi;
	size_t cols = roi[3] - roi[2];
	size_t count = (roi[1] - roi[0]) * cols;

	for (size_t y = roi[0]; y < roi[1]; y++)
		memcpy(tv->box + (y - roi[0]) * cols,
			power + y * tv->problem->object.stride + roi[2], cols * sizeof(*tv->box));
	qsort(tv->box, count, sizeof(*tv->box), ascending);
	return (double)tv->box[count / 2];
}

bool plica_tv_weigh(struct plica_tv *tv, double *median)
{
	struct plica_problem *problem = tv->problem;
	size_t floats = problem->object.rows * problem->object.stride;
	float *power = tv->inverse_weight; /* W first, 1/w in its place afterwards */

	plica_problem_illumination(problem, power, problem->modes);
	*median = median_of_box(tv, power);
	if (!(*median > 0.0))
		return false;
	for (size_t k = 0; k < floats; k++)
		power[k] = (float)(*median / fmax((double)power[k], LEAST_WEIGHT * *median));
	return true;
}

/* x = O - (1/w) D^T q; D^T is minus the divergence by backward differences. */
static void primal(struct plica_tv *tv)
{
	const struct plica_planes *object = &tv->problem->object;
	const struct plica_planes *q = tv->q;
	size_t stride = object->stride;

#pragma omp parallel for schedule(static) num_threads(tv->problem->threads)
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * stride + x;
			float re = -q[0].re[k] - q[1].re[k];
			float im = -q[0].im[k] - q[1].im[k];

			re += (y > 0 ? q[0].re[k - stride] : 0.0F) +
			      (x > 0 ? q[1].re[k - 1] : 0.0F);
			im += (y > 0 ? q[0].im[k - stride] : 0.0F) +
			      (x > 0 ? q[1].im[k - 1] : 0.0F);
			tv->x.re[k] = object->re[k] - tv->inverse_weight[k] * re;
			tv->x.im[k] = object->im[k] - tv->inverse_weight[k] * im;
		}
}

/* p = projection of q + step D x onto |p| <= lambda; D by forward differences, 0 at the rim. */
static void dual_step(struct plica_tv *tv)
{
	const struct plica_planes *x = &tv->x;
	struct plica_planes *p = tv->p;
	const struct plica_planes *q = tv->q;
	size_t stride = x->stride;

#pragma omp parallel for schedule(static) num_threads(tv->problem->threads)
	for (size_t row = 0; row < x->rows; row++)
		for (size_t col = 0; col < x->cols; col++) {
			size_t k = row * stride + col;
			size_t below = row + 1 < x->rows ? k + stride : k;
			size_t right = col + 1 < x->cols ? k + 1 : k;
			float re[2] = {q[0].re[k] + tv->step * (x->re[below] - x->re[k]),
				q[1].re[k] + tv->step * (x->re[right] - x->re[k])};
			float im[2] = {q[0].im[k] + tv->step * (x->im[below] - x->im[k]),
				q[1].im[k] + tv->step * (x->im[right] - x->im[k])};
			float norm = sqrtf(
				re[0] * re[0] + re[1] * re[1] + im[0] * im[0] + im[1] * im[1]);
			float scale = norm > tv->limit ? tv->limit / norm : 1.0F;

			for (int axis = 0; axis < 2; axis++) {
				p[axis].re[k] = re[axis] * scale;
				p[axis].im[k] = im[axis] * scale;
			}
		}
}

/* q = p + factor (p - p_old), and p becomes the old one. */
static void extrapolate(struct plica_tv *tv, float factor)
{
	size_t floats = tv->x.rows * tv->x.stride;

	for (int axis = 0; axis < 2; axis++) {
		const struct plica_planes *p = &tv->p[axis];
		struct plica_planes *old = &tv->old[axis];
		struct plica_planes *q = &tv->q[axis];

#pragma omp parallel for schedule(static) num_threads(tv->problem->threads)
		for (size_t k = 0; k < floats; k++) {
			q->re[k] = p->re[k] + factor * (p->re[k] - old->re[k]);
			q->im[k] = p->im[k] + factor * (p->im[k] - old->im[k]);
			old->re[k] = p->re[k];
			old->im[k] = p->im[k];
		}
	}
}

static void clear_duals(struct plica_tv *tv)
{
	size_t bytes = tv->x.rows * tv->x.stride * sizeof(float);

	for (int axis = 0; axis < 2; axis++) {
		memset(tv->old[axis].re, 0, bytes);
		memset(tv->old[axis].im, 0, bytes);
		memset(tv->q[axis].re, 0, bytes);
		memset(tv->q[axis].im, 0, bytes);
	}
}

bool plica_tv_step(struct plica_tv *tv, double lambda, int iterations)
{
	struct plica_planes *object = &tv->problem->object;
	size_t bytes = object->rows * object->stride * sizeof(float);
	double momentum = 1.0;

	tv->limit = (float)lambda;
	clear_duals(tv);
	for (int k = 0; k < iterations; k++) {
		double next = 0.5 * (1.0 + sqrt(1.0 + 4.0 * momentum * momentum));

		primal(tv);
		dual_step(tv);
		extrapolate(tv, (float)((momentum - 1.0) / next));
		momentum = next;
	}
	primal(tv);
	memcpy(object->re, tv->x.re, bytes);
	memcpy(object->im, tv->x.im, bytes);
	return true;
}
