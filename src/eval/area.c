/* SPDX-License-Identifier: BSD-3-Clause */
/* Which part of a reference is worth comparing. */
#include <math.h>
#include <stdbool.h>

#include "plica/compare.h"

/* Whole pixels from `low` up to `high`, both included and cut at the reference's n pixels; false
 * when too few are left. */
static bool cut_range(size_t *from, size_t *to, double low, double high, size_t n)
{
	double first = fmax(ceil(low), 0.0);
	double end = fmin(floor(high), (double)n);

	if (!(end - first >= PLICA_COMPARE_LEAST_PX))
		return false;
	*from = (size_t)first;
	*to = (size_t)end;
	return true;
}

enum plica_status plica_compare_area_of_positions(struct plica_compare_area *out,
	const struct plica_compare_object *reference, const double *y_px, const double *x_px,
	size_t count, struct plica_error *err)
{
	double low_y = INFINITY, high_y = -INFINITY;
	double low_x = INFINITY, high_x = -INFINITY;
	struct plica_compare_area area;

	for (size_t i = 0; i < count; i++) {
		low_y = fmin(low_y, y_px[i]);
		high_y = fmax(high_y, y_px[i]);
		low_x = fmin(low_x, x_px[i]);
		high_x = fmax(high_x, x_px[i]);
	}
	if (!cut_range(&area.row0, &area.row1, low_y - reference->origin_y_px,
		    high_y - reference->origin_y_px, reference->rows) ||
		!cut_range(&area.col0, &area.col1, low_x - reference->origin_x_px,
			high_x - reference->origin_x_px, reference->cols))
		return plica_error_set(err, PLICA_ERR_DATA,
			"the scan of %zu position%s (rows %.1f to %.1f, columns %.1f to %.1f) "
			"spans less than %d x %d px of the reference",
			count, count == 1 ? "" : "s", low_y, high_y, low_x, high_x,
			PLICA_COMPARE_LEAST_PX, PLICA_COMPARE_LEAST_PX);
	*out = area;
	return PLICA_OK;
}

enum plica_status plica_compare_area_of_overlap(struct plica_compare_area *out,
	const struct plica_compare_object *reference,
	const struct plica_compare_object *reconstruction, struct plica_error *err)
{
	double y = reconstruction->origin_y_px - reference->origin_y_px;
	double x = reconstruction->origin_x_px - reference->origin_x_px;
	struct plica_compare_area area;

	if (!cut_range(
		    &area.row0, &area.row1, y, y + (double)reconstruction->rows, reference->rows) ||
		!cut_range(&area.col0, &area.col1, x, x + (double)reconstruction->cols,
			reference->cols))
		return plica_error_set(err, PLICA_ERR_DATA,
			"the two objects (%zu x %zu px, and %zu x %zu px from row %.1f, column "
			"%.1f of it on) have less than %d x %d px in common",
			reference->rows, reference->cols, reconstruction->rows,
			reconstruction->cols, y, x, PLICA_COMPARE_LEAST_PX, PLICA_COMPARE_LEAST_PX);
	*out = area;
	return PLICA_OK;
}

void plica_compare_mask(struct plica_compare_mask *out, float *illumination,
	const struct plica_compare_input *input, double level)
{
	size_t cols = input->reference.cols;
	const struct plica_compare_area *area = &input->area;
	float highest = 0.0F;
	size_t counted = 0;
	double photons = 0.0;
	bool dark;

	for (size_t i = 0; i < input->reference.rows * cols; i++)
		highest = fmaxf(highest, illumination[i]);
	dark = level > 0.0 && !(highest > 0.0F); /* no pixel has a share of nothing */
	for (size_t i = 0; i < input->reference.rows * cols; i++) {
		size_t row = i / cols;
		size_t col = i % cols;
		float value = illumination[i];

		illumination[i] = !dark && (double)value >= level * (double)highest ? 1.0F : 0.0F;
		if (row < area->row0 || row >= area->row1 || col < area->col0 ||
			col >= area->col1 || illumination[i] == 0.0F)
			continue;
		photons += (double)value;
		counted++;
	}
	out->share =
		(double)counted / (double)((area->row1 - area->row0) * (area->col1 - area->col0));
	out->photons_per_px = counted > 0 ? photons / (double)counted : 0.0;
}
