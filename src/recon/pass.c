/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/pass.h"

#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "recon/bands.h"
#include "recon/exit.h"

enum plica_status plica_pass_create(struct plica_pass **out, struct plica_problem *problem,
	size_t capacity, bool with_power, struct plica_error *err)
{
	enum plica_status status;
	struct plica_pass *pass = NULL;
	size_t floats = problem->probe_floats;
	size_t pattern = problem->kernels->pattern_floats;
	bool incident_differs = problem->shifted || problem->intensity != NULL;

	PLICA_TRY(PLICA_NEW(&pass, 1, err));
	pass->problem = problem;
	pass->capacity = capacity;
	pass->model = PLICA_DETECTOR_GAUSSIAN;
	pass->step = 1.0F;
	pass->object_modes = problem->modes;
	pass->streaming = plica_kernels_should_stream(
		problem->kernels, (incident_differs ? 2 : 1) * capacity * problem->modes);
	if (incident_differs)
		PLICA_TRY(PLICA_NEW(&pass->incident, capacity * floats, err));
	PLICA_TRY(PLICA_NEW(&pass->difference, capacity * floats, err));
	PLICA_TRY(PLICA_NEW(&pass->sums, capacity, err));
	PLICA_TRY(PLICA_NEW(&pass->block_sums, PLICA_PASS_BLOCKS * floats, err));
	PLICA_TRY(PLICA_NEW(&pass->probe_gradient, floats, err));
	if (problem->settings->background.optimizable) {
		PLICA_TRY(PLICA_NEW(&pass->block_factors, PLICA_PASS_BLOCKS * pattern, err));
		PLICA_TRY(PLICA_NEW(&pass->factor_sum, pattern, err));
	}
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
	plica_free(pass->block_factors);
	plica_free(pass->factor_sum);
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

/* Where there is nothing of an earlier set in it. */
static void clear_block(struct plica_pass *pass, size_t block)
{
	size_t floats = pass->problem->probe_floats;
	size_t pattern = pass->problem->kernels->pattern_floats;

	if (block < pass->blocks)
		return;
	memset(pass->block_sums + block * floats, 0, floats * sizeof(float));
	if (pass->block_factors != NULL)
		memset(pass->block_factors + block * pattern, 0, pattern * sizeof(float));
}

static void run_block(struct plica_pass *pass, const size_t *positions, size_t count, size_t block)
{
	const struct plica_problem *problem = pass->problem;
	size_t floats = problem->probe_floats;
	size_t first = block * count / block_count(count);
	size_t end = (block + 1) * count / block_count(count);

	clear_block(pass, block);
	for (size_t k = first; k < end; k++) {
		struct plica_exit args = plica_exit_of(problem, positions[k]);

		args.model = pass->model;
		args.step = pass->step;
		args.epsilon = pass->epsilon;
		if (pass->incident != NULL)
			args.incident = pass->incident + k * floats;
		args.difference = pass->difference + k * floats;
		args.streaming = pass->streaming;
		if (pass->relaxation != NULL)
			args.relaxation = &pass->relaxation[positions[k]];
		args.probe_sum = pass->block_sums + block * floats;
		if (pass->block_factors != NULL)
			args.factor_sum =
				pass->block_factors + block * problem->kernels->pattern_floats;
		plica_exit_run(problem, &args, &pass->sums[k]);
	}
}

/* Adds the blocks in order; each thread owns ranges of the floats. */
static void add_blocks(
	const struct plica_pass *pass, float *out, const float *blocks, size_t floats)
{
	const size_t range = 1024;

#pragma omp parallel for schedule(static) num_threads(pass->problem->threads)
	for (size_t first = 0; first < floats; first += range) {
		size_t count = first + range < floats ? range : floats - first;
		float *to = out + first;

		memset(to, 0, count * sizeof(*to));
		for (size_t block = 0; block < pass->blocks; block++) {
			const float *from = blocks + block * floats + first;

			for (size_t k = 0; k < count; k++)
				to[k] += from[k];
		}
	}
}

struct plica_stored_waves plica_pass_waves(
	const struct plica_pass *pass, size_t k, size_t index, size_t mode)
{
	const struct plica_problem *problem = pass->problem;
	size_t of_mode = mode * problem->kernels->wave_floats;
	size_t offset = k * problem->probe_floats + of_mode;

	return (struct plica_stored_waves){
		.row = problem->row[index],
		.col = problem->col[index],
		.incident =
			pass->incident != NULL ? pass->incident + offset : problem->probe + of_mode,
		.difference = pass->difference + offset,
	};
}

void plica_pass_pair_sums(const struct plica_pass *pass, double sums[PLICA_PAIR_SUMS], size_t k,
	const struct plica_pair *pair)
{
	const struct plica_kernels *kernels = pass->problem->kernels;

	for (size_t s = 0; s < PLICA_PAIR_SUMS; s++)
		sums[s] = 0.0;
	for (size_t mode = 0; mode < pair->modes; mode++) {
		struct plica_stored_waves waves = plica_pass_waves(pass, k, pair->index, mode);
		double of_mode[PLICA_PAIR_SUMS];

		kernels->table->pair_sums(kernels, of_mode, &pass->problem->object,
			pair->object_direction, pair->probe_direction + mode * kernels->wave_floats,
			&waves);
		for (size_t s = 0; s < PLICA_PAIR_SUMS; s++)
			sums[s] += of_mode[s];
	}
}

void plica_pass_position_sums(const struct plica_pass *pass, double sums[PLICA_POSITION_SUMS],
	size_t k, size_t index, const struct plica_planes slope[2])
{
	const struct plica_kernels *kernels = pass->problem->kernels;

	for (size_t s = 0; s < PLICA_POSITION_SUMS; s++)
		sums[s] = 0.0;
	for (size_t mode = 0; mode < pass->problem->modes; mode++) {
		struct plica_stored_waves waves = plica_pass_waves(pass, k, index, mode);
		double of_mode[PLICA_POSITION_SUMS];

		kernels->table->position_sums(kernels, of_mode, &slope[0], &slope[1], &waves);
		for (size_t s = 0; s < PLICA_POSITION_SUMS; s++)
			sums[s] += of_mode[s];
	}
}

static void scatter_modes(struct plica_pass *pass, size_t k, size_t index, struct plica_band band)
{
	const struct plica_kernels *kernels = pass->problem->kernels;
	struct plica_planes *gradient = &pass->gradient;

	for (size_t mode = 0; mode < pass->problem->modes; mode++) {
		struct plica_stored_waves waves = plica_pass_waves(pass, k, index, mode);

		if (mode < pass->object_modes)
			kernels->table->scatter(kernels, gradient, band.first, band.end, &waves);
		if (pass->power != NULL)
			kernels->table->scatter_power(kernels, pass->power, gradient->stride,
				band.first, band.end, &waves);
	}
}

static void scatter_band(
	struct plica_pass *pass, const size_t *positions, size_t count, struct plica_band band)
{
	const struct plica_problem *problem = pass->problem;

	for (size_t k = 0; k < count; k++) {
		size_t row = problem->row[positions[k]];

		if (row < band.end && row + problem->side > band.first)
			scatter_modes(pass, k, positions[k], band);
	}
}

void plica_pass_begin(struct plica_pass *pass, size_t first_row, size_t end_row)
{
	size_t stride = pass->gradient.stride;
	size_t bytes = (end_row - first_row) * stride * sizeof(float);

	pass->blocks = 0;
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
	pass->blocks = blocks > pass->blocks ? blocks : pass->blocks;
}

void plica_pass_end(struct plica_pass *pass)
{
	const struct plica_problem *problem = pass->problem;
	const struct plica_kernels *kernels = problem->kernels;

	add_blocks(pass, pass->probe_gradient, pass->block_sums, problem->probe_floats);
	for (size_t k = 0; problem->shifted && k < problem->probe_floats; k += kernels->wave_floats)
		kernels->table->inverse(kernels, problem->work[0], pass->probe_gradient + k,
			pass->probe_gradient + k);
	if (pass->factor_sum != NULL)
		add_blocks(pass, pass->factor_sum, pass->block_factors, kernels->pattern_floats);
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
