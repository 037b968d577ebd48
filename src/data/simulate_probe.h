/* SPDX-License-Identifier: BSD-3-Clause */
/** The probe of a simulated scene, and the guess at it. */
#ifndef PLICA_DATA_SIMULATE_PROBE_H
#define PLICA_DATA_SIMULATE_PROBE_H

#include "plica/error.h"
#include "plica/simulate.h"

/**
 * Builds or loads the probe of checked parameters: fills pattern_px, probe_modes, probe and
 * probe_guess (both of power 1) and probe_diameter_px of an empty scene, which owns them.
 */
PLICA_MUST_USE enum plica_status plica_simulate_make_probe(struct plica_scene *scene,
	const struct plica_simulate_params *params, struct plica_error *err);

#endif
