/* SPDX-License-Identifier: BSD-3-Clause */
/** The figures of a comparison, from its two arrays. */
#ifndef PLICA_EVAL_MEASURE_H
#define PLICA_EVAL_MEASURE_H

#include "plica/compare.h"

/**
 * Fills metric, amplitude_range, phase_range_rad and frc from the arrays of `comparison`;
 * `weight` has one value for each of their pixels. The figures of the data are left alone.
 */
PLICA_MUST_USE enum plica_status plica_measure(struct plica_comparison *comparison,
	const double *weight, double msssim_sigma_px, struct plica_error *err);

/**
 * Puts a reason in the place of figures that cannot be trusted: all of them when the shift removed
 * is within half a pixel of the largest; those of the phase's errors, and the complex NRMSE, when
 * they are better than the photons per pixel of the options allow. The figures of the data, which
 * nobody has measured yet, get one too.
 */
void plica_measure_doubts(
	struct plica_comparison *comparison, const struct plica_compare_options *options);

#endif
