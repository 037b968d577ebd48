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

/* How the detector's axes lie. */
enum lie { AS_IS, TRANSPOSED, MIRRORED, QUARTER, HALF };

/* The phase times `strength`; |O|^2 between 1 - absorption and 1; the probe's phase is curvature r^2 / 2, in
 * radians. */
struct wrapping {
	double strength, absorption, curvature;
	enum lie lie;
};

static inline double transmission_at(double y, double x, double absorption)
{
	double wave = sin(2.0 * M_PI * x / 44.0) * cos(2.0 * M_PI * y / 33.0);

	return 1.0 - absorption * (0.5 + 0.5 * wave);
}

static inline double complex probe_at(size_t row, size_t col, double curvature)
{
	double y = (double)row - SIDE / 2.0;
	double x = (double)col - SIDE / 2.0;
	double square = y * y + x * x;

	return 30.0 * exp(-0.5 * square / (SIGMA * SIGMA)) * phasor(0.5 * curvature * square);
}

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
	float *pattern, size_t top, size_t left, const struct wrapping *wrapping)
{
	struct plica_error err = {0};
	struct plica_fft_double *fft = NULL;
	double complex *wave = NULL;

	assert_ok(plica_fft_double_create(&fft, SIDE, SIDE, &err));
	assert_ok(PLICA_NEW(&wave, SIDE * SIDE, &err));
	for (size_t k = 0; k < SIDE * SIDE; k++) {
		double y = (double)(top + k / SIDE);
		double x = (double)(left + k % SIDE);

		wave[k] = probe_at(k / SIDE, k % SIDE, wrapping->curvature) *
			  phasor(wrapping->strength * phase_at(y, x)) *
			  sqrt(transmission_at(y, x, wrapping->absorption));
	}
	plica_fft_double_forward(fft, wave);
	for (size_t k = 0; k < SIDE * SIDE; k++) {
		size_t row = (k / SIDE + SIDE / 2) % SIDE;
		size_t col = (k % SIDE + SIDE / 2) % SIDE;
		double amplitude = cabs(wave[k]) / SIDE;

		pattern[pixel_of(row, col, wrapping->lie)] =
			(float)sqrt(rint(amplitude * amplitude));
	}
	plica_fft_double_free(fft);
	plica_free(wave);
}

static inline struct plica_dataset *wrapping_dataset(struct wrapping wrapping)
{
	struct plica_error err = {0};
	struct plica_dataset *dataset = NULL;

	assert_ok(plica_dataset_create(&dataset, COUNT, SIDE, 1, 0, 0, &err));
	for (size_t k = 0; k < SIDE * SIDE; k++)
		dataset->probe[k] = (float complex)probe_at(k / SIDE, k % SIDE, wrapping.curvature);
	for (size_t i = 0; i < COUNT; i++) {
		size_t top = STEP * (i / PER_AXIS);
		size_t left = STEP * (i % PER_AXIS);

		dataset->y_px[i] = (double)(top + SIDE / 2);
		dataset->x_px[i] = (double)(left + SIDE / 2);
		fill_pattern((float *)dataset->patterns + i * SIDE * SIDE, top, left, &wrapping);
	}
	return dataset;
}

#endif
