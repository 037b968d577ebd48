/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/ssim.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "testing.h"

static void fill_pair(double *a, double *b, size_t rows, size_t cols, double noise)
{
	struct plica_random random;

	plica_random_start(&random, 3, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < rows * cols; i++) {
		double y = (double)(i / cols);
		double x = (double)(i % cols);

		b[i] = 1.0 + 0.3 * sin(0.2 * y) * cos(0.13 * x);
		a[i] = b[i] + noise * plica_random_normal(&random);
	}
}

/* The definition, pixel by pixel, without any of the filters. */
static double brute_force(const double *a, const double *b, size_t rows, size_t cols, double range)
{
	double c1 = pow(0.01 * range, 2.0), c2 = pow(0.03 * range, 2.0);
	double total = 0.0;

	for (size_t y = 0; y + 7 <= rows; y++)
		for (size_t x = 0; x + 7 <= cols; x++) {
			double ma = 0.0, mb = 0.0, va = 0.0, vb = 0.0, ab = 0.0;

			for (size_t k = 0; k < 49; k++) {
				ma += a[(y + k / 7) * cols + x + k % 7] / 49.0;
				mb += b[(y + k / 7) * cols + x + k % 7] / 49.0;
			}
			for (size_t k = 0; k < 49; k++) {
				double da = a[(y + k / 7) * cols + x + k % 7] - ma;
				double db = b[(y + k / 7) * cols + x + k % 7] - mb;

				va += da * da / 48.0;
				vb += db * db / 48.0;
				ab += da * db / 48.0;
			}
			total += (2.0 * ma * mb + c1) * (2.0 * ab + c2) /
				 ((ma * ma + mb * mb + c1) * (va + vb + c2));
		}
	return total / (double)((rows - 6) * (cols - 6));
}

static void ssim_is_its_definition(void **state)
{
	enum { ROWS = 23, COLS = 31 };
	double a[ROWS * COLS], b[ROWS * COLS];
	double value;
	struct plica_error err;

	(void)state;
	fill_pair(a, b, ROWS, COLS, 0.05);
	assert_ok(plica_ssim(&value, &(struct plica_ssim_pair){a, b, ROWS, COLS, 0.6}, &err));
	assert_close(value, brute_force(a, b, ROWS, COLS, 0.6), 1e-12);
	assert_true(value > 0.3 && value < 0.99);
	assert_ok(plica_ssim(&value, &(struct plica_ssim_pair){b, b, ROWS, COLS, 0.6}, &err));
	assert_close(value, 1.0, 1e-14);
	assert_ok(plica_ssim(&value, &(struct plica_ssim_pair){a, b, 7, 7, 0.6},
		&err)); /* the smallest: one window */
	assert_close(value, brute_force(a, b, 7, 7, 0.6), 1e-12);
}

static void msssim_knows_equal_and_opposed(void **state)
{
	enum { ROWS = 177, COLS = 190 };
	double *a = NULL, *b = NULL;
	double value, noisier;
	struct plica_error err;

	(void)state;
	assert_ok(PLICA_NEW(&a, ROWS * COLS, &err));
	assert_ok(PLICA_NEW(&b, ROWS * COLS, &err));
	fill_pair(a, b, ROWS, COLS, 0.05);
	assert_ok(plica_msssim(&value, &(struct plica_ssim_pair){b, b, ROWS, COLS, 0.6}, &err));
	assert_close(value, 1.0, 1e-13);
	assert_ok(plica_msssim(&value, &(struct plica_ssim_pair){a, b, ROWS, COLS, 0.6}, &err));
	assert_true(value > 0.8 && value < 1.0);
	fill_pair(a, b, ROWS, COLS, 0.2);
	assert_ok(plica_msssim(&noisier, &(struct plica_ssim_pair){a, b, ROWS, COLS, 0.6}, &err));
	assert_true(noisier < value);
	for (size_t i = 0; i < ROWS * COLS; i++)
		a[i] = 2.0 - b[i];
	assert_ok(plica_msssim(&value, &(struct plica_ssim_pair){a, b, ROWS, COLS, 0.6}, &err));
	assert_true(isnan(value));
	plica_free(a);
	plica_free(b);
}

/* Constant pictures leave the luminance of the last scale: l^0.1333. */
static void msssim_of_constants_is_luminance(void **state)
{
	double *a = NULL, *b = NULL;
	double value;
	struct plica_error err;
	double luminance = (2.0 * 0.8 + 1e-4) / (1.0 + 0.64 + 1e-4);

	(void)state;
	assert_ok(PLICA_NEW(&a, 176 * 176, &err));
	assert_ok(PLICA_NEW(&b, 176 * 176, &err));
	for (size_t i = 0; i < 176 * 176; i++) {
		a[i] = 1.0;
		b[i] = 0.8;
	}
	assert_ok(plica_msssim(&value, &(struct plica_ssim_pair){a, b, 176, 176, 1.0}, &err));
	assert_close(value, pow(luminance, 0.1333), 1e-12);
	plica_free(a);
	plica_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ssim_is_its_definition),
		cmocka_unit_test(msssim_knows_equal_and_opposed),
		cmocka_unit_test(msssim_of_constants_is_luminance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
