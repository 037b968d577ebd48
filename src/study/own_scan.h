/* SPDX-License-Identifier: BSD-3-Clause */
/** Views that have a scan of their own: the same object and probe, other positions. */
#ifndef PLICA_STUDY_OWN_SCAN_H
#define PLICA_STUDY_OWN_SCAN_H

#include "study/generate.h"

/**
 * Exposes the view's scan and gives its half of that name, "train" or "test". `dose` is that of a
 * frame or, for a design of equal fluence, of a frame of the baseline: then a frame of this scan,
 * which stands for (its step / the baseline's)^2 as much of the object, gets as much more.
 */
PLICA_MUST_USE enum plica_status plica_own_scan(struct plica_dataset **out,
	struct plica_generation *generation, const struct plica_study_view *view, double dose,
	const char *split, struct plica_error *err);

/** Says in the metadata how the view was made, and what its dose is called. */
PLICA_MUST_USE enum plica_status plica_own_scan_describe(struct plica_dataset *dataset,
	const struct plica_study_view *view, double dose, struct plica_error *err);

#endif
