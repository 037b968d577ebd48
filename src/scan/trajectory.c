/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/trajectory.h"

#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/try.h"

static enum plica_status check(
	const struct plica_trajectory_params *params, struct plica_error *err)
{
	if (!(params->step_px > 0.0) || !isfinite(params->step_px))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the step is %g px, expected more than 0", params->step_px);
	if (!(params->jitter >= 0.0 && params->jitter <= 1.0))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the jitter is %g of a step, expected 0 to 1", params->jitter);
	if (params->count == 0 && (!(params->size_y_px >= 0.0) || !(params->size_x_px >= 0.0)))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the scan is %g x %g px, expected 0 or more", params->size_y_px,
			params->size_x_px);
	return PLICA_OK;
}

static enum plica_status too_many(double count, struct plica_error *err)
{
	return plica_error_set(err, PLICA_ERR_ARGUMENT,
		"the scan has %.3g positions, expected at most %zu", count, PLICA_TRAJECTORY_LIMIT);
}

static enum plica_status allocate(
	struct plica_trajectory *out, size_t count, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&out->y_px, count, err));
	PLICA_TRY(PLICA_NEW(&out->x_px, count, err));
	out->count = count;
out:
	return status;
}

/* Rows and columns of a raster; the tolerance keeps 30 px at 0.1 px from losing its last one. */
static void raster_shape(double shape[2], const struct plica_trajectory_params *params)
{
	if (params->count > 0) {
		shape[1] = ceil(sqrt((double)params->count));
		shape[0] = ceil((double)params->count / shape[1]);
	} else {
		shape[0] = floor(params->size_y_px / params->step_px + 1e-9) + 1.0;
		shape[1] = floor(params->size_x_px / params->step_px + 1e-9) + 1.0;
	}
}

static enum plica_status make_raster(struct plica_trajectory *out,
	const struct plica_trajectory_params *params, struct plica_error *err)
{
	double shape[2], count;
	enum plica_status status;

	raster_shape(shape, params);
	count = params->count > 0 ? (double)params->count : shape[0] * shape[1];
	if (count > (double)PLICA_TRAJECTORY_LIMIT)
		return too_many(count, err);
	PLICA_TRY(allocate(out, (size_t)count, err));
	for (size_t i = 0; i < out->count; i++) {
		size_t cols = (size_t)shape[1];

		out->y_px[i] = params->step_px * ((double)(i / cols) - 0.5 * (shape[0] - 1.0));
		out->x_px[i] = params->step_px * ((double)(i % cols) - 0.5 * (shape[1] - 1.0));
	}
out:
	return status;
}

static void spiral_point(double at[2], double step_px, size_t k)
{
	const double golden_angle_rad = M_PI * (3.0 - sqrt(5.0));
	double radius = step_px * sqrt((double)k / M_PI);
	double angle = fmod((double)k * golden_angle_rad, 2.0 * M_PI);

	at[0] = radius * sin(angle);
	at[1] = radius * cos(angle);
}

static bool is_inside(const double at[2], const struct plica_trajectory_params *params)
{
	return fabs(at[0]) <= 0.5 * params->size_y_px && fabs(at[1]) <= 0.5 * params->size_x_px;
}

/* How far along the spiral the rectangle reaches. */
static double spiral_length(const struct plica_trajectory_params *params)
{
	double radius = 0.5 * hypot(params->size_y_px, params->size_x_px) / params->step_px;

	return params->count > 0 ? (double)params->count : floor(M_PI * radius * radius) + 1.0;
}

static enum plica_status make_spiral(struct plica_trajectory *out,
	const struct plica_trajectory_params *params, struct plica_error *err)
{
	double length = spiral_length(params);
	enum plica_status status;
	size_t kept = 0;

	if (length > (double)PLICA_TRAJECTORY_LIMIT)
		return too_many(length, err);
	PLICA_TRY(allocate(out, (size_t)length, err));
	for (size_t k = 0; k < (size_t)length; k++) {
		double at[2];

		spiral_point(at, params->step_px, k);
		if (params->count > 0 || is_inside(at, params)) {
			out->y_px[kept] = at[0];
			out->x_px[kept++] = at[1];
		}
	}
	out->count = kept;
out:
	return status;
}

static void displace(struct plica_trajectory *out, const struct plica_trajectory_params *params)
{
	double reach = params->jitter * params->step_px;

	for (size_t i = 0; i < out->count; i++) {
		struct plica_random random;

		plica_random_start(&random, params->seed, PLICA_RANDOM_SCAN, i);
		out->y_px[i] += reach * (2.0 * plica_random_uniform(&random) - 1.0);
		out->x_px[i] += reach * (2.0 * plica_random_uniform(&random) - 1.0);
	}
}

enum plica_status plica_trajectory_create(struct plica_trajectory *out,
	const struct plica_trajectory_params *params, struct plica_error *err)
{
	struct plica_trajectory made = {0};
	enum plica_status status;

	PLICA_TRY(check(params, err));
	if (params->kind == PLICA_TRAJECTORY_RASTER)
		PLICA_TRY(make_raster(&made, params, err));
	else
		PLICA_TRY(make_spiral(&made, params, err));
	displace(&made, params);
	*out = made;
	made = (struct plica_trajectory){0};
out:
	plica_trajectory_release(&made);
	return status;
}

void plica_trajectory_release(struct plica_trajectory *trajectory)
{
	plica_free(trajectory->y_px);
	plica_free(trajectory->x_px);
	*trajectory = (struct plica_trajectory){0};
}

struct plica_positions plica_trajectory_positions(const struct plica_trajectory *trajectory)
{
	return (struct plica_positions){trajectory->count, trajectory->y_px, trajectory->x_px};
}

double plica_trajectory_step_px(enum plica_trajectory_kind kind, double size_px, size_t count)
{
	double side = sqrt((double)count);

	/* a raster has a position on each edge, a spiral fills the area */
	return kind == PLICA_TRAJECTORY_RASTER ? size_px / fmax(ceil(side) - 1.0, 1.0)
					       : size_px / side;
}
