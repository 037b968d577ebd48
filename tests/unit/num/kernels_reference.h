/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * What the kernels compute, literally and in double precision, on natural arrays; and the data
 * of the tests. Everything stops the test when memory runs out.
 */
#ifndef PLICA_KERNELS_REFERENCE_H
#define PLICA_KERNELS_REFERENCE_H

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "num/fft.h"
#include "num/kernels.h"
#include "testing.h"

/** Rows and columns of the object beyond the pattern's side. */
#define OBJECT_MARGIN 21

/** One position: what goes in, natural and single, as an engine has it. */
struct fixture {
	size_t size;
	size_t rows; /**< of the object, which is square */
	float _Complex *probe;
	float _Complex *probe_direction;
	float _Complex *object;
	float _Complex *direction;
	float *pattern; /**< zero frequency in the middle; some pixels invalid */
	double shift_y, shift_x;
	double amplitude; /**< the probe's factor */
	size_t row, col;
};

/** What comes out, in double. */
struct expected {
	double _Complex *incident;
	double _Complex *exit; /**< Psi, zero frequency at [0, 0] */
	double _Complex *difference;
	double _Complex *probe_gradient; /**< w T_-delta conj(O) chi */
	struct plica_exit_sums sums;
};

static inline void *new_array(size_t count, size_t size)
{
	void *array = NULL;

	assert_int_equal(plica_allocate(&array, count, size, NULL), PLICA_OK);
	return array;
}

/** Uniform in [-1, 1): a hash of a counter. */
static inline double noise(uint64_t *counter)
{
	uint64_t x = ++*counter * 0x9e3779b97f4a7c15U;

	x = (x ^ (x >> 31)) * 0xbf58476d1ce4e5b9U;
	x = (x ^ (x >> 29)) * 0x94d049bb133111ebU;
	return (double)((x ^ (x >> 32)) >> 11) * 0x1p-52 - 1.0;
}

static inline float _Complex *noisy_field(
	size_t count, uint64_t seed, float _Complex mean, float scale)
{
	float _Complex *field = new_array(count, sizeof(*field));
	uint64_t counter = seed << 32;

	for (size_t i = 0; i < count; i++) {
		float re = scale * (float)noise(&counter);
		float im = scale * (float)noise(&counter);

		field[i] = mean + CMPLXF(re, im);
	}
	return field;
}

static inline void reference_transform(double _Complex *data, size_t size, bool inverse)
{
	struct plica_fft_double *fft = NULL;

	assert_int_equal(plica_fft_double_create(&fft, size, size, NULL), PLICA_OK);
	if (inverse)
		plica_fft_double_inverse(fft, data);
	else
		plica_fft_double_forward(fft, data);
	plica_fft_double_free(fft);
	for (size_t i = 0; i < size * size; i++)
		data[i] /= (double)size;
}

static inline void reference_shift(
	double _Complex *wave, size_t size, double shift_y, double shift_x)
{
	reference_transform(wave, size, false);
	for (size_t y = 0; y < size; y++)
		for (size_t x = 0; x < size; x++) {
			double turns = plica_fft_frequency(y, size) * shift_y +
				       plica_fft_frequency(x, size) * shift_x;

			/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): new_array's */
			wave[y * size + x] *= cexp(CMPLX(0.0, -2.0 * M_PI * turns));
		}
	reference_transform(wave, size, true);
}

static inline double _Complex object_at(
	const struct fixture *fixture, const float _Complex *array, size_t i)
{
	size_t y = fixture->row + i / fixture->size;
	size_t x = fixture->col + i % fixture->size;

	return (double _Complex)array[y * fixture->rows + x];
}

/** The measured amplitude of detector pixel i, whose zero frequency is at 0. */
static inline double amplitude_at(const struct fixture *fixture, size_t i)
{
	size_t size = fixture->size;
	size_t y = (i / size + size / 2) % size;
	size_t x = (i % size + size / 2) % size;

	return (double)fixture->pattern[y * size + x];
}

static inline void reference_forward(struct expected *out, const struct fixture *fixture)
{
	size_t pixels = fixture->size * fixture->size;

	out->incident = new_array(pixels, sizeof(*out->incident));
	out->exit = new_array(pixels, sizeof(*out->exit));
	for (size_t i = 0; i < pixels; i++)
		out->incident[i] = fixture->amplitude * (double _Complex)fixture->probe[i];
	reference_shift(out->incident, fixture->size, fixture->shift_y, fixture->shift_x);
	for (size_t i = 0; i < pixels; i++)
		out->exit[i] = out->incident[i] * object_at(fixture, fixture->object, i);
	reference_transform(out->exit, fixture->size, false);
}

static inline double reference_factor(struct plica_exit_sums *sums, double amplitude,
	double _Complex psi, const struct plica_exit_wave *args)
{
	double modulus = cabs(psi);
	double epsilon = (double)args->epsilon;
	double counts = amplitude * amplitude + epsilon;
	double expected = modulus * modulus + epsilon;

	if (amplitude < 0.0)
		return 0.0;
	sums->residual += (modulus - amplitude) * (modulus - amplitude);
	sums->modelled += modulus * modulus;
	sums->measured += amplitude * amplitude;
	if (args->model == PLICA_DETECTOR_GAUSSIAN)
		return (double)args->step * (amplitude / modulus - 1.0);
	sums->poisson += expected - counts * log(expected);
	return (double)args->step * (counts / expected - 1.0);
}

static inline void reference_exit_wave(
	struct expected *out, const struct fixture *fixture, const struct plica_exit_wave *args)
{
	size_t size = fixture->size;
	size_t pixels = size * size;

	*out = (struct expected){0};
	reference_forward(out, fixture);
	out->difference = new_array(pixels, sizeof(*out->difference));
	out->probe_gradient = new_array(pixels, sizeof(*out->probe_gradient));
	for (size_t i = 0; i < pixels; i++)
		out->difference[i] =
			out->exit[i] *
			reference_factor(&out->sums, amplitude_at(fixture, i), out->exit[i], args);
	reference_transform(out->difference, size, true);
	for (size_t i = 0; i < pixels; i++)
		out->probe_gradient[i] = fixture->amplitude * out->difference[i] *
					 conj(object_at(fixture, fixture->object, i));
	reference_shift(out->probe_gradient, size, -fixture->shift_y, -fixture->shift_x);
}

static inline void expected_release(struct expected *expected)
{
	plica_free(expected->incident);
	plica_free(expected->exit);
	plica_free(expected->difference);
	plica_free(expected->probe_gradient);
}

/* Amplitudes near the model's own, a tenth of the pixels dark, a twentieth invalid. */
static inline void make_pattern(struct fixture *fixture)
{
	struct expected model = {0};
	size_t size = fixture->size;
	uint64_t counter = 99;

	reference_forward(&model, fixture);
	for (size_t i = 0; i < size * size; i++) {
		size_t y = (i / size + size / 2) % size;
		size_t x = (i % size + size / 2) % size;
		double draw = noise(&counter);
		double amplitude = cabs(model.exit[i]) * (1.0 + 0.5 * noise(&counter));

		if (draw > 0.9)
			amplitude = -1.0;
		else if (draw > 0.7)
			amplitude = 0.0;
		fixture->pattern[y * size + x] = (float)amplitude;
	}
	expected_release(&model);
}

/** `shift` scales the sub-pixel part; 0 gives an integer position. */
static inline struct fixture fixture_create(size_t size, double shift)
{
	size_t rows = size + OBJECT_MARGIN;
	struct fixture fixture = {
		.size = size,
		.rows = rows,
		.probe = noisy_field(size * size, 1, 0.5F, 3.0F),
		.probe_direction = noisy_field(size * size, 2, 0.0F, 0.2F),
		.object = noisy_field(rows * rows, 3, 0.9F, 0.4F),
		.direction = noisy_field(rows * rows, 4, 0.0F, 0.1F),
		.pattern = new_array(size * size, sizeof(float)),
		.shift_y = 0.31 * shift,
		.shift_x = -0.47 * shift,
		.amplitude = 0.75,
		.row = 3,
		.col = 17,
	};

	make_pattern(&fixture);
	return fixture;
}

static inline void fixture_release(struct fixture *fixture)
{
	plica_free(fixture->probe);
	plica_free(fixture->probe_direction);
	plica_free(fixture->object);
	plica_free(fixture->direction);
	plica_free(fixture->pattern);
}

/** Fails unless the fields agree to `tolerance` of their norm, and everywhere to a few times
 * that of the largest modulus. */
static inline void assert_field(const char *what, const float _Complex *found,
	const double _Complex *expected, size_t count, double tolerance)
{
	double largest = 0.0;
	double largest_error = 0.0;
	double norm = 0.0;
	double error = 0.0;

	for (size_t i = 0; i < count; i++) {
		double difference = cabs((double _Complex)found[i] - expected[i]);
		double modulus = cabs(expected[i]);

		largest = fmax(largest, modulus);
		largest_error = fmax(largest_error, difference);
		norm += modulus * modulus;
		error += difference * difference;
	}
	if (!(sqrt(error / norm) <= tolerance && largest_error <= 4.0 * tolerance * largest))
		fail_msg("%s of %zu: error %.3g, at most %.3g of %.3g", what, count,
			sqrt(error / norm), largest_error, largest);
}

static inline void assert_sum(
	const char *what, double found, double expected, double scale, double tolerance)
{
	if (!(fabs(found - expected) <= tolerance * fabs(scale)))
		fail_msg("%s: found %.9g, expected %.9g", what, found, expected);
}

#endif
