/* SPDX-License-Identifier: BSD-3-Clause */
/** The specimen "cells": overlapping cells of many sizes with nuclei, granules and texture. */
#ifndef PLICA_DATA_SPECIMEN_CELLS_H
#define PLICA_DATA_SPECIMEN_CELLS_H

#include <stdint.h>

#include "num/field.h"
#include "plica/error.h"

/** Draws it over the whole field. What is drawn near a pixel depends on the seed and the field's
 * size alone. */
PLICA_MUST_USE enum plica_status plica_specimen_draw_cells(
	struct plica_field *out, uint64_t seed, struct plica_error *err);

#endif
