/* SPDX-License-Identifier: BSD-3-Clause */
/** The table that ends `plica study run`: each selected job with its errors against the truth. */
#ifndef PLICA_CLI_STUDY_TABLE_H
#define PLICA_CLI_STUDY_TABLE_H

#include "plica/study.h"

/**
 * Prints it. A job's errors are kept in `score.json` beside its result, and taken from there as
 * long as result and data set are those that they were measured on.
 */
PLICA_MUST_USE enum plica_status cli_print_study_table(
	const struct plica_jobs *jobs, struct plica_error *err);

#endif
