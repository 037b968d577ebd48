/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Structural similarity of two real pictures.
 *
 * Z. Wang et al., IEEE Trans. Image Process. 13, 600 (2004); Wang, Simoncelli, Bovik, Asilomar
 * (2003) for several scales.
 */
#ifndef PLICA_EVAL_SSIM_H
#define PLICA_EVAL_SSIM_H

#include <stddef.h>

#include "plica/error.h"

/** Two pictures of the same shape (row-major, contiguous), borrowed. */
struct plica_ssim_pair {
	const double *a;
	const double *b;
	size_t rows;
	size_t cols;
	double range; /**< R > 0 in C1 = (0.01 R)^2, C2 = (0.03 R)^2 */
};

/** Shortest side that plica_ssim can take, and plica_msssim: an 11-tap window, halved four times.
 */
#define PLICA_SSIM_LEAST_PX 7
#define PLICA_MSSSIM_LEAST_PX 176

/** Mean of the map with a uniform 7 x 7 window and sample covariances, where the window fits. */
PLICA_MUST_USE enum plica_status plica_ssim(
	double *out, const struct plica_ssim_pair *pair, struct plica_error *err);

/**
 * Five scales, the 2 x 2 mean between them, 11 x 11 Gaussian windows of sigma 1.5. NaN when a
 * mean over a scale is negative, of which no fractional power exists.
 */
PLICA_MUST_USE enum plica_status plica_msssim(
	double *out, const struct plica_ssim_pair *pair, struct plica_error *err);

#endif
