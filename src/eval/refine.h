/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The last step of a registration: shift, ramp and complex factor together, by Newton steps with
 * Levenberg's damping on E = sum w |t - g a(q, k)|^2, with analytic first and second derivatives.
 * (Gauss-Newton takes the noise of a for structure and crawls where there is much of it.)
 */
#ifndef PLICA_EVAL_REFINE_H
#define PLICA_EVAL_REFINE_H

#include "eval/align.h"
#include "eval/search.h"

/**
 * Improves `parameter` (px and cycles) to the minimum next to it, 2 px or cycles away
 * at most; never makes it worse. The
 * alignment is left at the result.
 */
PLICA_MUST_USE enum plica_status plica_align_refine(double parameter[PLICA_ALIGN_PARAMETERS],
	struct plica_alignment *alignment, const struct plica_align_target *target,
	struct plica_error *err);

/**
 * The factor g that minimises sum w |t - g a|^2, and that minimum relative to sum w |t|^2; g = 0
 * where a is zero.
 */
double _Complex plica_align_factor(double *error, const struct plica_align_target *target,
	const double _Complex *a, size_t count);

#endif
