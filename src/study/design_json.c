/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "study/design.h"

/* Views that are not chosen by spacing, with the names that the data sets' metadata have. */
static void set_selection(struct plica_json *selections, const struct plica_study_view *view)
{
	struct plica_json *entry = plica_json_set_object(selections, view->name);

	if (view->kind == PLICA_VIEW_FRACTION) {
		plica_json_set_number(entry, "s_img", view->fraction);
		plica_json_set_integer(entry, "n_groups", (int64_t)view->group_count);
	} else {
		plica_json_set_number(entry, "scan_overlap", view->scan_overlap);
	}
}

static void set_views(struct plica_json *json, const struct plica_design *design)
{
	struct plica_json *views = plica_json_set_array(json, "views");
	struct plica_json *overlaps = plica_json_set_object(json, "overlap_views");
	struct plica_json *spacings = plica_json_set_object(json, "spacing_thresholds");
	struct plica_json *selections = plica_json_set_object(json, "selections");

	for (size_t i = 0; i < design->view_count; i++) {
		const struct plica_study_view *view = &design->views[i];

		plica_json_add_text(views, view->name);
		if (view->kind == PLICA_VIEW_FRACTION || view->kind == PLICA_VIEW_SCAN)
			set_selection(selections, view);
		if (view->kind != PLICA_VIEW_SPACING)
			continue;
		plica_json_set_number(overlaps, view->name, view->overlap);
		plica_json_set_number(spacings, view->name, view->spacing_px);
	}
}

static void set_seeds_and_metrics(struct plica_json *json, const struct plica_design *design)
{
	struct plica_json *seeds = plica_json_set_object(json, "rng_seeds");
	struct plica_json *metrics = plica_json_set_object(json, "metrics_config");

	plica_json_set_integer(seeds, "simulation", (int64_t)design->seeds.simulation);
	plica_json_set_integer(seeds, "grouping", (int64_t)design->seeds.grouping);
	plica_json_set_integer(seeds, "subsampling", (int64_t)design->seeds.subsampling);
	plica_json_set_number(metrics, "ms_ssim_sigma", design->metrics.ms_ssim_sigma_px);
	plica_json_set_bool(metrics, "emphasize_phase", design->metrics.emphasize_phase);
	plica_json_set_bool(metrics, "report_amplitude", design->metrics.report_amplitude);
	plica_json_set_number(metrics, "frc_threshold", design->metrics.frc_threshold);
}

static void set_reconstruction(struct plica_json *json, const struct plica_design *design)
{
	struct plica_json *section = plica_json_set_object(json, "reconstruction");
	struct plica_json *options = NULL;

	plica_json_set_text(section, "algorithm", design->algorithm);
	plica_json_set_integer(section, "num_epochs", (int64_t)design->num_epochs);
	plica_json_set_text(section, "noise_model", design->noise_model);
	plica_json_set_integer(section, "batch_size", (int64_t)design->batch_size);
	plica_json_set_text(section, "initial_object", design->initial_object);
	options = plica_json_set_object(section, "options");
	for (size_t i = 0; i < design->option_count; i++)
		plica_json_set_text(options, design->options[i].name, design->options[i].value);
}

/* What was not given is left out: the simulation has its own default for it. */
static void set_scene(struct plica_json *json, const struct plica_simulate_params *scene)
{
	const struct {
		const char *key;
		double value;
	} numbers[] = {
		{"probe_diameter_px", scene->probe_diameter_px},
		{"step_px", scene->step_px},
		{"size_px", scene->size_px},
		{"overlap", scene->overlap},
		{"jitter", scene->jitter},
	};

	if (scene->specimen != NULL)
		plica_json_set_text(json, "specimen", scene->specimen);
	if (scene->probe != NULL)
		plica_json_set_text(json, "probe", scene->probe);
	if (scene->probe_guess != NULL)
		plica_json_set_text(json, "probe_guess", scene->probe_guess);
	plica_json_set_text(json, "scan", scene->scan);
	if (scene->count > 0)
		plica_json_set_integer(json, "count", (int64_t)scene->count);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].value == numbers[i].value)
			plica_json_set_number(json, numbers[i].key, numbers[i].value);
}

struct plica_json *plica_design_data_json(const struct plica_design *design)
{
	struct plica_json *json = plica_json_object();

	set_scene(json, &design->scene);
	if (design->paired_noise)
		plica_json_set_number(json, "master_dose", design->doses[design->dose_count - 1]);
	plica_json_set_integer(json, "patch_size_pixels", (int64_t)design->pattern_px);
	plica_json_set_integer(json, "seed", (int64_t)design->seeds.simulation);
	plica_json_set_text(
		json, "train_test_split_axis", design->split_axis == PLICA_AXIS_Y ? "y" : "x");
	return json;
}

struct plica_json *plica_design_json(const struct plica_design *design)
{
	struct plica_json *json = plica_json_object();
	struct plica_json *list;
	struct plica_json *data;

	plica_json_set_integer(json, "schema", PLICA_STUDY_SCHEMA);
	plica_json_set_text(json, "file", design->path);
	plica_json_set_text(json, "name", design->name);
	list = plica_json_set_array(json, "dose_list");
	for (size_t i = 0; i < design->dose_count; i++)
		plica_json_add_number(list, design->doses[i]);
	list = plica_json_set_array(json, "gridsizes");
	for (size_t i = 0; i < design->gridsize_count; i++)
		plica_json_add_integer(list, (int64_t)design->gridsizes[i]);
	plica_json_set_integer(json, "neighbor_count", (int64_t)design->neighbor_count);
	plica_json_set_integer(json, "patch_size_pixels", (int64_t)design->pattern_px);
	set_views(json, design);
	list = plica_json_set_array(json, "splits");
	for (int split = 0; split < PLICA_SPLIT_COUNT; split++)
		if (design->splits[split])
			plica_json_add_text(list, plica_split_name((enum plica_split)split));
	plica_json_set_text(
		json, "train_test_split_axis", design->split_axis == PLICA_AXIS_Y ? "y" : "x");
	set_seeds_and_metrics(json, design);
	set_reconstruction(json, design);
	plica_json_set_text(json, "backend", design->backend);
	list = plica_json_set_array(json, "environment");
	for (size_t i = 0; i < design->environment_count; i++)
		plica_json_add_text(list, design->environment[i]);
	data = plica_json_set_object(json, "data");
	set_scene(data, &design->scene);
	plica_json_set_text(
		data, "dose_mode", design->equal_fluence ? "equal-fluence" : "per-frame");
	plica_json_set_text(data, "noise", design->paired_noise ? "paired" : "independent");
	plica_json_set_text(json, "phase_c_root", design->phase_c_root);
	plica_json_set_text(json, "phase_d_root", design->phase_d_root);
	plica_json_set_text(json, "artifact_root", design->artifact_root);
	return json;
}
