/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Groups of C = gridsize^2 neighbouring positions: a seed position and C - 1 of its nearest
 * others; the centre is the mean of the members.
 */
#ifndef PLICA_SCAN_GROUPS_H
#define PLICA_SCAN_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"
#include "plica/scan.h"

/** Largest K. */
#define PLICA_NEIGHBOUR_LIMIT 1024
/** Largest gridsize. */
#define PLICA_GRIDSIZE_LIMIT 8

struct plica_groups {
	size_t count;
	size_t size;    /**< C */
	size_t *member; /**< count * C indices, the seed first, then by distance */
	double *y_px;   /**< count centres */
	double *x_px;
};

struct plica_groups_params {
	size_t gridsize;       /**< 1 to PLICA_GRIDSIZE_LIMIT */
	size_t neighbor_count; /**< K >= C */
	/** 0, or the number of positions: one group for each, of the C nearest. Fewer: seeded seeds
	 * without repetition. More: with repetition, and C - 1 seeded ones of the K nearest. */
	size_t group_count;
	uint64_t seed;
};

/** PLICA_ERR_ARGUMENT for a K below C and for fewer positions than C; release after use. */
PLICA_MUST_USE enum plica_status plica_groups_create(struct plica_groups *out,
	struct plica_positions positions, const struct plica_groups_params *params,
	struct plica_error *err);
void plica_groups_release(struct plica_groups *groups);

#endif
