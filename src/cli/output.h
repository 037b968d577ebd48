/* SPDX-License-Identifier: BSD-3-Clause */
/** What commands print, and the exit status that follows from a library status. */
#ifndef PLICA_CLI_OUTPUT_H
#define PLICA_CLI_OUTPUT_H

#include <signal.h>
#include <stddef.h>

#include "format/json.h"
#include "plica/error.h"

/** Set to the signal's number once SIGINT or SIGTERM arrived (after cli_catch_signals). */
extern volatile sig_atomic_t cli_signal;
/** From here on SIGINT and SIGTERM only set cli_signal; a second one ends the program. */
void cli_catch_signals(void);

/** Prints "plica: text" on standard error; gives CLI_FAILED, or CLI_INTERRUPTED. */
int cli_fail(enum plica_status status, const struct plica_error *err);
/** Prints "plica: warning: ..." on standard error. */
void cli_warn(const char *format, ...) PLICA_PRINTF(1, 2);
/** Prints the document on standard output and frees it; gives CLI_DONE or CLI_FAILED. */
int cli_print_json(struct plica_json *root);

#endif
