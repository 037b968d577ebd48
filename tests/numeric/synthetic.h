/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Small noiseless scans whose truth is known, simulated here in double precision from the
 * definitions alone: whatever the engines do, they did not make these patterns.
 */
#ifndef PLICA_SYNTHETIC_H
#define PLICA_SYNTHETIC_H

#include <stdbool.h>
#include <stddef.h>

#include "num/fft.h"
#include "plica/dataset.h"
#include "plica/product.h"

struct synthetic_params {
	size_t side;     /**< N */
	size_t per_axis; /**< the scan is a grid of per_axis^2 positions */
	double step_px;  /**< of that grid */
	double jitter_px;
	bool whole;         /**< round the positions to whole pixels */
	double photons;     /**< of the probe */
	bool diffuse;       /**< random phases in the probe light the whole detector */
	double guess_error; /**< 0: probeGuess is the truth; else how far its curvature is off */
};

struct synthetic {
	size_t side;
	size_t rows, cols;       /**< of the true object, in the dataset's coordinates */
	double _Complex *object; /**< the truth */
	double _Complex *probe;
	struct plica_dataset *dataset;
};

/** N = 32, 8 x 8 positions 4 px apart with fractions, 1e4 photons, the right probe. */
struct synthetic_params synthetic_defaults(void);
/** Fails the test when memory runs out. */
void synthetic_init(struct synthetic *synthetic, const struct synthetic_params *params);
void synthetic_release(struct synthetic *synthetic);

/** T_(dy, dx) of a field of side `side` (the probe moved forward). */
void synthetic_shift(double _Complex *out, const double _Complex *field, size_t side, double dy,
	double dx, const struct plica_fft_double *fft);

/**
 * Of the scanned box: the complex NRMSE of the product's object after one complex factor alone is
 * removed (no ramp, no shift), each pixel put where object_origin says it is.
 */
double synthetic_error(const struct synthetic *synthetic, const struct plica_product *product);
/** The same after the product has been moved by (dy, dx) whole pixels. */
double synthetic_error_moved(
	const struct synthetic *synthetic, const struct plica_product *product, long dy, long dx);

#endif
