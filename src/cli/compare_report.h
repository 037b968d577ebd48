/* SPDX-License-Identifier: BSD-3-Clause */
/** What `plica compare` prints. */
#ifndef PLICA_CLI_COMPARE_REPORT_H
#define PLICA_CLI_COMPARE_REPORT_H

#include "cli/compare_run.h"

/** The table for people, on standard output. */
void compare_print_text(const struct compare_result *result, const struct compare_request *request);
/** One JSON object on standard output; gives an exit status. */
int compare_print_json(const struct compare_result *result, const struct compare_request *request);

#endif
