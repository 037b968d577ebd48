/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "cli/output.h"
#include "cli/study.h"
#include "plica/report.h"

struct arguments {
	const char *artifact_root;
	const char *output;
	const char *title;
};

static int report(const char *path, const struct arguments *arguments)
{
	enum plica_status status;
	struct plica_error err = {0};
	struct plica_design *design = NULL;
	struct plica_report_options options = {0};
	struct plica_compare_options compare;
	char *output = NULL;

	PLICA_TRY(plica_design_load(&design, path, &err));
	options.artifact_root =
		arguments->artifact_root != NULL ? arguments->artifact_root : design->artifact_root;
	options.title = arguments->title != NULL ? arguments->title : design->name;
	plica_compare_options_init(&compare);
	compare.msssim_sigma_px = design->metrics.ms_ssim_sigma_px;
	options.compare = &compare;
	options.frc_threshold = design->metrics.frc_threshold;
	if (arguments->output != NULL)
		PLICA_TRY(plica_copy_text(&output, arguments->output, &err));
	else
		PLICA_TRY(plica_path_join(&output, options.artifact_root, "report.html", &err));
	options.output_path = output;
	PLICA_TRY(plica_report_save(&options, &err));
	(void)printf("report: %s\n", output);
out:
	plica_free(output);
	plica_design_free(design);
	return status == PLICA_OK ? CLI_DONE : cli_fail(status, &err);
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments arguments = {0};
	const struct cli_option options[] = {
		{"artifact-root", 0, CLI_TEXT, &arguments.artifact_root, "DIR",
			"folder of the reconstructions (the design's)"},
		{"output", 'o', CLI_TEXT, &arguments.output, "FILE",
			"the page (report.html in the artifact root)"},
		{"title", 0, CLI_TEXT, &arguments.title, "TEXT", "its title (the design's name)"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result = parsed == CLI_RUN ? report(words.item[0], &arguments) : cli_parse_exit(parsed);

	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_study_report = {
	.name = "study report",
	.arguments = "DESIGN.yaml [-o FILE]",
	.summary = "Write the study's results as one HTML page.",
	.details =
		"The page needs nothing but a browser. A study that still runs gives a page that\n"
		"says so.",
	.run = run,
};
