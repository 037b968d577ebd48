/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Commands and their options as data. A command file holds a static table of options bound to
 * its own struct, and one `const struct cli_command`; main.c holds the table of commands.
 */
#ifndef PLICA_CLI_OPTIONS_H
#define PLICA_CLI_OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "plica/error.h"

/** Exit statuses: done, failed, wrong usage, interrupted. */
enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_INTERRUPTED = 130 };

/** What a CLI_INT without a default is before it is parsed: no number that anybody means. */
#define CLI_NOT_GIVEN LONG_MIN

enum cli_type {
	CLI_FLAG,   /**< bool * : set to true */
	CLI_TEXT,   /**< const char ** : the argument, alive as long as the program */
	CLI_INT,    /**< long * */
	CLI_NUMBER, /**< double * */
	CLI_LIST,   /**< struct plica_strings * : repeatable, one entry each time */
};

struct cli_option {
	const char *name; /**< without dashes; NULL ends the table */
	char letter;      /**< one-letter form, or 0 */
	enum cli_type type;
	void *target;
	const char *argument; /**< "FILE", "N", ...; NULL for a flag */
	const char *help;     /**< one line; units and default in it */
};

struct cli_command {
	const char *name;
	const char *arguments; /**< "FILE [--json]", for the usage line */
	const char *summary;   /**< one line, for the list of commands */
	const char *details;   /**< paragraphs for --help, or NULL */
	/** Runs the command; argv[0] is the command's name. Returns an exit status. */
	int (*run)(const struct cli_command *self, int argc, const char **argv);
};

/** What cli_parse found out. */
enum cli_parsed { CLI_RUN, CLI_HELP_SHOWN, CLI_WRONG };

/**
 * Parses argv by the table; the words that are not options go to `words` (between `least` and
 * `most` of them, else a usage error). --help prints usage and the table to standard output. A
 * wrong option is reported on standard error, with the nearest name.
 */
enum cli_parsed cli_parse(const struct cli_command *command, const struct cli_option *options,
	int argc, const char **argv, struct plica_strings *words, size_t least, size_t most);

/** The exit status that belongs to cli_parse's answer when it is not CLI_RUN. */
int cli_parse_exit(enum cli_parsed parsed);

/** Prints "plica NAME: message" and a pointer to --help on standard error; returns CLI_USAGE. */
int cli_usage_error(const struct cli_command *command, const char *format, ...) PLICA_PRINTF(2, 3);

#endif
