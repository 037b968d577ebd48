/* SPDX-License-Identifier: BSD-3-Clause */
/** Step lengths of LSQML (doc/numerics.md, "Step lengths"). */
#ifndef PLICA_RECON_STEPS_H
#define PLICA_RECON_STEPS_H

#include <stddef.h>

#include "num/kernels.h"

struct plica_step_pair {
	double object;
	double probe;
};

/**
 * Solves the two-by-two problem of each of `count` positions, with a11 and a22 raised by a tenth
 * of their mean over the batch; steps are >= 0. Without an object or probe direction in the batch
 * its steps are 0 and the others those of one direction alone.
 */
void plica_steps_solve(
	struct plica_step_pair *steps, const double (*sums)[PLICA_PAIR_SUMS], size_t count);

/** Object and probe each by itself, b1 / (2 a11) and b2 / (2 a22): both go half of their way. */
void plica_steps_solve_separately(
	struct plica_step_pair *steps, const double (*sums)[PLICA_PAIR_SUMS], size_t count);

/**
 * The mean of the values between their 10 % and 90 % quantiles (linear interpolation, ends
 * included); sorts `values`.
 */
double plica_trimmed_mean(double *values, size_t count);

#endif
