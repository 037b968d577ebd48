/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/compare_files.h"

#include <complex.h>
#include <math.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "data/members.h"
#include "format/image.h"

#define GAP_PX 8
/* A picture is enlarged by a whole number until a panel has about this many pixels a side. */
#define PANEL_PX 360
#define LARGEST_PANEL_PX 2048

static enum plica_status add_field(
	struct plica_text *text, double value, char end, struct plica_error *err)
{
	if (isnan(value))
		return plica_text_printf(text, err, "%c", end);
	return plica_text_printf(text, err, "%.10g%c", value, end);
}

enum plica_status compare_save_curve(
	const struct plica_comparison *comparison, const char *path, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_frc_curve *frc = &comparison->frc;
	struct plica_text text = {0};

	PLICA_TRY(plica_text_add(&text, "ring,frequency_nyquist,frc,one_bit,half_bit\n", err));
	for (size_t i = 0; i < frc->ring_count; i++) {
		PLICA_TRY(plica_text_printf(&text, err, "%zu,", i));
		PLICA_TRY(add_field(&text, frc->frequency[i], ',', err));
		PLICA_TRY(add_field(&text, frc->frc[i], ',', err));
		PLICA_TRY(add_field(&text, frc->one_bit[i], ',', err));
		PLICA_TRY(add_field(&text, frc->half_bit[i], '\n', err));
	}
	PLICA_TRY(plica_file_save(path, text.data, text.size, err));
out:
	plica_text_release(&text);
	return status;
}

enum plica_status compare_save_residual(
	const struct compare_result *result, const char *path, struct plica_error *err)
{
	const struct plica_residual *residual = &result->residual;
	struct plica_text text = {0};
	enum plica_status status;

	if (residual->pattern_count == 0)
		return plica_error_set(err, PLICA_ERR_DATA, "cannot write '%s': %s", path,
			result->comparison->metric[PLICA_METRIC_R_FACTOR].reason);
	PLICA_TRY(plica_text_add(&text, "pattern,r_factor,fourier_error\n", err));
	for (size_t i = 0; i < residual->pattern_count; i++) {
		PLICA_TRY(plica_text_printf(&text, err, "%zu,", i));
		PLICA_TRY(add_field(&text, residual->pattern_r_factor[i], ',', err));
		PLICA_TRY(add_field(&text, residual->pattern_fourier_error[i], '\n', err));
	}
	PLICA_TRY(plica_file_save(path, text.data, text.size, err));
out:
	plica_text_release(&text);
	return status;
}

enum plica_status compare_save_aligned(
	const struct plica_comparison *comparison, const char *path, struct plica_error *err)
{
	const struct plica_compare_area *area = &comparison->area;
	const double bounds[4] = {
		(double)area->row0, (double)area->row1, (double)area->col0, (double)area->col1};
	const size_t shape[2] = {comparison->rows, comparison->cols};
	const size_t four = 4;
	struct plica_members members = {0};
	enum plica_status status;

	plica_members_view(&members, "aligned", PLICA_DTYPE_C64, comparison->aligned, 2, shape);
	plica_members_view(&members, "reference", PLICA_DTYPE_C64, comparison->reference, 2, shape);
	plica_members_view(&members, "area", PLICA_DTYPE_F64, bounds, 1, &four);
	status = plica_members_save(&members, path, err);
	plica_members_release(&members);
	return status;
}

/* a - t, and a conj(t), whose phase is the phase error. */
static void fill_differences(
	float complex *amplitude, float complex *phase, const struct plica_comparison *comparison)
{
	for (size_t i = 0; i < comparison->rows * comparison->cols; i++) {
		float complex a = comparison->aligned[i];
		float complex t = comparison->reference[i];

		amplitude[i] = a - t;
		phase[i] = a * conjf(t);
	}
}

struct panels {
	struct plica_field reference, aligned, difference, turned;
	size_t zoom;
};

static void draw(struct plica_image *image, const struct panels *panels, const double range[2],
	const double difference_range[2])
{
	size_t down = panels->reference.rows * panels->zoom + GAP_PX;
	size_t across = panels->reference.cols * panels->zoom + GAP_PX;
	size_t zoom = panels->zoom;

	plica_image_fill(image, 255);
	plica_image_draw_amplitude(image, 0, 0, &panels->reference, range, zoom);
	plica_image_draw_amplitude(image, 0, across, &panels->aligned, range, zoom);
	plica_image_draw_amplitude(
		image, 0, 2 * across, &panels->difference, difference_range, zoom);
	plica_image_draw_phase(image, down, 0, &panels->reference, zoom);
	plica_image_draw_phase(image, down, across, &panels->aligned, zoom);
	plica_image_draw_phase(image, down, 2 * across, &panels->turned, zoom);
}

static enum plica_status draw_and_save(
	const struct panels *panels, const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_image image = {0};
	size_t rows = panels->reference.rows;
	size_t cols = panels->reference.cols;
	size_t largest = rows > cols ? rows : cols;
	double range[2], difference_range[2];

	PLICA_TRY(plica_image_amplitude_range(range, &panels->reference, err));
	PLICA_TRY(plica_image_amplitude_range(difference_range, &panels->difference, err));
	difference_range[0] = 0.0; /* no difference is black, whatever the largest is */
	PLICA_TRY(plica_image_create(&image, 2 * rows * panels->zoom + GAP_PX,
		3 * cols * panels->zoom + 2 * GAP_PX, err));
	draw(&image, panels, range, difference_range);
	if (largest > LARGEST_PANEL_PX)
		plica_image_reduce(&image, (largest + LARGEST_PANEL_PX - 1) / LARGEST_PANEL_PX);
	PLICA_TRY(plica_png_save(path, &image, err));
out:
	plica_image_release(&image);
	return status;
}

enum plica_status compare_save_picture(
	const struct plica_comparison *comparison, const char *path, struct plica_error *err)
{
	enum plica_status status;
	size_t rows = comparison->rows;
	size_t cols = comparison->cols;
	size_t largest = rows > cols ? rows : cols;
	float complex *amplitude = NULL;
	float complex *phase = NULL;
	struct panels panels;

	PLICA_TRY(PLICA_NEW(&amplitude, rows * cols, err));
	PLICA_TRY(PLICA_NEW(&phase, rows * cols, err));
	fill_differences(amplitude, phase, comparison);
	panels = (struct panels){
		.reference = plica_field_of(comparison->reference, rows, cols),
		.aligned = plica_field_of(comparison->aligned, rows, cols),
		.difference = plica_field_of(amplitude, rows, cols),
		.turned = plica_field_of(phase, rows, cols),
		.zoom = largest < PANEL_PX ? PANEL_PX / largest : 1,
	};
	PLICA_TRY(draw_and_save(&panels, path, err));
out:
	plica_free(amplitude);
	plica_free(phase);
	return status;
}
