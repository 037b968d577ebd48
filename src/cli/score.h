/* SPDX-License-Identifier: BSD-3-Clause */
/** A job's reconstruction against the truth in its data set. */
#ifndef PLICA_CLI_SCORE_H
#define PLICA_CLI_SCORE_H

#include "plica/compare.h"
#include "plica/dataset.h"
#include "plica/error.h"
#include "plica/product.h"

/** The object of a reconstruction, and the truth of a dataset, for a comparison; both borrowed. */
struct plica_compare_object cli_object_of(const struct plica_product *product);
struct plica_compare_object cli_truth_of(const struct plica_dataset *dataset);

/**
 * Compares the reconstruction at `result_path` with the objectGuess of the data set at `input_npz`
 * over the scanned area. Free *out with plica_comparison_free. PLICA_ERR_DATA without a truth.
 */
PLICA_MUST_USE enum plica_status cli_score(struct plica_comparison **out, const char *result_path,
	const char *input_npz, struct plica_error *err);

#endif
