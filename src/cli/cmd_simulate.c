/* SPDX-License-Identifier: BSD-3-Clause */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/try.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "plica/simulate.h"

#define DEFAULT_DOSE 1e5

struct arguments {
	struct plica_simulate_params params;
	const char *output;
	double dose;
	long pattern_px, count, seed, threads;
	bool json;
};

/* A whole number of the command line and its range. */
struct whole {
	const char *name;
	long value;
	long low, high;
};

static const struct whole *find_wrong(const struct whole *whole, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (whole[i].value != CLI_NOT_GIVEN &&
			(whole[i].value < whole[i].low || whole[i].value > whole[i].high))
			return &whole[i];
	return NULL;
}

static int take_whole_numbers(const struct cli_command *self, struct arguments *arguments)
{
	const struct whole whole[] = {
		{"pattern-px", arguments->pattern_px, 8, 4096},
		{"count", arguments->count, 1, 10000000},
		{"seed", arguments->seed, 0, LONG_MAX},
		{"threads", arguments->threads, 1, 4096},
	};
	const struct whole *wrong = find_wrong(whole, sizeof(whole) / sizeof(whole[0]));
	struct plica_simulate_params *params = &arguments->params;

	if (wrong != NULL)
		return cli_usage_error(self, "'%s' is %ld, expected %ld to %ld", wrong->name,
			wrong->value, wrong->low, wrong->high);
	if (arguments->pattern_px != CLI_NOT_GIVEN)
		params->pattern_px = (size_t)arguments->pattern_px;
	if (arguments->count != CLI_NOT_GIVEN)
		params->count = (size_t)arguments->count;
	if (arguments->seed != CLI_NOT_GIVEN)
		params->seed = (uint64_t)arguments->seed;
	if (arguments->threads != CLI_NOT_GIVEN)
		params->threads = (int)arguments->threads;
	return CLI_DONE;
}

static void print_text(const struct arguments *arguments, const struct plica_scene *scene,
	const struct plica_dataset *dataset, double seconds)
{
	(void)printf("%s\n", arguments->output);
	(void)printf("  patterns        %zu x %zu x %zu, made in %.2f s\n", dataset->pattern_count,
		dataset->pattern_px, dataset->pattern_px, seconds);
	(void)printf("  dose            %.6g photons/frame asked for, %.6g measured\n",
		arguments->dose, plica_dataset_mean_photons(dataset));
	(void)printf("  object          %zu x %zu px\n", scene->object_rows, scene->object_cols);
	(void)printf("  probe           %zu mode%s, diameter %.1f px\n", scene->probe_modes,
		scene->probe_modes == 1 ? "" : "s", scene->probe_diameter_px);
	if (isnan(scene->spacing_px)) {
		(void)printf("  scan            all positions in one place\n");
		return;
	}
	(void)printf("  scan            %s, step %.2f px, median spacing %.2f px\n",
		arguments->params.scan, scene->step_px, scene->spacing_px);
	(void)printf("  overlap         %.3f linear, %.3f area\n", scene->linear_overlap,
		scene->area_overlap);
}

static int print_json(const struct arguments *arguments, const struct plica_scene *scene,
	const struct plica_dataset *dataset)
{
	struct plica_json *root = plica_json_object();

	plica_json_set_integer(root, "schema", 1);
	plica_json_set_text(root, "file", arguments->output);
	plica_json_set_integer(root, "patterns", (int64_t)dataset->pattern_count);
	plica_json_set_integer(root, "pattern_px", (int64_t)dataset->pattern_px);
	plica_json_set_number(root, "dose", arguments->dose);
	plica_json_set_number(root, "photons_per_frame", plica_dataset_mean_photons(dataset));
	plica_json_set_integer(root, "object_rows", (int64_t)scene->object_rows);
	plica_json_set_integer(root, "object_cols", (int64_t)scene->object_cols);
	plica_json_set_integer(root, "probe_modes", (int64_t)scene->probe_modes);
	plica_json_set_number(root, "probe_diameter_px", scene->probe_diameter_px);
	plica_json_set_number(root, "step_px", scene->step_px);
	plica_json_set_number(root, "spacing_px", scene->spacing_px);
	plica_json_set_number(root, "overlap_linear", scene->linear_overlap);
	plica_json_set_number(root, "overlap_area", scene->area_overlap);
	return cli_print_json(root);
}

static int simulate(const struct cli_command *self, const struct arguments *arguments)
{
	struct plica_scene *scene = NULL;
	struct plica_dataset *dataset = NULL;
	struct plica_error err = {0};
	enum plica_status status;
	double start = plica_seconds();
	int result = CLI_DONE;

	PLICA_TRY(plica_scene_create(&scene, &arguments->params, &err));
	PLICA_TRY(
		plica_scene_expose(&dataset, scene, arguments->dose, arguments->params.seed, &err));
	PLICA_TRY(plica_dataset_save(dataset, arguments->output, &err));
	if (arguments->json)
		result = print_json(arguments, scene, dataset);
	else
		print_text(arguments, scene, dataset, plica_seconds() - start);
out:
	if (status == PLICA_ERR_ARGUMENT)
		result = cli_usage_error(self, "%s", err.text);
	else if (status != PLICA_OK)
		result = cli_fail(status, &err);
	plica_dataset_free(dataset);
	plica_scene_free(scene);
	return result;
}

#define MOST_OPTIONS 32

struct option_list {
	struct cli_option item[MOST_OPTIONS]; /* ends with an empty one */
	size_t count;
};

static void add_options(struct option_list *list, const struct cli_option *options, size_t count)
{
	memcpy(list->item + list->count, options, count * sizeof(*options));
	list->count += count;
}

#define ADD_OPTIONS(list, options)                                                                 \
	add_options((list), (options), sizeof(options) / sizeof((options)[0]))

static void add_specimen_options(struct option_list *list, struct plica_simulate_params *params)
{
	const struct cli_option options[] = {
		{"specimen", 0, CLI_TEXT, &params->specimen, "NAME|FILE",
			"cells, siemens, lines, or an NPZ file's object (default cells)"},
		{"amplitude-png", 0, CLI_TEXT, &params->amplitude_png, "FILE",
			"picture of the object's amplitude, instead of a specimen"},
		{"phase-png", 0, CLI_TEXT, &params->phase_png, "FILE",
			"picture of the object's phase, of the same size"},
		{"amplitude-low", 0, CLI_NUMBER, &params->amplitude_low, "A",
			"amplitude of black in the picture, white is 1 (default 0.7)"},
		{"phase-range", 0, CLI_NUMBER, &params->phase_range_rad, "RAD",
			"phase of white in the picture, black is 0 (default 1.5 rad)"},
	};

	ADD_OPTIONS(list, options);
}

static void add_probe_options(struct option_list *list, struct plica_simulate_params *params)
{
	const struct cli_option options[] = {
		{"probe", 0, CLI_TEXT, &params->probe, "NAME|FILE",
			"zone-plate, disc, gaussian, or an NPZ file's (default zone-plate)"},
		{"probe-guess", 0, CLI_TEXT, &params->probe_guess, "true|nominal",
			"first guess: true, or with 25 % less defocus (default nominal)"},
		{"probe-diameter", 0, CLI_NUMBER, &params->probe_diameter_px, "PX",
			"nominal diameter (default 0.35 of the pattern's pixels)"},
		{"defocus", 0, CLI_NUMBER, &params->defocus_rad, "RAD",
			"phase at the pupil's edge (zone plate: from the diameter, else 0)"},
		{"pupil", 0, CLI_NUMBER, &params->pupil_fraction, "F",
			"radius of the pupil / pattern's pixels (default 0.18)"},
		{"stop", 0, CLI_NUMBER, &params->stop_fraction, "F",
			"zone plate's central stop / pupil (default 0.4)"},
	};

	ADD_OPTIONS(list, options);
}

static void add_scan_options(struct option_list *list, struct plica_simulate_params *params)
{
	const struct cli_option options[] = {
		{"scan", 0, CLI_TEXT, &params->scan, "raster|fermat",
			"raster or Fermat spiral (default raster)"},
		{"size-px", 0, CLI_NUMBER, &params->size_px, "PX",
			"side of the scanned square in object pixels"},
		{"step-px", 0, CLI_NUMBER, &params->step_px, "PX",
			"step in object pixels (default: from the overlap)"},
		{"overlap", 0, CLI_NUMBER, &params->overlap, "F",
			"linear overlap, 1 - step / measured probe diameter (default 0.7)"},
		{"jitter", 0, CLI_NUMBER, &params->jitter, "F",
			"random displacement, in fractions of the step (default 0.2)"},
	};

	ADD_OPTIONS(list, options);
}

static void add_other_options(struct option_list *list, struct arguments *arguments)
{
	const struct cli_option options[] = {
		{"count", 0, CLI_INT, &arguments->count, "N",
			"number of positions (default 500; on a given object all)"},
		{"pattern-px", 0, CLI_INT, &arguments->pattern_px, "N",
			"side of a pattern in pixels (default 128, or the file's)"},
		{"dose", 0, CLI_NUMBER, &arguments->dose, "PHOTONS",
			"mean photons per exposure (default 1e5)"},
		{"seed", 0, CLI_INT, &arguments->seed, "N",
			"seed of specimen, scan and photons (default 42)"},
		{"threads", 0, CLI_INT, &arguments->threads, "N",
			"threads; never changes the file (default: all cores)"},
		{"output", 'o', CLI_TEXT, &arguments->output, "FILE", "the NPZ file to write"},
		{"json", 0, CLI_FLAG, &arguments->json, NULL, "print as JSON"},
	};

	ADD_OPTIONS(list, options);
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments arguments = {.params = plica_simulate_defaults(),
		.dose = DEFAULT_DOSE,
		.pattern_px = CLI_NOT_GIVEN,
		.count = CLI_NOT_GIVEN,
		.seed = CLI_NOT_GIVEN,
		.threads = CLI_NOT_GIVEN};
	struct option_list options = {0};
	struct plica_strings words = {0};
	enum cli_parsed parsed;
	int result;

	add_specimen_options(&options, &arguments.params);
	add_probe_options(&options, &arguments.params);
	add_scan_options(&options, &arguments.params);
	add_other_options(&options, &arguments);
	parsed = cli_parse(self, options.item, argc, argv, &words, 0, 0);
	if (parsed != CLI_RUN)
		result = cli_parse_exit(parsed);
	else if (arguments.output == NULL)
		result = cli_usage_error(self, "'--output' is missing, expected a file name");
	else
		result = take_whole_numbers(self, &arguments);
	if (parsed == CLI_RUN && result == CLI_DONE)
		result = simulate(self, &arguments);
	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_simulate = {
	.name = "simulate",
	.arguments = "-o FILE [OPTIONS]",
	.summary = "Make a dataset whose truth is known.",
	.details =
		"Draws photons (Poisson) of a specimen that a probe scans, and writes a DATA-001 "
		"file.\n"
		"Its objectGuess is the truth; its probeGuess is what a beamline would believe of\n"
		"the probe, unless --probe-guess true. A specimen from an NPZ file brings its "
		"probe,\n"
		"and that is true. Two of count, size and step (or overlap) fix the scan. The "
		"same\n"
		"seed gives the same file on any number of threads.",
	.run = run,
};
