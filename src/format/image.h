/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * 8-bit pictures and PNG files (libpng's simplified API).
 *
 * Amplitude is drawn with a perceptually uniform map (lightness rises monotonically), phase with
 * a cyclic map of constant lightness, so that -pi and pi look the same.
 */
#ifndef PLICA_FORMAT_IMAGE_H
#define PLICA_FORMAT_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "num/field.h"
#include "plica/error.h"

/** RGB, row-major, 3 bytes a pixel; owned. */
struct plica_image {
	size_t rows;
	size_t cols;
	uint8_t *rgb;
};

PLICA_MUST_USE enum plica_status plica_image_create(
	struct plica_image *out, size_t rows, size_t cols, struct plica_error *err);
void plica_image_release(struct plica_image *image);
/** Makes every pixel the given gray (a new picture is black). */
void plica_image_fill(struct plica_image *image, uint8_t gray);
/** Copies `piece` into the rectangle at (top, left); what does not fit is cut. */
void plica_image_paste(
	struct plica_image *out, size_t top, size_t left, const struct plica_image *piece);
/** Shrinks the picture in place by a factor >= 1; a pixel becomes the mean colour of its block. */
void plica_image_reduce(struct plica_image *image, size_t factor);

enum plica_colormap { PLICA_COLORMAP_GRAY, PLICA_COLORMAP_AMPLITUDE, PLICA_COLORMAP_PHASE };

/** The colour of `value` in [0, 1] (clamped; NaN is mid-gray). */
void plica_colormap_pixel(uint8_t rgb[3], enum plica_colormap map, double value);

/** Fills the rectangle of image `out` at (top, left) with |field| or arg(field).
 * Amplitude is scaled from the low to the high of `range`; phase always over [-pi, pi). The
 * picture is enlarged `zoom` times by repetition; what does not fit is cut. */
void plica_image_draw_amplitude(struct plica_image *out, size_t top, size_t left,
	const struct plica_field *field, const double range[2], size_t zoom);
void plica_image_draw_phase(struct plica_image *out, size_t top, size_t left,
	const struct plica_field *field, size_t zoom);
/** Robust range of |field|: its 0.5 % and 99.5 % quantiles, widened where they coincide. */
PLICA_MUST_USE enum plica_status plica_image_amplitude_range(
	double range[2], const struct plica_field *field, struct plica_error *err);

/** Compressed PNG bytes, appended to `out` (of up to 256 colours as a palette); and a file,
 * written atomically. */
PLICA_MUST_USE enum plica_status plica_png_encode(
	struct plica_text *out, const struct plica_image *image, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_png_save(
	const char *path, const struct plica_image *image, struct plica_error *err);
/**
 * Reads a PNG as gray values in [0, 1], as displayed (sRGB, 8 bits; transparency on black):
 * rows * cols floats, free with plica_free. The file's size is held against what its header
 * promises before anything is allocated; more than 2^28 pixels are refused.
 */
PLICA_MUST_USE enum plica_status plica_png_load_gray(
	float **out, size_t *rows, size_t *cols, const char *path, struct plica_error *err);

/**
 * The 2 x 2 picture that every reconstruction leaves: object and probe (rows), amplitude and
 * phase (columns); the smaller of the two fields is enlarged by an integer to fill its row, and
 * a field of more than 2048 pixels a side is reduced by an integer.
 */
PLICA_MUST_USE enum plica_status plica_picture_save(const char *path,
	const struct plica_field *object, const struct plica_field *probe, struct plica_error *err);

#endif
