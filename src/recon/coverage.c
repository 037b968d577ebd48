/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/coverage.h"

#include <complex.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

enum plica_status plica_coverage_create(
	struct plica_coverage **out, const struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_coverage *coverage = NULL;

	PLICA_TRY(PLICA_NEW(&coverage, 1, err));
	coverage->problem = problem;
	PLICA_TRY(PLICA_NEW(&coverage->power, problem->side * problem->side, err));
	PLICA_TRY(PLICA_NEW(&coverage->natural, problem->side * problem->side, err));
	PLICA_TRY(PLICA_NEW(&coverage->wave, problem->kernels->wave_floats, err));
	*out = coverage;
	coverage = NULL;
out:
	plica_coverage_free(coverage);
	return status;
}

void plica_coverage_free(struct plica_coverage *coverage)
{
	if (coverage == NULL)
		return;
	plica_free(coverage->power);
	plica_free(coverage->natural);
	plica_free(coverage->wave);
	plica_free(coverage);
}

/* Row y of the patch, summed over the positions. */
static void measure_row(float *power, const struct plica_problem *problem, const size_t *positions,
	size_t count, size_t y)
{
	const struct plica_planes *object = &problem->object;

	memset(power, 0, problem->side * sizeof(*power));
	for (size_t k = 0; k < count; k++) {
		size_t i = positions[k];
		size_t at = (problem->row[i] + y) * object->stride + problem->col[i];
		const float *re = object->re + at;
		const float *im = object->im + at;

		for (size_t x = 0; x < problem->side; x++)
			power[x] += re[x] * re[x] + im[x] * im[x];
	}
}

void plica_coverage_measure(struct plica_coverage *coverage, const size_t *positions, size_t count)
{
	const struct plica_problem *problem = coverage->problem;
	size_t side = problem->side;

#pragma omp parallel for schedule(static) num_threads(problem->threads)
	for (size_t y = 0; y < side; y++) {
		float *power = coverage->power + y * side;

		measure_row(power, problem, positions, count, y);
		for (size_t x = 0; x < side; x++)
			coverage->natural[y * side + x] = power[x] + I * power[x];
	}
	problem->kernels->table->wave_from(problem->kernels, coverage->wave, coverage->natural);
}
