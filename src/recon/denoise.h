/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * One weighted total-variation step on a finished object, whose strength follows from the photons
 * per object pixel (doc/numerics.md, "Denoising"):
 *
 *     min_x (1/2) sum w |x - O|^2 + lambda sum sqrt(|d_y x|^2 + |d_x x|^2),
 *     w = max(W, 0.1 W_m) / W_m,  lambda = strength sqrt(1 / (2 W_m)),
 *
 * W_m the median of the illumination W over the scanned box. No pattern is touched.
 */
#ifndef PLICA_RECON_DENOISE_H
#define PLICA_RECON_DENOISE_H

#include "recon/problem.h"

/** Replaces the problem's object; `strength` 0.5 is right from 300 to 1e5 photons a frame. */
PLICA_MUST_USE enum plica_status plica_denoise(
	struct plica_problem *problem, double strength, struct plica_error *err);

#endif
