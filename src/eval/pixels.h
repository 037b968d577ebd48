/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Errors pixel by pixel of an aligned reconstruction `a` against a reference `t`, weighted sums
 * formed in double: complex NRMSE; RMSE, MAE and MSE of amplitude and phase; PSNR.
 */
#ifndef PLICA_EVAL_PIXELS_H
#define PLICA_EVAL_PIXELS_H

#include <stddef.h>

#include "plica/compare.h"

/** A picture's range below this (of its largest amplitude; in radians) is rounding. */
#define PLICA_LEAST_RANGE 1e-6

/** Weighted means over the pixels. */
struct plica_pixel_errors {
	double nrmse;         /**< sqrt(sum w |a - t|^2 / sum w |t|^2) */
	double phase_mae;     /**< |arg(a conj(t))|, rad */
	double phase_mse;     /**< rad^2 */
	double amplitude_mae; /**< ||a| - |t|| */
	double amplitude_mse;
};

/** `count` pixels; the weights are >= 0 and not all zero. */
void plica_pixels_measure(struct plica_pixel_errors *out, const float _Complex *a,
	const float _Complex *t, const double *weight, size_t count);

/** 10 log10(range^2 / mse) dB; a reason for mse = 0. */
struct plica_metric plica_pixels_psnr(double mse, double range);

#endif
