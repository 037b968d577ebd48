/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/measure.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "base/range.h"
#include "base/try.h"
#include "eval/filter.h"
#include "eval/frc.h"
#include "eval/pixels.h"
#include "eval/ptychopinn.h"
#include "eval/ssim.h"

/* A shift this near to the largest one is not believed. */
#define LIMIT_PX 0.5

/* Amplitude or phase of both arrays, as real pictures. */
struct pictures {
	size_t rows;
	size_t cols;
	double *found;
	double *truth;
	double range;       /* max - min of the truth */
	const char *reason; /* why similarity has no meaning for them, or NULL */
};

static struct plica_metric number(double value)
{
	return (struct plica_metric){value, NULL};
}

static struct plica_metric no_number(const char *reason)
{
	return (struct plica_metric){NAN, reason};
}

static void find_range(double *low, double *range, const double *picture, size_t count)
{
	struct plica_range ends = plica_range_of(picture, count);

	*low = ends.low;
	*range = ends.high - ends.low;
}

static void draw_amplitudes(struct pictures *out, const struct plica_comparison *comparison)
{
	size_t count = comparison->rows * comparison->cols;
	double low;

	for (size_t i = 0; i < count; i++) {
		out->found[i] = cabs((double complex)comparison->aligned[i]);
		out->truth[i] = cabs((double complex)comparison->reference[i]);
	}
	find_range(&low, &out->range, out->truth, count);
	out->reason = out->range < PLICA_LEAST_RANGE * (low + out->range)
			      ? "the reference's amplitude is constant"
			      : NULL;
}

/* Neighbours more than half a turn apart: the cut at pi goes through the picture. */
static bool wraps(const double *phase, size_t rows, size_t cols)
{
	for (size_t y = 0; y < rows; y++)
		for (size_t x = 0; x < cols; x++) {
			double here = phase[y * cols + x];

			if (x + 1 < cols && fabs(phase[y * cols + x + 1] - here) > M_PI)
				return true;
			if (y + 1 < rows && fabs(phase[(y + 1) * cols + x] - here) > M_PI)
				return true;
		}
	return false;
}

/* Phases from the direction of the reference's sum, counted from the reference's smallest: SSIM
 * is meant for values of one sign. */
static void draw_phases(struct pictures *out, const struct plica_comparison *comparison)
{
	size_t count = comparison->rows * comparison->cols;
	double complex sum = 0.0;
	double low;

	for (size_t i = 0; i < count; i++)
		sum += (double complex)comparison->reference[i];
	for (size_t i = 0; i < count; i++) {
		out->found[i] = carg((double complex)comparison->aligned[i] * conj(sum));
		out->truth[i] = carg((double complex)comparison->reference[i] * conj(sum));
	}
	find_range(&low, &out->range, out->truth, count);
	if (out->range < PLICA_LEAST_RANGE)
		out->reason = "the reference's phase is constant";
	else if (wraps(out->truth, comparison->rows, comparison->cols))
		out->reason = "the reference's phase wraps around";
	else
		out->reason = NULL;
	for (size_t i = 0; i < count; i++) {
		out->found[i] -= low;
		out->truth[i] -= low;
	}
}

static struct plica_ssim_pair pair_of(const struct pictures *pictures)
{
	return (struct plica_ssim_pair){
		pictures->found, pictures->truth, pictures->rows, pictures->cols, pictures->range};
}

static enum plica_status measure_ssim(
	struct plica_metric *out, const struct pictures *pictures, struct plica_error *err)
{
	const struct plica_ssim_pair pair = pair_of(pictures);

	*out = no_number(pictures->reason);
	return pictures->reason != NULL ? PLICA_OK : plica_ssim(&out->value, &pair, err);
}

/* Smooths the pictures: nothing else is to be made of them afterwards. */
static enum plica_status measure_msssim(struct plica_metric *out, const struct pictures *pictures,
	double sigma_px, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	const struct plica_ssim_pair pair = pair_of(pictures);

	*out = no_number(pictures->reason);
	if (out->reason == NULL &&
		(pair.rows < PLICA_MSSSIM_LEAST_PX || pair.cols < PLICA_MSSSIM_LEAST_PX))
		out->reason = "too small for five scales: a side is shorter than 176 px";
	if (out->reason != NULL)
		goto out;
	if (sigma_px > 0.0) {
		PLICA_TRY(
			plica_filter_smooth(pictures->found, pair.rows, pair.cols, sigma_px, err));
		PLICA_TRY(
			plica_filter_smooth(pictures->truth, pair.rows, pair.cols, sigma_px, err));
	}
	PLICA_TRY(plica_msssim(&out->value, &pair, err));
	if (isnan(out->value))
		out->reason = "the structures are opposed at one of the scales";
out:
	return status;
}

static struct plica_metric measure_psnr(const struct pictures *pictures, double mse)
{
	return pictures->reason != NULL ? no_number(pictures->reason)
					: plica_pixels_psnr(mse, pictures->range);
}

/* SSIM, MS-SSIM and PSNR, of amplitude and phase. */
static enum plica_status measure_similarity(struct plica_comparison *comparison, double sigma_px,
	const struct plica_pixel_errors *errors, struct plica_error *err)
{
	enum plica_status status;
	struct plica_metric *metric = comparison->metric;
	size_t count = comparison->rows * comparison->cols;
	struct pictures pictures = {.rows = comparison->rows, .cols = comparison->cols};

	PLICA_TRY(PLICA_NEW(&pictures.found, count, err));
	PLICA_TRY(PLICA_NEW(&pictures.truth, count, err));
	draw_amplitudes(&pictures, comparison);
	comparison->amplitude_range = pictures.range;
	metric[PLICA_METRIC_AMPLITUDE_PSNR] = measure_psnr(&pictures, errors->amplitude_mse);
	PLICA_TRY(measure_ssim(&metric[PLICA_METRIC_AMPLITUDE_SSIM], &pictures, err));
	PLICA_TRY(measure_msssim(&metric[PLICA_METRIC_AMPLITUDE_MSSSIM], &pictures, sigma_px, err));
	draw_phases(&pictures, comparison);
	comparison->phase_range_rad = pictures.range;
	metric[PLICA_METRIC_PHASE_PSNR] = measure_psnr(&pictures, errors->phase_mse);
	PLICA_TRY(measure_ssim(&metric[PLICA_METRIC_PHASE_SSIM], &pictures, err));
	PLICA_TRY(measure_msssim(&metric[PLICA_METRIC_PHASE_MSSSIM], &pictures, sigma_px, err));
out:
	plica_free(pictures.found);
	plica_free(pictures.truth);
	return status;
}

static void measure_frc(struct plica_comparison *comparison)
{
	const struct plica_frc_curve *frc = &comparison->frc;
	struct plica_metric *metric = comparison->metric;

	metric[PLICA_METRIC_FRC_HALF] = plica_frc_crossing(frc, NULL, 0.5);
	metric[PLICA_METRIC_FRC_SEVENTH] = plica_frc_crossing(frc, NULL, 1.0 / 7.0);
	metric[PLICA_METRIC_FRC_ONE_BIT] = plica_frc_crossing(frc, frc->one_bit, 0.0);
	metric[PLICA_METRIC_FRC_HALF_BIT] = plica_frc_crossing(frc, frc->half_bit, 0.0);
	metric[PLICA_METRIC_FRC_MEAN] = plica_frc_mean(frc);
}

struct plica_metric plica_comparison_crossing(
	const struct plica_comparison *comparison, double threshold)
{
	const struct plica_metric *mean = &comparison->metric[PLICA_METRIC_FRC_MEAN];

	return mean->reason != NULL ? *mean : plica_frc_crossing(&comparison->frc, NULL, threshold);
}

static void set_errors(struct plica_metric *metric, const struct plica_pixel_errors *errors)
{
	metric[PLICA_METRIC_NRMSE] = number(errors->nrmse);
	metric[PLICA_METRIC_PHASE_RMSE] = number(sqrt(errors->phase_mse));
	metric[PLICA_METRIC_PHASE_MAE] = number(errors->phase_mae);
	metric[PLICA_METRIC_PHASE_MSE] = number(errors->phase_mse);
	metric[PLICA_METRIC_AMPLITUDE_RMSE] = number(sqrt(errors->amplitude_mse));
	metric[PLICA_METRIC_AMPLITUDE_MAE] = number(errors->amplitude_mae);
	metric[PLICA_METRIC_AMPLITUDE_MSE] = number(errors->amplitude_mse);
}

/* The phase of a pixel on its own has the error 1 / (2 sqrt n). An estimate that is smoothed, on
 * purpose or by having begun flat, comes somewhat below that; half of it would take four times the
 * photons, and the truth to begin with. */
#define TOO_GOOD 0.5

enum plica_status plica_measure(struct plica_comparison *comparison, const double *weight,
	double msssim_sigma_px, struct plica_error *err)
{
	enum plica_status status;
	struct plica_pixel_errors errors;
	struct plica_metric *metric = comparison->metric;

	plica_pixels_measure(&errors, comparison->aligned, comparison->reference, weight,
		comparison->rows * comparison->cols);
	set_errors(metric, &errors);
	PLICA_TRY(measure_similarity(comparison, msssim_sigma_px, &errors, err));
	PLICA_TRY(plica_frc_curve(&comparison->frc, comparison->aligned, comparison->reference,
		comparison->rows, comparison->cols, err));
	measure_frc(comparison);
	PLICA_TRY(plica_ptychopinn_measure(comparison, msssim_sigma_px, err));
out:
	return status;
}

void plica_measure_doubts(
	struct plica_comparison *comparison, const struct plica_compare_options *options)
{
	static const enum plica_metric_kind of_noise[] = {PLICA_METRIC_NRMSE,
		PLICA_METRIC_PHASE_RMSE, PLICA_METRIC_PHASE_MAE, PLICA_METRIC_PHASE_MSE,
		PLICA_METRIC_PHASE_PSNR};
	struct plica_metric *metric = comparison->metric;
	const struct plica_removed *removed = &comparison->removed;
	double shift = fmax(fabs(removed->shift_y_px), fabs(removed->shift_x_px));
	double photons = options->photons_per_px;

	if (photons > 0.0 && metric[PLICA_METRIC_PHASE_RMSE].value < TOO_GOOD * 0.5 / sqrt(photons))
		for (size_t i = 0; i < sizeof(of_noise) / sizeof(of_noise[0]); i++)
			metric[of_noise[i]] = no_number("better than shot noise allows");
	if (shift > options->max_shift_px - LIMIT_PX)
		for (size_t i = 0; i < PLICA_METRIC_COUNT; i++)
			metric[i] = no_number("the shift is at its limit");
	metric[PLICA_METRIC_R_FACTOR] = no_number("not held against any data");
	metric[PLICA_METRIC_FOURIER_ERROR] = metric[PLICA_METRIC_R_FACTOR];
}
