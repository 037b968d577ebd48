/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * One weighted total-variation step (recon/tv.h) on a finished object, whose strength follows from
 * the photons per object pixel (doc/numerics.md, "Denoising"): lambda = strength sqrt(1 / (2 W_m)).
 */
#ifndef PLICA_RECON_DENOISE_H
#define PLICA_RECON_DENOISE_H

#include "recon/problem.h"

/** Replaces the problem's object; `strength` 0.5 is right from 300 to 1e5 photons a frame. */
PLICA_MUST_USE enum plica_status plica_denoise(
	struct plica_problem *problem, double strength, struct plica_error *err);

#endif
