/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The low-frequency phase boost (doc/numerics.md, "Slow phases"): a phase that varies slowly over
 * the object changes a pattern by a small shift only, so that every first-order method is slow
 * there. Its part of a direction is amplified by
 *
 *     K(k) = 1 / ((2 pi k c sigma)^2 + 1 / cap),   k in cycles/px, sigma the probe's rms radius.
 */
#ifndef PLICA_RECON_BOOST_H
#define PLICA_RECON_BOOST_H

#include "num/fft.h"
#include "recon/archive.h"
#include "recon/problem.h"

struct plica_boost {
	struct plica_problem *problem;
	size_t rows, cols; /**< of the transform: the canvas, padded to sizes that are fast */
	struct plica_fft *fft;
	float _Complex *phase;  /**< rows * cols */
	float *gain_y, *gain_x; /**< (2 pi k c sigma)^2 of each axis */
	double c, cap;
};

PLICA_MUST_USE enum plica_status plica_boost_create(struct plica_boost **out,
	struct plica_problem *problem, double c, double cap, struct plica_error *err);
void plica_boost_free(struct plica_boost *boost);

/** The gains, which follow from the probe that plica_boost_set_width saw. */
void plica_boost_archive(struct plica_boost *boost, struct plica_archive *archive);

/** Measures sigma of the present probe. */
void plica_boost_set_width(struct plica_boost *boost);

/**
 * z += i O w F^-1[ K F( w Im(z conj(O)) ) ] with the weight w = W / (W + damping): the boosted
 * phase part of direction `z` is added to it. `power` is W, with the stride of the canvas.
 */
void plica_boost_direction(
	struct plica_boost *boost, struct plica_planes *z, const float *power, float damping);

/**
 * O *= exp(i clip(w F^-1[ K F(w p) ], 0.5)), p = Im((O - O_old) conj(O)) / |O|^2: the same after
 * the fact, on the change of a whole epoch.
 */
void plica_boost_change(struct plica_boost *boost, const struct plica_planes *old,
	const float *power, float damping);

#endif
