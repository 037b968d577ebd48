/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Fourier ring correlation.
 *
 *     FRC(ring) = Re sum F1 conj(F2) / sqrt(sum |F1|^2 sum |F2|^2)
 *
 * over the largest centred square, of which the mean is taken off before a Hann window; ring i
 * holds the frequencies whose distance from zero rounds to i bins, up to Nyquist.
 *
 * Thresholds (M. van Heel, M. Schatz, J. Struct. Biol. 151, 250 (2005)), with SNR s per picture:
 *
 *     T(n) = (s + 2 sqrt(s / n) + 1 / sqrt(n)) / (s + 2 sqrt(s / n) + 1)
 *
 * n is half the number of frequencies in the ring: those of a complex picture are independent, but
 * the Hann window ties neighbours together.
 */
#ifndef PLICA_EVAL_FRC_H
#define PLICA_EVAL_FRC_H

#include <stddef.h>

#include "plica/compare.h"

/** SNR per picture of the 1-bit and the half-bit threshold. */
#define PLICA_FRC_ONE_BIT_SNR 0.5
#define PLICA_FRC_HALF_BIT_SNR 0.20710678118654752

/** T(n) for a ring of `frequencies` Fourier pixels. */
double plica_frc_threshold(double snr, size_t frequencies);

/** The curve of two pictures (rows * cols); free with plica_frc_release. */
PLICA_MUST_USE enum plica_status plica_frc_curve(struct plica_frc_curve *out,
	const float _Complex *a, const float _Complex *b, size_t rows, size_t cols,
	struct plica_error *err);
/** The same without a window. */
PLICA_MUST_USE enum plica_status plica_frc_curve_unwindowed(struct plica_frc_curve *out,
	const float _Complex *a, const float _Complex *b, size_t rows, size_t cols,
	struct plica_error *err);
void plica_frc_release(struct plica_frc_curve *curve);

/**
 * Where the curve first falls below a threshold, as a fraction of Nyquist, from ring 2 on (lower
 * ones hold a handful of frequencies, and the mean taken off), with linear interpolation.
 * `threshold` is one of the curve's arrays, or NULL for the constant `level`.
 */
struct plica_metric plica_frc_crossing(
	const struct plica_frc_curve *curve, const double *threshold, double level);
/** Mean of the rings from 1 on. */
struct plica_metric plica_frc_mean(const struct plica_frc_curve *curve);

#endif
