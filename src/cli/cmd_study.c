/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/study.h"

/* In the order of a study. */
static const struct cli_command *const subcommands[] = {
	&cmd_study_init,
	&cmd_study_show,
	&cmd_study_generate,
	&cmd_study_plan,
	&cmd_study_run,
	&cmd_study_status,
	&cmd_study_compare,
	&cmd_study_report,
};

#define SUBCOMMAND_COUNT (sizeof(subcommands) / sizeof(subcommands[0]))

/* "study run": what follows the first word of a subcommand's name. */
static const char *word_of(const struct cli_command *command)
{
	return strchr(command->name, ' ') + 1;
}

static void print_help(FILE *stream, const struct cli_command *self)
{
	(void)fprintf(stream, "usage: plica study %s\n\n%s\n\nCommands:\n", self->arguments,
		self->summary);
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		(void)fprintf(
			stream, "  %-13s %s\n", word_of(subcommands[i]), subcommands[i]->summary);
	(void)fprintf(stream, "\n'plica study COMMAND --help' explains one of them.\n");
}

static int unknown(const struct cli_command *self, const char *word)
{
	const char *names[SUBCOMMAND_COUNT];
	const char *nearest;

	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		names[i] = word_of(subcommands[i]);
	nearest = plica_nearest_name(word, names, SUBCOMMAND_COUNT);
	if (nearest != NULL)
		return cli_usage_error(
			self, "unknown command '%s': did you mean '%s'?", word, nearest);
	return cli_usage_error(self, "unknown command '%s'", word);
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	if (argc < 2) {
		print_help(stderr, self);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help(stdout, self);
		return CLI_DONE;
	}
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		if (strcmp(argv[1], word_of(subcommands[i])) == 0)
			return subcommands[i]->run(subcommands[i], argc - 1, argv + 1);
	return unknown(self, argv[1]);
}

const struct cli_command cmd_study = {
	.name = "study",
	.arguments = "COMMAND DESIGN.yaml [OPTIONS]",
	.summary = "Plan, run and report a study of many reconstructions.",
	.run = run,
};
