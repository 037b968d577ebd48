/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Small separable filters on real pictures (row-major, contiguous, double).
 */
#ifndef PLICA_EVAL_FILTER_H
#define PLICA_EVAL_FILTER_H

#include <stddef.h>

#include "plica/error.h"

/** Longest kernel of plica_filter_valid. */
#define PLICA_FILTER_TAPS 65

/** `taps` weights, odd in number. */
struct plica_filter {
	size_t taps;
	double weight[PLICA_FILTER_TAPS];
};

/** Equal weights that add up to 1. */
void plica_filter_uniform(struct plica_filter *out, size_t taps);
/** Gaussian weights of the given sigma (> 0, in samples) that add up to 1. */
void plica_filter_gaussian(struct plica_filter *out, size_t taps, double sigma);

/**
 * Correlates the picture with filter x filter where the window fits: `out` gets
 * (rows - taps + 1) * (cols - taps + 1) values; `work` holds rows * (cols - taps + 1). Both sides
 * are at least `taps`. `out` may be `in`.
 */
void plica_filter_valid(double *out, double *work, const double *in, size_t rows, size_t cols,
	const struct plica_filter *filter);

/**
 * Smooths a picture in place with a Gaussian of `sigma` px in (0, 8], cut at 4 sigma; the picture
 * goes on beyond its rim as its mirror image (edge pixel repeated).
 */
PLICA_MUST_USE enum plica_status plica_filter_smooth(
	double *picture, size_t rows, size_t cols, double sigma, struct plica_error *err);

/** Index i of a signal of n >= 1 samples that goes on as its mirror image on both sides. */
size_t plica_reflect(ptrdiff_t i, size_t n);

#endif
