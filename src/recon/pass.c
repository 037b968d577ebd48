/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/pass.h"

#include <omp.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "recon/bands.h"

enum plica_status plica_pass_create(struct plica_pass **out, struct plica_problem *problem,
	size_t capacity, struct plica_error *err)
{
	enum plica_status status;
	struct plica_pass *pass = NULL;
	size_t wave_bytes = problem->kernels->wave_floats * sizeof(float);

	PLICA_TRY(PLICA_NEW(&pass, 1, err));
	pass->problem = problem;
	pass->capacity = capacity;
	pass->model = PLICA_DETECTOR_GAUSSIAN;
	pass->step = 1.0F;
	PLICA_TRY(plica_allocate((void **)(void *)&pass->incident, capacity, wave_bytes, err));
	PLICA_TRY(plica_allocate((void **)(void *)&pass->difference, capacity, wave_bytes, err));
	PLICA_TRY(PLICA_NEW(&pass->sums, capacity, err));
	PLICA_TRY(plica_allocate(
		(void **)(void *)&pass->block_sums, PLICA_PASS_BLOCKS, wave_bytes, err));
	PLICA_TRY(plica_allocate((void **)(void *)&pass->probe_gradient, 1, wave_bytes, err));
	PLICA_TRY(plica_planes_create(
		&pass->gradient, problem->object.rows, problem->object.cols, err));
	*out = pass;
	pass = NULL;
out:
	plica_pass_free(pass);
	return status;
}

void plica_pass_free(struct plica_pass *pass)
{
	if (pass == NULL)
		return;
	plica_free(pass->incident);
	plica_free(pass->difference);
	plica_free(pass->sums);
	plica_free(pass->block_sums);
	plica_free(pass->probe_gradient);
	plica_planes_release(&pass->gradient);
	plica_free(pass);
}

static void run_block(struct plica_pass *pass, const size_t *positions, size_t count, size_t block)
{
	const struct plica_kernels *kernels = pass->problem->kernels;
	size_t floats = kernels->wave_floats;
	size_t first = block * count / PLICA_PASS_BLOCKS;
	size_t end = (block + 1) * count / PLICA_PASS_BLOCKS;
	float *sum = pass->block_sums + block * floats;

	memset(sum, 0, floats * sizeof(*sum));
	for (size_t k = first; k < end; k++) {
		struct plica_exit_wave args = plica_problem_exit_wave(pass->problem, positions[k]);

		args.model = pass->model;
		args.step = pass->step;
		args.incident = pass->incident + k * floats;
		args.difference = pass->difference + k * floats;
		args.probe_sum = sum;
		kernels->table->exit_wave(
			kernels, pass->problem->work[omp_get_thread_num()], &args, &pass->sums[k]);
	}
}

/* Adds the blocks in order; each thread owns a range of the wave. */
static void add_blocks(struct plica_pass *pass)
{
	size_t floats = pass->problem->kernels->wave_floats;
	const size_t range = 1024;

#pragma omp parallel for schedule(static) num_threads(pass->problem->threads)
	for (size_t first = 0; first < floats; first += range) {
		size_t end = first + range < floats ? first + range : floats;

		for (size_t k = first; k < end; k++) {
			float sum = 0.0F;

			for (size_t block = 0; block < PLICA_PASS_BLOCKS; block++)
				sum += pass->block_sums[block * floats + k];
			pass->probe_gradient[k] = sum;
		}
	}
}

static void find_rows(struct plica_pass *pass, const size_t *positions, size_t count)
{
	const struct plica_problem *problem = pass->problem;

	pass->first_row = problem->object.rows;
	pass->end_row = 0;
	for (size_t k = 0; k < count; k++) {
		size_t row = problem->row[positions[k]];

		pass->first_row = row < pass->first_row ? row : pass->first_row;
		pass->end_row =
			row + problem->side > pass->end_row ? row + problem->side : pass->end_row;
	}
}

static void scatter_band(
	struct plica_pass *pass, const size_t *positions, size_t count, struct plica_band band)
{
	const struct plica_problem *problem = pass->problem;
	const struct plica_kernels *kernels = problem->kernels;
	struct plica_planes *gradient = &pass->gradient;
	size_t bytes = (band.end - band.first) * gradient->stride * sizeof(float);

	memset(gradient->re + band.first * gradient->stride, 0, bytes);
	memset(gradient->im + band.first * gradient->stride, 0, bytes);
	for (size_t k = 0; k < count; k++) {
		size_t row = problem->row[positions[k]];

		if (row < band.end && row + problem->side > band.first)
			kernels->table->scatter(kernels, gradient, band.first, band.end, row,
				problem->col[positions[k]],
				pass->incident + k * kernels->wave_floats,
				pass->difference + k * kernels->wave_floats);
	}
}

void plica_pass_run(struct plica_pass *pass, const size_t *positions, size_t count)
{
	struct plica_problem *problem = pass->problem;
	const struct plica_kernels *kernels = problem->kernels;
	size_t bands;

	find_rows(pass, positions, count);
	bands = plica_band_count(pass->first_row, pass->end_row);
#pragma omp parallel num_threads(problem->threads)
	{
#pragma omp for schedule(dynamic, 1)
		for (size_t block = 0; block < PLICA_PASS_BLOCKS; block++)
			run_block(pass, positions, count, block);
#pragma omp for schedule(dynamic, 1)
		for (size_t k = 0; k < bands; k++)
			scatter_band(pass, positions, count,
				plica_band(pass->first_row, pass->end_row, k));
	}
	add_blocks(pass);
	if (problem->shifted)
		kernels->table->inverse(
			kernels, problem->work[0], pass->probe_gradient, pass->probe_gradient);
}
