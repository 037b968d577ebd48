/* SPDX-License-Identifier: BSD-3-Clause */
/** What the variants of the kernels share; nobody else includes this. */
#ifndef PLICA_NUM_KERNELS_VARIANTS_H
#define PLICA_NUM_KERNELS_VARIANTS_H

#include "num/kernels.h"

#if defined(__x86_64__)
extern const struct plica_kernel_table plica_kernels_avx512;
extern const struct plica_kernel_table plica_kernels_avx2;
extern const struct plica_kernel_table plica_kernels_sse2;
bool plica_usable_avx512(void);
bool plica_usable_avx2(void);
bool plica_usable_sse2(void);
#else
extern const struct plica_kernel_table plica_kernels_vector;
bool plica_usable_vector(void);
#endif
extern const struct plica_kernel_table plica_kernels_fftw;
extern const struct plica_kernel_table plica_kernels_fftw_double;

/**
 * The half of a ramp: re[k] + i im[k] = exp(i angle k) for k < count, in double. The phasor of
 * -k is the conjugate.
 */
void plica_kernels_phasors(double *re, double *im, size_t count, double angle);

/** 1 - alpha xi is kept from 0, where no count would be left to expect. */
#define PLICA_LEAST_REMAINDER 1e-6f

/** alpha after a step of Newton's method, from L'(alpha) = -2 slope and L'' = 2 curvature. */
static inline float plica_newton_relaxation(float alpha, double slope, double curvature)
{
	double next = (double)alpha + (curvature > 0.0 ? slope / curvature : 0.0);

	return next < 0.0 ? 0.0f : next > 1.0 ? 1.0f : (float)next;
}

/** The rows of the patch at `row`, of height `size`, that lie in [first_row, end_row). */
struct plica_row_range {
	size_t first; /**< of the patch */
	size_t end;
};
static inline struct plica_row_range plica_rows_in(
	size_t row, size_t size, size_t first_row, size_t end_row)
{
	size_t first = first_row > row ? first_row - row : 0;
	size_t end = end_row > row ? end_row - row : 0;

	return (struct plica_row_range){first, end < size ? end : size};
}

#endif
