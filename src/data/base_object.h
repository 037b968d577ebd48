/* SPDX-License-Identifier: BSD-3-Clause */
/** Objects and probes to simulate with that come from files: NPZ archives and PNG pictures. */
#ifndef PLICA_DATA_BASE_OBJECT_H
#define PLICA_DATA_BASE_OBJECT_H

#include <stddef.h>

#include "num/field.h"
#include "plica/error.h"

/** Reads `objectGuess` (H, W), complex and finite; free out->data with plica_free. */
PLICA_MUST_USE enum plica_status plica_base_load_object(
	struct plica_field *out, const char *path, struct plica_error *err);

/**
 * Reads `probeGuess` (N, N) or (modes, N, N), complex and finite. `out` has the shape of one mode
 * and the data of all of them, one after the other; free out->data with plica_free.
 */
PLICA_MUST_USE enum plica_status plica_base_load_probe(
	struct plica_field *out, size_t *modes, const char *path, struct plica_error *err);

/** What black and white mean: amplitude from `low` to 1, phase from 0 to `phase_rad`. */
struct plica_picture_ranges {
	double low;
	double phase_rad;
};

/** Makes an object of two pictures of equal size; one of them may be NULL (amplitude 1, phase 0).
 */
PLICA_MUST_USE enum plica_status plica_base_load_pictures(struct plica_field *out,
	const char *amplitude_png, const char *phase_png, const struct plica_picture_ranges *ranges,
	struct plica_error *err);

#endif
