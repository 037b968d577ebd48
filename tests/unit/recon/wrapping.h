/* SPDX-License-Identifier: BSD-3-Clause */
/** A small scan of an object whose phase wraps, by a Gaussian probe. */
#ifndef PLICA_WRAPPING_H
#define PLICA_WRAPPING_H

#include <complex.h>

#include "base/memory.h"
#include "num/fft.h"
#include "plica/dataset.h"
#include "testing.h"

#define SIDE 32
#define PER_AXIS 12
#define STEP 4
#define COUNT (PER_AXIS * PER_AXIS)
#define SIGMA 4.0 /* of the probe's amplitude */

static inline double complex phasor(double phase)
{
	return CMPLX(cos(phase), sin(phase));
}

/* Wraps; a wave along y, which shows a transposition, and one along a diagonal, which shows a mirror:
 * their gradient then has a curl. */
static inline double phase_at(double y, double x)
{
	return 5.0 * sin(2.0 * M_PI * y / 44.0 + 0.3) +
	       4.0 * sin(2.0 * M_PI * (y + x) / 44.0 + 1.0);
}

static inline double complex probe_at(size_t row, size_t col)
{
	double y = (double)row - SIDE / 2.0;
	double x = (double)col - SIDE / 2.0;

	return 30.0 * exp(-0.5 * (y * y + x * x) / (SIGMA * SIGMA));
}

/* How the detector's axes lie. */
enum lie { AS_IS, TRANSPOSED, MIRRORED, QUARTER, HALF };

static inline size_t pixel_of(size_t row, size_t col, enum lie lie)
{
	size_t down = (SIDE - row) % SIDE; /* about the middle, SIDE / 2 */
	size_t left = (SIDE - col) % SIDE;

	switch (lie) {
	case TRANSPOSED:
		return col * SIDE + row;
	case MIRRORED:
		return down * SIDE + col;
	case QUARTER:
		return left * SIDE + row;
	case HALF:
		return down * SIDE + left;
	case AS_IS:
		break;
	}
	return row * SIDE + col;
}

/* Whole photons of the exit wave whose patch begins at (top, left). */
static inline void fill_pattern(
	float *pattern, size_t top, size_t left, double strength, enum lie lie)
{
	struct plica_error err = {0};
	struct plica_fft_double *fft = NULL;
	double complex *wave = NULL;

	assert_ok(plica_fft_double_create(&fft, SIDE, SIDE, &err));
	assert_ok(PLICA_NEW(&wave, SIDE * SIDE, &err));
	for (size_t k = 0; k < SIDE * SIDE; k++)
		wave[k] = probe_at(k / SIDE, k % SIDE) *
			  phasor(strength *
				  phase_at((double)(top + k / SIDE), (double)(left + k % SIDE)));
	plica_fft_double_forward(fft, wave);
	for (size_t k = 0; k < SIDE * SIDE; k++) {
		size_t row = (k / SIDE + SIDE / 2) % SIDE;
		size_t col = (k % SIDE + SIDE / 2) % SIDE;
		double amplitude = cabs(wave[k]) / SIDE;

		pattern[pixel_of(row, col, lie)] = (float)sqrt(rint(amplitude * amplitude));
	}
	plica_fft_double_free(fft);
	plica_free(wave);
}

static inline struct plica_dataset *wrapping_dataset(double strength, enum lie lie)
{
	struct plica_error err = {0};
	struct plica_dataset *dataset = NULL;

	assert_ok(plica_dataset_create(&dataset, COUNT, SIDE, 1, 0, 0, &err));
	for (size_t k = 0; k < SIDE * SIDE; k++)
		dataset->probe[k] = (float complex)probe_at(k / SIDE, k % SIDE);
	for (size_t i = 0; i < COUNT; i++) {
		size_t top = STEP * (i / PER_AXIS);
		size_t left = STEP * (i % PER_AXIS);

		dataset->y_px[i] = (double)(top + SIDE / 2);
		dataset->x_px[i] = (double)(left + SIDE / 2);
		fill_pattern(
			(float *)dataset->patterns + i * SIDE * SIDE, top, left, strength, lie);
	}
	return dataset;
}

#endif
