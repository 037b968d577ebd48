/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * A slowly varying phase to start from, out of the deflections g of the beam (recon/deflection.h;
 * doc/numerics.md, "Initial phase"). With p a Gaussian of the probe's rms radius sigma,
 *
 *     min_phi  sum_i |(p * grad phi)(r_i) - g_i|^2 + lambda n sum |grad phi|^2
 *
 * on a grid of 0.7 sigma. The phase has no vortices, however often it wraps; those that a flat
 * object would get, no engine gets rid of easily.
 */
#ifndef PLICA_RECON_INITIAL_PHASE_H
#define PLICA_RECON_INITIAL_PHASE_H

#include "recon/problem.h"

/** Turns the problem's object, which must be flat, by that phase if the patterns agree clearly better
 * with it. The probe must have been scaled to them. */
PLICA_MUST_USE enum plica_status plica_initial_phase(
	struct plica_problem *problem, struct plica_error *err);

#endif
