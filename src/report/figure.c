/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/figure.h"

#include <complex.h>
#include <math.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/try.h"
#include "format/image.h"

/* Phases that spread farther than this are drawn around the circle. */
#define SPREAD_LIMIT_RAD 5.0
#define MAP_COLS 256

static struct plica_field field_of(const struct plica_report_array *array)
{
	return (struct plica_field){.rows = array->rows,
		.cols = array->cols,
		.stride = array->cols,
		.data = array->data};
}

/* arg(value / direction) in [0, 2 pi), as a real number that the amplitude map can draw. */
static float phase_value(float _Complex value, float _Complex direction)
{
	return cargf(value * conjf(direction)) + (float)M_PI;
}

static float _Complex direction_of(const struct plica_report_array *array)
{
	double _Complex sum = 0.0;

	for (size_t i = 0; i < array->rows * array->cols; i++)
		if (isfinite(cabsf(array->data[i])))
			sum += (double _Complex)array->data[i];
	return cabs(sum) > 0.0 ? (float _Complex)(sum / cabs(sum)) : 1.0f;
}

/* The mean of a block of `factor` x `factor` elements, cut at the rim. */
static float _Complex block_mean(
	const struct plica_report_array *array, size_t top, size_t left, size_t factor)
{
	double _Complex sum = 0.0;
	size_t count = 0;

	for (size_t y = top; y < top + factor && y < array->rows; y++) {
		for (size_t x = left; x < left + factor && x < array->cols; x++) {
			sum += (double _Complex)array->data[y * array->cols + x];
			count++;
		}
	}
	return (float _Complex)(sum / (double)count);
}

static enum plica_status reduce(struct plica_report_array *out,
	const struct plica_report_array *array, size_t limit_px, struct plica_error *err)
{
	size_t side = array->rows > array->cols ? array->rows : array->cols;
	size_t factor = side > limit_px ? (side + limit_px - 1) / limit_px : 1;
	enum plica_status status;

	*out = (struct plica_report_array){
		.rows = (array->rows + factor - 1) / factor,
		.cols = (array->cols + factor - 1) / factor,
	};
	status = PLICA_NEW(&out->data, out->rows * out->cols, err);
	for (size_t y = 0; y < out->rows && status == PLICA_OK; y++)
		for (size_t x = 0; x < out->cols; x++)
			out->data[y * out->cols + x] =
				block_mean(array, y * factor, x * factor, factor);
	return status;
}

enum plica_status plica_figure_amplitude_scale(struct plica_figure_scale *out,
	const struct plica_report_array *array, struct plica_error *err)
{
	struct plica_field field = field_of(array);
	enum plica_status status;

	*out = (struct plica_figure_scale){.direction = 1.0f};
	status = plica_image_amplitude_range(out->range, &field, err);
	out->range[0] = fmax(out->range[0], 0.0); /* around nothing it is widened below */
	return status;
}

enum plica_status plica_figure_phase_scale(struct plica_figure_scale *out,
	const struct plica_report_array *array, struct plica_error *err)
{
	struct plica_report_array phases = {0};
	struct plica_field field;
	enum plica_status status;

	*out = (struct plica_figure_scale){.phase = true, .direction = direction_of(array)};
	PLICA_TRY(reduce(&phases, array, SIZE_MAX, err));
	for (size_t i = 0; i < phases.rows * phases.cols; i++)
		phases.data[i] = phase_value(phases.data[i], out->direction);
	field = field_of(&phases);
	PLICA_TRY(plica_image_amplitude_range(out->range, &field, err));
	out->range[0] -= M_PI;
	out->range[1] -= M_PI;
	out->cyclic = out->range[1] - out->range[0] > SPREAD_LIMIT_RAD;
out:
	plica_free(phases.data);
	return status;
}

static void draw(struct plica_image *image, struct plica_report_array *array,
	const struct plica_figure_scale *scale)
{
	struct plica_field field = field_of(array);
	double range[2] = {scale->range[0], scale->range[1]};

	if (scale->cyclic) {
		plica_image_draw_phase(image, 0, 0, &field, 1);
		return;
	}
	for (size_t i = 0; i < array->rows * array->cols && scale->phase; i++)
		array->data[i] = phase_value(array->data[i], scale->direction);
	for (int i = 0; i < 2 && scale->phase; i++)
		range[i] += M_PI;
	plica_image_draw_amplitude(image, 0, 0, &field, range, 1);
}

static void png_uri(struct plica_html *html, const struct plica_image *image)
{
	struct plica_text png = {0};
	enum plica_status status = plica_png_encode(&png, image, html->err);

	if (status != PLICA_OK && html->status == PLICA_OK)
		html->status = status;
	plica_html_add(html, "data:image/png;base64,");
	plica_html_base64(html, png.data, png.size);
	plica_text_release(&png);
}

static void add_image(struct plica_html *html, const struct plica_image *image, const char *alt)
{
	plica_html_add(html, "<img src=\"");
	png_uri(html, image);
	plica_html_printf(html, "\" width=\"%zu\" height=\"%zu\" alt=\"", image->cols, image->rows);
	plica_html_text(html, alt);
	plica_html_add(html, "\">");
}

static enum plica_status picture(
	struct plica_html *html, const struct plica_figure *figure, struct plica_error *err)
{
	struct plica_report_array array = {0};
	struct plica_image image = {0};
	enum plica_status status;

	PLICA_TRY(reduce(&array, figure->array, figure->limit_px, err));
	PLICA_TRY(plica_image_create(&image, array.rows, array.cols, err));
	draw(&image, &array, figure->scale);
	add_image(html, &image, figure->alt);
out:
	plica_image_release(&image);
	plica_free(array.data);
	return status;
}

void plica_figure_image(struct plica_html *html, const struct plica_figure *figure)
{
	enum plica_status status = picture(html, figure, html->err);

	if (html->status == PLICA_OK)
		html->status = status;
}

/* What is nothing on this scale is written as nothing. */
static void range_end(struct plica_html *html, const struct plica_figure_scale *scale, int end)
{
	double value = scale->range[end];

	if (fabs(value) < 1e-3 * (scale->range[1] - scale->range[0]))
		plica_html_add(html, "0");
	else
		plica_html_number(html, value, 3);
}

void plica_figure_range(struct plica_html *html, const struct plica_figure_scale *scale)
{
	if (scale->cyclic) {
		plica_html_add(html, "&minus;&pi; <i class=\"ring\">to</i> &pi; rad");
		return;
	}
	range_end(html, scale, 0);
	plica_html_add(html, " <i class=\"map\">to</i> ");
	range_end(html, scale, 1);
	if (scale->phase)
		plica_html_add(html, " rad");
}

static void map_property(struct plica_html *html, const char *name, enum plica_colormap map)
{
	struct plica_image image = {0};
	enum plica_status status = plica_image_create(&image, 1, MAP_COLS, html->err);

	if (status == PLICA_OK) {
		for (size_t x = 0; x < MAP_COLS; x++)
			plica_colormap_pixel(image.rgb + 3 * x, map, (double)x / (MAP_COLS - 1));
		plica_html_printf(html, "--%s:url(", name);
		png_uri(html, &image);
		plica_html_add(html, ");");
	} else if (html->status == PLICA_OK) {
		html->status = status;
	}
	plica_image_release(&image);
}

void plica_figure_maps(struct plica_html *html)
{
	plica_html_add(html, ":root{");
	map_property(html, "map", PLICA_COLORMAP_AMPLITUDE);
	map_property(html, "ring", PLICA_COLORMAP_PHASE);
	plica_html_add(html, "}\n");
}

/* The largest of 1, 2 and 5 times a power of ten that is not above `most`. */
static double round_length(double most)
{
	double power = pow(10.0, floor(log10(most)));

	return most >= 5.0 * power ? 5.0 * power : most >= 2.0 * power ? 2.0 * power : power;
}

void plica_figure_ruler(struct plica_html *html, size_t cols, double pixel_m)
{
	bool known = pixel_m > 0.0 && isfinite(pixel_m);
	double length = round_length(0.5 * (double)cols * (known ? pixel_m : 1.0));
	double pixels = known ? length / pixel_m : length;
	double factor = !known ? 1.0 : length >= 1e-3 ? 1e3 : length >= 1e-6 ? 1e6 : 1e9;
	const char *unit = !known           ? "px"
			   : length >= 1e-3 ? "mm"
			   : length >= 1e-6 ? "&micro;m"
					    : "nm";

	plica_html_printf(html,
		"<span class=\"ruler\" data-length=\"%g\" data-unit=\"%s\" "
		"style=\"width:%.3f%%\">%g&nbsp;%s</span>",
		length * factor, unit, 100.0 * pixels / (double)cols, length * factor, unit);
}
