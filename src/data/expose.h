/* SPDX-License-Identifier: BSD-3-Clause */
/** The forward model of a scene. */
#ifndef PLICA_DATA_EXPOSE_H
#define PLICA_DATA_EXPOSE_H

#include "plica/error.h"
#include "plica/simulate.h"

/** First object row (or column) of the patch at a coordinate: round(p) - N/2, ties to even. */
double plica_patch_start(double coordinate_px, size_t pattern_px);

/**
 * The mean over the scan of the photons that leave the object, sum |(T_delta P) O|^2, with the
 * scene's probe as it is. Every patch must lie on the object.
 */
PLICA_MUST_USE enum plica_status plica_scene_mean_photons(
	double *out, const struct plica_scene *scene, struct plica_error *err);

#endif
