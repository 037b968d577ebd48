/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/modes.h"

#include <complex.h>
#include <string.h>

#include "base/random.h"
#include "testing.h"

#define SIDE ((size_t)24)
#define PIXELS (SIDE * SIDE)
#define MOST ((size_t)9)

static struct plica_error err;
static float complex modes[MOST * PIXELS];

static double complex inner(size_t a, size_t b)
{
	double complex sum = 0.0;

	for (size_t k = 0; k < PIXELS; k++)
		sum += conj((double complex)modes[a * PIXELS + k]) *
		       (double complex)modes[b * PIXELS + k];
	return sum;
}

static double power(size_t count)
{
	double sum = 0.0;

	for (size_t m = 0; m < count; m++)
		sum += creal(inner(m, m));
	return sum;
}

/* A beam beside the middle, with a bent phase. */
static void fill_beam(void)
{
	for (size_t k = 0; k < PIXELS; k++) {
		double y = ((double)(k / SIDE) - 13.0) / 4.0;
		double x = ((double)(k % SIDE) - 10.5) / 3.0;

		modes[k] = (float complex)(40.0 * exp(-0.5 * (y * y + x * x)) *
					   cexp(CMPLX(0.0, 0.7 * y * y - 0.3 * x)));
	}
}

static void fill_random(size_t count)
{
	struct plica_random random;

	plica_random_start(&random, 5, PLICA_RANDOM_TEST, 0);
	for (size_t k = 0; k < count * PIXELS; k++)
		modes[k] = CMPLXF(
			(float)plica_random_normal(&random), (float)plica_random_normal(&random));
}

static void made_modes_are_orthogonal_and_weak(void **state)
{
	double total;

	(void)state;
	fill_beam();
	total = power(1);
	assert_ok(plica_modes_complete(modes, 1, MOST, SIDE, &err));
	assert_close(power(MOST), total, 1e-6 * total);
	for (size_t a = 0; a < MOST; a++) {
		double share = a == 0 ? 1.0 - 0.02 * (double)(MOST - 1) : 0.02;

		assert_close(creal(inner(a, a)), share * total, 1e-6 * total);
		for (size_t b = 0; b < a; b++)
			assert_close(cabs(inner(a, b)), 0.0, 1e-7 * total);
	}
}

/* Modes of a file keep their proportions, and nothing is made where nothing is asked for. */
static void given_modes_stay(void **state)
{
	static float complex before[2 * PIXELS];
	double factor = sqrt(0.98);

	(void)state;
	fill_random(2);
	memcpy(before, modes, sizeof(before));
	assert_ok(plica_modes_complete(modes, 2, 2, SIDE, &err));
	assert_memory_equal(before, modes, sizeof(before));
	assert_ok(plica_modes_complete(modes, 2, 1, SIDE, &err));
	assert_memory_equal(before, modes, sizeof(before));
	assert_ok(plica_modes_complete(modes, 2, 3, SIDE, &err));
	for (size_t k = 0; k < 2 * PIXELS; k++)
		assert_close((double)cabsf(modes[k] - (float)factor * before[k]), 0.0, 1e-6);
}

static void a_point_has_no_further_modes(void **state)
{
	(void)state;
	memset(modes, 0, sizeof(modes));
	modes[12 * SIDE + 12] = 3.0F;
	assert_error(plica_modes_complete(modes, 1, 2, SIDE, &err), PLICA_ERR_DATA,
		"cannot make 2 modes from 'probeGuess': it has room for 1");
}

static void mixing_keeps_every_pixels_intensity(void **state)
{
	static double before[PIXELS];
	double total;

	(void)state;
	fill_random(4);
	total = power(4);
	for (size_t k = 0; k < PIXELS; k++) {
		before[k] = 0.0;
		for (size_t m = 0; m < 4; m++)
			before[k] += pow((double)cabsf(modes[m * PIXELS + k]), 2.0);
	}
	plica_modes_diagonalise(modes, 4, PIXELS);
	for (size_t a = 0; a < 4; a++) {
		assert_true(a == 0 || creal(inner(a, a)) <= creal(inner(a - 1, a - 1)));
		for (size_t b = 0; b < a; b++)
			assert_close(cabs(inner(a, b)), 0.0, 1e-6 * total);
	}
	for (size_t k = 0; k < PIXELS; k++) {
		double after = 0.0;

		for (size_t m = 0; m < 4; m++)
			after += pow((double)cabsf(modes[m * PIXELS + k]), 2.0);
		assert_close(after, before[k], 1e-5 * before[k]);
	}
}

static void gram_schmidt_keeps_the_first(void **state)
{
	static float complex first[PIXELS];

	(void)state;
	fill_random(3);
	memcpy(first, modes, sizeof(first));
	plica_modes_gram_schmidt(modes, 3, PIXELS);
	assert_memory_equal(first, modes, sizeof(first));
	for (size_t a = 0; a < 3; a++)
		for (size_t b = 0; b < a; b++)
			assert_close(cabs(inner(a, b)), 0.0, 1e-6 * power(3));
}

static void sorting_puts_the_strongest_first(void **state)
{
	static float complex before[4 * PIXELS];
	static const float factor[4] = {0.5F, 1.0F, 3.0F, 2.0F};
	static const size_t order[4] = {2, 3, 1, 0};

	(void)state;
	fill_random(4);
	for (size_t k = 0; k < 4 * PIXELS; k++)
		modes[k] *= factor[k / PIXELS];
	memcpy(before, modes, sizeof(before));
	plica_modes_sort(modes, 4, PIXELS);
	for (size_t m = 0; m < 4; m++)
		assert_memory_equal(
			modes + m * PIXELS, before + order[m] * PIXELS, PIXELS * sizeof(*modes));
}

static void shares_add_up(void **state)
{
	double share[3];

	(void)state;
	fill_random(3);
	plica_modes_shares(share, modes, 3, PIXELS);
	assert_close(share[0] + share[1] + share[2], 1.0, 1e-12);
	assert_close(share[1], creal(inner(1, 1)) / power(3), 1e-6);
	memset(modes, 0, sizeof(modes));
	plica_modes_shares(share, modes, 3, PIXELS);
	assert_close(share[0], 0.0, 0.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_modes_are_orthogonal_and_weak),
		cmocka_unit_test(given_modes_stay),
		cmocka_unit_test(a_point_has_no_further_modes),
		cmocka_unit_test(mixing_keeps_every_pixels_intensity),
		cmocka_unit_test(gram_schmidt_keeps_the_first),
		cmocka_unit_test(sorting_puts_the_strongest_first),
		cmocka_unit_test(shares_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
