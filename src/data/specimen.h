/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Built-in specimens: complex transmissions with an amplitude of 0.7 to 1 and a phase of 0 to 1.5
 * rad, that fill a canvas of any size.
 */
#ifndef PLICA_DATA_SPECIMEN_H
#define PLICA_DATA_SPECIMEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "num/field.h"
#include "plica/error.h"

/** The built-in specimen of that name: "cells", "siemens" or "lines". */
bool plica_specimen_known(const char *name);
/** Their names, NULL-terminated. */
const char *const *plica_specimen_names(void);

/** Draws the specimen called `name`, which must be known, over the whole field. */
PLICA_MUST_USE enum plica_status plica_specimen_draw(
	struct plica_field *out, const char *name, uint64_t seed, struct plica_error *err);

#endif
