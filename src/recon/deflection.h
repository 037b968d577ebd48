/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * How far the object bends the beam at each position: the centre of mass of the pattern, over the
 * valid pixels,
 *
 *     g_i = 2 pi sum_k k I_i(k) / sum_k I_i(k),   k in cycles/px,
 *
 * is the mean of the exit wave's phase gradient, weighted with its intensity (differential phase
 * contrast: Waddell and Chapman, Optik 54, 83 (1979); Lazic, Bosch, Lazar, Ultramicroscopy 160, 265
 * (2016)). Their mean over the scan, a ramp that object and probe share, is taken out.
 */
#ifndef PLICA_RECON_DEFLECTION_H
#define PLICA_RECON_DEFLECTION_H

#include "recon/problem.h"

struct plica_deflections {
	size_t count;
	double *y, *x;   /**< g, radians/px */
	double *photons; /**< that came through, sum of I */
	double variance; /**< of one component, mean of both */
	double noise;    /**< the part of it that comes from counting, if these are counts */
};

PLICA_MUST_USE enum plica_status plica_deflections_measure(struct plica_deflections *out,
	const struct plica_problem *problem, struct plica_error *err);
void plica_deflections_release(struct plica_deflections *deflections);

#endif
