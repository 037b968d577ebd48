/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/positions.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

/* Added to each position's curvature, relative to the mean: single positions run away without. */
#define DAMPING 0.05
#define HALO ((size_t)4)

/* Weights of the differences over 2, 4, 6 and 8 pixels. */
static const float stencils[][HALO] = {
	[PLICA_DIFFERENTIATION_STENCIL] = {4.0F / 5.0F, -1.0F / 5.0F, 4.0F / 105.0F,
		-1.0F / 280.0F},
	[PLICA_DIFFERENTIATION_GAUSSIAN] = {0.5F},
};

enum plica_status plica_position_search_create(
	struct plica_position_search **out, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_position_search *search = NULL;
	size_t count = problem->count;

	PLICA_TRY(PLICA_NEW(&search, 1, err));
	search->problem = problem;
	for (int k = 0; k < 2; k++)
		PLICA_TRY(plica_planes_create(
			&search->slope[k], problem->object.rows, problem->object.cols, err));
	PLICA_TRY(PLICA_NEW(&search->curvature, 3 * count, err));
	PLICA_TRY(PLICA_NEW(&search->residual, 2 * count, err));
	PLICA_TRY(PLICA_NEW(&search->residual_old, 2 * count, err));
	PLICA_TRY(PLICA_NEW(&search->scaled, 2 * count, err));
	PLICA_TRY(PLICA_NEW(&search->direction, 2 * count, err));
	PLICA_TRY(PLICA_NEW(&search->start, 2 * count, err));
	memcpy(search->start, problem->y_px, count * sizeof(double));
	memcpy(search->start + count, problem->x_px, count * sizeof(double));
	*out = search;
	search = NULL;
out:
	plica_position_search_free(search);
	return status;
}

void plica_position_search_free(struct plica_position_search *search)
{
	if (search == NULL)
		return;
	for (int k = 0; k < 2; k++)
		plica_planes_release(&search->slope[k]);
	plica_free(search->curvature);
	plica_free(search->residual);
	plica_free(search->residual_old);
	plica_free(search->scaled);
	plica_free(search->direction);
	plica_free(search->start);
	plica_free(search);
}

/* The derivative of one plane along steps of `pitch` floats, where the stencil fits. */
static void differentiate_row(
	float *out, const float *in, size_t count, size_t pitch, const float stencil[HALO])
{
	for (size_t k = 0; k < count; k++) {
		float sum = 0.0F;

		for (size_t d = 1; d <= HALO; d++)
			sum += stencil[d - 1] * (in[k + d * pitch] - in[k - d * pitch]);
		out[k] = sum;
	}
}

void plica_object_slopes(struct plica_planes slope[2], const struct plica_problem *problem)
{
	const struct plica_planes *object = &problem->object;
	const float *stencil = stencils[problem->settings->positions.differentiation];
	size_t stride = object->stride;
	size_t width = object->cols - 2 * HALO;

#pragma omp parallel for schedule(static) num_threads(problem->threads)
	for (size_t y = HALO; y < object->rows - HALO; y++) {
		size_t k = y * stride + HALO;

		differentiate_row(slope[0].re + k, object->re + k, width, stride, stencil);
		differentiate_row(slope[0].im + k, object->im + k, width, stride, stencil);
		differentiate_row(slope[1].re + k, object->re + k, width, 1, stencil);
		differentiate_row(slope[1].im + k, object->im + k, width, 1, stencil);
	}
}

void plica_position_search_begin(struct plica_position_search *search)
{
	plica_object_slopes(search->slope, search->problem);
}

void plica_position_search_add(struct plica_position_search *search, const struct plica_pass *pass,
	const size_t *positions, size_t count)
{
	const struct plica_problem *problem = search->problem;

#pragma omp parallel for schedule(dynamic, 2) num_threads(problem->threads)
	for (size_t k = 0; k < count; k++) {
		size_t i = positions[k];
		double sums[PLICA_POSITION_SUMS];

		plica_pass_position_sums(pass, sums, k, i, search->slope);
		memcpy(search->curvature + 3 * i, sums, 3 * sizeof(*sums));
		search->residual[i] = sums[3];
		search->residual[problem->count + i] = sums[4];
	}
}

void plica_position_search_precondition(
	struct plica_position_search *search, const size_t *positions, size_t count)
{
	size_t all = search->problem->count;
	double damping = 0.0;

	for (size_t k = 0; k < count; k++) {
		const double *curvature = search->curvature + 3 * positions[k];

		damping += DAMPING * 0.5 * (curvature[0] + curvature[1]) / (double)count;
	}
	for (size_t k = 0; k < count; k++) {
		size_t i = positions[k];
		double yy = search->curvature[3 * i] + damping;
		double xx = search->curvature[3 * i + 1] + damping;
		double yx = search->curvature[3 * i + 2];
		double determinant = yy * xx - yx * yx;
		double ry = search->residual[i];
		double rx = search->residual[all + i];

		search->scaled[i] = determinant > 0.0 ? (xx * ry - yx * rx) / determinant : 0.0;
		search->scaled[all + i] =
			determinant > 0.0 ? (yy * rx - yx * ry) / determinant : 0.0;
	}
}

double plica_position_search_dot(
	const struct plica_position_search *search, const double *a, const double *b)
{
	double sum = 0.0;

	for (size_t k = 0; k < 2 * search->problem->count; k++)
		sum += a[k] * b[k];
	return sum;
}

void plica_position_search_turn(struct plica_position_search *search, double beta)
{
	for (size_t k = 0; k < 2 * search->problem->count; k++)
		search->direction[k] = search->scaled[k] + beta * search->direction[k];
}

double plica_position_limited(double value, double centre, double limit)
{
	return fmin(fmax(value, centre - limit), centre + limit);
}

void plica_position_search_move(
	struct plica_position_search *search, size_t index, double y, double x)
{
	struct plica_problem *problem = search->problem;
	const double *start = search->start;
	double limit = problem->settings->positions.max_correction;

	problem->y_px[index] =
		plica_position_limited(problem->y_px[index] + y, start[index], limit);
	problem->x_px[index] = plica_position_limited(
		problem->x_px[index] + x, start[problem->count + index], limit);
	plica_problem_place(problem, index);
}

static double mean_of(const double *values, size_t count)
{
	double sum = 0.0;

	for (size_t k = 0; k < count; k++)
		sum += values[k];
	return sum / (double)count;
}

void plica_position_search_center(const struct plica_position_search *search, double *values)
{
	size_t count = search->problem->count;
	double mean[2] = {mean_of(values, count), mean_of(values + count, count)};

	for (size_t k = 0; k < 2 * count; k++)
		values[k] -= mean[k / count];
}

void plica_position_search_restore_mean(struct plica_position_search *search)
{
	struct plica_problem *problem = search->problem;
	size_t count = problem->count;
	const double *start = search->start;
	double y = mean_of(start, count) - mean_of(problem->y_px, count);
	double x = mean_of(start + count, count) - mean_of(problem->x_px, count);

	for (size_t i = 0; i < count; i++)
		plica_position_search_move(search, i, y, x);
}

void plica_position_search_advance(struct plica_position_search *search, double t)
{
	struct plica_problem *problem = search->problem;
	const struct plica_settings *settings = problem->settings;
	double step_limit = settings->positions.update_magnitude_limit;
	size_t count = problem->count;

	for (size_t i = 0; i < count; i++) {
		double y = plica_position_limited(t * search->direction[i], 0.0, step_limit);
		double x =
			plica_position_limited(t * search->direction[count + i], 0.0, step_limit);

		plica_position_search_move(search, i, y, x);
	}
	if (settings->positions.constrain_mean)
		plica_position_search_restore_mean(search);
	memcpy(search->residual_old, search->residual, 2 * count * sizeof(double));
}

void plica_position_search_archive(
	struct plica_position_search *search, struct plica_archive *archive)
{
	struct plica_problem *problem = search->problem;
	long active = search->active;
	size_t count = problem->count;

	plica_archive_integer(archive, "positions_active", &active);
	search->active = active != 0;
	plica_archive_numbers(archive, "positions_y", problem->y_px, count);
	plica_archive_numbers(archive, "positions_x", problem->x_px, count);
	plica_archive_numbers(archive, "positions_residual", search->residual_old, 2 * count);
	plica_archive_numbers(archive, "positions_direction", search->direction, 2 * count);
	/* whatever a file says, no patch leaves the canvas */
	for (size_t i = 0; i < count; i++)
		plica_position_search_move(search, i, 0.0, 0.0);
}
