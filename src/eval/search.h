/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The first guess of a registration: whole pixels of shift and the ramp to a fraction of a cycle,
 * by correlations. See refine.h for the rest.
 */
#ifndef PLICA_EVAL_SEARCH_H
#define PLICA_EVAL_SEARCH_H

#include "eval/align.h"

/** The reference over the area, with its weights; y.area * x.area of the alignment. */
struct plica_align_target {
	double _Complex *value;
	double *weight;
};

/** |sum w conj(a) t| / sqrt(sum w |a|^2 sum w |t|^2) in [0, 1]; 0 when one of the two is zero. */
double plica_align_agreement(
	const struct plica_align_target *target, const double _Complex *a, size_t count);

/**
 * Writes the best guess to `parameter`. Two starts are followed: no shift, and the peak of the
 * correlation of the neighbour products r(y + 1, x) conj(r(y, x)) and r(y, x + 1) conj(r(y, x)),
 * in which a ramp is a constant and the complex factor another, so that neither can hide the
 * shift. From each, in turn: the ramp from the peak of the transform of conj(a) t, the shift from
 * the peak of the complex correlation; the start that agrees better in the end is taken, unless
 * hardly better than no shift at all.
 * Shifts are looked for up to `most` px (at most the alignment's margin) on each axis.
 */
PLICA_MUST_USE enum plica_status plica_align_search(double parameter[PLICA_ALIGN_PARAMETERS],
	struct plica_alignment *alignment, const struct plica_align_target *target, size_t most,
	struct plica_error *err);

#endif
