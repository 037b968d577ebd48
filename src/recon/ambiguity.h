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

/** Is there a factor to share? What is not optimizable is known. */
bool plica_has_ambiguity(const struct plica_settings *settings);

/** Multiplies every pixel of the object. */
void plica_scale_object(struct plica_planes *object, double factor);

#endif
