/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/image.h"

#include <complex.h>
#include <gsl/gsl_statistics_float.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "format/colormap.h"

enum plica_status plica_image_create(
	struct plica_image *out, size_t rows, size_t cols, struct plica_error *err)
{
	uint8_t *rgb = NULL;
	size_t pixels;
	enum plica_status status;

	if (!plica_size_mul(&pixels, rows, cols))
		return plica_error_set(err, PLICA_ERR_MEMORY,
			"cannot make a picture of %zu x %zu pixels: the size overflows", rows,
			cols);
	status = plica_allocate((void **)(void *)&rgb, pixels, 3, err);
	if (status == PLICA_OK)
		*out = (struct plica_image){.rows = rows, .cols = cols, .rgb = rgb};
	return status;
}

void plica_image_release(struct plica_image *image)
{
	plica_free(image->rgb);
	*image = (struct plica_image){0};
}

static uint8_t *pixel_at(const struct plica_image *image, size_t row, size_t col)
{
	return image->rgb + 3 * (row * image->cols + col);
}

void plica_image_fill(struct plica_image *image, uint8_t gray)
{
	memset(image->rgb, gray, 3 * image->rows * image->cols);
}

void plica_image_paste(
	struct plica_image *out, size_t top, size_t left, const struct plica_image *piece)
{
	size_t width = left < out->cols ? out->cols - left : 0;

	if (width > piece->cols)
		width = piece->cols;
	for (size_t row = 0; row < piece->rows && top + row < out->rows && width > 0; row++)
		memcpy(pixel_at(out, top + row, left), pixel_at(piece, row, 0), 3 * width);
}

/* The mean colour of the block of `factor` x `factor` pixels, cut at the picture's edges. */
static void block_mean(
	uint8_t rgb[3], const struct plica_image *image, size_t top, size_t left, size_t factor)
{
	size_t sum[3] = {0};
	size_t count = 0;

	for (size_t row = top; row < top + factor && row < image->rows; row++) {
		for (size_t col = left; col < left + factor && col < image->cols; col++) {
			const uint8_t *pixel = pixel_at(image, row, col);

			for (int c = 0; c < 3; c++)
				sum[c] += pixel[c];
			count++;
		}
	}
	for (int c = 0; c < 3 && count > 0; c++)
		rgb[c] = (uint8_t)((sum[c] + count / 2) / count);
}

void plica_image_reduce(struct plica_image *image, size_t factor)
{
	size_t rows = (image->rows + factor - 1) / factor;
	size_t cols = (image->cols + factor - 1) / factor;

	if (factor == 1)
		return;
	/* In place: a block lies at or behind the pixel that it becomes. */
	for (size_t row = 0; row < rows; row++) {
		for (size_t col = 0; col < cols; col++) {
			uint8_t rgb[3];

			block_mean(rgb, image, row * factor, col * factor, factor);
			memcpy(image->rgb + 3 * (row * cols + col), rgb, 3);
		}
	}
	image->rows = rows;
	image->cols = cols;
}

/* One value for each element, in [0, 1] inside the range of the map; NaN where there is none. */
struct scale {
	enum plica_colormap map;
	double low;
	double high;
};

static double map_value(const struct scale *scale, float _Complex element)
{
	double real = (double)crealf(element);
	double imaginary = (double)cimagf(element);

	if (scale->map == PLICA_COLORMAP_PHASE)
		return isfinite(real) && isfinite(imaginary)
			       ? (atan2(imaginary, real) + M_PI) / (2.0 * M_PI)
			       : (double)NAN;
	return (hypot(real, imaginary) - scale->low) / (scale->high - scale->low);
}

static void fill_block(
	struct plica_image *out, size_t top, size_t left, size_t zoom, const uint8_t rgb[3])
{
	for (size_t row = top; row < top + zoom && row < out->rows; row++)
		for (size_t col = left; col < left + zoom && col < out->cols; col++)
			memcpy(pixel_at(out, row, col), rgb, 3);
}

static void draw(struct plica_image *out, const size_t corner[2], const struct plica_field *field,
	const struct scale *scale, size_t zoom)
{
	static const uint8_t no_value[3] = {
		PLICA_COLORMAP_NAN, PLICA_COLORMAP_NAN, PLICA_COLORMAP_NAN};
	struct plica_colormap_table table;

	plica_colormap_fill(&table, scale->map);
	for (size_t y = 0; y < field->rows && corner[0] + y * zoom < out->rows; y++) {
		for (size_t x = 0; x < field->cols && corner[1] + x * zoom < out->cols; x++) {
			double value = map_value(scale, *plica_field_at(field, y, x));
			int index = plica_colormap_index(scale->map, value);

			fill_block(out, corner[0] + y * zoom, corner[1] + x * zoom, zoom,
				index < 0 ? no_value : table.rgb[index]);
		}
	}
}

void plica_image_draw_amplitude(struct plica_image *out, size_t top, size_t left,
	const struct plica_field *field, const double range[2], size_t zoom)
{
	struct scale scale = {.map = PLICA_COLORMAP_AMPLITUDE, .low = range[0], .high = range[1]};

	draw(out, (const size_t[]){top, left}, field, &scale, zoom);
}

void plica_image_draw_phase(struct plica_image *out, size_t top, size_t left,
	const struct plica_field *field, size_t zoom)
{
	struct scale scale = {.map = PLICA_COLORMAP_PHASE};

	draw(out, (const size_t[]){top, left}, field, &scale, zoom);
}

/* |field| without what is not finite; gives how many there are. */
static size_t finite_amplitudes(float *out, const struct plica_field *field)
{
	size_t count = 0;

	for (size_t y = 0; y < field->rows; y++) {
		for (size_t x = 0; x < field->cols; x++) {
			float amplitude = cabsf(*plica_field_at(field, y, x));

			if (isfinite(amplitude))
				out[count++] = amplitude;
		}
	}
	return count;
}

enum plica_status plica_image_amplitude_range(
	double range[2], const struct plica_field *field, struct plica_error *err)
{
	float *values = NULL;
	enum plica_status status = PLICA_NEW(&values, field->rows * field->cols, err);
	size_t count, outliers;

	if (status != PLICA_OK)
		return status;
	count = finite_amplitudes(values, field);
	outliers = count > 0 ? (count - 1) / 200 : 0;
	range[0] = count > 0 ? (double)gsl_stats_float_select(values, 1, count, outliers) : 0.0;
	range[1] = count > 0
			   ? (double)gsl_stats_float_select(values, 1, count, count - 1 - outliers)
			   : 1.0;
	if (!(range[1] - range[0] > 1e-6 * range[1])) {
		/* A flat field gets the middle of the map, whatever its value. */
		double reach = range[1] > 0.0 ? 0.5 * range[1] : 0.5;

		range[0] -= reach;
		range[1] += reach;
	}
	plica_free(values);
	return PLICA_OK;
}
