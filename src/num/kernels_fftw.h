/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The plain variants: FFTW and loops, for every size, with transforms in single or in double
 * precision. Waves, spectra and patterns are natural and
 * interleaved; frequencies and detector pixels have their zero at index 0.
 */
#ifndef PLICA_NUM_KERNELS_FFTW_H
#define PLICA_NUM_KERNELS_FFTW_H

#include <complex.h>

#include "num/fft.h"
#include "num/kernels_variants.h"

/** Loops over pixels go by blocks, whose quantities stand in arrays of this length. */
#define BLOCK 64
/** Every sum over pixels has this many double accumulators; pixel i goes to i modulo LANES. */
#define LANES 8

/** One of the two is there. */
struct fftw_plan {
	struct plica_fft *single;
	struct plica_fft_double *fine;
};

/** One thread's scratch. */
struct fftw_scratch {
	float complex *wave[3]; /**< one for an exit wave, three for a line search */
	float *intensity;
	float complex *ramp_y; /**< exp(-2 pi i u delta) of every frequency, times amplitude / N */
	float complex *ramp_x;
	double *phasor_re;
	double *phasor_im;
	double complex *fine; /**< a wave in double; NULL: transforms are single */
};

struct fftw_scratch plica_fftw_scratch(const struct plica_kernels *self, void *work);

/** The unnormalised transforms, in place. */
void plica_fftw_forward(
	const struct plica_kernels *self, const struct fftw_scratch *scratch, float complex *wave);
void plica_fftw_inverse(
	const struct plica_kernels *self, const struct fftw_scratch *scratch, float complex *wave);

/** Fills both ramps. */
void plica_fftw_ramps(const struct fftw_scratch *scratch, size_t size, double shift_y,
	double shift_x, float amplitude);
/** wave = F^-1[spectrum ramp] */
void plica_fftw_shift(const struct plica_kernels *self, const struct fftw_scratch *scratch,
	float complex *wave, const float complex *spectrum);

/** From `intensity`, Ihat without background, to the factor of Psi that makes it F chi, and the
 * sums (doc/numerics.md, "Gradients of one set of positions"). */
void plica_fftw_compare(const struct plica_kernels *self, const struct plica_mixture *args,
	float *intensity, struct plica_exit_sums *out);

void plica_fftw_line_search(const struct plica_kernels *self, void *work,
	const struct plica_line_search *args, double *objective);
void plica_fftw_scatter(const struct plica_kernels *self, struct plica_planes *sum,
	size_t first_row, size_t end_row, const struct plica_stored_waves *waves);
void plica_fftw_scatter_power(const struct plica_kernels *self, float *sum, size_t stride,
	size_t first_row, size_t end_row, const struct plica_stored_waves *waves);
void plica_fftw_pair_sums(const struct plica_kernels *self, double sums[PLICA_PAIR_SUMS],
	const struct plica_planes *object, const struct plica_planes *direction,
	const float *probe_direction, const struct plica_stored_waves *waves);
void plica_fftw_position_sums(const struct plica_kernels *self, double sums[PLICA_POSITION_SUMS],
	const struct plica_planes *slope_y, const struct plica_planes *slope_x,
	const struct plica_stored_waves *waves);

static inline const float complex *as_complex(const float *wave)
{
	return (const float complex *)(const void *)wave;
}

static inline float complex *as_complex_out(float *wave)
{
	return (float complex *)(void *)wave;
}

static inline float complex planes_at(const struct plica_planes *planes, size_t at)
{
	return CMPLXF(planes->re[at], planes->im[at]);
}

static inline void add_to_lanes(double lanes[LANES], const float values[BLOCK])
{
	for (size_t i = 0; i < BLOCK; i += LANES)
		for (size_t j = 0; j < LANES; j++)
			lanes[j] += (double)values[i + j];
}

static inline double sum_of_lanes(const double lanes[LANES])
{
	return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
	       ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

#endif
