/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Scan positions: splits, views (subsets chosen for their overlap) and measured overlap.
 *
 * Positions are patch centres in object pixels, y the row and x the column, finite. A group is
 * C = gridsize^2 neighbouring positions handled together. Everything here is a pure function of
 * its arguments: the same input gives the same indices and the same bits for any number of
 * threads. Neighbours are found in O(n log n); ties go to the lower index.
 */
#ifndef PLICA_SCAN_H
#define PLICA_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"

/** Somebody's positions; owns nothing. */
struct plica_positions {
	size_t count;
	const double *y_px;
	const double *x_px;
};

/** A list of indices of positions, ascending; release with plica_indices_release. */
struct plica_indices {
	size_t count;
	size_t *item;
};

PLICA_API void plica_indices_release(struct plica_indices *indices);

/** Splits */

enum plica_axis { PLICA_AXIS_Y, PLICA_AXIS_X };

/**
 * Cuts the scan at half of its extent along an axis: `train` gets the positions below the cut,
 * `test` those on it and above. Every position is in exactly one of them. A scan without extent
 * along that axis is PLICA_ERR_DATA. Release both.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_scan_split(struct plica_indices *train,
	struct plica_indices *test, struct plica_positions positions, enum plica_axis axis,
	struct plica_error *err);

/**
 * Cuts the scan at random into two halves, of which the first has the odd position if there is one:
 * for the FRC between two independent reconstructions. Fewer than two positions are PLICA_ERR_DATA.
 * Release both.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_scan_split_random(struct plica_indices *first,
	struct plica_indices *second, size_t position_count, uint64_t seed,
	struct plica_error *err);

/** Views */

/** The spacing S = (1 - f) N that a view of overlap f in [0, 1) asks of its groups. */
PLICA_API double plica_view_spacing_px(double overlap, size_t pattern_px);

struct plica_view_params {
	double spacing_px;     /**< S > 0: least distance between the centres of two kept groups */
	size_t gridsize;       /**< C = gridsize^2 positions a group; 1 to 8 */
	size_t neighbor_count; /**< K >= C: how many nearest positions a group may choose from */
	uint64_t seed;         /**< grouping seed: the order of the greedy walk */
	/** Above 0: by fraction instead of by spacing, which is then ignored. A seeded subsample of
	 * this fraction (s_img, at most 1) of the positions, then groups of those. */
	double image_fraction;
	/** By fraction: how many groups, with repetition if more than there are seeds; 0: one for
	 * each position of the subsample. */
	size_t group_count;
	uint64_t subsample_seed;
};

struct plica_view {
	struct plica_indices members;   /**< the union of the kept groups' members */
	size_t n_accepted;              /**< kept groups */
	size_t n_rejected;              /**< candidates left out; by fraction: positions left out */
	double acceptance_rate;         /**< of the candidates; by fraction: of the positions */
	const char *selection_strategy; /**< "direct": all candidates were far enough apart;
					   "greedy"; or "fraction" */
};

/**
 * Chooses a view by spacing. There is one candidate for each position: it and its C - 1 nearest
 * others, with the mean of the members as centre. When all centres are at least S apart all are
 * kept ("direct"). Otherwise the candidates are walked in an order that the seed fixes, and each
 * one that is at least S away from all kept before is kept ("greedy"); a distance that is short of
 * S by less than 1e-9 S counts as S.
 *
 * A view in which fewer than two groups fit is PLICA_ERR_NUMERIC: geometrically impossible, to be
 * reported and skipped. Release with plica_view_release.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_view_select(struct plica_view *out,
	struct plica_positions positions, const struct plica_view_params *params,
	struct plica_error *err);
PLICA_API void plica_view_release(struct plica_view *view);

/**
 * A seeded subsample of a fraction in (0, 1] of the positions, at least one: sampling without
 * repetition. PLICA_ERR_ARGUMENT for another fraction and for no positions at all. Release.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_scan_subsample(struct plica_indices *out,
	size_t position_count, double fraction, uint64_t seed, struct plica_error *err);

/** Overlap */

/** The fraction of its area that a disc of diameter D shares with another one d away:
 * f(d) = [2 R^2 acos(d / 2R) - (d / 2) sqrt(4 R^2 - d^2)] / (pi R^2), R = D / 2; 0 for d >= D. */
PLICA_API double plica_overlap_fraction(double distance_px, double diameter_px);

struct plica_overlap_params {
	double probe_diameter_px; /**< D > 0 */
	size_t gridsize;          /**< 1 to 8 */
	size_t neighbor_count;    /**< K >= C; 6 is usual */
	double image_fraction;    /**< s_img in (0, 1]: a seeded subsample of the positions */
	/** 0: one group for each position. Else so many groups with seeded seeds; without
	 * repetition as long as there are seeds enough, else with it, and then a group takes seeded
	 * C - 1 of its seed's K nearest. */
	size_t group_count;
	uint64_t seed; /**< of the subsample */
};

struct plica_overlap {
	double group_based;    /**< metric 1; NaN for gridsize 1 */
	double image_based;    /**< metric 2 */
	double group_to_group; /**< metric 3 */
	double spacing_px;     /**< median over positions of the mean distance to the 4 nearest */
	double linear;         /**< 1 - spacing / D; negative where the discs leave gaps */
	double area;           /**< f(spacing) */
	size_t images_total;
	size_t images_subsampled;
	size_t images_unique; /**< after removing exact duplicates */
	size_t groups;
};

/** Everything: image_fraction 1, gridsize 1, K 6, one group for each position. */
PLICA_API struct plica_overlap_params plica_overlap_defaults(double probe_diameter_px);

/**
 * Measures the overlap of a scan (spec: three metrics, each a mean of f):
 *   1  of each member of a group with its up to K nearest other members;
 *   2  of each position with its K nearest others, exact duplicates removed before;
 *   3  of each group's centre with all other centres nearer than D, 0 where there are none.
 * With a single position, what needs two of them (2, spacing, linear, area) is NaN.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_overlap_measure(struct plica_overlap *out,
	struct plica_positions positions, const struct plica_overlap_params *params,
	struct plica_error *err);

#endif
