/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Progress of a reconstruction on standard error: a bar that is redrawn on a terminal, plain lines
 * elsewhere (at most one a second, and the last), JSON lines for programs, or nothing.
 */
#ifndef PLICA_CLI_PROGRESS_H
#define PLICA_CLI_PROGRESS_H

#include <stdbool.h>

#include "plica/reconstruct.h"

enum cli_progress_style {
	CLI_PROGRESS_NONE,
	CLI_PROGRESS_PLAIN,
	CLI_PROGRESS_BAR,
	CLI_PROGRESS_JSON,
};

struct cli_progress {
	enum cli_progress_style style;
	double last_shown; /**< seconds of the run; negative before the first */
};

/** Turns "auto", "plain", "json" or "none" into a style; false for another word. */
bool cli_progress_init(struct cli_progress *progress, const char *word);
/** Shows one epoch. */
void cli_progress_show(struct cli_progress *progress, const struct plica_progress *epoch);
/** Ends the bar's line, if there is one. */
void cli_progress_end(const struct cli_progress *progress);

#endif
