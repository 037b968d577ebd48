/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * A weighted total-variation step on the problem's object (doc/numerics.md, "Denoising"):
 *
 *     min_x (1/2) sum w |x - O|^2 + lambda sum sqrt(|d_y x|^2 + |d_x x|^2),
 *     w = max(W, 0.1 W_m) / W_m,
 *
 * W_m the median of the illumination W over the scanned box. No pattern is touched.
 */
#ifndef PLICA_RECON_TV_H
#define PLICA_RECON_TV_H

#include <stdbool.h>

#include "recon/problem.h"

struct plica_tv;

PLICA_MUST_USE enum plica_status plica_tv_create(
	struct plica_tv **out, struct plica_problem *problem, struct plica_error *err);
void plica_tv_free(struct plica_tv *tv);

/** Measures w with the present probe; *median is W_m, photons per pixel. False, with nothing done,
 * when half of the scanned box is dark. */
bool plica_tv_weigh(struct plica_tv *tv, double *median);
/** Replaces the object by the minimum for `lambda`, or what `iterations` come to; true. */
bool plica_tv_step(struct plica_tv *tv, double lambda, int iterations);

#endif
