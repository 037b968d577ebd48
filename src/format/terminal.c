/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/terminal.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

#define UPPER_HALF "\xe2\x96\x80"

/* Levels of red, green and blue of the sixel palette, and how many colours they make. */
#define REDS 6
#define GREENS 7
#define BLUES 6
#define COLOURS (REDS * GREENS * BLUES)
#define BAND_ROWS 6

/* Base64 that one escape sequence of kitty's may carry. */
#define CHUNK 4096

static const uint8_t *pixel_of(const struct plica_image *image, size_t row, size_t col)
{
	return image->rgb + 3 * (row * image->cols + col);
}

/* Both colours of a character, or, in the last of an odd number of rows, the upper one. */
static enum plica_status add_colours(struct plica_text *out, const uint8_t *upper,
	const uint8_t *lower, bool last, struct plica_error *err)
{
	if (last)
		return plica_text_printf(
			out, err, "\x1b[0;38;2;%d;%d;%dm", upper[0], upper[1], upper[2]);
	return plica_text_printf(out, err, "\x1b[38;2;%d;%d;%d;48;2;%d;%d;%dm", upper[0], upper[1],
		upper[2], lower[0], lower[1], lower[2]);
}

enum plica_status plica_terminal_blocks(
	struct plica_text *out, const struct plica_image *image, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t row = 0; row < image->rows; row += 2) {
		bool last = row + 1 == image->rows;

		for (size_t col = 0; col < image->cols; col++) {
			const uint8_t *upper = pixel_of(image, row, col);
			const uint8_t *lower = last ? upper : pixel_of(image, row + 1, col);

			if (col == 0 || memcmp(upper, upper - 3, 3) != 0 ||
				memcmp(lower, lower - 3, 3) != 0)
				PLICA_TRY(add_colours(out, upper, lower, last, err));
			PLICA_TRY(plica_text_add(out, UPPER_HALF, err));
		}
		PLICA_TRY(plica_text_add(out, "\x1b[0m\n", err));
	}
out:
	return status;
}

static unsigned int level_of(uint8_t value, unsigned int levels)
{
	return ((unsigned int)value * (levels - 1) + 127) / 255;
}

static uint8_t colour_of(const uint8_t *rgb)
{
	return (uint8_t)((level_of(rgb[0], REDS) * GREENS + level_of(rgb[1], GREENS)) * BLUES +
			 level_of(rgb[2], BLUES));
}

/* Sixel counts in percent. */
static enum plica_status add_palette(struct plica_text *out, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (unsigned int i = 0; i < COLOURS; i++)
		PLICA_TRY(plica_text_printf(out, err, "#%u;2;%u;%u;%u", i,
			i / (GREENS * BLUES) * 100 / (REDS - 1),
			i / BLUES % GREENS * 100 / (GREENS - 1), i % BLUES * 100 / (BLUES - 1)));
out:
	return status;
}

/* `count` times the same column of six pixels, run-length encoded. */
static enum plica_status add_run(
	struct plica_text *out, unsigned int bits, size_t count, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	const char symbol = (char)('?' + (int)bits);

	if (count > 3)
		return plica_text_printf(out, err, "!%zu%c", count, symbol);
	for (size_t i = 0; i < count && status == PLICA_OK; i++)
		status = plica_text_append(out, &symbol, 1, err);
	return status;
}

/* The pixels of one colour in a band of up to six rows; `colour` is that of each of its pixels. */
static enum plica_status add_colour(struct plica_text *out, const struct plica_image *band,
	const uint8_t *colour, unsigned int wanted, struct plica_error *err)
{
	enum plica_status status;
	unsigned int before = 0;
	size_t count = 0;

	PLICA_TRY(plica_text_printf(out, err, "#%u", wanted));
	for (size_t col = 0; col < band->cols; col++) {
		unsigned int bits = 0;

		for (size_t row = 0; row < band->rows; row++)
			bits |= colour[row * band->cols + col] == wanted ? 1U << row : 0U;
		if (bits != before) {
			PLICA_TRY(add_run(out, before, count, err));
			count = 0;
		}
		before = bits;
		count++;
	}
	PLICA_TRY(add_run(out, before, count, err));
	PLICA_TRY(plica_text_add(out, "$", err));
out:
	return status;
}

static enum plica_status add_band(struct plica_text *out, const struct plica_image *band,
	uint8_t *colour, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	bool used[COLOURS] = {false};

	for (size_t i = 0; i < band->rows * band->cols; i++) {
		colour[i] = colour_of(band->rgb + 3 * i);
		used[colour[i]] = true;
	}
	for (unsigned int i = 0; i < COLOURS; i++)
		if (used[i])
			PLICA_TRY(add_colour(out, band, colour, i, err));
	PLICA_TRY(plica_text_add(out, "-", err));
out:
	return status;
}

enum plica_status plica_terminal_sixel(
	struct plica_text *out, const struct plica_image *image, struct plica_error *err)
{
	enum plica_status status;
	uint8_t *colour = NULL;

	PLICA_TRY(PLICA_NEW(&colour, BAND_ROWS * image->cols, err));
	PLICA_TRY(plica_text_printf(out, err, "\x1bP0;1q\"1;1;%zu;%zu", image->cols, image->rows));
	PLICA_TRY(add_palette(out, err));
	for (size_t row = 0; row < image->rows; row += BAND_ROWS) {
		size_t left = image->rows - row;
		const struct plica_image band = {.rows = left < BAND_ROWS ? left : BAND_ROWS,
			.cols = image->cols,
			.rgb = image->rgb + 3 * row * image->cols};

		PLICA_TRY(add_band(out, &band, colour, err));
	}
	PLICA_TRY(plica_text_add(out, "\x1b\\\n", err));
out:
	plica_free(colour);
	return status;
}

enum plica_status plica_terminal_kitty(
	struct plica_text *out, const struct plica_image *image, struct plica_error *err)
{
	struct plica_text png = {0};
	struct plica_text code = {0};
	enum plica_status status;

	PLICA_TRY(plica_png_encode(&png, image, err));
	PLICA_TRY(plica_text_base64(&code, png.data, png.size, err));
	for (size_t at = 0; at < code.size; at += CHUNK) {
		size_t left = code.size - at;

		PLICA_TRY(plica_text_printf(out, err, "\x1b_G%sm=%d;", at == 0 ? "a=T,f=100," : "",
			left > CHUNK ? 1 : 0));
		PLICA_TRY(plica_text_append(out, code.data + at, left < CHUNK ? left : CHUNK, err));
		PLICA_TRY(plica_text_add(out, "\x1b\\", err));
	}
	PLICA_TRY(plica_text_add(out, "\n", err));
out:
	plica_text_release(&png);
	plica_text_release(&code);
	return status;
}
