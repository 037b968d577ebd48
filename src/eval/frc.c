/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/frc.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "base/try.h"
#include "eval/phasor.h"
#include "num/fft.h"

/* Below this share of a picture's power a ring holds rounding errors alone. */
#define LEAST_POWER 1e-20

static const char no_power[] = "a picture without structure has no Fourier rings to compare";

double plica_frc_threshold(double snr, size_t frequencies)
{
	double n = frequencies > 2 ? (double)frequencies / 2.0 : 1.0;
	double noise = 2.0 * sqrt(snr / n);

	return (snr + noise + 1.0 / sqrt(n)) / (snr + noise + 1.0);
}

static void fill_window(double *window, size_t side, bool hann)
{
	for (size_t i = 0; i < side; i++)
		window[i] =
			!hann ? 1.0 : 0.5 - 0.5 * cos(2.0 * M_PI * (double)i / (double)(side - 1));
}

/* The centred square of `picture`, its mean off, windowed. Returns the power before that. */
static double cut_square(double complex *out, const float complex *picture, size_t rows,
	size_t cols, size_t side, const double *window)
{
	const float complex *corner = picture + (rows - side) / 2 * cols + (cols - side) / 2;
	double complex mean = 0.0;
	double power = 0.0;

	for (size_t i = 0; i < side * side; i++) {
		double complex value = (double complex)corner[i / side * cols + i % side];

		out[i] = value;
		mean += value;
		power += plica_power(value);
	}
	mean /= (double)(side * side);
	for (size_t i = 0; i < side * side; i++)
		out[i] = (out[i] - mean) * (window[i / side] * window[i % side]);
	return power;
}

struct ring_sums {
	double mixed, power_a, power_b;
	size_t frequencies;
};

static void add_rings(struct ring_sums *rings, size_t ring_count, const double complex *a,
	const double complex *b, size_t side)
{
	for (size_t i = 0; i < side * side; i++) {
		double fy = plica_fft_frequency(i / side, side) * (double)side;
		double fx = plica_fft_frequency(i % side, side) * (double)side;
		size_t ring = (size_t)lrint(sqrt(fy * fy + fx * fx));

		if (ring >= ring_count)
			continue;
		rings[ring].mixed += creal(a[i] * conj(b[i]));
		rings[ring].power_a += plica_power(a[i]);
		rings[ring].power_b += plica_power(b[i]);
		rings[ring].frequencies++;
	}
}

static void fill_curve(struct plica_frc_curve *curve, const struct ring_sums *rings, size_t side,
	double least_a, double least_b)
{
	for (size_t i = 0; i < curve->ring_count; i++) {
		double power = sqrt(rings[i].power_a * rings[i].power_b);

		curve->frequency[i] = 2.0 * (double)i / (double)side;
		curve->one_bit[i] =
			plica_frc_threshold(PLICA_FRC_ONE_BIT_SNR, rings[i].frequencies);
		curve->half_bit[i] =
			plica_frc_threshold(PLICA_FRC_HALF_BIT_SNR, rings[i].frequencies);
		if (rings[i].power_a > least_a && rings[i].power_b > least_b)
			curve->frc[i] = rings[i].mixed / power;
		else
			curve->frc[i] = NAN;
	}
}

static enum plica_status curve_init(
	struct plica_frc_curve *curve, size_t ring_count, struct plica_error *err)
{
	enum plica_status status;

	*curve = (struct plica_frc_curve){.ring_count = ring_count};
	PLICA_TRY(PLICA_NEW(&curve->frequency, ring_count, err));
	PLICA_TRY(PLICA_NEW(&curve->frc, ring_count, err));
	PLICA_TRY(PLICA_NEW(&curve->one_bit, ring_count, err));
	PLICA_TRY(PLICA_NEW(&curve->half_bit, ring_count, err));
out:
	return status;
}

struct squares {
	size_t side;
	double complex *a, *b;
	double power_a, power_b; /* before the mean was taken off */
};

struct pair {
	const float complex *a, *b;
	size_t rows, cols;
	bool windowed;
};

static enum plica_status cut_squares(
	struct squares *out, const struct pair *pair, struct plica_error *err)
{
	enum plica_status status;
	double *window = NULL;
	size_t side = pair->rows < pair->cols ? pair->rows : pair->cols;

	*out = (struct squares){.side = side};
	PLICA_TRY(PLICA_NEW(&out->a, side * side, err));
	PLICA_TRY(PLICA_NEW(&out->b, side * side, err));
	PLICA_TRY(PLICA_NEW(&window, side, err));
	fill_window(window, side, pair->windowed);
	out->power_a = cut_square(out->a, pair->a, pair->rows, pair->cols, side, window);
	out->power_b = cut_square(out->b, pair->b, pair->rows, pair->cols, side, window);
out:
	plica_free(window);
	return status;
}

/* Transforms both squares and gathers the rings. */
static enum plica_status correlate(
	struct plica_frc_curve *curve, const struct squares *squares, struct plica_error *err)
{
	enum plica_status status;
	struct plica_fft_double *fft = NULL;
	struct ring_sums *rings = NULL;
	size_t side = squares->side;
	double scale = (double)(side * side) * LEAST_POWER;

	PLICA_TRY(plica_fft_double_create(&fft, side, side, err));
	PLICA_TRY(PLICA_NEW(&rings, curve->ring_count, err));
	plica_fft_double_forward(fft, squares->a);
	plica_fft_double_forward(fft, squares->b);
	add_rings(rings, curve->ring_count, squares->a, squares->b, side);
	fill_curve(curve, rings, side, scale * squares->power_a, scale * squares->power_b);
out:
	plica_fft_double_free(fft);
	plica_free(rings);
	return status;
}

static enum plica_status make_curve(
	struct plica_frc_curve *out, const struct pair *pair, struct plica_error *err)
{
	enum plica_status status;
	struct squares squares = {0};
	struct plica_frc_curve curve = {0};

	PLICA_TRY(cut_squares(&squares, pair, err));
	PLICA_TRY(curve_init(&curve, squares.side / 2 + 1, err));
	PLICA_TRY(correlate(&curve, &squares, err));
	*out = curve;
	curve = (struct plica_frc_curve){0};
out:
	plica_frc_release(&curve);
	plica_free(squares.a);
	plica_free(squares.b);
	return status;
}

enum plica_status plica_frc_curve(struct plica_frc_curve *out, const float complex *a,
	const float complex *b, size_t rows, size_t cols, struct plica_error *err)
{
	return make_curve(out, &(struct pair){a, b, rows, cols, true}, err);
}

enum plica_status plica_frc_curve_unwindowed(struct plica_frc_curve *out, const float complex *a,
	const float complex *b, size_t rows, size_t cols, struct plica_error *err)
{
	return make_curve(out, &(struct pair){a, b, rows, cols, false}, err);
}

void plica_frc_release(struct plica_frc_curve *curve)
{
	plica_free(curve->frequency);
	plica_free(curve->frc);
	plica_free(curve->one_bit);
	plica_free(curve->half_bit);
	*curve = (struct plica_frc_curve){0};
}

static bool has_power(const struct plica_frc_curve *curve)
{
	for (size_t i = 1; i < curve->ring_count; i++)
		if (!isnan(curve->frc[i]))
			return true;
	return false;
}

struct plica_metric plica_frc_crossing(
	const struct plica_frc_curve *curve, const double *threshold, double level)
{
	if (!has_power(curve))
		return (struct plica_metric){NAN, no_power};
	for (size_t i = 2; i < curve->ring_count; i++) {
		double below = (threshold != NULL ? threshold[i] : level) - curve->frc[i];
		double above = curve->frc[i - 1] - (threshold != NULL ? threshold[i - 1] : level);
		double past = 0.0; /* of ring i - 1, in rings */

		if (below <= 0.0)
			continue;
		/* a ring without power (NaN) has crossed at the one before */
		if (above > 0.0 && !isnan(below))
			past = above / (above + below);
		return (struct plica_metric){((double)(i - 1) + past) * curve->frequency[1], NULL};
	}
	return (struct plica_metric){NAN, "no crossing up to Nyquist"};
}

struct plica_metric plica_frc_mean(const struct plica_frc_curve *curve)
{
	double sum = 0.0;

	if (!has_power(curve))
		return (struct plica_metric){NAN, no_power};
	for (size_t i = 1; i < curve->ring_count; i++)
		sum += isnan(curve->frc[i]) ? 0.0 : curve->frc[i];
	return (struct plica_metric){sum / (double)(curve->ring_count - 1), NULL};
}
