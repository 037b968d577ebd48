/* SPDX-License-Identifier: BSD-3-Clause */
#include "num/hermitian.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>

/* Jacobi converges quadratically: a few sweeps do for any matrix. */
#define MOST_SWEEPS 60
/* Off-diagonal power, relative to all, at which the rest is rounding. */
#define NEGLIGIBLE 1e-32

static double power_of(double complex z)
{
	return creal(z) * creal(z) + cimag(z) * cimag(z);
}

/* Rows and columns p and q of n, turned by cosine c and complex sine s. */
struct rotation {
	size_t n, p, q;
	double c;
	double complex s;
};

/* Column p becomes c p - s* q, column q becomes s p + c q. */
static void rotate_columns(double complex *matrix, const struct rotation *rotation)
{
	size_t n = rotation->n;
	size_t p = rotation->p;
	size_t q = rotation->q;
	double c = rotation->c;
	double complex s = rotation->s;

	for (size_t k = 0; k < n; k++) {
		double complex x = matrix[k * n + p];
		double complex y = matrix[k * n + q];

		matrix[k * n + p] = c * x - conj(s) * y;
		matrix[k * n + q] = s * x + c * y;
	}
}

/* The same from the left, conjugated. */
static void rotate_rows(double complex *matrix, const struct rotation *rotation)
{
	size_t n = rotation->n;
	size_t p = rotation->p;
	size_t q = rotation->q;
	double c = rotation->c;
	double complex s = rotation->s;

	for (size_t k = 0; k < n; k++) {
		double complex x = matrix[p * n + k];
		double complex y = matrix[q * n + k];

		matrix[p * n + k] = c * x - s * y;
		matrix[q * n + k] = conj(s) * x + c * y;
	}
}

/* Annihilates matrix[p][q]. With u = a_pq / |a_pq| the two-by-two problem is real. */
static void annihilate(
	double complex *vectors, double complex *matrix, size_t n, size_t p, size_t q)
{
	double complex a = matrix[p * n + q];
	double modulus = cabs(a);
	struct rotation rotation = {.n = n, .p = p, .q = q};
	double theta, t;

	if (!(modulus > 0.0))
		return;
	theta = (creal(matrix[q * n + q]) - creal(matrix[p * n + p])) / (2.0 * modulus);
	t = copysign(1.0, theta) / (fabs(theta) + hypot(theta, 1.0));
	rotation.c = 1.0 / hypot(t, 1.0);
	rotation.s = t * rotation.c * (a / modulus);
	rotate_columns(matrix, &rotation);
	rotate_rows(matrix, &rotation);
	rotate_columns(vectors, &rotation);
	matrix[p * n + q] = 0.0;
	matrix[q * n + p] = 0.0;
}

static void complete(double complex *vectors, double complex *matrix, size_t n)
{
	for (size_t k = 0; k < n; k++)
		for (size_t l = 0; l < n; l++) {
			vectors[k * n + l] = k == l ? 1.0 : 0.0;
			if (k == l)
				matrix[k * n + l] = creal(matrix[k * n + l]);
			else if (k > l)
				matrix[k * n + l] = conj(matrix[l * n + k]);
		}
}

static bool is_diagonal(const double complex *matrix, size_t n)
{
	double total = 0.0;
	double off = 0.0;

	for (size_t k = 0; k < n; k++)
		for (size_t l = 0; l < n; l++) {
			total += power_of(matrix[k * n + l]);
			if (k != l)
				off += power_of(matrix[k * n + l]);
		}
	return off <= NEGLIGIBLE * total;
}

static void swap_columns(double complex *vectors, double *values, size_t n, size_t p, size_t q)
{
	double value = values[p];

	values[p] = values[q];
	values[q] = value;
	for (size_t k = 0; k < n; k++) {
		double complex component = vectors[k * n + p];

		vectors[k * n + p] = vectors[k * n + q];
		vectors[k * n + q] = component;
	}
}

static void sort(double complex *vectors, double *values, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		size_t largest = k;

		for (size_t l = k + 1; l < n; l++)
			if (values[l] > values[largest])
				largest = l;
		if (largest != k)
			swap_columns(vectors, values, n, k, largest);
	}
}

static void fix_phase(double complex *vectors, size_t n, size_t column)
{
	size_t largest = 0;
	double complex turn;

	for (size_t k = 1; k < n; k++)
		if (power_of(vectors[k * n + column]) >
			power_of(vectors[largest * n + column]) * (1.0 + 1e-12))
			largest = k;
	turn = conj(vectors[largest * n + column]) / cabs(vectors[largest * n + column]);
	for (size_t k = 0; k < n; k++)
		vectors[k * n + column] *= turn;
}

void plica_hermitian_eigen(
	double complex *vectors, double *values, double complex *matrix, size_t n)
{
	complete(vectors, matrix, n);
	for (int sweep = 0; sweep < MOST_SWEEPS && !is_diagonal(matrix, n); sweep++)
		for (size_t p = 0; p + 1 < n; p++)
			for (size_t q = p + 1; q < n; q++)
				annihilate(vectors, matrix, n, p, q);
	for (size_t k = 0; k < n; k++)
		values[k] = creal(matrix[k * n + k]);
	sort(vectors, values, n);
	for (size_t k = 0; k < n; k++)
		fix_phase(vectors, n, k);
}
