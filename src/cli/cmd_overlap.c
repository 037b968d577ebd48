/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/try.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/overlap_report.h"
#include "cli/overlap_study.h"
#include "data/describe.h"
#include "plica/views.h"

/* K unless given: of the measured overlap, and of a selection. */
#define MEASURE_NEIGHBOURS 6
#define SELECTION_NEIGHBOURS 7

struct arguments {
	const char *path;
	long gridsize, neighbor_count, group_count, seed, grouping_seed;
	double image_fraction, probe_diameter_px, spacing_px, overlap;
	const char *view, *output, *metrics, *groups;
	bool json;
	struct plica_generate_options where;
};

static bool selects(const struct arguments *arguments)
{
	return !isnan(arguments->spacing_px) || !isnan(arguments->overlap);
}

static size_t neighbours(const struct arguments *arguments, long usual)
{
	long members = arguments->gridsize * arguments->gridsize;

	if (arguments->neighbor_count > 0)
		return (size_t)arguments->neighbor_count;
	return (size_t)(members > usual ? members : usual);
}

static struct plica_overlap_params overlap_params(
	const struct arguments *arguments, const struct plica_dataset *dataset)
{
	struct plica_overlap_params params = plica_overlap_defaults(
		isnan(arguments->probe_diameter_px) ? plica_overlap_diameter_px(dataset)
						    : arguments->probe_diameter_px);

	params.gridsize = (size_t)arguments->gridsize;
	params.neighbor_count = neighbours(arguments, MEASURE_NEIGHBOURS);
	params.image_fraction = arguments->image_fraction;
	params.group_count = (size_t)arguments->group_count;
	params.seed = (uint64_t)arguments->seed;
	return params;
}

/* The view that the spacing asks for; *out stays NULL when nothing asks. */
static enum plica_status select_view(struct plica_dataset **out, struct plica_view *selection,
	double *spacing_px, const struct plica_dataset *whole, const struct arguments *arguments,
	struct plica_error *err)
{
	struct plica_view_params params = {
		.gridsize = (size_t)arguments->gridsize,
		.neighbor_count = neighbours(arguments, SELECTION_NEIGHBOURS),
		.seed = (uint64_t)arguments->grouping_seed,
	};

	if (!selects(arguments))
		return PLICA_OK;
	params.spacing_px = !isnan(arguments->spacing_px)
				    ? arguments->spacing_px
				    : plica_view_spacing_px(arguments->overlap, whole->pattern_px);
	*spacing_px = params.spacing_px;
	return plica_dataset_view(out, selection, whole, arguments->view, &params, err);
}

static enum plica_status save_part(const struct plica_dataset *view,
	const struct plica_dataset *whole, const struct arguments *arguments,
	struct plica_error *err)
{
	struct plica_dataset *sample = NULL;
	enum plica_status status;

	if (view != NULL)
		return plica_dataset_save(view, arguments->output, err);
	PLICA_TRY(plica_dataset_subsample(
		&sample, whole, arguments->image_fraction, (uint64_t)arguments->seed, err));
	PLICA_TRY(plica_dataset_save(sample, arguments->output, err));
out:
	plica_dataset_free(sample);
	return status;
}

static struct plica_json *metrics_of(const struct overlap_finding *finding)
{
	struct plica_json *json = plica_json_object();

	plica_json_set_text(json, "metrics_version", PLICA_METRICS_VERSION);
	overlap_put(json, finding);
	return json;
}

static enum plica_status save_files(const struct arguments *arguments,
	const struct overlap_finding *finding, struct plica_error *err)
{
	struct plica_json *metrics = metrics_of(finding);
	enum plica_status status = PLICA_OK;

	if (arguments->metrics != NULL)
		PLICA_TRY(plica_json_save(arguments->metrics, metrics, err));
	if (arguments->groups != NULL)
		PLICA_TRY(overlap_save_groups(arguments->groups,
			plica_dataset_positions(finding->dataset), finding->params, err));
out:
	plica_json_free(metrics);
	return status;
}

static int print(const struct arguments *arguments, const struct overlap_finding *finding)
{
	struct plica_json *json;

	if (!arguments->json) {
		(void)printf("%s\n", arguments->path);
		overlap_print(finding);
		return CLI_DONE;
	}
	json = metrics_of(finding);
	plica_json_set_integer(json, "schema", 1);
	plica_json_set_text(json, "file", arguments->path);
	return cli_print_json(json);
}

static int overlap_file(const struct arguments *arguments)
{
	struct plica_dataset *whole = NULL, *view = NULL;
	struct plica_view selection = {0};
	struct plica_overlap overlap;
	struct plica_overlap_params params;
	struct overlap_finding finding = {.params = &params, .overlap = &overlap};
	struct plica_error err = {0};
	enum plica_status status;
	int result = CLI_DONE;

	PLICA_TRY(plica_dataset_load(&whole, arguments->path, &err));
	status = select_view(&view, &selection, &finding.spacing_px, whole, arguments, &err);
	finding.dataset = view != NULL ? view : whole;
	finding.selection = view != NULL ? &selection : NULL;
	params = overlap_params(arguments, finding.dataset);
	if (status == PLICA_OK)
		status = plica_overlap_measure(
			&overlap, plica_dataset_positions(finding.dataset), &params, &err);
	if (status != PLICA_OK) {
		(void)plica_error_context(&err, status, "cannot measure '%s'", arguments->path);
		goto out;
	}
	if (arguments->output != NULL)
		PLICA_TRY(save_part(view, whole, arguments, &err));
	PLICA_TRY(save_files(arguments, &finding, &err));
	result = print(arguments, &finding);
out:
	if (status != PLICA_OK)
		result = cli_fail(status, &err);
	plica_view_release(&selection);
	plica_dataset_free(view);
	plica_dataset_free(whole);
	return result;
}

static bool is_design(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* What no room below would complain about, or only after much work; 0 when all is well. */
static int check(const struct cli_command *self, const struct arguments *arguments)
{
	if (arguments->gridsize < 1 || arguments->gridsize > 8)
		return cli_usage_error(
			self, "'--gridsize' is %ld, expected 1 to 8", arguments->gridsize);
	if (arguments->neighbor_count < 0 || arguments->group_count < 0 || arguments->seed < 0 ||
		arguments->grouping_seed < 0)
		return cli_usage_error(self,
			"a count or a seed is negative, expected 0 or more ('--neighbor-count', "
			"'--n-groups', '--seed', '--grouping-seed')");
	if (!isnan(arguments->spacing_px) && !isnan(arguments->overlap))
		return cli_usage_error(self, "'--spacing' and '--overlap' exclude each other");
	if (!isnan(arguments->overlap) && !(arguments->overlap >= 0.0 && arguments->overlap < 1.0))
		return cli_usage_error(self, "'--overlap' is %g, expected 0 or more and below 1",
			arguments->overlap);
	if (arguments->output != NULL && !selects(arguments) && arguments->image_fraction >= 1.0)
		return cli_usage_error(self,
			"'--output' has nothing to write: choose by '--spacing', '--overlap' or "
			"'--s-img'");
	if (arguments->groups != NULL && arguments->image_fraction < 1.0)
		return cli_usage_error(self, "'--groups' needs all images, but '--s-img' is given");
	return 0;
}

static int run_with(const struct cli_command *self, const struct arguments *arguments)
{
	int wrong = check(self, arguments);

	if (wrong != 0)
		return wrong;
	if (is_design(arguments->path))
		return overlap_study(arguments->path, &arguments->where, arguments->json);
	return overlap_file(arguments);
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments given = {.gridsize = 1,
		.seed = 456,
		.grouping_seed = 123,
		.image_fraction = 1.0,
		.probe_diameter_px = (double)NAN,
		.spacing_px = (double)NAN,
		.overlap = (double)NAN,
		.view = "view"};
	const struct cli_option options[] = {
		{"gridsize", 'g', CLI_INT, &given.gridsize, "N", "N x N positions a group (1)"},
		{"neighbor-count", 'k', CLI_INT, &given.neighbor_count, "K",
			"nearest positions counted (6), or to choose a group from (7)"},
		{"probe-diameter", 0, CLI_NUMBER, &given.probe_diameter_px, "PX",
			"of the discs, px (default: measured)"},
		{"s-img", 0, CLI_NUMBER, &given.image_fraction, "S",
			"fraction of the images, a seeded subsample (1)"},
		{"n-groups", 0, CLI_INT, &given.group_count, "N",
			"so many groups with seeded seeds (0: one for each image)"},
		{"seed", 0, CLI_INT, &given.seed, "N", "of subsample and groups (456)"},
		{"spacing", 0, CLI_NUMBER, &given.spacing_px, "PX",
			"choose groups whose centres are so far apart"},
		{"overlap", 0, CLI_NUMBER, &given.overlap, "F",
			"the same, as (1 - F) of a pattern's side"},
		{"grouping-seed", 0, CLI_INT, &given.grouping_seed, "N",
			"of the order in which groups are tried (123)"},
		{"view", 0, CLI_TEXT, &given.view, "NAME", "name of the chosen view"},
		{"output", 'o', CLI_TEXT, &given.output, "FILE",
			"write what was chosen as a dataset"},
		{"metrics", 0, CLI_TEXT, &given.metrics, "FILE", "write the metrics as JSON"},
		{"groups", 0, CLI_TEXT, &given.groups, "FILE", "write the groups as NPZ"},
		{"phase-c-root", 0, CLI_TEXT, &given.where.phase_c_root, "DIR",
			"of a design: folder of the simulated data"},
		{"phase-d-root", 0, CLI_TEXT, &given.where.phase_d_root, "DIR",
			"of a design: folder of the views"},
		{"json", 0, CLI_FLAG, &given.json, NULL, "print as JSON"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 1, 1);
	int result;

	if (parsed == CLI_RUN) {
		given.path = words.item[0];
		result = run_with(self, &given);
	} else {
		result = cli_parse_exit(parsed);
	}
	plica_strings_release(&words);
	return result;
}

const struct cli_command cmd_overlap = {
	.name = "overlap",
	.arguments = "FILE | DESIGN.yaml [OPTIONS]",
	.summary = "Measure the overlap of a scan, and choose views of it.",
	.details =
		"Measures overlap and dose from the data. With --spacing or --overlap a view is\n"
		"chosen first: groups of neighbouring positions that keep that distance. Of a\n"
		"design all views are made (stage D) and measured.",
	.run = run,
};
