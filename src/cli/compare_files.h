/* SPDX-License-Identifier: BSD-3-Clause */
/** The files that `plica compare` can leave, each written atomically. */
#ifndef PLICA_CLI_COMPARE_FILES_H
#define PLICA_CLI_COMPARE_FILES_H

#include "cli/compare_run.h"

/** The FRC curve and its thresholds: a header, then a line per ring; an empty field for NaN. */
PLICA_MUST_USE enum plica_status compare_save_curve(
	const struct plica_comparison *comparison, const char *path, struct plica_error *err);

/** R-factor and E_F of each pattern: a header, then a line per pattern, an empty field for NaN. The
 * reason why there are none is PLICA_ERR_DATA. */
PLICA_MUST_USE enum plica_status compare_save_residual(
	const struct compare_result *result, const char *path, struct plica_error *err);

/** An NPZ with `aligned` and `reference` (rows, cols) complex64, and `area`: row0, row1, col0, col1. */
PLICA_MUST_USE enum plica_status compare_save_aligned(
	const struct plica_comparison *comparison, const char *path, struct plica_error *err);

/** A PNG: reference, reconstruction and their difference (columns), amplitude and phase (rows). */
PLICA_MUST_USE enum plica_status compare_save_picture(
	const struct plica_comparison *comparison, const char *path, struct plica_error *err);

#endif
