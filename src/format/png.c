/* SPDX-License-Identifier: BSD-3-Clause */
#include <png.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "format/image.h"

/* Most colours of a palette, and its hash table. */
#define PALETTE_LIMIT 256
#define SLOT_BITS 10
#define SLOT_COUNT ((size_t)1 << SLOT_BITS)
/* Largest file and picture that are read. */
#define FILE_LIMIT ((size_t)1 << 30)
#define PIXEL_LIMIT ((uint64_t)1 << 28)
/* Deflate packs at most 1032 bytes into one. */
#define INFLATION_LIMIT 1032
/* Length, type and checksum around each chunk's data. */
#define CHUNK_OVERHEAD 12

/* The colours of a picture that has few: a third of the bytes, and the same picture. */
struct palette {
	uint8_t rgb[PALETTE_LIMIT][3];
	unsigned int size;
	int16_t slot[SLOT_COUNT]; /* hash table of entries plus one, 0 where it is free */
};

/* The entry of a colour, which is added when it is new; -1 when there is no more room. */
static int find_colour(struct palette *palette, const uint8_t rgb[3])
{
	uint32_t key = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
	size_t at = key * UINT32_C(2654435761) >> (32 - SLOT_BITS);

	while (palette->slot[at] != 0) {
		int entry = palette->slot[at] - 1;

		if (memcmp(palette->rgb[entry], rgb, 3) == 0)
			return entry;
		at = (at + 1) % SLOT_COUNT;
	}
	if (palette->size == PALETTE_LIMIT)
		return -1;
	memcpy(palette->rgb[palette->size], rgb, 3);
	palette->slot[at] = (int16_t)++palette->size;
	return (int)palette->size - 1;
}

/* One byte a pixel into `indices`; false when there are too many colours. */
static bool index_colours(
	uint8_t *indices, struct palette *palette, const struct plica_image *image)
{
	*palette = (struct palette){.size = 0};
	for (size_t i = 0; i < image->rows * image->cols; i++) {
		int entry = find_colour(palette, image->rgb + 3 * i);

		if (entry < 0)
			return false;
		indices[i] = (uint8_t)entry;
	}
	return true;
}

/* Compresses `pixels`, indices of `palette` or RGB, and appends the file to `out`. */
static enum plica_status write_png(struct plica_text *out, png_image *png, const uint8_t *pixels,
	const struct palette *palette, struct plica_error *err)
{
	png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(*png);
	const void *colours = palette->rgb;
	uint8_t *bytes = NULL;
	enum plica_status status;

	PLICA_TRY(plica_allocate_unset((void **)(void *)&bytes, size, 1, err));
	if (!png_image_write_to_memory(png, bytes, &size, 0, pixels, 0, colours)) {
		status = plica_error_set(
			err, PLICA_ERR_MEMORY, "cannot write a PNG: %s", png->message);
		goto out;
	}
	PLICA_TRY(plica_text_append(out, bytes, size, err));
out:
	png_image_free(png);
	plica_free(bytes);
	return status;
}

enum plica_status plica_png_encode(
	struct plica_text *out, const struct plica_image *image, struct plica_error *err)
{
	png_image png = {
		.version = PNG_IMAGE_VERSION,
		.width = (png_uint_32)image->cols,
		.height = (png_uint_32)image->rows,
		.format = PNG_FORMAT_RGB,
		.flags = PNG_IMAGE_FLAG_FAST,
	};
	struct palette palette;
	const uint8_t *pixels = image->rgb;
	uint8_t *indices = NULL;
	enum plica_status status;

	if (image->rows == 0 || image->cols == 0 || image->rows > PNG_UINT_31_MAX ||
		image->cols > PNG_UINT_31_MAX / 3)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"cannot write a PNG of %zu x %zu pixels", image->rows, image->cols);
	PLICA_TRY(plica_allocate_unset((void **)(void *)&indices, image->rows, image->cols, err));
	if (index_colours(indices, &palette, image)) {
		png.format = PNG_FORMAT_RGB_COLORMAP;
		png.colormap_entries = palette.size;
		pixels = indices;
	}
	PLICA_TRY(write_png(out, &png, pixels, &palette, err));
out:
	plica_free(indices);
	return status;
}

enum plica_status plica_png_save(
	const char *path, const struct plica_image *image, struct plica_error *err)
{
	struct plica_text bytes = {0};
	enum plica_status status;

	PLICA_TRY(plica_png_encode(&bytes, image, err));
	PLICA_TRY(plica_file_save(path, bytes.data, bytes.size, err));
out:
	plica_text_release(&bytes);
	return status;
}

/* What the chunks say, before libpng sees the file. */
struct outline {
	uint32_t cols;
	uint32_t rows;
	unsigned int pixel_bits;
	uint64_t compressed_bytes;
	bool complete;
};

static uint32_t big_endian(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static void read_header_chunk(struct outline *out, const uint8_t *data)
{
	static const unsigned int channels[] = {1, 0, 3, 1, 2, 0, 4};

	out->cols = big_endian(data);
	out->rows = big_endian(data + 4);
	out->pixel_bits = data[9] < 7 ? data[8] * channels[data[9]] : 0;
}

static void read_outline(struct outline *out, const uint8_t *bytes, size_t size)
{
	size_t at = 8;

	*out = (struct outline){0};
	while (!out->complete && size - at >= CHUNK_OVERHEAD) {
		uint32_t length = big_endian(bytes + at);
		const uint8_t *type = bytes + at + 4;

		if (length > size - at - CHUNK_OVERHEAD)
			return;
		if (memcmp(type, "IHDR", 4) == 0 && length == 13)
			read_header_chunk(out, type + 4);
		else if (memcmp(type, "IDAT", 4) == 0)
			out->compressed_bytes += length;
		out->complete = memcmp(type, "IEND", 4) == 0;
		at += length + CHUNK_OVERHEAD;
	}
}

/* Refuses a file whose header promises what the file cannot hold. */
static enum plica_status check_outline(
	const uint8_t *bytes, size_t size, const char *path, struct plica_error *err)
{
	struct outline outline;
	uint64_t pixels;
	uint64_t least;

	if (size < 8 || png_sig_cmp(bytes, 0, 8) != 0)
		return plica_error_set(
			err, PLICA_ERR_FORMAT, "cannot read '%s': it is not a PNG file", path);
	read_outline(&outline, bytes, size);
	if (!outline.complete)
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"cannot read '%s': the PNG file is cut off after %zu bytes", path, size);
	pixels = (uint64_t)outline.rows * outline.cols;
	if (pixels > PIXEL_LIMIT)
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"cannot read '%s': %u x %u pixels, expected at most %llu", path,
			outline.rows, outline.cols, (unsigned long long)PIXEL_LIMIT);
	least = pixels * outline.pixel_bits / 8;
	if (pixels == 0 || least > outline.compressed_bytes * INFLATION_LIMIT)
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"cannot read '%s': %u x %u pixels of %u bits cannot be in %llu compressed "
			"bytes",
			path, outline.rows, outline.cols, outline.pixel_bits,
			(unsigned long long)outline.compressed_bytes);
	return PLICA_OK;
}

static enum plica_status unreadable(const png_image *png, const char *path, struct plica_error *err)
{
	(void)plica_error_set(err, PLICA_ERR_FORMAT, "cannot read '%s': %s", path, png->message);
	return PLICA_ERR_FORMAT;
}

/* Decodes into bytes of gray, rows * cols of them, to be freed with plica_free. */
static enum plica_status decode_gray(uint8_t **out, png_image *png, const struct plica_text *file,
	const char *path, struct plica_error *err)
{
	static const png_color black = {0, 0, 0};
	uint8_t *gray = NULL;
	enum plica_status status;

	if (!png_image_begin_read_from_memory(png, file->data, file->size)) {
		status = unreadable(png, path, err);
		goto out;
	}
	png->format = PNG_FORMAT_GRAY;
	png->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
	PLICA_TRY(PLICA_NEW(&gray, PNG_IMAGE_SIZE(*png), err));
	if (!png_image_finish_read(png, &black, gray, 0, NULL)) {
		status = unreadable(png, path, err);
		goto out;
	}
	*out = gray;
	gray = NULL;
out:
	plica_free(gray);
	return status;
}

enum plica_status plica_png_load_gray(
	float **out, size_t *rows, size_t *cols, const char *path, struct plica_error *err)
{
	png_image png = {.version = PNG_IMAGE_VERSION};
	struct plica_text file = {0};
	uint8_t *gray = NULL;
	float *values = NULL;
	enum plica_status status;

	PLICA_TRY(plica_file_read(&file, path, FILE_LIMIT, err));
	PLICA_TRY(check_outline((const uint8_t *)plica_text_string(&file), file.size, path, err));
	PLICA_TRY(decode_gray(&gray, &png, &file, path, err));
	PLICA_TRY(PLICA_NEW(&values, (size_t)png.width * png.height, err));
	for (size_t i = 0; i < (size_t)png.width * png.height; i++)
		values[i] = (float)gray[i] / 255.0f;
	*out = values;
	*rows = png.height;
	*cols = png.width;
out:
	png_image_free(&png);
	plica_free(gray);
	plica_text_release(&file);
	return status;
}
