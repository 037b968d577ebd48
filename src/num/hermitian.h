/* SPDX-License-Identifier: BSD-3-Clause */
/** Small Hermitian eigenproblems, for a handful of modes: the cyclic Jacobi method in double
 * precision (Golub and Van Loan, Matrix Computations, 8.5). */
#ifndef PLICA_NUM_HERMITIAN_H
#define PLICA_NUM_HERMITIAN_H

#include <stddef.h>

/**
 * matrix = V diag(values) V^H. All matrices are n x n, row-major; `matrix` is overwritten.
 * `values` descend; vector j is column j of `vectors`, of length 1, its largest component (the
 * first of equals) real and positive, so that the result follows from the matrix alone. What lies
 * below the diagonal of `matrix` is taken for the conjugate of what lies above.
 */
void plica_hermitian_eigen(
	double _Complex *vectors, double *values, double _Complex *matrix, size_t n);

#endif
