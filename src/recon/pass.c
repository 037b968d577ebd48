/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/pass.h"

#include <omp.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "recon/bands.h"

enum plica_status plica_pass_create(struct plica_pass **out, struct plica_problem *problem,
	size_t capacity, bool with_power, struct plica_error *err)
{
	enum plica_status status;
	struct plica_pass *pass = NULL;
	size_t floats = problem->kernels->wave_floats;

	PLICA_TRY(PLICA_NEW(&pass, 1, err));
	pass->problem = problem;
	pass->capacity = capacity;
	pass->model = PLICA_DETECTOR_GAUSSIAN;
	pass->step = 1.0F;
	pass->streaming = plica_kernels_should_stream(problem->kernels, 2 * capacity);
	PLICA_TRY(PLICA_NEW(&pass->incident, capacity * floats, err));
	PLICA_TRY(PLICA_NEW(&pass->difference, capacity * floats, err));
	PLICA_TRY(PLICA_NEW(&pass->sums, capacity, err));
	PLICA_TRY(PLICA_NEW(&pass->block_sums, PLICA_PASS_BLOCKS * floats, err));
	PLICA_TRY(PLICA_NEW(&pass->probe_gradient, floats, err));
	PLICA_TRY(plica_planes_create(
		&pass->gradient, problem->object.rows, problem->object.cols, err));
	if (with_power)
		PLICA_TRY(
			PLICA_NEW(&pass->power, pass->gradient.rows * pass->gradient.stride, err));
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
	plica_free(pass->power);
	plica_planes_release(&pass->gradient);
	plica_free(pass);
}

/* Blocks of small sets would be empty; how many there are depends on the set alone. */
static size_t block_count(size_t count)
{
	return count < PLICA_PASS_BLOCKS ? count : PLICA_PASS_BLOCKS;
}

static void run_block(struct plica_pass *pass, const size_t *positions, size_t count, size_t block)
{
	const struct plica_kernels *kernels = pass->problem->kernels;
	size_t floats = kernels->wave_floats;
	size_t first = block * count / block_count(count);
	size_t end = (block + 1) * count / block_count(count);

	for (size_t k = first; k < end; k++) {
		struct plica_exit_wave args = plica_problem_exit_wave(pass->problem, positions[k]);

		args.model = pass->model;
		args.step = pass->step;
		args.epsilon = pass->epsilon;
		args.incident = pass->incident + k * floats;
		args.difference = pass->difference + k * floats;
		args.streaming = pass->streaming;
		args.probe_sum = pass->block_sums + block * floats;
		kernels->table->exit_wave(
			kernels, pass->problem->work[omp_get_thread_num()], &args, &pass->sums[k]);
	}
}

/* Adds the blocks in order, and clears them; each thread owns ranges of the wave. */
static void add_blocks(struct plica_pass *pass)
{
	size_t floats = pass->problem->kernels->wave_floats;
	const size_t range = 1024;

#pragma omp parallel for schedule(static) num_threads(pass->problem->threads)
	for (size_t first = 0; first < floats; first += range) {
		size_t count = first + range < floats ? range : floats - first;
		float *to = pass->probe_gradient + first;

		memset(to, 0, count * sizeof(*to));
		for (size_t block = 0; block < PLICA_PASS_BLOCKS; block++) {
			float *from = pass->block_sums + block * floats + first;

			for (size_t k = 0; k < count; k++)
				to[k] += from[k];
			memset(from, 0, count * sizeof(*from));
		}
	}
}

struct plica_stored_waves plica_pass_waves(const struct plica_pass *pass, size_t k, size_t index)
{
	const struct plica_problem *problem = pass->problem;
	size_t floats = problem->kernels->wave_floats;

	return (struct plica_stored_waves){
		.row = problem->row[index],
		.col = problem->col[index],
		.incident = pass->incident + k * floats,
		.difference = pass->difference + k * floats,
	};
}

static void scatter_band(
	struct plica_pass *pass, const size_t *positions, size_t count, struct plica_band band)
{
	const struct plica_problem *problem = pass->problem;
	const struct plica_kernels *kernels = problem->kernels;
	struct plica_planes *gradient = &pass->gradient;

	for (size_t k = 0; k < count; k++) {
		struct plica_stored_waves waves = plica_pass_waves(pass, k, positions[k]);

		if (waves.row >= band.end || waves.row + problem->side <= band.first)
			continue;
		kernels->table->scatter(kernels, gradient, band.first, band.end, &waves);
		if (pass->power != NULL)
			kernels->table->scatter_power(kernels, pass->power, gradient->stride,
				band.first, band.end, &waves);
	}
}

void plica_pass_begin(struct plica_pass *pass, size_t first_row, size_t end_row)
{
	size_t stride = pass->gradient.stride;
	size_t bytes = (end_row - first_row) * stride * sizeof(float);

	pass->first_row = first_row;
	pass->end_row = end_row;
	memset(pass->gradient.re + first_row * stride, 0, bytes);
	memset(pass->gradient.im + first_row * stride, 0, bytes);
	if (pass->power != NULL)
		memset(pass->power + first_row * stride, 0, bytes);
}

void plica_pass_add(struct plica_pass *pass, const size_t *positions, size_t count)
{
	size_t blocks = block_count(count);
	size_t bands = plica_band_count(pass->first_row, pass->end_row);

#pragma omp parallel num_threads(pass->problem->threads)
	{
#pragma omp for schedule(dynamic, 1)
		for (size_t block = 0; block < blocks; block++)
			run_block(pass, positions, count, block);
#pragma omp for schedule(dynamic, 1)
		for (size_t k = 0; k < bands; k++)
			scatter_band(pass, positions, count,
				plica_band(pass->first_row, pass->end_row, k));
	}
}

void plica_pass_end(struct plica_pass *pass)
{
	const struct plica_problem *problem = pass->problem;
	const struct plica_kernels *kernels = problem->kernels;

	add_blocks(pass);
	if (problem->shifted)
		kernels->table->inverse(
			kernels, problem->work[0], pass->probe_gradient, pass->probe_gradient);
}

void plica_pass_run(struct plica_pass *pass, const size_t *positions, size_t count)
{
	const struct plica_problem *problem = pass->problem;
	size_t first = problem->object.rows;
	size_t end = 0;

	for (size_t k = 0; k < count; k++) {
		size_t row = problem->row[positions[k]];

		first = row < first ? row : first;
		end = row + problem->side > end ? row + problem->side : end;
	}
	plica_pass_begin(pass, first, end);
	plica_pass_add(pass, positions, count);
	plica_pass_end(pass);
}
