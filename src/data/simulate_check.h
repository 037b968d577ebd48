/* SPDX-License-Identifier: BSD-3-Clause */
/** The parameters of a simulation: what is wrong with them, and what follows from them. */
#ifndef PLICA_DATA_SIMULATE_CHECK_H
#define PLICA_DATA_SIMULATE_CHECK_H

#include <stdbool.h>

#include "plica/error.h"
#include "plica/simulate.h"

/**
 * Checks every number and word, and that no two contradict each other. PLICA_ERR_ARGUMENT names
 * the parameter as the command line does, what was found and what was expected.
 */
PLICA_MUST_USE enum plica_status plica_simulate_check(
	const struct plica_simulate_params *params, struct plica_error *err);

bool plica_simulate_specimen_is_file(const struct plica_simulate_params *params);

/** The probe's name or path; that which is meant when none is given. Never NULL. */
const char *plica_simulate_probe_name(const struct plica_simulate_params *params);
bool plica_simulate_probe_is_file(const struct plica_simulate_params *params);

/** Whether the first guess is the nominal probe. */
bool plica_simulate_guess_is_nominal(const struct plica_simulate_params *params);

#endif
