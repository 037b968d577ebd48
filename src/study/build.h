/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * How a design is built from what its file says: the steps, and the checks that they share. Each
 * check names the field by its path in the file, what was found and the range.
 */
#ifndef PLICA_STUDY_BUILD_H
#define PLICA_STUDY_BUILD_H

#include "base/text.h"
#include "plica/study.h"
#include "study/outline.h"
#include "study/schema.h"

struct plica_design_store {
	struct plica_strings texts;
};

/** What the steps work on; all borrowed but the design. */
struct plica_build {
	struct plica_design *design;
	const struct raw_design *raw;
	const struct plica_outline *outline;
	const char *folder; /**< of the design's file, absolute */
};

/** The axes of the grid: doses, gridsizes with neighbor_count, views, splits. */
PLICA_MUST_USE enum plica_status plica_build_axes(
	struct plica_build *build, struct plica_error *err);
/** The views among them, when gridsizes and pattern_px are known. */
PLICA_MUST_USE enum plica_status plica_build_views(
	struct plica_build *build, struct plica_error *err);
/** Everything else. */
PLICA_MUST_USE enum plica_status plica_build_settings(
	struct plica_build *build, struct plica_error *err);

/** A copy of `text` that lives as long as the design. */
PLICA_MUST_USE enum plica_status plica_build_keep(
	struct plica_build *build, const char **out, const char *text, struct plica_error *err);
/** The entry of `names` that `given` is; the first of them when nothing was given. */
PLICA_MUST_USE enum plica_status plica_build_choice(struct plica_build *build, const char **out,
	const char *path, const char *given, const char *const *names, struct plica_error *err);
/** `given`, or range[2] when nothing was given; range[0] and range[1] are the limits. */
PLICA_MUST_USE enum plica_status plica_build_integer(struct plica_build *build, size_t *out,
	const char *path, const int64_t *given, const int64_t range[3], struct plica_error *err);
/** Refuses `found`, which is none of `names`. */
enum plica_status plica_build_unknown(struct plica_build *build, const char *path,
	const char *found, const char *const *names, size_t count, struct plica_error *err);
/** Refuses member `item` of a list of scalars. */
enum plica_status plica_build_item(struct plica_build *build, const char *list, size_t item,
	struct plica_error *err, const char *expected);

#endif
