/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/try.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/view_picture.h"
#include "format/terminal.h"

/* A PNG is enlarged up to this, and reduced from there on. */
#define FILE_PX 1024
/* A terminal that does not say how large it is, and a character that does not either. */
#define USUAL_COLS 80
#define USUAL_ROWS 24
#define CELL_ROWS_PX 16
#define CELL_COLS_PX 8
/* Lines left for caption and prompt. */
#define SPARE_ROWS 3

typedef enum plica_status encoder(
	struct plica_text *out, const struct plica_image *image, struct plica_error *err);

/* The ways to show a picture; pixels a character has. */
static const struct way {
	const char *name;
	encoder *encode;
	bool graphic; /* has real pixels; else a character has one across and two down */
} ways[] = {
	{"blocks", plica_terminal_blocks, false},
	{"sixel", plica_terminal_sixel, true},
	{"kitty", plica_terminal_kitty, true},
};

#define WAY_COUNT (sizeof(ways) / sizeof(ways[0]))

struct arguments {
	bool amplitude, phase, mean;
	long pattern; /* CLI_NOT_GIVEN: none */
	const char *output, *terminal;
	struct view_request request;
};

static bool variable_has(const char *name, const char *part)
{
	const char *value = getenv(name);

	return value != NULL && strstr(value, part) != NULL;
}

/* By what the terminal says of itself. Asking it would hang where nobody answers; who is not sure
 * gets half-blocks, which work everywhere. */
static const struct way *guess_way(void)
{
	if (getenv("TMUX") != NULL || variable_has("TERM", "screen"))
		return &ways[0]; /* neither passes graphics on */
	if (getenv("KITTY_WINDOW_ID") != NULL || variable_has("TERM", "kitty") ||
		variable_has("TERM", "ghostty") || variable_has("TERM_PROGRAM", "ghostty") ||
		variable_has("TERM_PROGRAM", "WezTerm"))
		return &ways[2];
	if (variable_has("TERM", "sixel") || variable_has("TERM", "foot") ||
		variable_has("TERM", "mlterm") || variable_has("TERM", "yaft"))
		return &ways[1];
	return &ways[0];
}

static const struct way *find_way(const char *name)
{
	for (size_t i = 0; i < WAY_COUNT; i++)
		if (strcmp(name, ways[i].name) == 0)
			return &ways[i];
	return strcmp(name, "auto") == 0 ? guess_way() : NULL;
}

static void fit_terminal(struct view_request *request, const struct way *way)
{
	struct winsize size = {0};
	size_t rows, cols;

	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	rows = size.ws_row > 2 * SPARE_ROWS ? size.ws_row : USUAL_ROWS;
	cols = size.ws_col > 0 ? size.ws_col : USUAL_COLS;
	rows -= SPARE_ROWS;
	request->most_rows = 2 * rows;
	request->most_cols = cols;
	if (!way->graphic)
		return;
	request->most_rows = rows * (size.ws_ypixel > 0 && size.ws_row > 0
						    ? (size_t)(size.ws_ypixel / size.ws_row)
						    : CELL_ROWS_PX);
	request->most_cols = size.ws_xpixel > 0 ? size.ws_xpixel : cols * CELL_COLS_PX;
}

static enum plica_status show(
	const struct way *way, const struct plica_image *image, struct plica_error *err)
{
	struct plica_text text = {0};
	enum plica_status status = way->encode(&text, image, err);

	if (status == PLICA_OK && fwrite(text.data, 1, text.size, stdout) != text.size)
		status = plica_error_set(err, PLICA_ERR_IO, "cannot write to standard output");
	plica_text_release(&text);
	return status;
}

static int view(struct arguments *arguments, const struct way *way)
{
	struct view_request *request = &arguments->request;
	struct plica_image image = {0};
	struct plica_error err = {0};
	enum plica_status status;
	char caption[256];

	request->most_rows = request->most_cols = FILE_PX;
	if (arguments->output == NULL)
		fit_terminal(request, way);
	PLICA_TRY(view_draw(&image, caption, sizeof(caption), request, &err));
	if (arguments->output != NULL)
		PLICA_TRY(plica_png_save(arguments->output, &image, &err));
	else
		PLICA_TRY(show(way, &image, &err));
	(void)printf(
		"%s: %s\n", arguments->output != NULL ? arguments->output : request->path, caption);
out:
	plica_image_release(&image);
	return status == PLICA_OK ? CLI_DONE : cli_fail(status, &err);
}

static enum view_kind kind_of(const struct arguments *arguments)
{
	if (arguments->pattern != CLI_NOT_GIVEN)
		return VIEW_PATTERN;
	if (arguments->mean)
		return VIEW_MEAN;
	if (arguments->amplitude)
		return VIEW_AMPLITUDE;
	return arguments->phase ? VIEW_PHASE : VIEW_AUTO;
}

static int run_with(const struct cli_command *self, struct arguments *arguments)
{
	const struct way *way = find_way(arguments->terminal);
	int kinds = arguments->amplitude + arguments->phase + arguments->mean +
		    (arguments->pattern != CLI_NOT_GIVEN);

	if (way == NULL)
		return cli_usage_error(self,
			"'--terminal' is '%s', expected 'auto', 'blocks', 'sixel' or 'kitty'",
			arguments->terminal);
	if (kinds > 1)
		return cli_usage_error(self,
			"'--amplitude', '--phase', '--pattern' and '--mean' exclude each other");
	if (arguments->pattern != CLI_NOT_GIVEN && arguments->pattern < 0)
		return cli_usage_error(
			self, "'--pattern' is %ld, expected 0 or more", arguments->pattern);
	arguments->request.kind = kind_of(arguments);
	arguments->request.pattern = arguments->pattern >= 0 ? (size_t)arguments->pattern : 0;
	if (arguments->request.scan && (arguments->mean || arguments->pattern != CLI_NOT_GIVEN))
		return cli_usage_error(
			self, "'--scan' is drawn over the object, not over a pattern");
	return view(arguments, way);
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments given = {.pattern = CLI_NOT_GIVEN, .terminal = "auto"};
	const struct cli_option options[] = {
		{"phase", 0, CLI_FLAG, &given.phase, NULL, "phase of the object (the default)"},
		{"amplitude", 0, CLI_FLAG, &given.amplitude, NULL, "amplitude of the object"},
		{"pattern", 0, CLI_INT, &given.pattern, "N", "pattern N, counted from 0"},
		{"mean", 0, CLI_FLAG, &given.mean, NULL, "mean of all patterns"},
		{"scan", 0, CLI_FLAG, &given.request.scan, NULL,
			"mark the scan's positions on the object"},
		{"output", 'o', CLI_TEXT, &given.output, "FILE",
			"write a PNG (default: show it in the terminal)"},
		{"terminal", 0, CLI_TEXT, &given.terminal, "WAY",
			"auto, blocks, sixel or kitty (auto)"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result;

	if (parsed == CLI_RUN) {
		given.request.path = words.item[0];
		result = run_with(self, &given);
	} else {
		result = cli_parse_exit(parsed);
	}
	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_view = {
	.name = "view",
	.arguments = "FILE [OPTIONS]",
	.summary = "Show a dataset or a reconstruction, as PNG or in the terminal.",
	.details =
		"Phase is drawn in cyclic colours, patterns as log(1 + counts). In the terminal\n"
		"with graphics where it is known to have them, else in half-blocks.",
	.run = run,
};
