/* SPDX-License-Identifier: BSD-3-Clause */
/** A picture of what a file holds. */
#ifndef PLICA_CLI_VIEW_PICTURE_H
#define PLICA_CLI_VIEW_PICTURE_H

#include <stdbool.h>

#include "format/image.h"

enum view_kind {
	VIEW_AUTO,      /**< the object's phase; without an object the mean pattern */
	VIEW_AMPLITUDE, /**< of the object */
	VIEW_PHASE,     /**< of the object */
	VIEW_PATTERN,   /**< one pattern, logarithm of 1 + counts */
	VIEW_MEAN,      /**< the mean of all patterns, the same */
};

struct view_request {
	const char *path; /**< a dataset or a reconstruction */
	enum view_kind kind;
	size_t pattern;              /**< which, for VIEW_PATTERN */
	bool scan;                   /**< mark the positions on the object */
	size_t most_rows, most_cols; /**< the picture fits into these, px > 0 */
};

/** Draws the picture, enlarged or reduced by a whole number to fit; release it. `caption` (of `size`
 * bytes) gets what it shows, its size and its range. */
PLICA_MUST_USE enum plica_status view_draw(struct plica_image *out, char *caption, size_t size,
	const struct view_request *request, struct plica_error *err);

#endif
