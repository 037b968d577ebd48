/* SPDX-License-Identifier: BSD-3-Clause */
#include <complex.h>
#include <math.h>
#include <stdio.h>

#include "base/range.h"
#include "base/try.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "plica/dataset.h"
#include "plica/scan.h"
#include "recon/modes.h"

/* Everything that is measured; printed by one of two functions. */
struct measured {
	double dose;           /* photons per pattern */
	double dose_per_pixel; /* photons per object pixel of the lit area */
	double extent_y, extent_x;
	double step;
	double probe_diameter;
	double probe_photons;
	bool flat_object;
	struct plica_overlap overlap;
};

static const char *const type_names[] = {
	[PLICA_PATTERN_F16] = "float16",
	[PLICA_PATTERN_F32] = "float32",
	[PLICA_PATTERN_F64] = "float64",
	[PLICA_PATTERN_U8] = "uint8",
	[PLICA_PATTERN_U16] = "uint16",
	[PLICA_PATTERN_U32] = "uint32",
};

static bool is_flat(const struct plica_dataset *dataset)
{
	size_t count = dataset->object_rows * dataset->object_cols;

	for (size_t i = 1; i < count; i++)
		if (cabsf(dataset->object[i] - dataset->object[0]) > 1e-6F)
			return false;
	return true;
}

static double probe_photons(const struct plica_dataset *dataset)
{
	size_t count = dataset->probe_modes * dataset->pattern_px * dataset->pattern_px;
	double power = 0.0;

	for (size_t i = 0; i < count; i++) {
		double amplitude = (double)cabsf(dataset->probe[i]);

		power += amplitude * amplitude;
	}
	return power;
}

static enum plica_status measure(
	struct measured *out, const struct plica_dataset *dataset, struct plica_error *err)
{
	const struct plica_positions positions = {
		dataset->pattern_count, dataset->y_px, dataset->x_px};
	struct plica_overlap_params params;

	out->dose = plica_dataset_mean_photons(dataset);
	out->extent_y = plica_extent_of(dataset->y_px, dataset->pattern_count);
	out->extent_x = plica_extent_of(dataset->x_px, dataset->pattern_count);
	out->probe_diameter = plica_dataset_probe_diameter_px(dataset);
	out->probe_photons = probe_photons(dataset);
	out->flat_object = is_flat(dataset);
	out->dose_per_pixel = plica_dataset_photons_per_px(dataset);
	params = plica_overlap_defaults(out->probe_diameter);
	return plica_overlap_measure(&out->overlap, positions, &params, err);
}

/* How the power is shared among the modes that a reconstruction could take; returns their number. */
static size_t measure_shares(double share[PLICA_MOST_MODES], const struct plica_dataset *dataset)
{
	size_t pixels = dataset->pattern_px * dataset->pattern_px;
	size_t count =
		dataset->probe_modes < PLICA_MOST_MODES ? dataset->probe_modes : PLICA_MOST_MODES;

	plica_modes_shares(share, dataset->probe, count, pixels);
	return count;
}

static void print_shares(const struct plica_dataset *dataset)
{
	double share[PLICA_MOST_MODES];
	size_t count = measure_shares(share, dataset);

	if (count == 1)
		return;
	(void)printf("  modes           ");
	for (size_t m = 0; m < count; m++)
		(void)printf("%s%.1f %%", m > 0 ? ", " : "", 100.0 * share[m]);
	(void)printf(" of the photons\n");
}

static void print_scan(const struct measured *measured)
{
	if (isnan(measured->overlap.spacing_px))
		(void)printf("  scan            all positions in one place\n");
	else
		(void)printf("  scan            %.1f x %.1f px (y, x), median spacing %.2f px\n",
			measured->extent_y, measured->extent_x, measured->overlap.spacing_px);
}

static void print_overlap(const struct plica_overlap *overlap)
{
	if (isnan(overlap->linear))
		(void)printf("  overlap         none to speak of: there are no neighbours\n");
	else
		(void)printf("  overlap         %.3f linear, %.3f area (neighbours at the median "
			     "spacing)\n",
			overlap->linear, overlap->area);
}

static void print_text(const struct plica_dataset *dataset, const struct measured *measured)
{
	(void)printf("%s\n", dataset->path);
	(void)printf("  patterns        %zu x %zu x %zu %s, %s\n", dataset->pattern_count,
		dataset->pattern_px, dataset->pattern_px, type_names[dataset->pattern_type],
		dataset->pattern_kind == PLICA_PATTERN_AMPLITUDE ? "amplitudes" : "photon counts");
	(void)printf("  dose            %.6g photons/frame, %.4g photons/object pixel\n",
		measured->dose, measured->dose_per_pixel);
	print_scan(measured);
	(void)printf("  probe           %zu mode%s, diameter %.1f px, %.6g photons\n",
		dataset->probe_modes, dataset->probe_modes == 1 ? "" : "s",
		measured->probe_diameter, measured->probe_photons);
	print_shares(dataset);
	print_overlap(&measured->overlap);
	(void)printf("  object          %zu x %zu, %s\n", dataset->object_rows,
		dataset->object_cols, measured->flat_object ? "flat" : "not flat: truth or guess");
	if (dataset->mask != NULL)
		(void)printf("  mask            yes\n");
	if (dataset->metadata_json != NULL)
		(void)printf("  metadata        %s\n", dataset->metadata_json);
	for (size_t i = 0; i < dataset->note_count; i++)
		(void)printf("  unusual         %s\n", dataset->notes[i]);
}

static int print_json(const struct plica_dataset *dataset, const struct measured *measured)
{
	struct plica_json *root = plica_json_object();
	struct plica_json *notes, *shares;
	double share[PLICA_MOST_MODES];
	size_t modes = measure_shares(share, dataset);

	plica_json_set_integer(root, "schema", 1);
	plica_json_set_text(root, "file", dataset->path);
	plica_json_set_integer(root, "patterns", (int64_t)dataset->pattern_count);
	plica_json_set_integer(root, "pattern_px", (int64_t)dataset->pattern_px);
	plica_json_set_text(root, "pattern_type", type_names[dataset->pattern_type]);
	plica_json_set_text(root, "pattern_kind",
		dataset->pattern_kind == PLICA_PATTERN_AMPLITUDE ? "amplitude" : "intensity");
	plica_json_set_number(root, "photons_per_frame", measured->dose);
	plica_json_set_number(root, "photons_per_object_pixel", measured->dose_per_pixel);
	plica_json_set_number(root, "extent_y_px", measured->extent_y);
	plica_json_set_number(root, "extent_x_px", measured->extent_x);
	plica_json_set_number(root, "spacing_px", measured->overlap.spacing_px);
	plica_json_set_integer(root, "probe_modes", (int64_t)dataset->probe_modes);
	shares = plica_json_set_array(root, "probe_mode_shares");
	for (size_t m = 0; m < modes; m++)
		plica_json_add_number(shares, share[m]);
	plica_json_set_number(root, "probe_diameter_px", measured->probe_diameter);
	plica_json_set_number(root, "probe_photons", measured->probe_photons);
	plica_json_set_number(root, "overlap_linear", measured->overlap.linear);
	plica_json_set_number(root, "overlap_area", measured->overlap.area);
	plica_json_set_number(root, "overlap_image_based", measured->overlap.image_based);
	plica_json_set_integer(root, "object_rows", (int64_t)dataset->object_rows);
	plica_json_set_integer(root, "object_cols", (int64_t)dataset->object_cols);
	plica_json_set_bool(root, "object_is_flat", measured->flat_object);
	plica_json_set_text(root, "metadata", dataset->metadata_json);
	notes = plica_json_set_array(root, "unusual");
	for (size_t i = 0; i < dataset->note_count; i++)
		plica_json_add_text(notes, dataset->notes[i]);
	return cli_print_json(root);
}

static int info(const char *path, bool json)
{
	enum plica_status status;
	struct plica_error err = {0};
	struct plica_dataset *dataset = NULL;
	struct measured measured = {0};
	int result = CLI_DONE;

	PLICA_TRY(plica_dataset_load(&dataset, path, &err));
	PLICA_TRY(measure(&measured, dataset, &err));
	if (json)
		result = print_json(dataset, &measured);
	else
		print_text(dataset, &measured);
out:
	if (status != PLICA_OK)
		result = cli_fail(status, &err);
	plica_dataset_free(dataset);
	return result;
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	bool json = false;
	const struct cli_option options[] = {
		{"json", 0, CLI_FLAG, &json, NULL, "print as JSON"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result = parsed == CLI_RUN ? info(words.item[0], json) : cli_parse_exit(parsed);

	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_info = {
	.name = "info",
	.arguments = "FILE [--json]",
	.summary = "Show what a dataset holds: shapes, dose, scan, overlap.",
	.details = "Dose, overlap and the probe's diameter are measured from the data, not taken "
		   "from\n"
		   "their label. Lines that begin with 'unusual' are worth a look.",
	.run = run,
};
