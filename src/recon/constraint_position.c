/* SPDX-License-Identifier: BSD-3-Clause */
/* Refined positions are pulled towards an affine map of those that were given (doc/numerics.md,
 * "Affine model"). */
#include <math.h>
#include <string.h>

#include "recon/affine.h"
#include "recon/constraint.h"
#include "recon/positions.h"

/* The part of the way that a position goes of which nothing is known. */
#define MOST_FLEXIBLE 0.1

/* How well the patterns fix each position: |dO A|^2 of each axis over its mean. */
static void find_weights(struct plica_constraints *constraints)
{
	const struct plica_problem *problem = constraints->problem;
	const struct plica_kernels *kernels = problem->kernels;
	double *weight = constraints->position_weight;
	size_t count = problem->count;
	double mean[2] = {0.0, 0.0};

	plica_object_slopes(constraints->slope, problem);
#pragma omp parallel for schedule(dynamic, 8) num_threads(problem->threads)
	for (size_t i = 0; i < count; i++) {
		double sums[PLICA_POSITION_SUMS];
		const struct plica_stored_waves waves = {.row = problem->row[i],
			.col = problem->col[i],
			.incident = problem->probe,
			.difference = problem->probe};

		kernels->table->position_sums(
			kernels, sums, &constraints->slope[0], &constraints->slope[1], &waves);
		weight[i] = sums[0];
		weight[count + i] = sums[1];
	}
	for (size_t k = 0; k < 2 * count; k++)
		mean[k / count] += weight[k] / (double)count;
	for (size_t k = 0; k < 2 * count; k++)
		weight[k] = mean[k / count] > 0.0 ? weight[k] / mean[k / count] : 1.0;
}

/* The map that fits, with what may not change put back. False: there is none. */
static bool find_map(double matrix[4], const struct plica_constraints *constraints)
{
	const struct plica_problem *problem = constraints->problem;
	size_t count = problem->count;
	const double *start = constraints->position_start;
	const struct plica_affine_fit fit = {.count = count,
		.from_y = start,
		.from_x = start + count,
		.to_y = problem->y_px,
		.to_x = problem->x_px,
		.weight_y = constraints->position_weight,
		.weight_x = constraints->position_weight + count};
	struct plica_affine affine;

	if (!plica_affine_matrix(matrix, &fit))
		return false;
	affine = plica_affine_decompose(matrix);
	if (!problem->settings->positions.affine.scale)
		affine.scale = 1.0;
	if (!problem->settings->positions.affine.asymmetry)
		affine.asymmetry = 0.0;
	if (!problem->settings->positions.affine.rotation)
		affine.rotation_rad = 0.0;
	if (!problem->settings->positions.affine.shear)
		affine.shear_rad = 0.0;
	plica_affine_compose(matrix, &affine);
	return true;
}

/* The part of the way from a position to the map, `away` px off and of this weight. */
static double stiffness(const struct plica_settings *settings, double weight, double away)
{
	double error = settings->positions.affine.max_expected_error;
	double beyond = fmax(0.0, away - error) / error;

	if (settings->positions.affine.flexibility > 0.0)
		return settings->positions.affine.flexibility;
	return fmin(1.0, MOST_FLEXIBLE / (1.0 + weight) + beyond * beyond);
}

/* One axis: p moves towards row * p0 + constant, the constant such that their means agree. */
static void pull_axis(const struct plica_constraints *constraints, double *position,
	const double row[2], size_t axis)
{
	const struct plica_problem *problem = constraints->problem;
	const struct plica_settings *settings = problem->settings;
	size_t count = problem->count;
	const double *start = constraints->position_start;
	const double *weight = constraints->position_weight + axis * count;
	double limit = settings->positions.max_correction;
	double mean = 0.0;

	for (size_t i = 0; i < count; i++)
		mean += (position[i] - row[0] * start[i] - row[1] * start[count + i]) /
			(double)count;
	for (size_t i = 0; i < count; i++) {
		double centre = start[axis * count + i];
		double away = position[i] - row[0] * start[i] - row[1] * start[count + i] - mean;
		double next = position[i] - stiffness(settings, weight[i], fabs(away)) * away;

		position[i] = fmin(fmax(next, centre - limit), centre + limit);
	}
}

bool plica_constrain_affine(struct plica_constraints *constraints)
{
	struct plica_problem *problem = constraints->problem;
	double matrix[4];

	find_weights(constraints);
	if (!find_map(matrix, constraints))
		return false;
	pull_axis(constraints, problem->y_px, matrix, 0);
	pull_axis(constraints, problem->x_px, matrix + 2, 1);
	for (size_t i = 0; i < problem->count; i++)
		plica_problem_place(problem, i);
	return true;
}
