/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * What scan stages do wrong as a whole (doc/numerics.md, "Affine model"): positions as they came and
 * as they have been found are related by a map of (y, x) columns about the scan's centre,
 *
 *     A = s [ (1 + a/2)(cos t + sin t tan f)     (1 + a/2) sin t ]
 *           [ (1 - a/2)(cos t tan f - sin t)     (1 - a/2) cos t ]
 */
#ifndef PLICA_RECON_AFFINE_H
#define PLICA_RECON_AFFINE_H

#include <stdbool.h>
#include <stddef.h>

struct plica_affine {
	double scale;        /**< s */
	double asymmetry;    /**< a */
	double rotation_rad; /**< t */
	double shear_rad;    /**< f */
};

/** Positions before and after, and how far each is to be believed on each axis (>= 0). */
struct plica_affine_fit {
	size_t count;
	const double *from_y, *from_x;
	const double *to_y, *to_x;
	const double *weight_y, *weight_x;
};

/**
 * The matrix [m0 m1; m2 m3] that takes `from` to `to` but for a translation, by weighted least
 * squares of each row. False, and `matrix` the identity, when the positions do not determine it.
 */
bool plica_affine_matrix(double matrix[4], const struct plica_affine_fit *fit);
/** The parameters of a matrix near the identity. */
struct plica_affine plica_affine_decompose(const double matrix[4]);
void plica_affine_compose(double matrix[4], const struct plica_affine *affine);

#endif
