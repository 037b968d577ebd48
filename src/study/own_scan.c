/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/own_scan.h"

#include <math.h>
#include <string.h>

#include "base/try.h"
#include "plica/views.h"
#include "study/metadata.h"

static enum plica_status make_scene(struct plica_scene **out, struct plica_generation *generation,
	const struct plica_study_view *view, struct plica_error *err)
{
	struct plica_simulate_params params = generation->design->scene;
	enum plica_status status;

	params.threads = generation->threads;
	params.overlap = view->scan_overlap;
	params.step_px = params.size_px = (double)NAN;
	params.count = 0;
	PLICA_TRY(plica_generation_scene(generation, err));
	PLICA_TRY(plica_scene_rescan(out, generation->scene, &params, err));
out:
	return status;
}

/* How many times the baseline's photons a frame of this scan gets. */
static double dose_factor(
	const struct plica_generation *generation, const struct plica_scene *scene)
{
	double ratio = scene->step_px / generation->scene->step_px;

	return generation->design->equal_fluence ? ratio * ratio : 1.0;
}

enum plica_status plica_own_scan(struct plica_dataset **out, struct plica_generation *generation,
	const struct plica_study_view *view, double dose, const char *split,
	struct plica_error *err)
{
	const struct plica_design *design = generation->design;
	struct plica_scene *scene = NULL;
	struct plica_dataset *whole = NULL;
	struct plica_dataset *half[2] = {NULL, NULL};
	size_t wanted = strcmp(split, plica_split_name(PLICA_SPLIT_TRAIN)) == 0 ? 0 : 1;
	enum plica_status status;
	double factor;

	PLICA_TRY(make_scene(&scene, generation, view, err));
	factor = dose_factor(generation, scene);
	PLICA_TRY(plica_scene_expose_thinned(&whole, scene, factor * dose,
		factor * plica_generation_master(generation, dose), design->seeds.simulation, err));
	PLICA_TRY(plica_dataset_split(&half[0], &half[1], whole, design->split_axis, err));
	*out = half[wanted];
	half[wanted] = NULL;
out:
	plica_dataset_free(half[0]);
	plica_dataset_free(half[1]);
	plica_dataset_free(whole);
	plica_scene_free(scene);
	return status;
}

struct description {
	const struct plica_study_view *view;
	double dose;
};

static void add_description(struct plica_json *metadata, const void *context)
{
	const struct description *description = context;

	plica_json_set_text(metadata, "selection_strategy", "scan");
	plica_json_set_number(metadata, "scan_overlap", description->view->scan_overlap);
	plica_json_set_number(metadata, "dose_label", description->dose);
}

enum plica_status plica_own_scan_describe(struct plica_dataset *dataset,
	const struct plica_study_view *view, double dose, struct plica_error *err)
{
	const struct description description = {view, dose};

	return plica_metadata_add(dataset, add_description, &description, err);
}
