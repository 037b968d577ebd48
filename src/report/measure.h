/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The result of one job: its reconstruction, the data set that it was made from, and what the
 * comparison of the two says.
 */
#ifndef PLICA_REPORT_MEASURE_H
#define PLICA_REPORT_MEASURE_H

#include <stddef.h>

#include "base/text.h"
#include "format/json.h"
#include "plica/compare.h"
#include "plica/error.h"
#include "report/results.h"

/** A complex picture, row-major; owned. */
struct plica_report_array {
	size_t rows;
	size_t cols;
	float _Complex *data; /**< NULL when there is none */
};

/** What the data set says; empty when it could not be read. */
struct plica_report_input {
	size_t position_count;
	double *y_px;
	double *x_px;
	struct plica_report_array truth; /**< objectGuess */
	float *illumination;             /**< photons per pixel of the truth */
	double dose_photons;             /**< measured, per pattern; NaN when unknown */
	struct plica_json *metadata;     /**< `_metadata`; NULL when there is none */
	struct plica_json *overlap;      /**< <split>_metrics.json beside it; NULL likewise */
};

struct plica_report_result {
	struct plica_report_array object;
	double origin_px[2]; /**< row and column of its pixel [0, 0] among the positions */
	struct plica_report_array probe; /**< the first mode */
	size_t probe_modes;
	size_t epoch_count;
	double *loss;
	double fourier_error; /**< NaN when not recorded */
	struct plica_report_input input;
	struct plica_comparison *comparison; /**< NULL when there is nothing to compare with */
	struct plica_compare_mask mask;      /**< NaN where nothing is known of the illumination */
	char *reason;                        /**< then why */
	struct plica_strings warnings;
};

/**
 * Loads the result of a job that is done and compares it (`options` NULL: the defaults). An error means that the reconstruction
 * itself cannot be read; whatever else is wrong is a reason or a warning in the result. Release
 * with plica_report_result_release in every case.
 */
PLICA_MUST_USE enum plica_status plica_report_result_load(struct plica_report_result *out,
	const struct plica_report_job *job, const struct plica_compare_options *options,
	struct plica_error *err);
void plica_report_result_release(struct plica_report_result *result);

#endif
