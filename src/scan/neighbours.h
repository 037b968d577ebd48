/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Neighbour search among positions: a k-d tree with the bounding box and the lowest index of each
 * node. Building is O(n log n), a query O(log n) for any distribution, coincident positions
 * included. Results are exact, those of comparing all pairs, and ties go to the lower index.
 */
#ifndef PLICA_SCAN_NEIGHBOURS_H
#define PLICA_SCAN_NEIGHBOURS_H

#include <stddef.h>

#include "plica/error.h"
#include "plica/scan.h"

struct plica_neighbours;

/** Copies the positions, which must be finite; free with plica_neighbours_free. */
PLICA_MUST_USE enum plica_status plica_neighbours_create(
	struct plica_neighbours **out, struct plica_positions positions, struct plica_error *err);
/** The index of the `i`th point in the tree's own order, i < count: queries one after another in
 * this order meet the same nodes, which makes many of them several times faster. */
size_t plica_neighbours_at(const struct plica_neighbours *tree, size_t i);
void plica_neighbours_free(struct plica_neighbours *tree);

/**
 * The `limit` nearest others of position `query`, by distance, then index. `index` and
 * `distance_px` hold `limit` entries. Returns how many there are: limit, or all n - 1 others.
 */
size_t plica_neighbours_nearest(size_t *index, double *distance_px,
	const struct plica_neighbours *tree, size_t query, size_t limit);

/** Called for a position within a radius. */
typedef void plica_neighbours_visit(void *context, size_t index, double distance_px);

/** Visits every position nearer than `radius_px` to (y, x), in an order of the tree's own. */
void plica_neighbours_within(const struct plica_neighbours *tree, const double at_px[2],
	double radius_px, plica_neighbours_visit *visit, void *context);

#endif
