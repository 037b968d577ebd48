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
	const char *axis;
	const char *output_dir;
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

static int print_result(const struct arguments *arguments, const struct plica_dataset *half[2],
	const struct plica_text path[2])
{
	static const char *const names[2] = {"train", "test"};
	struct plica_json *json;

	if (!arguments->json) {
		for (int i = 0; i < 2; i++)
			(void)printf("%s: %zu patterns, the %s half along %s\n", path[i].data,
				half[i]->pattern_count, i == 0 ? "lower" : "upper",
				arguments->axis);
		return CLI_DONE;
	}
	json = plica_json_object();
	plica_json_set_integer(json, "schema", 1);
	plica_json_set_text(json, "file", arguments->path);
	plica_json_set_text(json, "axis", arguments->axis);
	for (int i = 0; i < 2; i++) {
		struct plica_json *item = plica_json_set_object(json, names[i]);

		plica_json_set_text(item, "file", path[i].data);
		plica_json_set_integer(item, "patterns", (int64_t)half[i]->pattern_count);
	}
	return cli_print_json(json);
}

static int split(const struct arguments *arguments)
{
	enum plica_axis axis = strcmp(arguments->axis, "y") == 0 ? PLICA_AXIS_Y : PLICA_AXIS_X;
	struct plica_dataset *whole = NULL, *train = NULL, *test = NULL;
	struct plica_text path[2] = {{0}, {0}};
	struct plica_error err = {0};
	enum plica_status status;
	int result = CLI_DONE;

	PLICA_TRY(plica_dataset_load(&whole, arguments->path, &err));
	PLICA_TRY(plica_dataset_split(&train, &test, whole, axis, &err));
	PLICA_TRY(name_half(&path[0], arguments, "train", &err));
	PLICA_TRY(name_half(&path[1], arguments, "test", &err));
	if (arguments->output_dir != NULL)
		PLICA_TRY(plica_make_folders(arguments->output_dir, &err));
	PLICA_TRY(plica_dataset_save(train, path[0].data, &err));
	PLICA_TRY(plica_dataset_save(test, path[1].data, &err));
	result = print_result(arguments, (const struct plica_dataset *[2]){train, test}, path);
out:
	if (status != PLICA_OK)
		result = cli_fail(status, &err);
	plica_dataset_free(whole);
	plica_dataset_free(train);
	plica_dataset_free(test);
	plica_text_release(&path[0]);
	plica_text_release(&path[1]);
	return result;
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments arguments = {0};
	const struct cli_option options[] = {
		{"axis", 0, CLI_TEXT, &arguments.axis, "y|x", "axis to cut along (no default)"},
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
	} else if (arguments.axis == NULL) {
		result = cli_usage_error(self, "'--axis' is missing, expected 'y' or 'x'");
	} else if (strcmp(arguments.axis, "y") != 0 && strcmp(arguments.axis, "x") != 0) {
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
	.arguments = "FILE --axis y|x [OPTIONS]",
	.summary = "Cut a scan in two halves that share no pattern.",
	.details =
		"Cuts at half of the scan's extent along the axis. Writes FILE_train.npz with the\n"
		"patterns below the cut and FILE_test.npz with those on it and above; what was\n"
		"done stands in their metadata.",
	.run = run,
};
