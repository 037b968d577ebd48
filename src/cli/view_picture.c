/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/view_picture.h"

#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "cli/compare_side.h"

/* What is drawn, and how its pixels become those of the picture. */
struct subject {
	struct plica_field field;
	float complex *owned; /* memory that the field needs, or NULL */
	const char *name;
	bool is_phase;
	size_t zoom, reduction;
};

static enum plica_status take_object(struct subject *out, const struct compare_side *side,
	bool is_phase, struct plica_error *err)
{
	const struct plica_product *product = side->product;
	const struct plica_dataset *dataset = side->dataset;

	if (dataset != NULL && dataset->object == NULL)
		return plica_error_set(err, PLICA_ERR_DATA,
			"cannot view '%s': it has no 'objectGuess'; it has patterns (--mean, "
			"--pattern)",
			side->path);
	if (dataset != NULL)
		out->field =
			plica_field_of(dataset->object, dataset->object_rows, dataset->object_cols);
	else
		out->field =
			plica_field_of(product->object, product->object_rows, product->object_cols);
	out->name = is_phase ? "phase of the object" : "amplitude of the object";
	out->is_phase = is_phase;
	return PLICA_OK;
}

/* Adds the counts of one pattern. */
static void add_counts(
	double *counts, float *amplitudes, const struct plica_dataset *dataset, size_t index)
{
	plica_dataset_amplitudes(amplitudes, dataset, index);
	for (size_t k = 0; k < dataset->pattern_px * dataset->pattern_px; k++)
		counts[k] += (double)amplitudes[k] * (double)amplitudes[k];
}

static enum plica_status take_patterns(struct subject *out, const struct plica_dataset *dataset,
	size_t first, size_t count, struct plica_error *err)
{
	size_t pixels = dataset->pattern_px * dataset->pattern_px;
	double *counts = NULL;
	float *amplitudes = NULL;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&counts, pixels, err));
	PLICA_TRY(PLICA_NEW(&amplitudes, pixels, err));
	PLICA_TRY(PLICA_NEW(&out->owned, pixels, err));
	for (size_t i = first; i < first + count; i++)
		add_counts(counts, amplitudes, dataset, i);
	for (size_t k = 0; k < pixels; k++)
		out->owned[k] = (float)log1p(counts[k] / (double)count);
	out->field = plica_field_of(out->owned, dataset->pattern_px, dataset->pattern_px);
out:
	plica_free(counts);
	plica_free(amplitudes);
	return status;
}

static enum plica_status take_pattern(struct subject *out, const struct compare_side *side,
	const struct view_request *request, struct plica_error *err)
{
	const struct plica_dataset *dataset = side->dataset;

	if (dataset == NULL)
		return plica_error_set(err, PLICA_ERR_DATA,
			"cannot view '%s': a reconstruction has no patterns; it has an object "
			"(--phase, --amplitude)",
			side->path);
	if (request->kind == VIEW_MEAN) {
		out->name = "mean pattern, log(1 + counts)";
		return take_patterns(out, dataset, 0, dataset->pattern_count, err);
	}
	if (request->pattern >= dataset->pattern_count)
		return plica_error_set(err, PLICA_ERR_DATA,
			"cannot view '%s': pattern %zu is asked for, expected 0 to %zu", side->path,
			request->pattern, dataset->pattern_count - 1);
	out->name = "pattern, log(1 + counts)";
	return take_patterns(out, dataset, request->pattern, 1, err);
}

static enum plica_status take(struct subject *out, const struct compare_side *side,
	const struct view_request *request, struct plica_error *err)
{
	bool bare = side->dataset != NULL && side->dataset->object == NULL;
	struct view_request mean = *request;

	mean.kind = VIEW_MEAN;
	if (request->kind == VIEW_PATTERN || request->kind == VIEW_MEAN)
		return take_pattern(out, side, request, err);
	if (request->kind == VIEW_AUTO && bare && !request->scan)
		return take_pattern(out, side, &mean, err);
	return take_object(out, side, request->kind != VIEW_AMPLITUDE, err);
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void fit(struct subject *subject, const struct view_request *request)
{
	size_t down = request->most_rows / larger(1, subject->field.rows);
	size_t across = request->most_cols / larger(1, subject->field.cols);

	subject->zoom = larger(1, down < across ? down : across);
	subject->reduction = larger(
		larger(1, (subject->field.rows + request->most_rows - 1) / request->most_rows),
		(subject->field.cols + request->most_cols - 1) / request->most_cols);
}

static enum plica_status draw_subject(struct plica_image *out, double range[2],
	const struct subject *subject, struct plica_error *err)
{
	enum plica_status status;

	range[0] = -M_PI;
	range[1] = M_PI;
	PLICA_TRY(plica_image_create(out, subject->field.rows * subject->zoom,
		subject->field.cols * subject->zoom, err));
	if (subject->is_phase) {
		plica_image_draw_phase(out, 0, 0, &subject->field, subject->zoom);
	} else {
		PLICA_TRY(plica_image_amplitude_range(range, &subject->field, err));
		plica_image_draw_amplitude(out, 0, 0, &subject->field, range, subject->zoom);
	}
	plica_image_reduce(out, subject->reduction);
out:
	return status;
}

static void set_pixel(struct plica_image *image, double row, double col, uint8_t gray)
{
	if (row >= 0.0 && col >= 0.0 && row < (double)image->rows && col < (double)image->cols)
		memset(image->rgb + 3 * ((size_t)row * image->cols + (size_t)col), gray, 3);
}

/* A white point; where there is room for it, a white square with a black rim. */
static void mark(struct plica_image *image, double row, double col, bool small)
{
	if (small) {
		set_pixel(image, row, col, 255);
		return;
	}
	for (int y = -2; y <= 2; y++)
		for (int x = -2; x <= 2; x++)
			set_pixel(image, row + y, col + x, abs(y) == 2 || abs(x) == 2 ? 0 : 255);
}

static enum plica_status mark_scan(struct plica_image *image, const struct compare_side *side,
	const struct subject *subject, struct plica_error *err)
{
	struct plica_positions positions = compare_side_positions(side);
	struct plica_compare_object object;
	double scale = (double)subject->zoom / (double)subject->reduction;

	if (subject->owned != NULL)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the scan is drawn over the object, not over a pattern");
	if (positions.count == 0)
		return plica_error_set(err, PLICA_ERR_DATA,
			"cannot view the scan of '%s': it has no 'ycoords' and 'xcoords'",
			side->path);
	object = compare_side_object(side);
	for (size_t i = 0; i < positions.count; i++)
		mark(image, floor((positions.y_px[i] - object.origin_y_px + 0.5) * scale),
			floor((positions.x_px[i] - object.origin_x_px + 0.5) * scale), scale < 3.0);
	return PLICA_OK;
}

static enum plica_status draw(struct plica_image *out, char *caption, size_t size,
	const struct compare_side *side, const struct view_request *request,
	struct plica_error *err)
{
	struct subject subject = {.owned = NULL};
	enum plica_status status;
	double range[2];

	PLICA_TRY(take(&subject, side, request, err));
	fit(&subject, request);
	PLICA_TRY(draw_subject(out, range, &subject, err));
	if (request->scan)
		PLICA_TRY(mark_scan(out, side, &subject, err));
	(void)snprintf(caption, size, "%s, %zu x %zu px, from %.4g to %.4g%s%s", subject.name,
		subject.field.rows, subject.field.cols, range[0], range[1],
		subject.is_phase ? " rad" : "", request->scan ? ", with the scan" : "");
out:
	plica_free(subject.owned);
	return status;
}

enum plica_status view_draw(struct plica_image *out, char *caption, size_t size,
	const struct view_request *request, struct plica_error *err)
{
	struct compare_side side = {.path = request->path};
	enum plica_status status;

	*out = (struct plica_image){0};
	PLICA_TRY(compare_side_open(&side, request->path, err));
	PLICA_TRY(draw(out, caption, size, &side, request, err));
out:
	compare_side_release(&side);
	if (status != PLICA_OK)
		plica_image_release(out);
	return status;
}
