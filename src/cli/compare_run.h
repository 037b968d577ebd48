/* SPDX-License-Identifier: BSD-3-Clause */
/** A comparison of two files, with the mask and the figures that come from the data. */
#ifndef PLICA_CLI_COMPARE_RUN_H
#define PLICA_CLI_COMPARE_RUN_H

#include "plica/compare.h"
#include "plica/residual.h"

struct compare_request {
	const char *reconstruction;
	const char *reference;
	/** The dataset that the reconstruction came from; NULL: the reference, when it is one. */
	const char *data;
	const struct plica_compare_area *area; /**< NULL: the scan that both have */
	/** Pixels with less than this share of the largest illumination do not count; 0: all do. */
	double mask_level;
	struct plica_compare_options options;
};

/** Everything that came out; release with compare_result_release. */
struct compare_result {
	struct plica_comparison *comparison;
	/** What is known of the data, when there are any. */
	bool has_data;
	double mask_share;     /**< of the area's pixels that count */
	double photons_per_px; /**< mean over those pixels */
	struct plica_residual residual;
	char residual_reason[PLICA_ERROR_TEXT]; /**< why there is none; "" when there is */
};

/** The defaults: a mask level of 0.1, plica_compare's options. */
void compare_request_init(struct compare_request *request);

/**
 * Loads and compares. With a truth as the reference, and the photons per pixel known, figures
 * better than shot noise allows get that as their reason.
 */
PLICA_MUST_USE enum plica_status compare_files(
	struct compare_result *out, const struct compare_request *request, struct plica_error *err);
void compare_result_release(struct compare_result *result);

#endif
