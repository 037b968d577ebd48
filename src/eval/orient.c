/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/orient.h"

#include <complex.h>

/* Where pixel [i, j] comes from: [i, j] or [j, i], counted from either end of the source's axes. */
static const struct {
	bool transposed, from_last_row, from_last_col;
} ways[PLICA_ORIENTATION_COUNT] = {
	[PLICA_ORIENTATION_IDENTITY] = {false, false, false},
	[PLICA_ORIENTATION_FLIP_Y] = {false, true, false},
	[PLICA_ORIENTATION_FLIP_X] = {false, false, true},
	[PLICA_ORIENTATION_ROTATE_180] = {false, true, true},
	[PLICA_ORIENTATION_TRANSPOSE] = {true, false, false},
	[PLICA_ORIENTATION_ROTATE_90] = {true, false, true},
	[PLICA_ORIENTATION_ROTATE_270] = {true, true, false},
	[PLICA_ORIENTATION_ANTITRANSPOSE] = {true, true, true},
};

static void describe(struct plica_compare_object *out, const struct plica_compare_object *object,
	enum plica_orientation orientation)
{
	double longer = 0.5 * ((double)object->rows - (double)object->cols);

	*out = *object;
	if (!ways[orientation].transposed)
		return;
	out->rows = object->cols;
	out->cols = object->rows;
	out->origin_y_px += longer;
	out->origin_x_px -= longer;
}

void plica_orient(struct plica_compare_object *out, float complex *pixels,
	const struct plica_compare_object *object, struct plica_pose pose)
{
	enum plica_orientation way = pose.orientation;

	describe(out, object, way);
	out->data = pixels;
	for (size_t i = 0; i < out->rows; i++)
		for (size_t j = 0; j < out->cols; j++) {
			size_t row = ways[way].transposed ? j : i;
			size_t col = ways[way].transposed ? i : j;
			float complex value;

			row = ways[way].from_last_row ? object->rows - 1 - row : row;
			col = ways[way].from_last_col ? object->cols - 1 - col : col;
			value = object->data[row * object->cols + col];
			pixels[i * out->cols + j] = pose.conjugated ? conjf(value) : value;
		}
}
