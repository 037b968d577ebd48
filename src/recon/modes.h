/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Incoherent probe modes (Thibault and Menzel, Nature 494, 68 (2013)): a probe is `count` fields of
 * side x side pixels, natural order, one after the other. All sums are formed in double. Formulas:
 * doc/numerics.md, "Incoherent modes".
 */
#ifndef PLICA_RECON_MODES_H
#define PLICA_RECON_MODES_H

#include <stddef.h>

#include "plica/error.h"

/** As many as arrays on the stack have room for. */
#define PLICA_MOST_MODES 64

/**
 * Makes modes have ... want - 1 from mode 0 and adds them to the first `have` >= 1: products with
 * rising powers of y and x, orthogonal to all before them, each with 2 % of the power (all of them
 * half of it at most); the given ones keep the rest, and the total stays. PLICA_ERR_DATA when the
 * probe is so small that it has no further ones.
 */
PLICA_MUST_USE enum plica_status plica_modes_complete(
	float _Complex *modes, size_t have, size_t want, size_t side, struct plica_error *err);

/**
 * Mixes the modes unitarily so that they are orthogonal, the strongest first. The intensity of the
 * mixture, and so every pattern that it gives, stays what it was.
 */
void plica_modes_diagonalise(float _Complex *modes, size_t count, size_t pixels);

/** Strongest first; equals stay in their order. */
void plica_modes_sort(float _Complex *modes, size_t count, size_t pixels);
/** Takes out of each mode its part along those before it (Gram-Schmidt); what they share is lost. */
void plica_modes_gram_schmidt(float _Complex *modes, size_t count, size_t pixels);

/** share[m] = the part of all power that mode m has; zeros without power. */
void plica_modes_shares(double *share, const float _Complex *modes, size_t count, size_t pixels);

#endif
