/* SPDX-License-Identifier: BSD-3-Clause */
/** The positions of a simulated scene, and the canvas that holds them. */
#ifndef PLICA_DATA_SIMULATE_SCAN_H
#define PLICA_DATA_SIMULATE_SCAN_H

#include "num/field.h"
#include "plica/error.h"
#include "plica/simulate.h"

/**
 * Makes the scan of checked parameters: fills count, y_px, x_px and step_px of a scene that has
 * its probe, and object_rows and object_cols. `object` is the given object, or has no data: then
 * the canvas is made as large as the scan wants it. The scan is centred on the object. A scan
 * that does not fit is PLICA_ERR_ARGUMENT, one that does not fit into the machine's memory
 * PLICA_ERR_MEMORY.
 */
PLICA_MUST_USE enum plica_status plica_simulate_make_scan(struct plica_scene *scene,
	const struct plica_field *object, const struct plica_simulate_params *params,
	struct plica_error *err);

#endif
