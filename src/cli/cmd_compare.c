/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <stdlib.h>

#include "base/try.h"
#include "cli/commands.h"
#include "cli/compare_files.h"
#include "cli/compare_report.h"
#include "cli/compare_run.h"
#include "cli/output.h"

struct arguments {
	const char *area; /* "ROW0:ROW1,COL0:COL1", or NULL */
	const char *frc_csv;
	const char *residual_csv;
	const char *aligned;
	const char *picture;
	bool json;
	struct plica_compare_area chosen; /* what `area` says */
	struct compare_request request;
};

static enum plica_status save_files(const struct compare_result *result,
	const struct arguments *arguments, struct plica_error *err)
{
	const struct plica_comparison *comparison = result->comparison;
	enum plica_status status = PLICA_OK;

	if (arguments->frc_csv != NULL)
		PLICA_TRY(compare_save_curve(comparison, arguments->frc_csv, err));
	if (arguments->residual_csv != NULL)
		PLICA_TRY(compare_save_residual(result, arguments->residual_csv, err));
	if (arguments->aligned != NULL)
		PLICA_TRY(compare_save_aligned(comparison, arguments->aligned, err));
	if (arguments->picture != NULL)
		PLICA_TRY(compare_save_picture(comparison, arguments->picture, err));
out:
	return status;
}

/* "FROM:TO" at *text, which is moved past it; false when it is anything else. */
static bool parse_range(size_t *from, size_t *to, const char **text)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	*from = strtoul(*text, &end, 10);
	if (end[0] != ':' || !isdigit((unsigned char)end[1]))
		return false;
	*to = strtoul(end + 1, &end, 10);
	*text = end;
	return true;
}

static bool parse_area(struct plica_compare_area *out, const char *text)
{
	if (!parse_range(&out->row0, &out->row1, &text) || *text != ',')
		return false;
	text++;
	return parse_range(&out->col0, &out->col1, &text) && *text == '\0';
}

static int run_with(const struct cli_command *self, struct arguments *arguments)
{
	struct compare_result found = {0};
	struct plica_error err = {0};
	enum plica_status status;
	int result = CLI_DONE;

	if (arguments->request.reference == NULL)
		return cli_usage_error(self, "--reference is missing");
	if (arguments->area != NULL && !parse_area(&arguments->chosen, arguments->area))
		return cli_usage_error(
			self, "'--area' takes ROW0:ROW1,COL0:COL1, not '%s'", arguments->area);
	arguments->request.area = arguments->area != NULL ? &arguments->chosen : NULL;
	status = compare_files(&found, &arguments->request, &err);
	if (status == PLICA_ERR_ARGUMENT) /* an option out of range */
		return cli_usage_error(self, "%s", err.text);
	if (status == PLICA_OK)
		status = save_files(&found, arguments, &err);
	if (status != PLICA_OK)
		result = cli_fail(status, &err);
	else if (arguments->json)
		result = compare_print_json(&found, &arguments->request);
	else
		compare_print_text(&found, &arguments->request);
	compare_result_release(&found);
	return result;
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments given = {0};
	const struct cli_option options[] = {
		{"reference", 'r', CLI_TEXT, &given.request.reference, "FILE",
			"dataset with a true objectGuess, or another reconstruction"},
		{"data", 0, CLI_TEXT, &given.request.data, "FILE",
			"dataset that it came from (default: the reference, if one)"},
		{"area", 0, CLI_TEXT, &given.area, "R0:R1,C0:C1",
			"rows and columns of the reference to compare (default: the scan)"},
		{"mask", 0, CLI_NUMBER, &given.request.mask_level, "LEVEL",
			"leave out pixels with less light than this share of the most (0.1)"},
		{"max-shift", 0, CLI_NUMBER, &given.request.options.max_shift_px, "PX",
			"largest shift looked for, 1 px or more (default 20)"},
		{"try-orientations", 0, CLI_FLAG, &given.request.options.try_orientations, NULL,
			"turn, mirror and conjugate the reconstruction; take what fits best"},
		{"ms-ssim-sigma", 0, CLI_NUMBER, &given.request.options.msssim_sigma_px, "PX",
			"smoothing before MS-SSIM, px; 0 = none (default 1)"},
		{"frc-csv", 0, CLI_TEXT, &given.frc_csv, "FILE", "write the FRC curve as CSV"},
		{"residual-csv", 0, CLI_TEXT, &given.residual_csv, "FILE",
			"write R-factor and E_F of each pattern as CSV"},
		{"aligned", 0, CLI_TEXT, &given.aligned, "FILE",
			"write the two aligned objects as NPZ"},
		{"picture", 0, CLI_TEXT, &given.picture, "FILE",
			"write a PNG of both and their difference"},
		{"json", 0, CLI_FLAG, &given.json, NULL, "print one JSON object"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed;
	int result;

	compare_request_init(&given.request);
	parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	if (parsed == CLI_RUN) {
		given.request.reconstruction = words.item[0];
		result = run_with(self, &given);
	} else {
		result = cli_parse_exit(parsed);
	}
	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_compare = {
	.name = "compare",
	.arguments = "RECONSTRUCTION --reference FILE [OPTIONS]",
	.summary = "Measure how well a reconstruction agrees with a truth or another one.",
	.details =
		"Takes out what the data cannot determine (a complex factor, a phase ramp and a "
		"shift), says what\nit took out, and measures what is left over the scanned area: "
		"errors of amplitude and phase,\nsimilarity, Fourier ring correlation. A figure "
		"that cannot be trusted has its reason instead.",
	.run = run,
};
