/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/machine.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/spin.h"

/* In the order of a session's work. */
static const struct cli_command *const commands[] = {
	&cmd_simulate,
	&cmd_info,
	&cmd_validate,
	&cmd_view,
	&cmd_split,
	&cmd_overlap,
	&cmd_reconstruct,
	&cmd_compare,
	&cmd_study,
	&cmd_bench,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *stream)
{
	(void)fprintf(stream,
		"usage: plica COMMAND [ARGUMENTS]\n\n"
		"Reconstructs ptychography data and runs whole studies of it.\n\nCommands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		(void)fprintf(stream, "  %-13s %s\n", commands[i]->name, commands[i]->summary);
	(void)fprintf(stream,
		"\n'plica COMMAND --help' explains a command, 'plica --version' names this one.\n");
}

static int unknown_command(const char *word)
{
	const char *names[COMMAND_COUNT];
	const char *nearest;

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i]->name;
	nearest = plica_nearest_name(word, names, COMMAND_COUNT);
	(void)fprintf(stderr, "plica: unknown command '%s'", word);
	if (nearest != NULL)
		(void)fprintf(stderr, ": did you mean '%s'?", nearest);
	(void)fprintf(stderr, "\nTry 'plica --help'.\n");
	return CLI_USAGE;
}

static int run_command(int argc, char **argv)
{
	if (argc < 2) {
		print_usage(stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return CLI_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("plica %s\n", PLICA_VERSION);
		return CLI_DONE;
	}
	cli_bound_spinning(argv);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(argv[1], commands[i]->name) == 0)
			return commands[i]->run(
				commands[i], argc - 1, (const char **)(void *)(argv + 1));
	return unknown_command(argv[1]);
}

int main(int argc, char **argv)
{
	int result;

	plica_return_freed_memory();
	result = run_command(argc, argv);

	/* what did not reach its reader was not done */
	if ((fflush(stdout) != 0 || ferror(stdout)) && result == CLI_DONE) {
		(void)fprintf(
			stderr, "plica: cannot write to standard output: %s\n", strerror(errno));
		return CLI_FAILED;
	}
	return result;
}
