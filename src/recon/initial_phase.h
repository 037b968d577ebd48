/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * A slowly varying phase to start from, out of the deflections of the beam (doc/numerics.md,
 * "Initial phase"). It has no vortices, however often it wraps; those that a flat object would get,
 * no engine gets rid of easily.
 */
#ifndef PLICA_RECON_INITIAL_PHASE_H
#define PLICA_RECON_INITIAL_PHASE_H

#include "recon/deflection.h"
#include "recon/problem.h"

/** Turns the problem's object, which must be flat, by that phase if the patterns agree clearly better
 * with it; else it stays flat. The probe must have been scaled to the patterns, and the deflections
 * must stand out from their noise. */
PLICA_MUST_USE enum plica_status plica_initial_phase(struct plica_problem *problem,
	const struct plica_deflections *deflections, struct plica_error *err);

#endif
