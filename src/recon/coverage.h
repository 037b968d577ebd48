/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * What the object lets through of each pixel of the probe, summed over a set of positions,
 *
 *     Z(r) = sum_i |O_i(r)|^2,
 *
 * the curvature of the objective for the probe as the illumination is for the object.
 */
#ifndef PLICA_RECON_COVERAGE_H
#define PLICA_RECON_COVERAGE_H

#include "recon/problem.h"

struct plica_coverage {
	const struct plica_problem *problem;
	float *power; /**< Z, N x N, natural order */
	float _Complex *natural;
	float *wave; /**< Z as the real and as the imaginary part: it divides a wave float by float */
};

PLICA_MUST_USE enum plica_status plica_coverage_create(
	struct plica_coverage **out, const struct plica_problem *problem, struct plica_error *err);
void plica_coverage_free(struct plica_coverage *coverage);

/** Measures the present object; the positions' order is that of the sums. */
void plica_coverage_measure(struct plica_coverage *coverage, const size_t *positions, size_t count);

#endif
