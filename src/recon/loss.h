/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * What an epoch tells as its loss, where that is not the amplitude residual which every engine
 * finds on its way (settings.displayed_loss, doc/numerics.md, "Gradients of one set"): one more
 * pass over all patterns, with object and probe as the epoch leaves them.
 */
#ifndef PLICA_RECON_LOSS_H
#define PLICA_RECON_LOSS_H

#include "recon/problem.h"

struct plica_loss {
	struct plica_problem *problem;
	float *expected;    /**< for each thread a pattern of expected counts */
	float *natural;     /**< for each thread two of N * N */
	double *of_pattern; /**< J: sums over the pixels */
};

/** NULL, and no error, where the amplitude residual is what is told. */
PLICA_MUST_USE enum plica_status plica_loss_create(
	struct plica_loss **out, struct plica_problem *problem, struct plica_error *err);
void plica_loss_free(struct plica_loss *loss);

/** The mean over the valid pixels of all patterns. */
double plica_loss_measure(struct plica_loss *loss);

#endif
