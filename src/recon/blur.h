/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The spread of a detector's signal over its pixels: a normalised Gaussian of sigma pixels, cyclic
 * like the transform that leads there. It is its own adjoint (doc/numerics.md, "The detector").
 */
#ifndef PLICA_RECON_BLUR_H
#define PLICA_RECON_BLUR_H

#include "num/kernels.h"

struct plica_blur {
	const struct plica_kernels *kernels;
	size_t radius; /**< of the kernel, px */
	float *taps;   /**< radius + 1: of one axis, from the middle on */
	float *fields; /**< scratch: two of N * N for each thread */
};

/** `sigma_px` > 0, scratch for threads 0 to `threads` - 1. `kernels` must outlive it; the caller
 * frees *out with plica_blur_free. */
PLICA_MUST_USE enum plica_status plica_blur_create(struct plica_blur **out,
	const struct plica_kernels *kernels, double sigma_px, size_t threads,
	struct plica_error *err);
void plica_blur_free(struct plica_blur *blur);

/** Blurs a pattern, in the kernels' order, in place and in the scratch of thread `thread`. */
void plica_blur_apply(const struct plica_blur *blur, size_t thread, float *pattern);

#endif
