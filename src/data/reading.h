/* SPDX-License-Identifier: BSD-3-Clause */
/** What the readers of a DATA-001 file's members share: contract.c, patterns.c and checks.c. */
#ifndef PLICA_DATA_READING_H
#define PLICA_DATA_READING_H

#include "data/findings.h"
#include "format/npz.h"

struct plica_reading {
	struct plica_npz *npz;
	struct plica_dataset *dataset; /**< filled as members are read; counts are 0 until known */
	struct plica_findings *findings;
	size_t coordinate_count; /**< length of xcoords as its header says; 0 when unknown */
};

/** Appends a finding in printf style: what was found. */
PLICA_MUST_USE enum plica_status plica_reading_find(struct plica_reading *reading, bool is_error,
	const char *field, const char *expected, struct plica_error *err, const char *found, ...)
	PLICA_PRINTF(6, 7);

/** Reads a member; what is wrong with it becomes a finding and leaves `out` without data. */
PLICA_MUST_USE enum plica_status plica_reading_member(struct plica_reading *reading,
	struct plica_array *out, const char *name, struct plica_error *err);

/** Reads `diffraction` (or `diff3d`), checks every value, and recognises legacy layouts. */
PLICA_MUST_USE enum plica_status plica_reading_patterns(
	struct plica_reading *reading, struct plica_error *err);

/** Checks how the members go together, once all of them have been read without an error. */
PLICA_MUST_USE enum plica_status plica_reading_check(
	struct plica_reading *reading, struct plica_error *err);

#endif
