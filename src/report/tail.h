/* SPDX-License-Identifier: BSD-3-Clause */
/** The end of a log file, however large the file is. */
#ifndef PLICA_REPORT_TAIL_H
#define PLICA_REPORT_TAIL_H

#include <stddef.h>

#include "base/text.h"
#include "plica/error.h"

/**
 * Appends the last lines of a regular file, at most `lines` of them and 16 KiB; nothing else of
 * it is read. Escape sequences of terminals are left out, and of a line that a carriage return
 * overwrote, as progress bars do, only what was seen last is kept.
 */
PLICA_MUST_USE enum plica_status plica_report_tail(
	struct plica_text *out, const char *path, size_t lines, struct plica_error *err);

#endif
