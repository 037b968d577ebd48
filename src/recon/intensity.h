/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The beam's intensity at each position: a factor w_i on the amplitudes of all modes, with
 * mean w^2 = 1 (doc/numerics.md, "Intensities").
 */
#ifndef PLICA_RECON_INTENSITY_H
#define PLICA_RECON_INTENSITY_H

#include "recon/problem.h"

/** Gives the problem intensities, all 1, where the settings want them. */
PLICA_MUST_USE enum plica_status plica_intensity_create(
	struct plica_problem *problem, struct plica_error *err);

/** Moves w of `count` positions towards their measured photons; `sums` are the positions'. Nothing
 * without intensities, or where their plan leaves out epoch `number`. */
void plica_intensity_update(struct plica_problem *problem, const size_t *positions, size_t count,
	const struct plica_exit_sums *sums, long number);

/** Makes the mean of w^2 one, gives the factor to the probe, and lifts w to its floor. Nothing
 * without intensities. */
void plica_intensity_normalise(struct plica_problem *problem);

#endif
