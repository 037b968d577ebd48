/* SPDX-License-Identifier: BSD-3-Clause */
#include "num/hermitian.h"

#include <complex.h>
#include <string.h>

#include "base/random.h"
#include "testing.h"

#define MOST ((size_t)12)

static void fill(double complex *matrix, size_t n, uint64_t seed)
{
	struct plica_random random;

	plica_random_start(&random, seed, PLICA_RANDOM_TEST, 0);
	for (size_t k = 0; k < n; k++)
		for (size_t l = k; l < n; l++) {
			double re = plica_random_uniform(&random) - 0.5;
			double im = k == l ? 0.0 : plica_random_uniform(&random) - 0.5;

			matrix[k * n + l] = CMPLX(re, im);
			matrix[l * n + k] = CMPLX(re, -im);
		}
}

/* Column j of A V = V diag and of V^H V = 1; gives the place of its largest component. */
static size_t check_column(const double complex *matrix, const double complex *vectors,
	const double *values, size_t n, size_t j)
{
	size_t largest = 0;

	for (size_t k = 0; k < n; k++) {
		double complex product = 0.0, overlap = 0.0;

		for (size_t l = 0; l < n; l++) {
			product += matrix[k * n + l] * vectors[l * n + j];
			overlap += conj(vectors[l * n + k]) * vectors[l * n + j];
		}
		assert_close(cabs(product - values[j] * vectors[k * n + j]), 0.0, 1e-13);
		assert_close(cabs(overlap - (j == k ? 1.0 : 0.0)), 0.0, 1e-13);
		if (cabs(vectors[k * n + j]) > cabs(vectors[largest * n + j]) + 1e-9)
			largest = k;
	}
	return largest;
}

/* Values descend, the largest components are real and positive. */
static void check(const double complex *matrix, size_t n)
{
	double complex copy[MOST * MOST], vectors[MOST * MOST];
	double values[MOST];

	memcpy(copy, matrix, n * n * sizeof(*copy));
	plica_hermitian_eigen(vectors, values, copy, n);
	for (size_t j = 0; j < n; j++) {
		size_t largest = check_column(matrix, vectors, values, n, j);

		assert_true(j == 0 || values[j] <= values[j - 1]);
		assert_true(creal(vectors[largest * n + j]) > 0.0);
		assert_close(cimag(vectors[largest * n + j]), 0.0, 1e-15);
	}
}

static void random_matrices_are_taken_apart(void **state)
{
	double complex matrix[MOST * MOST];

	(void)state;
	for (size_t n = 1; n <= MOST; n++)
		for (uint64_t seed = 0; seed < 5; seed++) {
			fill(matrix, n, seed);
			check(matrix, n);
		}
}

static void equal_and_vanishing_values_are_no_trouble(void **state)
{
	double complex matrix[9] = {0};

	(void)state;
	check(matrix, 3);
	matrix[0] = matrix[4] = matrix[8] = 2.0;
	check(matrix, 3);
	/* rank one: three modes that are the same */
	for (size_t k = 0; k < 9; k++)
		matrix[k] = 1.0;
	check(matrix, 3);
}

/* Known: [2 i; -i 2] has the values 3 and 1. */
static void a_matrix_on_paper(void **state)
{
	double complex matrix[4] = {2.0, CMPLX(0.0, 1.0), CMPLX(0.0, -1.0), 2.0};
	double complex vectors[4];
	double values[2];

	(void)state;
	plica_hermitian_eigen(vectors, values, matrix, 2);
	assert_close(values[0], 3.0, 1e-14);
	assert_close(values[1], 1.0, 1e-14);
	assert_close(cabs(vectors[0] - sqrt(0.5)), 0.0, 1e-14);
	assert_close(cabs(vectors[2] + CMPLX(0.0, sqrt(0.5))), 0.0, 1e-14);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_matrices_are_taken_apart),
		cmocka_unit_test(equal_and_vanishing_values_are_no_trouble),
		cmocka_unit_test(a_matrix_on_paper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
