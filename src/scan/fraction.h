/* SPDX-License-Identifier: BSD-3-Clause */
/** Views chosen by a seeded subsample of the scan. */
#ifndef PLICA_SCAN_FRACTION_H
#define PLICA_SCAN_FRACTION_H

#include "plica/scan.h"

/** plica_view_select for params->image_fraction > 0. */
PLICA_MUST_USE enum plica_status plica_view_by_fraction(struct plica_view *out,
	struct plica_positions positions, const struct plica_view_params *params,
	struct plica_error *err);

#endif
