/* SPDX-License-Identifier: BSD-3-Clause */
/** Building a list of findings (include/plica/dataset.h). */
#ifndef PLICA_DATA_FINDINGS_H
#define PLICA_DATA_FINDINGS_H

#include "plica/dataset.h"

/** `found` of a file or member that could not be read at all; its message names the file. */
#define PLICA_FOUND_UNREADABLE "unreadable"

/** A finding's three parts as text; each at most a line. */
struct plica_finding_text {
	char field[64];
	char found[256];
	char expected[256];
};

/**
 * Appends a finding. Its message is "'field' is FOUND, expected EXPECTED", or `message` where one
 * is given. The texts are copied.
 */
PLICA_MUST_USE enum plica_status plica_findings_add(struct plica_findings *findings, bool is_error,
	const struct plica_finding_text *text, const char *message, struct plica_error *err);

/** True when one of the findings is an error. */
bool plica_findings_have_error(const struct plica_findings *findings);

#endif
