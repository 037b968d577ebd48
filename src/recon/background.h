/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The incoherent background: photons that every pattern has at the same detector pixels, whatever
 * the object (doc/numerics.md, "Background"). It is an unknown of each pixel, never negative.
 *
 *     Ihat_i = sum_m |Psi_im|^2 + B,   r = (1/2) sum_i f_i,   C = (1/4) sum_i 1 / I_i
 *
 * with f what a pattern's Psi is multiplied by to give F chi: -2 r is the objective's gradient, C
 * its curvature, so that r / C is what is missing.
 */
#ifndef PLICA_RECON_BACKGROUND_H
#define PLICA_RECON_BACKGROUND_H

#include "recon/problem.h"

/** Gives the problem a background where the settings want one; after its patterns are there. */
PLICA_MUST_USE enum plica_status plica_background_create(
	struct plica_problem *problem, struct plica_error *err);

/** Photons of the background in the valid pixels of pattern `index`; 0 without one. */
double plica_background_photons(const struct plica_problem *problem, size_t index);

/** r of each pixel. */
void plica_background_residual(
	float *residual, const struct plica_problem *problem, const float *factor_sum);
/** z = r / C, where that is no more than what expectation maximisation does, 4 B / J. */
void plica_background_precondition(
	float *scaled, const struct plica_problem *problem, const float *residual);
/** out = max(B / 10, B + step direction). */
void plica_background_move(
	float *out, const struct plica_problem *problem, float step, const float *direction);

/** B = max(B / 10, B + z) with the sum of f over any set of positions. Over all sets of an epoch
 * that is one whole step. */
void plica_background_step(struct plica_problem *problem, const float *factor_sum);

#endif
