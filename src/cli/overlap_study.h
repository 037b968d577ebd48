/* SPDX-License-Identifier: BSD-3-Clause */
/** Stage D of a design, as `plica overlap` makes and shows it. */
#ifndef PLICA_CLI_OVERLAP_STUDY_H
#define PLICA_CLI_OVERLAP_STUDY_H

#include <stdbool.h>

#include "plica/study.h"

/** Makes what is missing of the design's data and views, and shows the metrics of each view and
 * split. Gives an exit status. */
int overlap_study(const char *path, const struct plica_generate_options *where, bool json);

#endif
