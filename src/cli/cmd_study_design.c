/* SPDX-License-Identifier: BSD-3-Clause */
/* init, show and generate: the design, and the data that follow from it. */
#include <stdio.h>

#include "base/try.h"
#include "cli/output.h"
#include "cli/study.h"
#include "study/design.h"

static int print_template(const struct cli_command *self, const char *name)
{
	const char *const *names = plica_design_templates();
	const char *text = plica_design_template(name);
	struct plica_text known = {0};
	int result;

	if (text != NULL)
		return fputs(text, stdout) < 0 ? CLI_FAILED : CLI_DONE;
	for (size_t i = 0; names[i] != NULL; i++)
		if (plica_text_printf(&known, NULL, "%s%s", i > 0 ? ", " : "", names[i]) !=
			PLICA_OK)
			break;
	result = cli_usage_error(
		self, "'--template' is '%s', expected one of %s", name, plica_text_string(&known));
	plica_text_release(&known);
	return result;
}

static int run_init(const struct cli_command *self, int argc, const char **argv)
{
	const char *name = plica_design_templates()[0];
	const struct cli_option options[] = {
		{"template", 0, CLI_TEXT, &name, "NAME",
			"fly64-dose-overlap (default), overlap-sweep or algorithms"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 0, 0);

	plica_strings_release(&words);
	return parsed == CLI_RUN ? print_template(self, name) : cli_parse_exit(parsed);
}

const struct cli_command cmd_study_init = {
	.name = "study init",
	.arguments = "[--template NAME] > DESIGN.yaml",
	.summary = "Print a commented design to start from.",
	.run = run_init,
};

static void print_design(const struct plica_design *design)
{
	(void)printf("%s (%s)\n  doses       ", design->name, design->path);
	for (size_t i = 0; i < design->dose_count; i++)
		(void)printf("%s%g", i > 0 ? ", " : "", design->doses[i]);
	(void)printf(" photons per exposure\n");
	for (size_t i = 0; i < design->view_count; i++) {
		const struct plica_study_view *view = &design->views[i];

		(void)printf("  view        %s: gridsize %zu, ", view->name, view->gridsize);
		if (view->kind == PLICA_VIEW_WHOLE)
			(void)printf("every position\n");
		else if (view->kind == PLICA_VIEW_FRACTION)
			(void)printf("%g of the images, drawn by the seed\n", view->fraction);
		else if (view->kind == PLICA_VIEW_SCAN)
			(void)printf("its own scan of linear overlap %.2f\n", view->scan_overlap);
		else
			(void)printf("groups at least %.1f px apart (overlap %.2f)\n",
				view->spacing_px, view->overlap);
	}
	(void)printf("  engine      %s, %zu epochs, backend %s\n", design->algorithm,
		design->num_epochs, design->backend);
	(void)printf("  data        %s\n              %s\n  results     %s\n", design->phase_c_root,
		design->phase_d_root, design->artifact_root);
}

static int show(const char *path, bool json)
{
	struct plica_design *design = NULL;
	struct plica_error err = {0};
	enum plica_status status = plica_design_load(&design, path, &err);
	int result = CLI_DONE;

	if (status != PLICA_OK)
		return cli_fail(status, &err);
	if (json)
		result = cli_print_json(plica_design_json(design));
	else
		print_design(design);
	plica_design_free(design);
	return result;
}

static int run_show(const struct cli_command *self, int argc, const char **argv)
{
	bool json = false;
	const struct cli_option options[] = {
		{"json", 0, CLI_FLAG, &json, NULL, "print the whole design as JSON"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result = parsed == CLI_RUN ? show(words.item[0], json) : cli_parse_exit(parsed);

	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_study_show = {
	.name = "study show",
	.arguments = "DESIGN.yaml [--json]",
	.summary = "Show a design with everything resolved.",
	.run = run_show,
};

static int on_data(
	void *context, enum plica_generate_event event, const char *path, const char *detail)
{
	static const char *const words[] = {
		[PLICA_GENERATE_WRITTEN] = "made",
		[PLICA_GENERATE_KEPT] = "kept",
		[PLICA_GENERATE_IMPOSSIBLE] = "impossible",
	};

	(void)context;
	(void)printf("%-10s %s: %s\n", words[event], path, detail);
	(void)fflush(stdout);
	return cli_signal != 0;
}

static int generate(const char *path, const struct plica_generate_options *options)
{
	enum plica_status status;
	const struct plica_generate_hooks hooks = {on_data, NULL};
	struct plica_design *design = NULL;
	struct plica_error err = {0};

	cli_catch_signals();
	PLICA_TRY(plica_design_load(&design, path, &err));
	PLICA_TRY(plica_study_generate(design, options, &hooks, &err));
out:
	plica_design_free(design);
	return status == PLICA_OK ? CLI_DONE : cli_fail(status, &err);
}

static int run_generate(const struct cli_command *self, int argc, const char **argv)
{
	struct plica_generate_options where = {0};
	long threads = 0;
	const struct cli_option options[] = {
		{"phase-c-root", 0, CLI_TEXT, &where.phase_c_root, "DIR",
			"folder of the simulated data (the design's)"},
		{"phase-d-root", 0, CLI_TEXT, &where.phase_d_root, "DIR",
			"folder of the views (the design's)"},
		{"threads", 't', CLI_INT, &threads, "N", "threads (0: all cores)"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result;

	where.threads = (int)threads;
	if (parsed != CLI_RUN)
		result = cli_parse_exit(parsed);
	else if (threads < 0 || threads > 1024)
		result = cli_usage_error(self, "'--threads' is %ld, expected 0 to 1024", threads);
	else
		result = generate(words.item[0], &where);
	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_study_generate = {
	.name = "study generate",
	.arguments = "DESIGN.yaml [OPTIONS]",
	.summary = "Make the data of a design: stages C (simulation) and D (views).",
	.details = "What is there already and was made from the same design is kept.",
	.run = run_generate,
};
