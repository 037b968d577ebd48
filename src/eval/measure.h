/* SPDX-License-Identifier: BSD-3-Clause */
/** The figures of a comparison, from its two arrays. */
#ifndef PLICA_EVAL_MEASURE_H
#define PLICA_EVAL_MEASURE_H

#include "plica/compare.h"

/**
 * Fills metric, amplitude_range, phase_range_rad and frc from the arrays of `comparison`;
 * `weight` has one value for each of their pixels. `doubt`, when not NULL, is put in the place
 * of every figure: why none of them can be trusted.
 */
PLICA_MUST_USE enum plica_status plica_measure(struct plica_comparison *comparison,
	const double *weight, double msssim_sigma_px, const char *doubt, struct plica_error *err);

#endif
