/* SPDX-License-Identifier: BSD-3-Clause */
/** Commands as a shell takes them, so that a line can be pasted. */
#ifndef PLICA_BASE_SHELL_H
#define PLICA_BASE_SHELL_H

#include "base/text.h"

/** Appends a word as a shell takes it, quoted where it has to be. */
PLICA_MUST_USE enum plica_status plica_shell_word(
	struct plica_text *out, const char *word, struct plica_error *err);

#endif
