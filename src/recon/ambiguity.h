/* SPDX-License-Identifier: BSD-3-Clause */
/** Object and probe share a factor that the data cannot fix. */
#ifndef PLICA_RECON_AMBIGUITY_H
#define PLICA_RECON_AMBIGUITY_H

#include "recon/problem.h"

/**
 * Makes the mean power of the object over the scanned box, weighted by the illumination, one, and
 * gives the factor to the probe. `power` (rows * stride floats) is overwritten with the present
 * illumination.
 */
void plica_remove_ambiguity(struct plica_problem *problem, float *power);

/** The same with an illumination that is known. */
void plica_remove_ambiguity_with(struct plica_problem *problem, const float *power);

#endif
