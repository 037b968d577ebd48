/* SPDX-License-Identifier: BSD-3-Clause */
/** Measured overlap and dose as members of a JSON object: the fields of a study's metric files. */
#ifndef PLICA_DATA_DESCRIBE_H
#define PLICA_DATA_DESCRIBE_H

#include "format/json.h"
#include "plica/dataset.h"
#include "plica/scan.h"

/** The version of the metric files' layout. */
#define PLICA_METRICS_VERSION "1.0"

/** gridsize, s_img, n_groups, neighbor_count, probe_diameter_px, rng_seed_subsample, the three
 * metrics (the first is left out for gridsize 1), linear and area overlap, the counts. */
void plica_describe_overlap(struct plica_json *json, const struct plica_overlap_params *params,
	const struct plica_overlap *overlap);

/** photons_per_frame and photons_per_object_pixel, measured; with a `dose` in the metadata also
 * dose_label and dose_ratio, measured over label. */
void plica_describe_dose(struct plica_json *json, const struct plica_dataset *dataset);

/** The diameter that overlap is measured with: the probe guess's, else 0.6 N. */
double plica_overlap_diameter_px(const struct plica_dataset *dataset);

#endif
