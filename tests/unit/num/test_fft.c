/* SPDX-License-Identifier: BSD-3-Clause */
#include "num/fft.h"

#include <complex.h>
#include <limits.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "testing.h"

static struct plica_error err;

static const size_t sizes[][2] = {{1, 1}, {1, 8}, {4, 6}, {5, 7}, {16, 12}};

static double complex *noise(size_t count)
{
	double complex *field = NULL;
	struct plica_random random;

	assert_ok(PLICA_NEW(&field, count, &err));
	plica_random_start(&random, 1, PLICA_RANDOM_TEST, count);
	for (size_t i = 0; i < count; i++) {
		double re = plica_random_normal(&random);

		field[i] = CMPLX(re, plica_random_normal(&random));
	}
	return field;
}

/* One sum of exponentials, as the definition has it. */
static double complex direct(const double complex *field, const size_t size[2], size_t u, size_t v)
{
	double complex sum = 0.0;

	for (size_t y = 0; y < size[0]; y++)
		for (size_t x = 0; x < size[1]; x++) {
			double turns = (double)(u * y) / (double)size[0] +
				       (double)(v * x) / (double)size[1];

			sum += field[y * size[1] + x] *
			       CMPLX(cos(2.0 * M_PI * turns), -sin(2.0 * M_PI * turns));
		}
	return sum;
}

static void check_against_definition(const size_t size[2])
{
	size_t count = size[0] * size[1];
	struct plica_fft_double *fft = NULL;
	double complex *field = noise(count);
	double complex *spectrum = noise(count);

	assert_ok(plica_fft_double_create(&fft, size[0], size[1], &err));
	plica_fft_double_forward(fft, spectrum);
	for (size_t k = 0; k < count; k++) {
		double complex expected = direct(field, size, k / size[1], k % size[1]);

		assert_close(cabs(spectrum[k] - expected), 0.0, 1e-12 * (double)count);
	}
	plica_fft_double_inverse(fft, spectrum);
	for (size_t k = 0; k < count; k++)
		assert_close(cabs(spectrum[k] / (double)count - field[k]), 0.0, 1e-13);
	plica_fft_double_free(fft);
	plica_free(field);
	plica_free(spectrum);
}

static void double_transform_is_the_definition(void **state)
{
	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		check_against_definition(sizes[s]);
}

static void single_transform_follows_the_double_one(void **state)
{
	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		size_t count = sizes[s][0] * sizes[s][1];
		struct plica_fft *fft = NULL;
		struct plica_fft_double *exact = NULL;
		double complex *expected = noise(count);
		float complex *field = NULL;

		assert_ok(PLICA_NEW(&field, count, &err));
		for (size_t k = 0; k < count; k++)
			field[k] = (float complex)expected[k];
		assert_ok(plica_fft_create(&fft, sizes[s][0], sizes[s][1], &err));
		assert_ok(plica_fft_double_create(&exact, sizes[s][0], sizes[s][1], &err));
		plica_fft_forward(fft, field);
		plica_fft_double_forward(exact, expected);
		for (size_t k = 0; k < count; k++)
			assert_close(cabs((double complex)field[k] - expected[k]), 0.0,
				2e-6 * sqrt((double)count));
		plica_fft_inverse(fft, field);
		plica_fft_double_inverse(exact, expected);
		for (size_t k = 0; k < count; k++)
			assert_close(cabs((double complex)field[k] - expected[k]), 0.0,
				4e-6 * (double)count);
		plica_fft_free(fft);
		plica_fft_double_free(exact);
		plica_free(field);
		plica_free(expected);
	}
}

static void sizes_that_make_no_sense_are_errors(void **state)
{
	struct plica_fft_double *exact = NULL;
	struct plica_fft *fft = NULL;

	(void)state;
	assert_error(plica_fft_create(&fft, 0, 8, &err), PLICA_ERR_ARGUMENT, "0 x 8");
	assert_error(plica_fft_create(&fft, 8, (size_t)INT_MAX + 1, &err), PLICA_ERR_ARGUMENT,
		"8 x 2147483648");
	assert_error(plica_fft_double_create(&exact, 8, 0, &err), PLICA_ERR_ARGUMENT, "8 x 0");
	assert_null(fft);
	assert_null(exact);
	plica_fft_free(NULL);
	plica_fft_double_free(NULL);
}

/* numpy.fft.fftfreq: the Nyquist frequency of an even size is -1/2. */
static void frequencies_are_numpys(void **state)
{
	static const double even[] = {0.0, 0.25, -0.5, -0.25};
	static const double odd[] = {0.0, 0.2, 0.4, -0.4, -0.2};

	(void)state;
	for (size_t k = 0; k < 4; k++)
		assert_close(plica_fft_frequency(k, 4), even[k], 0.0);
	for (size_t k = 0; k < 5; k++)
		assert_close(plica_fft_frequency(k, 5), odd[k], 1e-16);
	assert_close(plica_fft_frequency(0, 1), 0.0, 0.0);
}

static void fast_sizes_have_small_factors(void **state)
{
	static const size_t least[] = {1, 7, 8, 11, 61, 91, 241};
	static const size_t fast[] = {1, 8, 8, 12, 64, 96, 243};

	(void)state;
	for (size_t k = 0; k < sizeof(least) / sizeof(least[0]); k++)
		assert_int_equal(plica_fft_fast_size(least[k]), fast[k]);
}

static void a_transform_takes_time(void **state)
{
	double small = 0.0, large = 0.0;

	(void)state;
	assert_ok(plica_fft_measure(&small, 16, 1e-3, &err));
	assert_ok(plica_fft_measure(&large, 64, 1e-3, &err));
	assert_true(small > 0.0 && large > 2.0 * small);
	assert_error(plica_fft_measure(&small, 0, 1e-3, &err), PLICA_ERR_ARGUMENT, "0 x 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(double_transform_is_the_definition),
		cmocka_unit_test(single_transform_follows_the_double_one),
		cmocka_unit_test(sizes_that_make_no_sense_are_errors),
		cmocka_unit_test(frequencies_are_numpys),
		cmocka_unit_test(fast_sizes_have_small_factors),
		cmocka_unit_test(a_transform_takes_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
