/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * A reconstruction against the data that it came from: how far the patterns that its object and
 * probe make are from those measured, and how many photons each pixel of the object has seen.
 *
 * With I the measured counts and J those of the forward model (doc/numerics.md), both summed over
 * the valid pixels of all patterns, the model's counts are scaled by the number s that fits best,
 *
 *     sqrt(s) = sum sqrt(I J) / sum J
 *
 * so that programs with another unit of the probe are judged alike; s = 1 where the units are ours.
 *
 *     R-factor  sum |sqrt(I) - sqrt(s J)| / sum sqrt(I)
 *     E_F       sum (sqrt(I) - sqrt(s J))^2 / sum I
 */
#ifndef PLICA_RESIDUAL_H
#define PLICA_RESIDUAL_H

#include <stddef.h>

#include "plica/dataset.h"
#include "plica/error.h"
#include "plica/product.h"

struct plica_residual {
	double r_factor;
	double fourier_error;
	double scale; /**< s */
	size_t pattern_count;
	double *pattern_r_factor; /**< of each pattern alone, with the same s; NaN: no photon */
	double *pattern_fourier_error;
};

/**
 * Measures the residual of a product. Its own positions are used when there are as many as
 * patterns, else the dataset's; all its probe modes, incoherently.
 *
 * PLICA_ERR_DATA when the product has no probe or one of another size, when a patch does not lie on
 * its object, when there is no photon in any valid pixel, or when its options say that its patterns
 * went through a detector's offset, blur or threshold, of which the residual has no model (a gain is
 * part of s). Release with plica_residual_release.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_residual(struct plica_residual *out,
	const struct plica_dataset *dataset, const struct plica_product *product,
	struct plica_error *err);
PLICA_API void plica_residual_release(struct plica_residual *residual);

/** A pixel grid in the dataset's coordinates. */
struct plica_grid {
	size_t rows, cols;
	double origin_y_px, origin_x_px; /**< of pixel [0, 0] */
};

/**
 * Measured photons per pixel of the grid (rows * cols floats; free with plica_free): the power of
 * the probe guess summed over the patches, at whole pixels, and scaled so that all patches together
 * have the photons of all patterns. PLICA_ERR_DATA for a probe without power.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_illumination(float **out,
	const struct plica_dataset *dataset, const struct plica_grid *grid,
	struct plica_error *err);

#endif
