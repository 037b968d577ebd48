/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Textured complex fields for the tests of this room: sums of plane waves, so that the field is
 * known between its pixels and a planted shift is exact.
 */
#ifndef PLICA_TEST_EVAL_FIELDS_H
#define PLICA_TEST_EVAL_FIELDS_H

#include <complex.h>
#include <math.h>
#include <stdint.h>

#include "base/random.h"
#include "eval/phasor.h"

#define FIELD_WAVES 24

/** amplitude 1 + 0.2 tanh(texture), phase_scale rad times another texture. */
struct field_maker {
	double fy[2][FIELD_WAVES], fx[2][FIELD_WAVES], phase[2][FIELD_WAVES];
	double phase_scale;
};

/** Waves of up to `most` cycles per pixel. */
static inline struct field_maker field_maker_of(uint64_t seed, double most, double phase_scale)
{
	struct field_maker maker = {.phase_scale = phase_scale};
	struct plica_random random;

	plica_random_start(&random, seed, PLICA_RANDOM_TEST, 0);
	for (int part = 0; part < 2; part++)
		for (int i = 0; i < FIELD_WAVES; i++) {
			double angle = 2.0 * M_PI * plica_random_uniform(&random);
			double size = most * sqrt(plica_random_uniform(&random));

			maker.fy[part][i] = size * sin(angle);
			maker.fx[part][i] = size * cos(angle);
			maker.phase[part][i] = 2.0 * M_PI * plica_random_uniform(&random);
		}
	return maker;
}

static inline double field_texture(const struct field_maker *maker, int part, double y, double x)
{
	double sum = 0.0;

	for (int i = 0; i < FIELD_WAVES; i++)
		sum += cos(2.0 * M_PI * (maker->fy[part][i] * y + maker->fx[part][i] * x) +
			   maker->phase[part][i]);
	return sum / sqrt(FIELD_WAVES / 2.0);
}

static inline double complex field_value(const struct field_maker *maker, double y, double x)
{
	double amplitude = 1.0 + 0.2 * tanh(field_texture(maker, 0, y, x));
	double phase = maker->phase_scale * field_texture(maker, 1, y, x);

	return plica_complex(amplitude * cos(phase), amplitude * sin(phase));
}

/** What the reconstruction is, given the field: f, k in cycles a pixel from (0, 0), s. */
struct field_error {
	double complex factor;
	double ramp_y, ramp_x;
	double shift_y, shift_x;
	double noise; /**< standard deviation of each part, times |factor| */
};

/** out[y, x] = factor ramp field(y + y0 - shift_y, x + x0 - shift_x) + noise. */
static inline void field_fill(float complex *out, size_t rows, size_t cols, double y0, double x0,
	const struct field_maker *maker, const struct field_error *error)
{
	struct plica_random random;

	plica_random_start(&random, 99, PLICA_RANDOM_TEST, 1);
	for (size_t i = 0; i < rows * cols; i++) {
		double y = y0 + (double)(i / cols);
		double x = x0 + (double)(i % cols);
		double turn = 2.0 * M_PI * (error->ramp_y * y + error->ramp_x * x);
		double complex noise = error->noise * plica_complex(plica_random_normal(&random),
							      plica_random_normal(&random));

		out[i] = (float complex)(
			error->factor *
			(plica_complex(cos(turn), sin(turn)) *
					field_value(maker, y - error->shift_y, x - error->shift_x) +
				noise));
	}
}

static inline struct field_error field_no_error(void)
{
	return (struct field_error){.factor = 1.0};
}

#endif
