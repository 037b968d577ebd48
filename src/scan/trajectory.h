/* SPDX-License-Identifier: BSD-3-Clause */
/** Scan trajectories: jittered raster and Fermat spiral, centred on (0, 0). */
#ifndef PLICA_SCAN_TRAJECTORY_H
#define PLICA_SCAN_TRAJECTORY_H

#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"
#include "plica/scan.h"

/** Most positions of a trajectory. */
#define PLICA_TRAJECTORY_LIMIT ((size_t)10000000)

enum plica_trajectory_kind { PLICA_TRAJECTORY_RASTER, PLICA_TRAJECTORY_FERMAT };

struct plica_trajectory_params {
	enum plica_trajectory_kind kind;
	double step_px;   /**< > 0; Fermat: the square root of the area per position */
	double size_y_px; /**< extent to fill, >= 0; not used with a count */
	double size_x_px;
	size_t count;  /**< exactly so many; 0: as many as fill the size */
	double jitter; /**< in [0, 1]: uniform displacement by up to jitter * step, each axis */
	uint64_t seed; /**< of the jitter, keyed by the index of the position */
};

/** Owned; release with plica_trajectory_release. */
struct plica_trajectory {
	size_t count;
	double *y_px;
	double *x_px;
};

/**
 * Raster: rows along x, as square as the count allows, the last row short if need be. Fermat:
 * the positions r = step sqrt(k / pi), angle k times the golden angle, from the middle outwards;
 * with a count the first ones (a disc), with a size those inside the rectangle. More than
 * PLICA_TRAJECTORY_LIMIT positions are PLICA_ERR_ARGUMENT.
 */
PLICA_MUST_USE enum plica_status plica_trajectory_create(struct plica_trajectory *out,
	const struct plica_trajectory_params *params, struct plica_error *err);
void plica_trajectory_release(struct plica_trajectory *trajectory);

/** The same as positions. */
struct plica_positions plica_trajectory_positions(const struct plica_trajectory *trajectory);

/** The step with which `count` positions fill a square of side `size_px`. */
double plica_trajectory_step_px(enum plica_trajectory_kind kind, double size_px, size_t count);

#endif
