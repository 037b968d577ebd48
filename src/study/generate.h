/* SPDX-License-Identifier: BSD-3-Clause */
/** What stage D leaves beside its data sets, for the list of jobs. */
#ifndef PLICA_STUDY_GENERATE_H
#define PLICA_STUDY_GENERATE_H

#include "plica/error.h"

/**
 * Why there is no data set of a view's split, as `<folder>/<split>_metrics.json` says it; NULL
 * when it says no such thing or is not there. To be freed with plica_free.
 */
PLICA_MUST_USE enum plica_status plica_view_impossible(
	char **out, const char *folder, const char *split, struct plica_error *err);

#endif
