/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/image.h"

#include <complex.h>
#include <math.h>
#include <png.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "testing.h"

static double linear(uint8_t byte)
{
	double value = byte / 255.0;

	return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

/* CIE L*, a lightness that knows nothing of the OKLab in which the maps are made. */
static double lightness(const uint8_t rgb[3])
{
	double y = 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);

	return y > 0.008856 ? 116.0 * cbrt(y) - 16.0 : 903.3 * y;
}

static void amplitude_map_rises_evenly(void **state)
{
	uint8_t rgb[3];
	double before = -1.0;

	(void)state;
	for (int i = 0; i < 256; i++) {
		double now;

		plica_colormap_pixel(rgb, PLICA_COLORMAP_AMPLITUDE, i / 255.0);
		now = lightness(rgb);
		/* 8-bit steps of the colours make the even rise of 0.37 a little rough. */
		assert_true(now > before - 0.05);
		assert_true(i == 0 || fabs(now - before - 0.37) < 0.45);
		before = now;
	}
	assert_true(before > 94.0);
	plica_colormap_pixel(rgb, PLICA_COLORMAP_AMPLITUDE, 0.0);
	assert_true(lightness(rgb) < 5.0);
}

static int distance(const uint8_t a[3], const uint8_t b[3])
{
	return abs(a[0] - b[0]) + abs(a[1] - b[1]) + abs(a[2] - b[2]);
}

static void phase_map_is_a_circle_of_one_lightness(void **state)
{
	uint8_t first[3];
	uint8_t last[3];
	uint8_t before[3];
	uint8_t rgb[3];
	double low = 100.0;
	double high = 0.0;

	(void)state;
	plica_colormap_pixel(first, PLICA_COLORMAP_PHASE, 0.0);
	plica_colormap_pixel(last, PLICA_COLORMAP_PHASE, 1.0);
	assert_memory_equal(first, last, 3);
	plica_colormap_pixel(before, PLICA_COLORMAP_PHASE, 255.0 / 256.0);
	for (int i = 0; i < 256; i++) {
		plica_colormap_pixel(rgb, PLICA_COLORMAP_PHASE, i / 256.0);
		assert_in_range(distance(rgb, before), 1, 12);
		/* Inside sRGB: a colour outside would be cut to 0 or 255. */
		for (int c = 0; c < 3; c++)
			assert_in_range(rgb[c], 1, 254);
		low = fmin(low, lightness(rgb));
		high = fmax(high, lightness(rgb));
		memcpy(before, rgb, 3);
	}
	/* Constant in OKLab; L* differs from it by a few units for saturated colours. */
	assert_true(high - low < 8.0);
	plica_colormap_pixel(rgb, PLICA_COLORMAP_PHASE, 0.5);
	assert_true(distance(rgb, first) > 100);
}

static void maps_clamp_and_show_nan(void **state)
{
	uint8_t rgb[3];
	uint8_t edge[3];

	(void)state;
	for (int map = PLICA_COLORMAP_GRAY; map <= PLICA_COLORMAP_PHASE; map++) {
		plica_colormap_pixel(rgb, (enum plica_colormap)map, 7.0);
		plica_colormap_pixel(edge, (enum plica_colormap)map, 1.0);
		assert_memory_equal(rgb, edge, 3);
		plica_colormap_pixel(rgb, (enum plica_colormap)map, -(double)INFINITY);
		plica_colormap_pixel(edge, (enum plica_colormap)map, 0.0);
		assert_memory_equal(rgb, edge, 3);
		plica_colormap_pixel(rgb, (enum plica_colormap)map, (double)NAN);
		assert_memory_equal(rgb, "\x80\x80\x80", 3);
	}
	plica_colormap_pixel(rgb, PLICA_COLORMAP_GRAY, 0.2);
	assert_memory_equal(rgb, "\x33\x33\x33", 3);
}

static void fields_are_drawn_where_asked(void **state)
{
	float _Complex data[6] = {1.0f, -1.0f, 3.0f, 2.0f * I, 0.0f, NAN};
	struct plica_field field = plica_field_of(data, 2, 2);
	struct plica_image image;
	struct plica_error err;
	uint8_t rgb[3];

	(void)state;
	field.stride = 3; /* columns 0 and 1 of two rows of three */
	assert_ok(plica_image_create(&image, 5, 7, &err));
	plica_image_draw_amplitude(&image, 1, 2, &field, (const double[]){0.0, 2.0}, 2);
	assert_memory_equal(image.rgb + 3 * (0 * 7 + 2), "\0\0\0", 3);
	plica_colormap_pixel(rgb, PLICA_COLORMAP_AMPLITUDE, 0.5);
	assert_true(distance(image.rgb + 3 * (1 * 7 + 2), rgb) <= 3);
	assert_memory_equal(image.rgb + 3 * (1 * 7 + 2), image.rgb + 3 * (2 * 7 + 5), 3);
	plica_colormap_pixel(rgb, PLICA_COLORMAP_AMPLITUDE, 1.0);
	assert_memory_equal(image.rgb + 3 * (4 * 7 + 3), rgb, 3);
	plica_image_draw_phase(&image, 4, 6, &field, 3); /* all but one pixel is cut */
	plica_colormap_pixel(rgb, PLICA_COLORMAP_PHASE, 0.5);
	assert_memory_equal(image.rgb + 3 * (4 * 7 + 6), rgb, 3);
	plica_image_draw_phase(&image, 9, 9, &field, 1);
	plica_image_release(&image);
	assert_null(image.rgb);
	assert_error(
		plica_image_create(&image, SIZE_MAX / 2, 3, &err), PLICA_ERR_MEMORY, "overflows");
}

static void range_ignores_outliers(void **state)
{
	float _Complex data[1000];
	struct plica_field field = plica_field_of(data, 20, 50);
	struct plica_error err;
	double range[2];

	(void)state;
	for (int i = 0; i < 1000; i++)
		data[i] = I * (1.0f + (float)i / 1000.0f);
	data[7] = 1e9f;
	data[8] = NAN;
	data[9] = INFINITY;
	assert_ok(plica_image_amplitude_range(range, &field, &err));
	assert_true(range[0] >= 1.0 && range[0] < 1.01);
	assert_true(range[1] > 1.98 && range[1] < 2.0);
	for (int i = 0; i < 1000; i++)
		data[i] = 4.0f;
	assert_ok(plica_image_amplitude_range(range, &field, &err));
	assert_true(range[0] == 2.0 && range[1] == 6.0);
	for (int i = 0; i < 1000; i++)
		data[i] = NAN;
	assert_ok(plica_image_amplitude_range(range, &field, &err));
	assert_true(range[0] < range[1] && isfinite(range[0]) && isfinite(range[1]));
}

static int ascending(const void *a, const void *b)
{
	float left = *(const float *)a;
	float right = *(const float *)b;

	return (left > right) - (left < right);
}

/* Of every size, and with more or fewer values that occur again. */
static void range_is_that_of_the_sorted_values(void **state)
{
	float _Complex data[1000];
	float sorted[1000];
	struct plica_error err;
	uint32_t random = 1;

	(void)state;
	for (size_t count = 2; count <= 1000; count += 1 + count / 7) {
		struct plica_field field = plica_field_of(data, 1, count);
		size_t outliers = (count - 1) / 200;
		double range[2];

		for (size_t i = 0; i < count; i++) {
			random = random * 1664525U + 1013904223U;
			sorted[i] = (float)(random >> 8) / 16777216.0f;
			if (count % 3 == 0)
				sorted[i] = floorf(5.0f * sorted[i]);
			data[i] = sorted[i];
		}
		data[0] = sorted[0] = 7.0f; /* so that there is a range */
		qsort(sorted, count, sizeof(*sorted), ascending);
		assert_ok(plica_image_amplitude_range(range, &field, &err));
		assert_true(range[0] == (double)sorted[outliers]);
		assert_true(range[1] == (double)sorted[count - 1 - outliers]);
	}
}

static void pictures_shrink_to_block_means(void **state)
{
	struct plica_image image;
	struct plica_error err;

	(void)state;
	assert_ok(plica_image_create(&image, 3, 5, &err));
	for (size_t i = 0; i < 3 * 3 * 5; i++)
		image.rgb[i] = (uint8_t)(i / 3 * 10);
	plica_image_reduce(&image, 2);
	assert_int_equal(image.rows, 2);
	assert_int_equal(image.cols, 3);
	assert_int_equal(image.rgb[0], 30);          /* pixels 0, 1, 5, 6 */
	assert_int_equal(image.rgb[3 * 2], 65);      /* 4, 9 */
	assert_int_equal(image.rgb[3 * 3 + 2], 105); /* 10, 11 */
	assert_int_equal(image.rgb[3 * 5], 140);
	plica_image_release(&image);
}

/* A picture with every byte value, as the file at `path`. */
static struct plica_image save_example(const char *path)
{
	struct plica_image image;
	struct plica_error err;

	assert_ok(plica_image_create(&image, 37, 53, &err));
	for (size_t i = 0; i < 3 * 37 * 53; i++)
		image.rgb[i] = (uint8_t)(i * 7 + i / 53);
	assert_ok(plica_png_save(path, &image, &err));
	return image;
}

static void png_reads_back_identical(void **state)
{
	char path[] = "/tmp/plica-png-XXXXXX";
	png_image png = {.version = PNG_IMAGE_VERSION};
	struct plica_image image;
	uint8_t *back;

	(void)state;
	assert_true(close(mkstemp(path)) == 0);
	image = save_example(path);
	assert_int_not_equal(png_image_begin_read_from_file(&png, path), 0);
	assert_int_equal(png.width, 53);
	assert_int_equal(png.height, 37);
	png.format = PNG_FORMAT_RGB;
	back = malloc(PNG_IMAGE_SIZE(png));
	assert_non_null(back);
	assert_int_not_equal(png_image_finish_read(&png, NULL, back, 0, NULL), 0);
	assert_memory_equal(back, image.rgb, 3 * 37 * 53);
	free(back);
	plica_image_release(&image);
	assert_int_equal(unlink(path), 0);
}

static void gray_png_is_loaded(void **state)
{
	char path[] = "/tmp/plica-png-XXXXXX";
	struct plica_image image;
	struct plica_error err;
	float *gray = NULL;
	size_t rows;
	size_t cols;

	(void)state;
	assert_true(close(mkstemp(path)) == 0);
	assert_ok(plica_image_create(&image, 2, 128, &err));
	for (size_t i = 0; i < 256; i++)
		memset(image.rgb + 3 * i, (int)i, 3);
	assert_ok(plica_png_save(path, &image, &err));
	assert_ok(plica_png_load_gray(&gray, &rows, &cols, path, &err));
	assert_int_equal(rows, 2);
	assert_int_equal(cols, 128);
	for (size_t i = 0; i < 256; i++)
		assert_true(fabsf(gray[i] - (float)i / 255.0f) < 1e-6f);
	plica_free(gray);
	plica_image_release(&image);
	assert_int_equal(unlink(path), 0);
}

/* Loads `bytes` as a file with a gigabyte of address space; gives the error's text. */
static void load_hostile(const struct plica_text *bytes, const char *message)
{
	char path[] = "/tmp/plica-png-XXXXXX";
	struct plica_error err;
	float *gray = NULL;
	size_t rows;
	size_t cols;
	double start;

	assert_true(close(mkstemp(path)) == 0);
	assert_ok(plica_file_save(path, plica_text_string(bytes), bytes->size, &err));
	start = plica_seconds();
	assert_error(
		plica_png_load_gray(&gray, &rows, &cols, path, &err), PLICA_ERR_FORMAT, message);
	assert_true(plica_seconds() - start < 0.5);
	assert_non_null(strstr(err.text, path));
	assert_int_equal(unlink(path), 0);
}

static void hostile_png_is_refused(void **state)
{
	char path[] = "/tmp/plica-png-XXXXXX";
	struct plica_text bytes = {0};
	struct plica_image image;
	struct plica_error err;
	struct rusage before;
	struct rusage after;
	size_t whole;

	(void)state;
	assert_true(close(mkstemp(path)) == 0);
	image = save_example(path);
	assert_ok(plica_file_read(&bytes, path, 1 << 20, &err));
	whole = bytes.size;
	assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
	for (size_t size = 8; size < whole; size += 61) {
		bytes.size = size;
		load_hostile(&bytes, "cut off");
	}
	bytes.size = whole;
	memcpy(bytes.data + 16, "\x7f\xff\xff\xff\x7f\xff\xff\xff", 8);
	load_hostile(&bytes, "2147483647 x 2147483647 pixels, expected at most");
	memcpy(bytes.data + 16, "\x00\x00\x40\x00\x00\x00\x40\x00", 8);
	load_hostile(&bytes, "16384 x 16384 pixels of 24 bits cannot be in");
	memcpy(bytes.data + 16, "\x00\x00\x00\x00\x00\x00\x00\x01", 8);
	load_hostile(&bytes, "cannot be in");
	memcpy(bytes.data + 16, "\x00\x00\x00\x35\x00\x00\x00\x25", 8);
	bytes.data[whole / 2] = (char)(bytes.data[whole / 2] ^ 0x55);
	load_hostile(&bytes, "cannot read"); /* libpng finds it first in this or that */
	assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
	assert_true(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
	memcpy(bytes.data, "GIF89a", 6);
	load_hostile(&bytes, "it is not a PNG file");
	bytes.size = 0;
	load_hostile(&bytes, "it is not a PNG file");
	plica_text_release(&bytes);
	plica_image_release(&image);
	assert_int_equal(unlink(path), 0);
}

static void picture_has_four_panels(void **state)
{
	char path[] = "/tmp/plica-png-XXXXXX";
	float _Complex object_data[20 * 30];
	float _Complex probe_data[8 * 8];
	struct plica_field object = plica_field_of(object_data, 20, 30);
	struct plica_field probe = plica_field_of(probe_data, 8, 8);
	struct plica_error err;
	float *gray = NULL;
	size_t rows;
	size_t cols;

	(void)state;
	assert_true(close(mkstemp(path)) == 0);
	for (int i = 0; i < 600; i++)
		object_data[i] = (float)i;
	for (int i = 0; i < 64; i++)
		probe_data[i] = -1.0f;
	assert_ok(plica_picture_save(path, &object, &probe, &err));
	assert_ok(plica_png_load_gray(&gray, &rows, &cols, path, &err));
	assert_int_equal(rows, 20 + 8 + 16); /* the probe is enlarged twice */
	assert_int_equal(cols, 30 + 8 + 30);
	assert_true(gray[0] < 0.1f);                          /* object, amplitude: dark */
	assert_true(gray[19 * 68 + 29] > 0.9f);               /* ... to light */
	assert_true(gray[0 * 68 + 38] == gray[68 * 19 + 67]); /* phase: constant */
	assert_true(gray[24 * 68 + 0] == 1.0f);               /* the gap */
	assert_true(gray[28 * 68 + 0] == gray[43 * 68 + 15]); /* probe: flat */
	assert_true(gray[28 * 68 + 16] == 1.0f);
	plica_free(gray);
	object.rows = 0;
	assert_error(plica_picture_save(path, &object, &probe, &err), PLICA_ERR_ARGUMENT, "empty");
	assert_int_equal(unlink(path), 0);
}

static void large_object_is_reduced(void **state)
{
	char path[] = "/tmp/plica-png-XXXXXX";
	float _Complex probe_data[4] = {1.0f, 2.0f, 3.0f, 4.0f};
	struct plica_field probe = plica_field_of(probe_data, 2, 2);
	struct plica_field object;
	struct plica_error err;
	float _Complex *data = NULL;
	float *gray = NULL;
	size_t rows;
	size_t cols;

	(void)state;
	assert_true(close(mkstemp(path)) == 0);
	assert_ok(PLICA_NEW(&data, 3 * 4099, &err));
	object = plica_field_of(data, 3, 4099);
	assert_ok(plica_picture_save(path, &object, &probe, &err));
	assert_ok(plica_png_load_gray(&gray, &rows, &cols, path, &err));
	assert_int_equal(rows, 1 + 8 + 2);
	assert_int_equal(cols, 2 * 1367 + 8);
	plica_free(gray);
	plica_free(data);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amplitude_map_rises_evenly),
		cmocka_unit_test(phase_map_is_a_circle_of_one_lightness),
		cmocka_unit_test(maps_clamp_and_show_nan),
		cmocka_unit_test(fields_are_drawn_where_asked),
		cmocka_unit_test(range_ignores_outliers),
		cmocka_unit_test(range_is_that_of_the_sorted_values),
		cmocka_unit_test(pictures_shrink_to_block_means),
		cmocka_unit_test(png_reads_back_identical),
		cmocka_unit_test(gray_png_is_loaded),
		cmocka_unit_test(hostile_png_is_refused),
		cmocka_unit_test(picture_has_four_panels),
		cmocka_unit_test(large_object_is_reduced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
