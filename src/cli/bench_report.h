/* SPDX-License-Identifier: BSD-3-Clause */
/** What plica bench prints: a table for people, or JSON. */
#ifndef PLICA_CLI_BENCH_REPORT_H
#define PLICA_CLI_BENCH_REPORT_H

#include "format/json.h"
#include "recon/bench.h"

/** The head of the table: the machine, its load, the engine; a warning when it is not idle. */
void cli_bench_print_machine(const char *algorithm);
/** One data set's part of the table. */
void cli_bench_print(const struct plica_bench *bench);

/** The same as a new root, without data sets. */
struct plica_json *cli_bench_json(const char *algorithm);
/** One data set as a further entry of the array `cases`. */
void cli_bench_add(struct plica_json *cases, const struct plica_bench *bench);

#endif
