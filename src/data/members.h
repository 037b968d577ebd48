/* SPDX-License-Identifier: BSD-3-Clause */
/** The members of an NPZ file to be written: views on somebody's memory, and owned arrays. */
#ifndef PLICA_DATA_MEMBERS_H
#define PLICA_DATA_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "format/array.h"
#include "plica/error.h"

#define PLICA_MEMBERS_MOST 64

struct plica_members {
	struct {
		const char *name; /**< a literal */
		struct plica_array array;
		bool owned;
	} item[PLICA_MEMBERS_MOST];
	size_t count;
};

/**
 * Adds a view on `data` (numeric, C order, `dimensions` entries of `shape`), which must outlive the
 * list; without data nothing is added.
 */
void plica_members_view(struct plica_members *members, const char *name, enum plica_dtype dtype,
	const void *data, int dimensions, const size_t *shape);
/** Adds a text (copied); without text nothing is added. */
PLICA_MUST_USE enum plica_status plica_members_text(
	struct plica_members *members, const char *name, const char *text, struct plica_error *err);
/** Moves `array` into the list, and leaves it empty. */
void plica_members_take(struct plica_members *members, const char *name, struct plica_array *array);
/** Writes all of them to `path`, atomically. */
PLICA_MUST_USE enum plica_status plica_members_save(
	const struct plica_members *members, const char *path, struct plica_error *err);
void plica_members_release(struct plica_members *members);

#endif
