/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Moving a reconstruction onto a reference: ramp off, then a Fourier shift, in double precision.
 *
 * An alignment holds the reconstruction over a *box*: the area compared with a margin on every
 * side, so that what a shift brings in is really there and the wrap-around of the Fourier shift
 * stays away. Where the reconstruction ends inside the box it goes on as its mirror image; what
 * comes from there is not covered (plica_alignment_uncovered).
 *
 * Four parameters (enum plica_align_parameter): the shift q to be made, in pixels of the box, and
 * the ramp k to be taken off, in cycles over the area; zero ramp phase is at the area's centre.
 * The box lies on the reconstruction's own grid, so that q includes the fraction `rest` by which
 * the two grids differ: the shift found *in* the reconstruction is rest - q.
 */
#ifndef PLICA_EVAL_ALIGN_H
#define PLICA_EVAL_ALIGN_H

#include <stddef.h>

#include "num/fft.h"
#include "plica/compare.h"

enum plica_align_parameter {
	PLICA_ALIGN_SHIFT_Y,
	PLICA_ALIGN_SHIFT_X,
	PLICA_ALIGN_RAMP_Y,
	PLICA_ALIGN_RAMP_X,
	PLICA_ALIGN_PARAMETERS,
};

/** One axis of the box. */
struct plica_align_axis {
	size_t area;   /**< pixels of the area */
	size_t box;    /**< pixels of the box */
	size_t offset; /**< of the area's first pixel in the box */
	ptrdiff_t
		from;  /**< index in the reconstruction of the box's first pixel; may be negative */
	size_t source; /**< pixels of the reconstruction */
	double rest;   /**< what the origins leave beyond whole pixels, in [-1/2, 1/2] */
	double _Complex *phase; /**< scratch, `box` factors */
};

struct plica_alignment {
	struct plica_align_axis y, x;
	double parameter[PLICA_ALIGN_PARAMETERS]; /**< of the last plica_alignment_set */
	double _Complex *box;                     /**< the reconstruction as it came */
	double _Complex *spectrum;                /**< of the box without the ramp */
	double _Complex *work;
	struct plica_fft_double *fft;
};

/**
 * Takes the reconstruction's pixels around the input's area, `margin` px more on each side.
 * PLICA_ERR_DATA when it does not reach over the whole area, PLICA_ERR_NUMERIC for NaN or
 * infinity in the box. Free with plica_alignment_free.
 */
PLICA_MUST_USE enum plica_status plica_alignment_create(struct plica_alignment **out,
	const struct plica_compare_input *input, size_t margin, struct plica_error *err);
void plica_alignment_free(struct plica_alignment *alignment);

/** Sets the parameters: takes the ramp off and transforms. */
void plica_alignment_set(
	struct plica_alignment *alignment, const double parameter[PLICA_ALIGN_PARAMETERS]);

/**
 * Fills `out`, y.area * x.area, for the parameters set: the moved reconstruction (orders 0, 0), or
 * its derivative of the given orders by q_y and q_x.
 */
void plica_alignment_get(struct plica_alignment *alignment, double _Complex *out,
	unsigned int order_y, unsigned int order_x);

/** Pixels at the low and the high end of the area that a shift q leaves uncovered on one axis. */
void plica_alignment_uncovered(
	size_t *low, size_t *high, const struct plica_align_axis *axis, double shift);

#endif
