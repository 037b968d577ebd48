/* SPDX-License-Identifier: BSD-3-Clause */
/** The misfit that counting alone leaves (doc/numerics.md, "The counting floor"). */
#ifndef PLICA_RECON_FLOOR_H
#define PLICA_RECON_FLOOR_H

#include "recon/problem.h"

/**
 * The mean of (sqrt(lambda) - sqrt(I))^2 over valid pixels when I is a Poisson deviate of the true
 * lambda, estimated from the counts of every `stride`-th pattern alone. A loss far above it has other causes than counting.
 */
double plica_counting_floor(const struct plica_problem *problem, size_t stride);

#endif
