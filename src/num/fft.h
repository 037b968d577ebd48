/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Two-dimensional discrete Fourier transforms (FFTW 3), single and double precision.
 *
 * Unnormalised both ways: inverse(forward(x)) = rows * cols * x. Forward uses exp(-2 pi i ...).
 * Plans are made once, behind a lock, with FFTW_ESTIMATE: the choice of algorithm, and so the
 * last bit of every result, does not depend on timing. Executing a plan is thread-safe; arrays
 * must come from plica_allocate (aligned) or have the same alignment.
 */
#ifndef PLICA_NUM_FFT_H
#define PLICA_NUM_FFT_H

#include <stddef.h>

#include "plica/error.h"

struct plica_fft;

/** A plan for contiguous (rows, cols) arrays of float complex; free with plica_fft_free. */
PLICA_MUST_USE enum plica_status plica_fft_create(
	struct plica_fft **out, size_t rows, size_t cols, struct plica_error *err);
void plica_fft_free(struct plica_fft *fft);
/** In place. */
void plica_fft_forward(const struct plica_fft *fft, float _Complex *data);
void plica_fft_inverse(const struct plica_fft *fft, float _Complex *data);

/**
 * Seconds that FFTW needs for one single-precision transform of side x side, planned with
 * FFTW_PATIENT, in place, on one thread and again and again on the same array: the floor that
 * engines are held against. The fastest of the rounds that fit into `seconds` (at least ten),
 * after seconds of planning. No engine uses that plan.
 */
PLICA_MUST_USE enum plica_status plica_fft_measure(
	double *out_s, size_t side, double seconds, struct plica_error *err);

/** The same in double precision, for metrics. */
struct plica_fft_double;

PLICA_MUST_USE enum plica_status plica_fft_double_create(
	struct plica_fft_double **out, size_t rows, size_t cols, struct plica_error *err);
void plica_fft_double_free(struct plica_fft_double *fft);
void plica_fft_double_forward(const struct plica_fft_double *fft, double _Complex *data);
void plica_fft_double_inverse(const struct plica_fft_double *fft, double _Complex *data);

/** The next size that has no prime factor above 5. */
size_t plica_fft_fast_size(size_t least);

/** The signed frequency in cycles/sample of index k of n: k/n for k < (n+1)/2, else (k-n)/n. */
double plica_fft_frequency(size_t k, size_t n);

#endif
