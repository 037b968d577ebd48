/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/options.h"

#include <errno.h>
#include <math.h>
#include <popt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_OPTIONS 64
#define HELP_COLUMN 34

static size_t count_options(const struct cli_option *options)
{
	size_t count = 0;

	while (options[count].name != NULL)
		count++;
	return count;
}

static void print_option(char letter, const char *name, const char *argument, const char *help)
{
	char left[128];
	char short_form[8] = "    ";

	if (letter != 0)
		(void)snprintf(short_form, sizeof(short_form), "-%c, ", letter);
	(void)snprintf(left, sizeof(left), "  %s--%s%s%s", short_form, name,
		argument != NULL ? "=" : "", argument != NULL ? argument : "");
	if (strlen(left) >= HELP_COLUMN)
		(void)printf("%s\n%*s%s\n", left, HELP_COLUMN, "", help);
	else
		(void)printf("%-*s%s\n", HELP_COLUMN, left, help);
}

static void print_help(const struct cli_command *command, const struct cli_option *options)
{
	(void)printf(
		"usage: plica %s %s\n\n%s\n", command->name, command->arguments, command->summary);
	if (command->details != NULL)
		(void)printf("\n%s\n", command->details);
	(void)printf("\nOptions:\n");
	for (; options->name != NULL; options++)
		print_option(options->letter, options->name, options->argument, options->help);
	print_option('h', "help", NULL, "show this help");
}

int cli_usage_error(const struct cli_command *command, const char *format, ...)
{
	va_list args;

	(void)fprintf(stderr, "plica %s: ", command->name);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fprintf(stderr, "\nTry 'plica %s --help'.\n", command->name);
	return CLI_USAGE;
}

int cli_parse_exit(enum cli_parsed parsed)
{
	return parsed == CLI_HELP_SHOWN ? CLI_DONE : CLI_USAGE;
}

static void report_unknown(
	const struct cli_command *command, const struct cli_option *options, const char *given)
{
	const char *names[MOST_OPTIONS];
	const char *word = given + strspn(given, "-");
	const char *nearest;
	char bare[64];
	size_t count = count_options(options);

	for (size_t i = 0; i < count; i++)
		names[i] = options[i].name;
	(void)snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(word, "="), word);
	nearest = plica_nearest_name(bare, names, count);
	if (nearest != NULL)
		(void)cli_usage_error(
			command, "unknown option '%s': did you mean '--%s'?", given, nearest);
	else
		(void)cli_usage_error(command, "unknown option '%s'", given);
}

/* The arguments that popt has given out: targets point to them for as long as the program runs. */
static struct plica_strings given_arguments;

static void release_arguments(void)
{
	plica_strings_release(&given_arguments);
}

/* Takes the option's argument over from popt; NULL for a flag, or without memory. */
static const char *take_argument(poptContext context)
{
	char *argument = poptGetOptArg(context);
	bool kept;

	if (argument == NULL)
		return NULL;
	if (given_arguments.size == 0)
		(void)atexit(release_arguments);
	kept = plica_strings_add(&given_arguments, argument, NULL) == PLICA_OK;
	free(argument);
	return kept ? given_arguments.item[given_arguments.size - 1] : NULL;
}

static bool store(const struct cli_option *option, const char *argument)
{
	char *end = NULL;

	switch (option->type) {
	case CLI_FLAG:
		*(bool *)option->target = true;
		return true;
	case CLI_TEXT:
		*(const char **)option->target = argument;
		return true;
	case CLI_INT:
		errno = 0;
		*(long *)option->target = strtol(argument, &end, 10);
		return end != argument && *end == '\0' && errno == 0;
	case CLI_NUMBER:
		*(double *)option->target = strtod(argument, &end);
		return end != argument && *end == '\0' && isfinite(*(double *)option->target);
	case CLI_LIST:
		return plica_strings_add(option->target, argument, NULL) == PLICA_OK;
	}
	return false;
}

static void fill_table(struct poptOption *table, const struct cli_option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool flag = options[i].type == CLI_FLAG;

		table[i] = (struct poptOption){options[i].name, options[i].letter,
			flag ? POPT_ARG_NONE : POPT_ARG_STRING, NULL, (int)i + 1, NULL, NULL};
	}
	table[count] =
		(struct poptOption){"help", 'h', POPT_ARG_NONE, NULL, (int)count + 1, NULL, NULL};
	table[count + 1] = (struct poptOption)POPT_TABLEEND;
}

static enum cli_parsed take_words(const struct cli_command *command, poptContext context,
	struct plica_strings *words, size_t least, size_t most)
{
	const char *word;

	while ((word = poptGetArg(context)) != NULL)
		if (plica_strings_add(words, word, NULL) != PLICA_OK)
			return CLI_WRONG;
	if (words->size < least)
		(void)cli_usage_error(command, "an argument is missing: plica %s %s", command->name,
			command->arguments);
	else if (words->size > most)
		(void)cli_usage_error(command, "unexpected argument '%s'", words->item[most]);
	else
		return CLI_RUN;
	return CLI_WRONG;
}

static enum cli_parsed parse_all(
	const struct cli_command *command, const struct cli_option *options, poptContext context)
{
	size_t count = count_options(options);
	int code;

	while ((code = poptGetNextOpt(context)) > 0) {
		const struct cli_option *option = &options[code - 1];
		const char *argument;

		if ((size_t)code == count + 1) {
			print_help(command, options);
			return CLI_HELP_SHOWN;
		}
		argument = take_argument(context);
		if (argument == NULL && option->type != CLI_FLAG)
			return CLI_WRONG;
		if (!store(option, argument)) {
			(void)cli_usage_error(command, "'--%s' takes %s, not '%s'", option->name,
				option->type == CLI_INT ? "a whole number" : "a number", argument);
			return CLI_WRONG;
		}
	}
	if (code == POPT_ERROR_BADOPT)
		report_unknown(command, options, poptBadOption(context, POPT_BADOPTION_NOALIAS));
	else if (code < -1)
		(void)cli_usage_error(command, "'%s': %s",
			poptBadOption(context, POPT_BADOPTION_NOALIAS), poptStrerror(code));
	return code == -1 ? CLI_RUN : CLI_WRONG;
}

enum cli_parsed cli_parse(const struct cli_command *command, const struct cli_option *options,
	int argc, const char **argv, struct plica_strings *words, size_t least, size_t most)
{
	struct poptOption table[MOST_OPTIONS + 2];
	enum cli_parsed parsed;
	poptContext context;

	fill_table(table, options, count_options(options));
	context = poptGetContext(command->name, argc, argv, table, 0);
	if (context == NULL)
		return CLI_WRONG;
	parsed = parse_all(command, options, context);
	if (parsed == CLI_RUN)
		parsed = take_words(command, context, words, least, most);
	(void)poptFreeContext(context);
	return parsed;
}
