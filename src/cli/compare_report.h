/* SPDX-License-Identifier: BSD-3-Clause */
/** What `plica compare` prints. */
#ifndef PLICA_CLI_COMPARE_REPORT_H
#define PLICA_CLI_COMPARE_REPORT_H

#include "plica/compare.h"

/** Names of the two files, for headings. */
struct compare_names {
	const char *reconstruction;
	const char *reference;
};

/** The table for people, on standard output. */
void compare_print_text(
	const struct plica_comparison *comparison, const struct compare_names *names);
/** One JSON object on standard output; gives an exit status. */
int compare_print_json(
	const struct plica_comparison *comparison, const struct compare_names *names);

#endif
