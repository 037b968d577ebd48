/* SPDX-License-Identifier: BSD-3-Clause */
/** What `plica overlap` says and writes of one scan. */
#ifndef PLICA_CLI_OVERLAP_REPORT_H
#define PLICA_CLI_OVERLAP_REPORT_H

#include "format/json.h"
#include "plica/dataset.h"
#include "plica/scan.h"

/** A measured part of a dataset; everything is borrowed. */
struct overlap_finding {
	const struct plica_dataset *dataset; /**< the part */
	const struct plica_overlap_params *params;
	const struct plica_overlap *overlap;
	const struct plica_view *selection; /**< or NULL: not chosen by spacing */
	double spacing_px;                  /**< that the selection asked for */
};

/** The fields of a metric file, added to `json`. */
void overlap_put(struct plica_json *json, const struct overlap_finding *finding);
/** The same for people, on standard output. */
void overlap_print(const struct overlap_finding *finding);

/** Writes the groups of the scan as NPZ: `groups` (n, C) int64, indices of positions, the seed
 * first; `centres` (n, 2) float64, y and x. */
PLICA_MUST_USE enum plica_status overlap_save_groups(const char *path,
	struct plica_positions positions, const struct plica_overlap_params *params,
	struct plica_error *err);

#endif
