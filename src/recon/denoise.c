/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Solved in the dual by accelerated projected gradients (Beck and Teboulle, SIAM J. Imaging Sci. 2,
 * 183 (2009)): x = O - (1/w) D^T p with |p| <= lambda at each pixel, p the dual of the gradient.
 */
#include "recon/denoise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

#define ITERATIONS 60
/* Dark pixels weigh at least this part of the median. */
#define LEAST_WEIGHT 0.1

struct solver {
	struct plica_problem *problem;
	float *inverse_weight;      /* 1/w, with the canvas' stride */
	struct plica_planes x;      /* the primal point */
	struct plica_planes p[2];   /* dual, y and x components */
	struct plica_planes old[2]; /* dual before the last step */
	struct plica_planes q[2];   /* extrapolated dual */
	float limit;                /* lambda */
	float step;
};

static void release(struct solver *solver)
{
	plica_free(solver->inverse_weight);
	plica_planes_release(&solver->x);
	for (int axis = 0; axis < 2; axis++) {
		plica_planes_release(&solver->p[axis]);
		plica_planes_release(&solver->old[axis]);
		plica_planes_release(&solver->q[axis]);
	}
}

static enum plica_status allocate(struct solver *solver, struct plica_error *err)
{
	enum plica_status status;
	size_t rows = solver->problem->object.rows;
	size_t cols = solver->problem->object.cols;

	PLICA_TRY(plica_planes_create(&solver->x, rows, cols, err));
	for (int axis = 0; axis < 2; axis++) {
		PLICA_TRY(plica_planes_create(&solver->p[axis], rows, cols, err));
		PLICA_TRY(plica_planes_create(&solver->old[axis], rows, cols, err));
		PLICA_TRY(plica_planes_create(&solver->q[axis], rows, cols, err));
	}
	PLICA_TRY(PLICA_NEW(&solver->inverse_weight, rows * solver->problem->object.stride, err));
out:
	return status;
}

static int ascending(const void *a, const void *b)
{
	float x = *(const float *)a;
	float y = *(const float *)b;

	return (x > y) - (x < y);
}

static enum plica_status median_of_box(double *median, const struct plica_problem *problem,
	const float *power, struct plica_error *err)
{
	const size_t *roi = problem->roi;
	size_t cols = roi[3] - roi[2];
	size_t count = (roi[1] - roi[0]) * cols;
	float *values = NULL;
	enum plica_status status = PLICA_NEW(&values, count, err);

	if (status != PLICA_OK)
		return status;
	for (size_t y = roi[0]; y < roi[1]; y++)
		memcpy(values + (y - roi[0]) * cols, power + y * problem->object.stride + roi[2],
			cols * sizeof(*values));
	qsort(values, count, sizeof(*values), ascending);
	*median = (double)values[count / 2];
	plica_free(values);
	return PLICA_OK;
}

static enum plica_status weigh(struct solver *solver, double strength, struct plica_error *err)
{
	struct plica_problem *problem = solver->problem;
	size_t floats = problem->object.rows * problem->object.stride;
	float *power = solver->inverse_weight; /* W first, 1/w in its place afterwards */
	double median = 0.0;
	enum plica_status status;

	plica_problem_illumination(problem, power);
	status = median_of_box(&median, problem, power, err);
	if (status != PLICA_OK)
		return status;
	if (!(median > 0.0))
		return plica_error_set(
			err, PLICA_ERR_NUMERIC, "cannot denoise: half of the scanned box is dark");
	for (size_t k = 0; k < floats; k++)
		power[k] = (float)(median / fmax((double)power[k], LEAST_WEIGHT * median));
	solver->limit = (float)(strength * sqrt(1.0 / (2.0 * median)));
	solver->step = (float)(LEAST_WEIGHT / 8.0); /* 1 / (8 max 1/w) */
	return PLICA_OK;
}

/* x = O - (1/w) D^T q; D^T is minus the divergence by backward differences. */
static void primal(struct solver *solver)
{
	const struct plica_planes *object = &solver->problem->object;
	const struct plica_planes *q = solver->q;
	size_t stride = object->stride;

#pragma omp parallel for schedule(static) num_threads(solver->problem->threads)
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * stride + x;
			float re = -q[0].re[k] - q[1].re[k];
			float im = -q[0].im[k] - q[1].im[k];

			re += (y > 0 ? q[0].re[k - stride] : 0.0F) +
			      (x > 0 ? q[1].re[k - 1] : 0.0F);
			im += (y > 0 ? q[0].im[k - stride] : 0.0F) +
			      (x > 0 ? q[1].im[k - 1] : 0.0F);
			solver->x.re[k] = object->re[k] - solver->inverse_weight[k] * re;
			solver->x.im[k] = object->im[k] - solver->inverse_weight[k] * im;
		}
}

/* p = projection of q + step D x onto |p| <= lambda; D by forward differences, 0 at the rim. */
static void dual_step(struct solver *solver)
{
	const struct plica_planes *x = &solver->x;
	struct plica_planes *p = solver->p;
	const struct plica_planes *q = solver->q;
	size_t stride = x->stride;

#pragma omp parallel for schedule(static) num_threads(solver->problem->threads)
	for (size_t row = 0; row < x->rows; row++)
		for (size_t col = 0; col < x->cols; col++) {
			size_t k = row * stride + col;
			size_t below = row + 1 < x->rows ? k + stride : k;
			size_t right = col + 1 < x->cols ? k + 1 : k;
			float re[2] = {q[0].re[k] + solver->step * (x->re[below] - x->re[k]),
				q[1].re[k] + solver->step * (x->re[right] - x->re[k])};
			float im[2] = {q[0].im[k] + solver->step * (x->im[below] - x->im[k]),
				q[1].im[k] + solver->step * (x->im[right] - x->im[k])};
			float norm = sqrtf(
				re[0] * re[0] + re[1] * re[1] + im[0] * im[0] + im[1] * im[1]);
			float scale = norm > solver->limit ? solver->limit / norm : 1.0F;

			for (int axis = 0; axis < 2; axis++) {
				p[axis].re[k] = re[axis] * scale;
				p[axis].im[k] = im[axis] * scale;
			}
		}
}

/* q = p + factor (p - p_old), and p becomes the old one. */
static void extrapolate(struct solver *solver, float factor)
{
	size_t floats = solver->x.rows * solver->x.stride;

	for (int axis = 0; axis < 2; axis++) {
		const struct plica_planes *p = &solver->p[axis];
		struct plica_planes *old = &solver->old[axis];
		struct plica_planes *q = &solver->q[axis];

#pragma omp parallel for schedule(static) num_threads(solver->problem->threads)
		for (size_t k = 0; k < floats; k++) {
			q->re[k] = p->re[k] + factor * (p->re[k] - old->re[k]);
			q->im[k] = p->im[k] + factor * (p->im[k] - old->im[k]);
			old->re[k] = p->re[k];
			old->im[k] = p->im[k];
		}
	}
}

enum plica_status plica_denoise(
	struct plica_problem *problem, double strength, struct plica_error *err)
{
	enum plica_status status;
	struct solver solver = {.problem = problem};
	size_t bytes = problem->object.rows * problem->object.stride * sizeof(float);
	double momentum = 1.0;

	PLICA_TRY(allocate(&solver, err));
	PLICA_TRY(weigh(&solver, strength, err));
	for (int k = 0; k < ITERATIONS; k++) {
		double next = 0.5 * (1.0 + sqrt(1.0 + 4.0 * momentum * momentum));

		primal(&solver);
		dual_step(&solver);
		extrapolate(&solver, (float)((momentum - 1.0) / next));
		momentum = next;
	}
	primal(&solver);
	memcpy(problem->object.re, solver.x.re, bytes);
	memcpy(problem->object.im, solver.x.im, bytes);
out:
	release(&solver);
	return status;
}
