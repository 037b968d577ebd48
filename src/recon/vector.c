/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/vector.h"

#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "recon/bands.h"

enum plica_status plica_vector_create(
	struct plica_vector *out, const struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_vector vector = {.problem = problem};
	size_t rows = problem->object.rows;

	PLICA_TRY(plica_planes_create(&vector.object, rows, problem->object.cols, err));
	PLICA_TRY(PLICA_NEW(&vector.probe, problem->probe_floats, err));
	if (problem->settings->background.optimizable)
		PLICA_TRY(PLICA_NEW(&vector.background, problem->kernels->pattern_floats, err));
	PLICA_TRY(PLICA_NEW(&vector.band_sums, plica_band_count(0, rows), err));
	*out = vector;
	vector = (struct plica_vector){0};
out:
	plica_vector_release(&vector);
	return status;
}

void plica_vector_release(struct plica_vector *vector)
{
	plica_planes_release(&vector->object);
	plica_free(vector->probe);
	plica_free(vector->background);
	plica_free(vector->band_sums);
	*vector = (struct plica_vector){0};
}

static double dot(const float *a, const float *b, size_t count)
{
	double sum = 0.0;

#pragma omp simd reduction(+ : sum)
	for (size_t k = 0; k < count; k++)
		sum += (double)a[k] * (double)b[k];
	return sum;
}

double plica_vector_dot(const struct plica_vector *a, const struct plica_vector *b)
{
	size_t stride = a->object.stride;
	size_t bands = plica_band_count(0, a->object.rows);
	double sum = dot(a->probe, b->probe, a->problem->probe_floats);

	if (a->background != NULL)
		sum += dot(a->background, b->background, a->problem->kernels->pattern_floats);
#pragma omp parallel for schedule(static) num_threads(a->problem->threads)
	for (size_t k = 0; k < bands; k++) {
		struct plica_band band = plica_band(0, a->object.rows, k);
		size_t first = band.first * stride;
		size_t count = (band.end - band.first) * stride;

		a->band_sums[k] = dot(a->object.re + first, b->object.re + first, count) +
				  dot(a->object.im + first, b->object.im + first, count);
	}
	for (size_t k = 0; k < bands; k++)
		sum += a->band_sums[k];
	return sum;
}

void plica_vector_copy(struct plica_vector *a, const struct plica_vector *b)
{
	size_t bytes = a->object.rows * a->object.stride * sizeof(float);

	memcpy(a->object.re, b->object.re, bytes);
	memcpy(a->object.im, b->object.im, bytes);
	memcpy(a->probe, b->probe, a->problem->probe_floats * sizeof(float));
	if (a->background != NULL)
		memcpy(a->background, b->background,
			a->problem->kernels->pattern_floats * sizeof(float));
}

void plica_vector_scale_add(struct plica_vector *a, float factor, const struct plica_vector *b)
{
	size_t floats = a->object.rows * a->object.stride;

#pragma omp parallel for simd schedule(static) num_threads(a->problem->threads)
	for (size_t k = 0; k < floats; k++) {
		a->object.re[k] = b->object.re[k] + factor * a->object.re[k];
		a->object.im[k] = b->object.im[k] + factor * a->object.im[k];
	}
	for (size_t k = 0; k < a->problem->probe_floats; k++)
		a->probe[k] = b->probe[k] + factor * a->probe[k];
	if (a->background == NULL)
		return;
	for (size_t k = 0; k < a->problem->kernels->pattern_floats; k++)
		a->background[k] = b->background[k] + factor * a->background[k];
}
