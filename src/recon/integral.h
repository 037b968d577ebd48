/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The phase whose gradient the deflections g of the beam are (recon/deflection.h; doc/numerics.md,
 * "Initial phase"). With p a Gaussian of the probe's rms radius sigma,
 *
 *     min_phi  sum_i |(p * grad phi)(r_i) - (g_i - M grad ln T)|^2 + lambda n sum |grad phi|^2
 *
 * on a grid of 0.7 sigma. A curved probe of which the object absorbs one side is bent as well, by
 * M grad ln T: M is the probe's curvature, ln T the transmission as the counts of the positions tell it,
 *
 *     M_ab = sum Im(conj(P) d_a P) r_b / sum |P|^2.
 */
#ifndef PLICA_RECON_INTEGRAL_H
#define PLICA_RECON_INTEGRAL_H

#include "num/fft.h"
#include "recon/deflection.h"
#include "recon/problem.h"

/** Arrays of rows x cols nodes; the unknown is the phase's spectrum. */
struct plica_integral {
	size_t rows, cols, nodes;
	double spacing; /**< px */
	float density;  /**< n, the positions a node of the scan */
	float lambda;
	struct plica_fft *fft;
	float *weight;                /**< positions at a node */
	float _Complex *measured;     /**< sums of their g_y + i g_x */
	float _Complex *smooth;       /**< p = exp(-(sigma k)^2 / 2) */
	float _Complex *slope;        /**< i (k_y + i k_x) p */
	float _Complex *bend;         /**< i ((M k)_y + i (M k)_x) p */
	float _Complex *bent;         /**< M grad ln T at the nodes, less its mean */
	const float _Complex *factor; /**< of the present problem: smooth or slope */
	float *square;                /**< |k|^2 */
	float _Complex *phase, *residual, *direction, *product; /**< of the conjugate gradients */
	float _Complex *work;
};

/** For the problem's positions and probe, and the deflections' photons; NULL: T is taken to be 1. */
PLICA_MUST_USE enum plica_status plica_integral_create(struct plica_integral *integral,
	struct plica_problem *problem, const struct plica_deflections *deflections,
	struct plica_error *err);
void plica_integral_release(struct plica_integral *integral);

/** Finds the phase; returns the part of the deflections, 0 to 1, that it does not explain. Their
 * variance must be more than their noise. */
double plica_integral_solve(struct plica_integral *integral, const struct plica_problem *problem,
	const struct plica_deflections *deflections);
/** Turns the problem's object by it. */
void plica_integral_turn(struct plica_problem *problem, struct plica_integral *integral);

#endif
