/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <stdlib.h>

#include "base/try.h"
#include "cli/commands.h"
#include "cli/compare_files.h"
#include "cli/compare_report.h"
#include "cli/output.h"
#include "cli/score.h"
#include "format/npz.h"

struct arguments {
	const char *reconstruction;
	const char *reference;
	const char *area; /* "ROW0:ROW1,COL0:COL1", or NULL */
	const char *frc_csv;
	const char *aligned;
	const char *picture;
	bool json;
	struct plica_compare_options options;
};

/* The files; the reference is one of the two kinds, the other stays NULL. */
struct loaded {
	struct plica_product *reconstruction;
	struct plica_dataset *truth;
	struct plica_product *other;
};

static void release(struct loaded *loaded)
{
	plica_product_free(loaded->reconstruction);
	plica_dataset_free(loaded->truth);
	plica_product_free(loaded->other);
}

static enum plica_status find_kind(bool *is_dataset, const char *path, struct plica_error *err)
{
	struct plica_npz *npz = NULL;
	enum plica_status status = plica_npz_open(&npz, path, err);
	bool is_product;

	if (status != PLICA_OK)
		return status;
	*is_dataset = plica_npz_has(npz, "diffraction") || plica_npz_has(npz, "diff3d");
	is_product = plica_npz_has(npz, "reconstructed_object") || plica_npz_has(npz, "psi");
	plica_npz_close(npz);
	if (*is_dataset || is_product)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_DATA,
		"cannot use '%s' as the reference: it has neither 'diffraction' (a dataset) nor "
		"'reconstructed_object' or 'psi' (a reconstruction)",
		path);
}

static enum plica_status load_reference(
	struct loaded *loaded, const char *path, struct plica_error *err)
{
	enum plica_status status;
	bool is_dataset;

	PLICA_TRY(find_kind(&is_dataset, path, err));
	if (!is_dataset)
		return plica_product_load(&loaded->other, path, err);
	PLICA_TRY(plica_dataset_load(&loaded->truth, path, err));
	if (loaded->truth->object == NULL)
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s' as the reference: it has no 'objectGuess', so no truth to "
			"compare with",
			path);
out:
	return status;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Two reconstructions: what both have, inside the reference's scan when the file has positions. */
static enum plica_status area_of_both(struct plica_compare_area *out,
	const struct plica_compare_input *input, const struct plica_product *reference,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_compare_area scan;

	PLICA_TRY(
		plica_compare_area_of_overlap(out, &input->reference, &input->reconstruction, err));
	if (reference->position_count == 0)
		goto out;
	PLICA_TRY(plica_compare_area_of_positions(&scan, &input->reference, reference->y_px,
		reference->x_px, reference->position_count, err));
	*out = (struct plica_compare_area){larger(out->row0, scan.row0),
		smaller(out->row1, scan.row1), larger(out->col0, scan.col0),
		smaller(out->col1, scan.col1)};
	if (out->row0 + PLICA_COMPARE_LEAST_PX > out->row1 ||
		out->col0 + PLICA_COMPARE_LEAST_PX > out->col1)
		status = plica_error_set(err, PLICA_ERR_DATA,
			"the reconstruction covers less than %d x %d px of the reference's scan",
			PLICA_COMPARE_LEAST_PX, PLICA_COMPARE_LEAST_PX);
out:
	return status;
}

static enum plica_status fill_input(struct plica_compare_input *input, const struct loaded *loaded,
	bool area_given, struct plica_error *err)
{
	const struct plica_dataset *truth = loaded->truth;

	input->reconstruction = cli_object_of(loaded->reconstruction);
	if (truth == NULL) {
		input->reference = cli_object_of(loaded->other);
		return area_given ? PLICA_OK
				  : area_of_both(&input->area, input, loaded->other, err);
	}
	input->reference = cli_truth_of(truth);
	return area_given ? PLICA_OK
			  : plica_compare_area_of_positions(&input->area, &input->reference,
				    truth->y_px, truth->x_px, truth->pattern_count, err);
}

static enum plica_status save_files(const struct plica_comparison *comparison,
	const struct arguments *arguments, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	if (arguments->frc_csv != NULL)
		PLICA_TRY(compare_save_curve(comparison, arguments->frc_csv, err));
	if (arguments->aligned != NULL)
		PLICA_TRY(compare_save_aligned(comparison, arguments->aligned, err));
	if (arguments->picture != NULL)
		PLICA_TRY(compare_save_picture(comparison, arguments->picture, err));
out:
	return status;
}

static enum plica_status compare(struct plica_comparison **out, struct plica_compare_input *input,
	const struct arguments *arguments, struct plica_error *err)
{
	enum plica_status status;
	struct loaded loaded = {0};

	PLICA_TRY(plica_product_load(&loaded.reconstruction, arguments->reconstruction, err));
	PLICA_TRY(load_reference(&loaded, arguments->reference, err));
	status = fill_input(input, &loaded, arguments->area != NULL, err);
	if (status == PLICA_OK)
		status = plica_compare(out, input, &arguments->options, err);
	if (status != PLICA_OK)
		(void)plica_error_context(err, status, "cannot compare '%s' with '%s'",
			arguments->reconstruction, arguments->reference);
out:
	release(&loaded);
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

static int run_with(const struct cli_command *self, const struct arguments *arguments)
{
	const struct compare_names names = {arguments->reconstruction, arguments->reference};
	struct plica_compare_input input = {0};
	struct plica_comparison *comparison = NULL;
	struct plica_error err = {0};
	enum plica_status status;
	int result = CLI_DONE;

	if (arguments->reference == NULL)
		return cli_usage_error(self, "--reference is missing");
	if (arguments->area != NULL && !parse_area(&input.area, arguments->area))
		return cli_usage_error(
			self, "'--area' takes ROW0:ROW1,COL0:COL1, not '%s'", arguments->area);
	status = compare(&comparison, &input, arguments, &err);
	if (status == PLICA_ERR_ARGUMENT) /* an option out of range */
		return cli_usage_error(self, "%s", err.text);
	if (status == PLICA_OK)
		status = save_files(comparison, arguments, &err);
	if (status != PLICA_OK)
		result = cli_fail(status, &err);
	else if (arguments->json)
		result = compare_print_json(comparison, &names);
	else
		compare_print_text(comparison, &names);
	plica_comparison_free(comparison);
	return result;
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments given = {0};
	const struct cli_option options[] = {
		{"reference", 'r', CLI_TEXT, &given.reference, "FILE",
			"dataset with a true objectGuess, or another reconstruction"},
		{"area", 0, CLI_TEXT, &given.area, "R0:R1,C0:C1",
			"rows and columns of the reference to compare (default: the scan)"},
		{"max-shift", 0, CLI_NUMBER, &given.options.max_shift_px, "PX",
			"largest shift looked for, px (default 20)"},
		{"try-orientations", 0, CLI_FLAG, &given.options.try_orientations, NULL,
			"turn, mirror and conjugate the reconstruction; take what fits best"},
		{"ms-ssim-sigma", 0, CLI_NUMBER, &given.options.msssim_sigma_px, "PX",
			"smoothing before MS-SSIM, px; 0 = none (default 1)"},
		{"frc-csv", 0, CLI_TEXT, &given.frc_csv, "FILE", "write the FRC curve as CSV"},
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

	plica_compare_options_init(&given.options);
	parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	if (parsed == CLI_RUN) {
		given.reconstruction = words.item[0];
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
