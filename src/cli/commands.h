/* SPDX-License-Identifier: BSD-3-Clause */
/** The commands; each is defined in its own cmd_<name>.c and listed in main.c. */
#ifndef PLICA_CLI_COMMANDS_H
#define PLICA_CLI_COMMANDS_H

#include "cli/options.h"

extern const struct cli_command cmd_bench;
extern const struct cli_command cmd_compare;
extern const struct cli_command cmd_info;
extern const struct cli_command cmd_overlap;
extern const struct cli_command cmd_reconstruct;
extern const struct cli_command cmd_simulate;
extern const struct cli_command cmd_split;
extern const struct cli_command cmd_study;
extern const struct cli_command cmd_validate;
extern const struct cli_command cmd_view;

#endif
