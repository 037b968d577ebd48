/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/ptychopinn.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "base/range.h"
#include "base/try.h"
#include "eval/filter.h"
#include "eval/frc.h"
#include "eval/pixels.h"
#include "eval/ssim.h"

#define PSNR_RANGE 255.0
#define SCALES 5
/* Put in the place of a negative SSIM of a scale, of which no fractional power exists. */
#define LEAST_SSIM 1e-4

/* Amplitude or phase of both arrays, as real pictures. */
struct pictures {
	size_t rows, cols;
	double *found, *truth;
};

/* Which metrics they give; those of the phase stand before those of the amplitude. */
enum part { PHASE, AMPLITUDE };

static struct plica_metric *metric_of(
	struct plica_comparison *comparison, enum plica_metric_kind of_phase, enum part part)
{
	return &comparison->metric[(int)of_phase + (part == AMPLITUDE ? 1 : 0)];
}

/* The found amplitude is scaled to the mean of the true one. */
static void draw_amplitudes(struct pictures *out, const struct plica_comparison *comparison)
{
	size_t count = out->rows * out->cols;
	double found = 0.0;
	double truth = 0.0;

	for (size_t i = 0; i < count; i++) {
		out->found[i] = cabs((double complex)comparison->aligned[i]);
		out->truth[i] = cabs((double complex)comparison->reference[i]);
		found += out->found[i];
		truth += out->truth[i];
	}
	for (size_t i = 0; i < count; i++)
		out->found[i] *= truth / found;
}

/* Least squares on a whole grid: counted from its middle, 1, y and x are orthogonal. */
static void remove_plane(double *picture, size_t rows, size_t cols)
{
	double sum = 0.0, slope_y = 0.0, slope_x = 0.0;
	double power_y = 0.0, power_x = 0.0;

	for (size_t i = 0; i < rows * cols; i++) {
		double y = (double)(i / cols) - 0.5 * (double)(rows - 1);
		double x = (double)(i % cols) - 0.5 * (double)(cols - 1);

		sum += picture[i];
		slope_y += picture[i] * y;
		slope_x += picture[i] * x;
		power_y += y * y;
		power_x += x * x;
	}
	for (size_t i = 0; i < rows * cols; i++) {
		double y = (double)(i / cols) - 0.5 * (double)(rows - 1);
		double x = (double)(i % cols) - 0.5 * (double)(cols - 1);

		picture[i] -=
			sum / (double)(rows * cols) + slope_y / power_y * y + slope_x / power_x * x;
	}
}

static void draw_phases(struct pictures *out, const struct plica_comparison *comparison)
{
	for (size_t i = 0; i < out->rows * out->cols; i++) {
		out->found[i] = carg((double complex)comparison->aligned[i]);
		out->truth[i] = carg((double complex)comparison->reference[i]);
	}
	remove_plane(out->found, out->rows, out->cols);
	remove_plane(out->truth, out->rows, out->cols);
}

/* From (-pi, pi) to (0, 1), after a plane was taken off a little beyond. */
static void scale_phases(struct pictures *pictures)
{
	for (size_t i = 0; i < pictures->rows * pictures->cols; i++) {
		pictures->found[i] = (pictures->found[i] + M_PI) / (2.0 * M_PI);
		pictures->truth[i] = (pictures->truth[i] + M_PI) / (2.0 * M_PI);
	}
}

static void measure_errors(
	struct plica_comparison *comparison, enum part part, const struct pictures *pictures)
{
	size_t count = pictures->rows * pictures->cols;
	double mae = 0.0;
	double mse = 0.0;

	for (size_t i = 0; i < count; i++) {
		double error = pictures->found[i] - pictures->truth[i];

		mae += fabs(error) / (double)count;
		mse += error * error / (double)count;
	}
	metric_of(comparison, PLICA_METRIC_PHASE_MAE_PTYCHOPINN, part)->value = mae;
	metric_of(comparison, PLICA_METRIC_PHASE_MSE_PTYCHOPINN, part)->value = mse;
	*metric_of(comparison, PLICA_METRIC_PHASE_PSNR_PTYCHOPINN, part) =
		plica_pixels_psnr(mse, PSNR_RANGE);
}

/* The first ring below 0.5, with its fraction; the number of rings when there is none. */
static double first_below_half(const struct plica_frc_curve *curve)
{
	const double *frc = curve->frc;

	for (size_t i = 1; i < curve->ring_count; i++) {
		if (!(frc[i] < 0.5))
			continue;
		if (i > 1 && frc[i - 1] >= 0.5)
			return (double)(i - 1) + (frc[i - 1] - 0.5) / (frc[i - 1] - frc[i]);
		return (double)i;
	}
	return (double)curve->ring_count;
}

static enum plica_status measure_frc50(struct plica_comparison *comparison, enum part part,
	const struct pictures *pictures, struct plica_error *err)
{
	size_t count = pictures->rows * pictures->cols;
	struct plica_metric *metric =
		metric_of(comparison, PLICA_METRIC_PHASE_FRC50_PTYCHOPINN, part);
	struct plica_frc_curve curve = {0};
	float complex *found = NULL;
	float complex *truth = NULL;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&found, count, err));
	PLICA_TRY(PLICA_NEW(&truth, count, err));
	for (size_t i = 0; i < count; i++) {
		found[i] = (float)pictures->found[i];
		truth[i] = (float)pictures->truth[i];
	}
	PLICA_TRY(plica_frc_curve_unwindowed(
		&curve, found, truth, pictures->rows, pictures->cols, err));
	*metric = plica_frc_mean(&curve); /* for its reason, when nothing can correlate */
	if (metric->reason == NULL)
		metric->value = first_below_half(&curve);
out:
	plica_frc_release(&curve);
	plica_free(found);
	plica_free(truth);
	return status;
}

/* Every second row and column, in place. */
static void decimate(double *picture, size_t rows, size_t cols)
{
	size_t i = 0;

	for (size_t y = 0; y < rows; y += 2)
		for (size_t x = 0; x < cols; x += 2)
			picture[i++] = picture[y * cols + x];
}

/* Spoils the pictures. Scales that are too small for the window count as 1. */
static enum plica_status measure_msssim(
	double *out, struct pictures *pictures, struct plica_error *err)
{
	static const double exponent[SCALES] = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
	size_t count = pictures->rows * pictures->cols;
	struct plica_ssim_pair pair = {pictures->found, pictures->truth, pictures->rows,
		pictures->cols,
		fmax(plica_extent_of(pictures->found, count),
			plica_extent_of(pictures->truth, count))};
	enum plica_status status = PLICA_OK;
	double product = 1.0;

	for (size_t j = 0; j < SCALES; j++) {
		double value;

		if (pair.rows < PLICA_SSIM_LEAST_PX || pair.cols < PLICA_SSIM_LEAST_PX)
			break;
		PLICA_TRY(plica_ssim(&value, &pair, err));
		product *= pow(value < 0.0 ? LEAST_SSIM : value, exponent[j]);
		decimate(pictures->found, pair.rows, pair.cols);
		decimate(pictures->truth, pair.rows, pair.cols);
		pair.rows = (pair.rows + 1) / 2;
		pair.cols = (pair.cols + 1) / 2;
	}
	*out = product;
out:
	return status;
}

static enum plica_status measure_similarity(struct plica_comparison *comparison, enum part part,
	struct pictures *pictures, double sigma_px, struct plica_error *err)
{
	size_t count = pictures->rows * pictures->cols;
	struct plica_ssim_pair pair = {
		pictures->found, pictures->truth, pictures->rows, pictures->cols, 1.0};
	struct plica_metric *ssim = metric_of(comparison, PLICA_METRIC_PHASE_SSIM_PTYCHOPINN, part);
	struct plica_metric *msssim =
		metric_of(comparison, PLICA_METRIC_PHASE_MSSSIM_PTYCHOPINN, part);
	enum plica_status status = PLICA_OK;

	if (part == AMPLITUDE)
		pair.range = plica_extent_of(pictures->truth, count);
	PLICA_TRY(plica_ssim(&ssim->value, &pair, err));
	if (part == AMPLITUDE && sigma_px > 0.0) {
		PLICA_TRY(plica_filter_smooth(
			pictures->found, pictures->rows, pictures->cols, sigma_px, err));
		PLICA_TRY(plica_filter_smooth(
			pictures->truth, pictures->rows, pictures->cols, sigma_px, err));
	}
	PLICA_TRY(measure_msssim(&msssim->value, pictures, err));
out:
	return status;
}

static bool is_constant(const double *picture, size_t count, enum part part)
{
	struct plica_range range = plica_range_of(picture, count);

	return !(range.high - range.low >
		 PLICA_LEAST_RANGE * (part == AMPLITUDE ? range.high : 1.0));
}

static enum plica_status measure_part(struct plica_comparison *comparison, enum part part,
	struct pictures *pictures, double sigma_px, struct plica_error *err)
{
	static const enum plica_metric_kind of_structure[] = {PLICA_METRIC_PHASE_SSIM_PTYCHOPINN,
		PLICA_METRIC_PHASE_MSSSIM_PTYCHOPINN, PLICA_METRIC_PHASE_FRC50_PTYCHOPINN};
	enum plica_status status = PLICA_OK;

	measure_errors(comparison, part, pictures);
	if (is_constant(pictures->truth, pictures->rows * pictures->cols, part)) {
		for (size_t i = 0; i < sizeof(of_structure) / sizeof(of_structure[0]); i++)
			*metric_of(comparison, of_structure[i], part) =
				(struct plica_metric){NAN, "the reference is constant"};
		goto out;
	}
	PLICA_TRY(measure_frc50(comparison, part, pictures, err));
	if (part == PHASE)
		scale_phases(pictures);
	PLICA_TRY(measure_similarity(comparison, part, pictures, sigma_px, err));
out:
	return status;
}

enum plica_status plica_ptychopinn_measure(
	struct plica_comparison *comparison, double msssim_sigma_px, struct plica_error *err)
{
	struct pictures pictures = {.rows = comparison->rows, .cols = comparison->cols};
	size_t count = comparison->rows * comparison->cols;
	enum plica_status status;

	for (int kind = PLICA_METRIC_PTYCHOPINN; kind < PLICA_METRIC_COUNT; kind++)
		comparison->metric[kind].reason = NULL;
	PLICA_TRY(PLICA_NEW(&pictures.found, count, err));
	PLICA_TRY(PLICA_NEW(&pictures.truth, count, err));
	draw_phases(&pictures, comparison);
	PLICA_TRY(measure_part(comparison, PHASE, &pictures, msssim_sigma_px, err));
	draw_amplitudes(&pictures, comparison);
	PLICA_TRY(measure_part(comparison, AMPLITUDE, &pictures, msssim_sigma_px, err));
out:
	plica_free(pictures.found);
	plica_free(pictures.truth);
	return status;
}
