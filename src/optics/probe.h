/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Probe models, and the size of a probe. A probe is N x N, centred on pixel [N/2, N/2] (integer
 * division), contiguous; lengths are in pixels. Built probes have sum |P|^2 = 1.
 */
#ifndef PLICA_OPTICS_PROBE_H
#define PLICA_OPTICS_PROBE_H

#include <stddef.h>

#include "plica/error.h"

enum plica_probe_kind {
	PLICA_PROBE_ZONE_PLATE, /**< the image of an annular pupil, out of focus */
	PLICA_PROBE_DISC,       /**< a uniform disc with a soft edge, as of a pinhole */
	PLICA_PROBE_GAUSSIAN,
};

struct plica_probe_model {
	enum plica_probe_kind kind;
	double diameter_px;    /**< disc; Gaussian: full width of |P| at half maximum; > 0 */
	double edge_px;        /**< disc: width of the edge's cosine, >= 0 */
	double pupil_fraction; /**< radius of the pupil / N, in (0, 0.5) */
	double stop_fraction;  /**< zone plate: radius of the central stop / pupil, in [0, 1) */
	/** Phase at the pupil's edge of the quadratic phase that defocus is in Fourier space,
	 * exp(i defocus (k / pupil)^2); any kind. */
	double defocus_rad;
};

/** Fills `out` (N * N). The model must be in its ranges; a probe without power is
 * PLICA_ERR_NUMERIC. */
PLICA_MUST_USE enum plica_status plica_probe_fill(float _Complex *out, size_t pattern_px,
	const struct plica_probe_model *model, struct plica_error *err);

/**
 * The defocus that opens a pupil's cone to a diameter: a ray at frequency k arrives at
 * (1 / 2 pi) d phase / d k, so that defocus = pi / 2 * (pupil in cycles/px) * diameter.
 */
double plica_probe_defocus_rad(double diameter_px, double pupil_fraction);

/** Sum |P|^2 of `count` pixels, in double. */
double plica_probe_power(const float _Complex *probe, size_t count);

/**
 * The FWHM-equivalent diameter of a probe of `modes` incoherent modes: that of the uniform disc
 * that has half of its power within the same radius r50 of its centre of mass, D = 2 sqrt(2) r50.
 * A uniform disc gives its diameter, a Gaussian the full width at half maximum of |P|. Unlike the
 * area above half maximum it does not depend on single bright speckles, and unlike the second
 * moment it hardly sees a wide, weak halo. At least 1, and 0 for a probe without power.
 */
double plica_probe_diameter_px(const float _Complex *probe, size_t modes, size_t pattern_px);

/** The rms radius per axis, sigma^2 = (1/2) sum |P|^2 |r - r_c|^2 / sum |P|^2; 0 without power. */
double plica_probe_rms_radius_px(const float _Complex *probe, size_t modes, size_t pattern_px);

#endif
