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

/** Sees the expected intensity of pattern `index` (N * N, in the transform's order: zero frequency
 * first), which is valid during the call. */
typedef void plica_scene_visit(void *context, size_t index, const double *intensity);

/**
 * Makes the intensities sum |F (T_delta P) O|^2 / N^2 of all patterns, with the scene's probe as it
 * is. `visit` is called once for each, from any thread. Every patch must lie on the object.
 */
PLICA_MUST_USE enum plica_status plica_scene_expect(const struct plica_scene *scene,
	plica_scene_visit *visit, void *context, struct plica_error *err);

#endif
