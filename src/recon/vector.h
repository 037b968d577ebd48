/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The unknowns of a problem as one vector: an object-sized part, a probe-sized part, and the
 * background where it is an unknown. Sums are formed in double, in an order that does not depend
 * on the number of threads.
 */
#ifndef PLICA_RECON_VECTOR_H
#define PLICA_RECON_VECTOR_H

#include "recon/problem.h"

struct plica_vector {
	const struct plica_problem *problem;
	struct plica_planes object;
	float *probe;      /**< all modes, waves */
	float *background; /**< a pattern; NULL: not an unknown */
	double *band_sums; /**< one for each row band */
};

/** Zeroed. */
PLICA_MUST_USE enum plica_status plica_vector_create(
	struct plica_vector *out, const struct plica_problem *problem, struct plica_error *err);
void plica_vector_release(struct plica_vector *vector);

/** Re <a, b> over all parts together. */
double plica_vector_dot(const struct plica_vector *a, const struct plica_vector *b);
/** a = b. */
void plica_vector_copy(struct plica_vector *a, const struct plica_vector *b);
/** a = b + factor a. */
void plica_vector_scale_add(struct plica_vector *a, float factor, const struct plica_vector *b);

#endif
