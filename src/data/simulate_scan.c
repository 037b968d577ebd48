/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/simulate_scan.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/range.h"
#include "base/try.h"
#include "data/expose.h"
#include "scan/trajectory.h"

#define DEFAULT_COUNT 500
#define DEFAULT_OVERLAP 0.7
/* Object pixels around the outermost patches: room for the refinement of positions. */
#define MARGIN_PX 8.0
/* Bytes per pixel of a specimen while it is drawn, and of a thread's work. */
#define CANVAS_BYTES 32.0
#define WORK_BYTES 16.0

/* The extent that a scan may have on an object of that size, with its displaced positions. */
static double room_px(size_t object_px, size_t pattern_px, double reach_px)
{
	/* a pixel less: both ends are rounded */
	return fmax((double)object_px - (double)pattern_px - 1.0 - 2.0 * reach_px, 0.0);
}

/* Fills in what is not given: the step, and the size or the number. */
static void plan(struct plica_trajectory_params *out, const struct plica_scene *scene,
	const struct plica_field *object, const struct plica_simulate_params *params)
{
	double overlap = isnan(params->overlap) ? DEFAULT_OVERLAP : params->overlap;
	double step_px = (1.0 - overlap) * scene->probe_diameter_px;
	bool sized = !isnan(params->size_px);

	*out = (struct plica_trajectory_params){.kind = strcmp(params->scan, "fermat") == 0
								? PLICA_TRAJECTORY_FERMAT
								: PLICA_TRAJECTORY_RASTER,
		.step_px = isnan(params->step_px) ? step_px : params->step_px,
		.size_y_px = params->size_px,
		.size_x_px = params->size_px,
		.count = params->count,
		.jitter = params->jitter,
		.seed = params->seed};
	if (params->count > 0 && sized)
		out->step_px = plica_trajectory_step_px(out->kind, params->size_px, params->count);
	if (params->count > 0 || sized)
		return;
	if (object->data == NULL) {
		out->count = DEFAULT_COUNT;
		return;
	}
	out->size_y_px = room_px(object->rows, scene->pattern_px, params->jitter * out->step_px);
	out->size_x_px = room_px(object->cols, scene->pattern_px, params->jitter * out->step_px);
}

/* What an object must have at least: both ends of the extent may be rounded away from it. The
 * tolerance is for extents that are whole numbers but for rounding errors. */
static double least_px(struct plica_range extent, size_t pattern_px)
{
	return ceil(extent.high - extent.low - 1e-6) + 1.0 + (double)pattern_px;
}

static size_t canvas_px(struct plica_range extent, size_t pattern_px)
{
	return (size_t)(least_px(extent, pattern_px) + 2.0 * MARGIN_PX);
}

/* Moves the scan's middle to that of the object. */
static void place(double *coordinate_px, size_t count, struct plica_range extent, double middle_px)
{
	for (size_t i = 0; i < count; i++)
		coordinate_px[i] += middle_px - 0.5 * (extent.low + extent.high);
}

static double middle_px(size_t object_px, size_t pattern_px)
{
	return 0.5 * ((double)object_px - (double)pattern_px) + (double)(pattern_px / 2);
}

static enum plica_status check_fit(const struct plica_scene *scene, struct plica_range y,
	struct plica_range x, struct plica_error *err)
{
	double needed_y = least_px(y, scene->pattern_px);
	double needed_x = least_px(x, scene->pattern_px);

	if (needed_y <= (double)scene->object_rows && needed_x <= (double)scene->object_cols)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_ARGUMENT,
		"a scan of %.1f x %.1f px with patterns of %zu px needs an object of at least "
		"%.0f x %.0f px, the given one has %zu x %zu px",
		y.high - y.low, x.high - x.low, scene->pattern_px, needed_y, needed_x,
		scene->object_rows, scene->object_cols);
}

static enum plica_status check_memory(const struct plica_scene *scene, struct plica_error *err)
{
	double pixels = (double)scene->pattern_px * (double)scene->pattern_px;
	double patterns = (double)scene->count * pixels * sizeof(float);
	double canvas = (double)scene->object_rows * (double)scene->object_cols * CANVAS_BYTES;
	double needed = patterns + canvas + scene->threads * pixels * WORK_BYTES;
	double present = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGE_SIZE);

	if (needed <= present)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_MEMORY,
		"%zu patterns of %zu x %zu px and an object of %zu x %zu px need %.3g GB of "
		"memory, the machine has %.3g GB",
		scene->count, scene->pattern_px, scene->pattern_px, scene->object_rows,
		scene->object_cols, needed * 1e-9, present * 1e-9);
}

enum plica_status plica_simulate_make_scan(struct plica_scene *scene,
	const struct plica_field *object, const struct plica_simulate_params *params,
	struct plica_error *err)
{
	struct plica_trajectory_params trajectory;
	struct plica_trajectory scan = {0};
	enum plica_status status;
	struct plica_range y, x;

	plan(&trajectory, scene, object, params);
	PLICA_TRY(plica_trajectory_create(&scan, &trajectory, err));
	y = plica_range_of(scan.y_px, scan.count);
	x = plica_range_of(scan.x_px, scan.count);
	scene->object_rows = object->data != NULL ? object->rows : canvas_px(y, scene->pattern_px);
	scene->object_cols = object->data != NULL ? object->cols : canvas_px(x, scene->pattern_px);
	place(scan.y_px, scan.count, y, middle_px(scene->object_rows, scene->pattern_px));
	place(scan.x_px, scan.count, x, middle_px(scene->object_cols, scene->pattern_px));
	scene->count = scan.count;
	scene->step_px = trajectory.step_px;
	PLICA_TRY(check_fit(scene, y, x, err));
	PLICA_TRY(check_memory(scene, err));
	scene->y_px = scan.y_px;
	scene->x_px = scan.x_px;
	scan = (struct plica_trajectory){0};
out:
	plica_trajectory_release(&scan);
	return status;
}
