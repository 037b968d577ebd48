/* SPDX-License-Identifier: BSD-3-Clause */
/** One side of a comparison: a file that holds an object. */
#ifndef PLICA_CLI_COMPARE_SIDE_H
#define PLICA_CLI_COMPARE_SIDE_H

#include "plica/compare.h"
#include "plica/dataset.h"
#include "plica/product.h"
#include "plica/scan.h"

/** A reconstruction (`product`), or a dataset whose objectGuess is the truth; the other is NULL.
 * Release with compare_side_release. */
struct compare_side {
	const char *path; /**< borrowed */
	struct plica_product *product;
	struct plica_dataset *dataset;
};

/** Loads either kind, by what the file has in it: patterns alone make it a dataset. PLICA_ERR_DATA
 * for a dataset without objectGuess, and for a file that is no reconstruction either. */
PLICA_MUST_USE enum plica_status compare_side_load(
	struct compare_side *out, const char *path, struct plica_error *err);
/** The same, but a dataset may be without objectGuess; its object is then not to be asked for. */
PLICA_MUST_USE enum plica_status compare_side_open(
	struct compare_side *out, const char *path, struct plica_error *err);
void compare_side_release(struct compare_side *side);

/** Its object and its positions, both borrowed; without positions the count is 0. */
struct plica_compare_object compare_side_object(const struct compare_side *side);
struct plica_positions compare_side_positions(const struct compare_side *side);

#endif
