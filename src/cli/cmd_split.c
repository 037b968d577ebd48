/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "plica/views.h"

struct arguments {
	const char *path;
	const char *axis; /* NULL: at random */
	const char *output_dir;
	bool random;
	long seed;
	bool json;
};

/* "folder/stem_train.npz", the folder being that of the input unless one is given. */
static enum plica_status name_half(struct plica_text *out, const struct arguments *arguments,
	const char *suffix, struct plica_error *err)
{
	const char *name = plica_path_name(arguments->path);
	const char *dot = strrchr(name, '.');
	int stem = dot != NULL && dot != name ? (int)(dot - name) : (int)strlen(name);
	int folder = (int)(name - arguments->path);

	if (arguments->output_dir != NULL)
		return plica_text_printf(
			out, err, "%s/%.*s_%s.npz", arguments->output_dir, stem, name, suffix);
	return plica_text_printf(
		out, err, "%.*s%.*s_%s.npz", folder, arguments->path, stem, name, suffix);
}

static const char *const axis_names[2] = {"train", "test"};
static const char *const random_names[2] = {"half1", "half2"};

static const char *const *names_of(const struct arguments *arguments)
{
	return arguments->random ? random_names : axis_names;
}

static void print_text(const struct arguments *arguments, const struct plica_dataset *half[2],
	const struct plica_text path[2])
{
	for (int i = 0; i < 2; i++) {
		(void)printf("%s: %zu patterns, ", path[i].data, half[i]->pattern_count);
		if (arguments->random)
			(void)printf("a random half\n");
		else
			(void)printf("the %s half along %s\n", i == 0 ? "lower" : "upper",
				arguments->axis);
	}
}

static int print_json(const struct arguments *arguments, const struct plica_dataset *half[2],
	const struct plica_text path[2])
{
	struct plica_json *json = plica_json_object();

	plica_json_set_integer(json, "schema", 1);
	plica_json_set_text(json, "file", arguments->path);
	plica_json_set_text(json, "axis", arguments->axis);
	if (arguments->random)
		plica_json_set_integer(json, "seed", arguments->seed);
	for (int i = 0; i < 2; i++) {
		struct plica_json *item = plica_json_set_object(json, names_of(arguments)[i]);

		plica_json_set_text(item, "file", path[i].data);
		plica_json_set_integer(item, "patterns", (int64_t)half[i]->pattern_count);
	}
	return cli_print_json(json);
}

static int print_result(const struct arguments *arguments, const struct plica_dataset *half[2],
	const struct plica_text path[2])
{
	if (arguments->json)
		return print_json(arguments, half, path);
	print_text(arguments, half, path);
	return CLI_DONE;
}

static enum plica_status cut(struct plica_dataset *half[2], const struct plica_dataset *whole,
	const struct arguments *arguments, struct plica_error *err)
{
	enum plica_axis axis;

	if (arguments->random)
		return plica_dataset_split_random(
			&half[0], &half[1], whole, (uint64_t)arguments->seed, err);
	axis = strcmp(arguments->axis, "y") == 0 ? PLICA_AXIS_Y : PLICA_AXIS_X;
	return plica_dataset_split(&half[0], &half[1], whole, axis, err);
}

static int split(const struct arguments *arguments)
{
	struct plica_dataset *whole = NULL;
	struct plica_dataset *half[2] = {NULL, NULL};
	struct plica_text path[2] = {{0}, {0}};
	struct plica_error err = {0};
	enum plica_status status;
	int result = CLI_DONE;

	PLICA_TRY(plica_dataset_load(&whole, arguments->path, &err));
	PLICA_TRY(cut(half, whole, arguments, &err));
	if (arguments->output_dir != NULL)
		PLICA_TRY(plica_make_folders(arguments->output_dir, &err));
	for (size_t i = 0; i < 2; i++) {
		PLICA_TRY(name_half(&path[i], arguments, names_of(arguments)[i], &err));
		PLICA_TRY(plica_dataset_save(half[i], path[i].data, &err));
	}
	result = print_result(arguments, (const struct plica_dataset *[2]){half[0], half[1]}, path);
out:
	if (status != PLICA_OK)
		result = cli_fail(status, &err);
	plica_dataset_free(whole);
	for (size_t i = 0; i < 2; i++) {
		plica_dataset_free(half[i]);
		plica_text_release(&path[i]);
	}
	return result;
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments arguments = {.seed = 42};
	const struct cli_option options[] = {
		{"axis", 0, CLI_TEXT, &arguments.axis, "y|x", "axis to cut along (no default)"},
		{"random", 0, CLI_FLAG, &arguments.random, NULL,
			"two random halves instead, for an FRC without a truth"},
		{"seed", 0, CLI_INT, &arguments.seed, "N", "of the random halves (default 42)"},
		{"output-dir", 'o', CLI_TEXT, &arguments.output_dir, "DIR",
			"folder of the two files, made if needed (default: that of FILE)"},
		{"json", 0, CLI_FLAG, &arguments.json, NULL, "print as JSON"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result;

	if (parsed != CLI_RUN) {
		result = cli_parse_exit(parsed);
	} else if (arguments.random && arguments.axis != NULL) {
		result = cli_usage_error(self, "'--axis' and '--random' exclude each other");
	} else if (arguments.random && arguments.seed < 0) {
		result = cli_usage_error(
			self, "'--seed' is %ld, expected 0 or more", arguments.seed);
	} else if (!arguments.random && arguments.axis == NULL) {
		result = cli_usage_error(
			self, "'--axis' is missing, expected 'y' or 'x' (or '--random')");
	} else if (!arguments.random && strcmp(arguments.axis, "y") != 0 &&
		   strcmp(arguments.axis, "x") != 0) {
		result = cli_usage_error(
			self, "'--axis' is '%s', expected 'y' or 'x'", arguments.axis);
	} else {
		arguments.path = words.item[0];
		result = split(&arguments);
	}
	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_split = {
	.name = "split",
	.arguments = "FILE --axis y|x | --random [OPTIONS]",
	.summary = "Cut a scan in two halves that share no pattern.",
	.details =
		"Cuts at half of the scan's extent along the axis. Writes FILE_train.npz with the\n"
		"patterns below the cut and FILE_test.npz with those on it and above; --random\n"
		"writes FILE_half1.npz and FILE_half2.npz. What was done stands in their metadata.",
	.run = run,
};
