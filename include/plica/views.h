/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Parts of a dataset: the two halves of a split, and the views of a study. What was done is added
 * to the part's metadata, beside what the source's metadata say.
 */
#ifndef PLICA_VIEWS_H
#define PLICA_VIEWS_H

#include "plica/dataset.h"
#include "plica/scan.h"

/** The positions of a dataset, as a view on its arrays. */
PLICA_API struct plica_positions plica_dataset_positions(const struct plica_dataset *dataset);

/**
 * The lower half (`train`) and the upper half (`test`) of the scan along an axis, as
 * plica_scan_split cuts it. Metadata: split, split_axis, source_file, n_images_source. Free both.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_split(struct plica_dataset **train,
	struct plica_dataset **test, const struct plica_dataset *dataset, enum plica_axis axis,
	struct plica_error *err);

/** Two halves chosen at random (plica_scan_split_random). Metadata: split ("half1", "half2"),
 * rng_seed_split, source_file, n_images_source. Free both. */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_split_random(struct plica_dataset **first,
	struct plica_dataset **second, const struct plica_dataset *dataset, uint64_t seed,
	struct plica_error *err);

/** The subsample of plica_scan_subsample. Metadata: s_img, rng_seed_subsample, source_file,
 * n_images_source. Free it. */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_subsample(struct plica_dataset **out,
	const struct plica_dataset *dataset, double fraction, uint64_t seed,
	struct plica_error *err);

/**
 * The view called `name`, chosen by plica_view_select. Metadata: overlap_view, selection_strategy,
 * spacing_threshold, n_accepted, n_rejected, acceptance_rate, gridsize, neighbor_count,
 * rng_seed_grouping, source_file, n_images_source. `selection` may be NULL; else release it.
 * An impossible view is PLICA_ERR_NUMERIC.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_dataset_view(struct plica_dataset **out,
	struct plica_view *selection, const struct plica_dataset *dataset, const char *name,
	const struct plica_view_params *params, struct plica_error *err);

#endif
