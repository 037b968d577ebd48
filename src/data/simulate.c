/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/simulate.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"
#include "data/base_object.h"
#include "data/expose.h"
#include "data/simulate_check.h"
#include "data/simulate_probe.h"
#include "data/simulate_scan.h"
#include "data/specimen.h"
#include "format/json.h"
#include "plica/scan.h"

#define DEFAULT_SPECIMEN "cells"

struct plica_simulate_params plica_simulate_defaults(void)
{
	return (struct plica_simulate_params){.amplitude_low = 0.7,
		.phase_range_rad = 1.5,
		.probe_diameter_px = (double)NAN,
		.defocus_rad = (double)NAN,
		.pupil_fraction = 0.18,
		.stop_fraction = 0.4,
		.scan = "raster",
		.size_px = (double)NAN,
		.step_px = (double)NAN,
		.overlap = (double)NAN,
		.jitter = 0.2,
		.seed = 42};
}

static bool has_pictures(const struct plica_simulate_params *params)
{
	return params->amplitude_png != NULL || params->phase_png != NULL;
}

/* An object that is given; out->data stays NULL when a specimen is to be drawn. */
static enum plica_status load_object(struct plica_field *out,
	const struct plica_simulate_params *params, struct plica_error *err)
{
	const struct plica_picture_ranges ranges = {params->amplitude_low, params->phase_range_rad};

	if (has_pictures(params))
		return plica_base_load_pictures(
			out, params->amplitude_png, params->phase_png, &ranges, err);
	if (plica_simulate_specimen_is_file(params))
		return plica_base_load_object(out, params->specimen, err);
	return PLICA_OK;
}

static enum plica_status draw_object(struct plica_scene *scene,
	const struct plica_simulate_params *params, struct plica_error *err)
{
	const char *name = params->specimen != NULL ? params->specimen : DEFAULT_SPECIMEN;
	struct plica_field canvas;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&scene->object, scene->object_rows * scene->object_cols, err));
	canvas = plica_field_of(scene->object, scene->object_rows, scene->object_cols);
	PLICA_TRY(plica_specimen_draw(&canvas, name, params->seed, err));
out:
	return status;
}

/* Scales the probe, and with it the guess, to a mean of one photon a frame. */
static enum plica_status normalise(struct plica_scene *scene, struct plica_error *err)
{
	size_t count = scene->probe_modes * scene->pattern_px * scene->pattern_px;
	enum plica_status status;
	double photons = 0.0;

	PLICA_TRY(plica_scene_mean_photons(&photons, scene, err));
	if (!(photons > 0.0)) {
		status = plica_error_set(err, PLICA_ERR_NUMERIC,
			"no light passes the object: the mean of the exit waves' power is %g",
			photons);
		goto out;
	}
	for (size_t i = 0; i < count; i++) {
		scene->probe[i] *= (float)(1.0 / sqrt(photons));
		scene->probe_guess[i] *= (float)(1.0 / sqrt(photons));
	}
out:
	return status;
}

static enum plica_status measure(struct plica_scene *scene, struct plica_error *err)
{
	const struct plica_positions positions = {scene->count, scene->y_px, scene->x_px};
	const struct plica_overlap_params params = plica_overlap_defaults(scene->probe_diameter_px);
	struct plica_overlap overlap;
	enum plica_status status;

	PLICA_TRY(plica_overlap_measure(&overlap, positions, &params, err));
	scene->spacing_px = overlap.spacing_px;
	scene->linear_overlap = overlap.linear;
	scene->area_overlap = overlap.area;
out:
	return status;
}

static void describe_object(struct plica_json *json, const struct plica_simulate_params *params)
{
	if (has_pictures(params)) {
		plica_json_set_text(json, "specimen", "pictures");
		plica_json_set_text(json, "amplitude_png", params->amplitude_png);
		plica_json_set_text(json, "phase_png", params->phase_png);
	} else {
		plica_json_set_text(json, "specimen",
			params->specimen != NULL ? params->specimen : DEFAULT_SPECIMEN);
	}
	plica_json_set_text(json, "object_guess", "ground truth");
}

static void describe_probe(struct plica_json *json, const struct plica_scene *scene,
	const struct plica_simulate_params *params)
{
	plica_json_set_text(json, "probe", plica_simulate_probe_name(params));
	plica_json_set_text(json, "probe_guess",
		plica_simulate_guess_is_nominal(params)
			? "nominal: 25 % less defocus, or 10 % too wide"
			: "ground truth");
	plica_json_set_number(json, "probe_diameter_px", scene->probe_diameter_px);
}

static void describe_scan(struct plica_json *json, const struct plica_scene *scene,
	const struct plica_simulate_params *params)
{
	plica_json_set_text(json, "scan", params->scan);
	plica_json_set_integer(json, "n_images", (int64_t)scene->count);
	plica_json_set_number(json, "step_px", scene->step_px);
	plica_json_set_number(json, "jitter", params->jitter);
	plica_json_set_number(json, "spacing_px", scene->spacing_px);
	plica_json_set_number(json, "linear_overlap", scene->linear_overlap);
	plica_json_set_number(json, "area_overlap", scene->area_overlap);
	plica_json_set_integer(json, "scene_seed", (int64_t)params->seed);
}

static void describe_units(struct plica_json *json)
{
	struct plica_json *units = plica_json_set_object(json, "units");

	plica_json_set_text(units, "dose", "photons per exposure");
	plica_json_set_text(
		units, "diffraction", "sqrt(photon counts), zero frequency at index N/2");
	plica_json_set_text(units, "coordinates", "object pixels, patch centre (its pixel N/2)");
}

static enum plica_status describe(struct plica_scene *scene,
	const struct plica_simulate_params *params, struct plica_error *err)
{
	struct plica_json *json = plica_json_object();
	struct plica_text text = {0};
	enum plica_status status;

	plica_json_set_integer(json, "schema", 1);
	plica_json_set_text(json, "made_by", "plica simulate " PLICA_VERSION);
	describe_object(json, params);
	describe_probe(json, scene, params);
	describe_scan(json, scene, params);
	describe_units(json);
	PLICA_TRY(plica_json_line(&text, json, err));
	PLICA_TRY(plica_copy_text(&scene->description_json, text.data, err));
out:
	plica_text_release(&text);
	plica_json_free(json);
	return status;
}

static enum plica_status copy_object(
	struct plica_field *out, const struct plica_scene *scene, struct plica_error *err)
{
	size_t count = scene->object_rows * scene->object_cols;
	float complex *copy = NULL;
	enum plica_status status = PLICA_NEW(&copy, count, err);

	if (status != PLICA_OK)
		return status;
	memcpy(copy, scene->object, count * sizeof(*copy));
	*out = plica_field_of(copy, scene->object_rows, scene->object_cols);
	return PLICA_OK;
}

/* `base`: whose object it is; or NULL. */
static enum plica_status create(struct plica_scene **out, const struct plica_scene *base,
	const struct plica_simulate_params *params, struct plica_error *err)
{
	struct plica_scene *scene = NULL;
	struct plica_field object = {0};
	enum plica_status status;

	PLICA_TRY(plica_simulate_check(params, err));
	PLICA_TRY(PLICA_NEW(&scene, 1, err));
	scene->threads = params->threads;
	PLICA_TRY(plica_simulate_make_probe(scene, params, err));
	PLICA_TRY(
		base != NULL ? copy_object(&object, base, err) : load_object(&object, params, err));
	PLICA_TRY(plica_simulate_make_scan(scene, &object, params, err));
	scene->object = object.data;
	object.data = NULL;
	if (scene->object == NULL)
		PLICA_TRY(draw_object(scene, params, err));
	PLICA_TRY(normalise(scene, err));
	PLICA_TRY(measure(scene, err));
	PLICA_TRY(describe(scene, params, err));
	*out = scene;
	scene = NULL;
out:
	plica_free(object.data);
	plica_scene_free(scene);
	return status;
}

enum plica_status plica_scene_create(struct plica_scene **out,
	const struct plica_simulate_params *params, struct plica_error *err)
{
	return create(out, NULL, params, err);
}

enum plica_status plica_scene_rescan(struct plica_scene **out, const struct plica_scene *scene,
	const struct plica_simulate_params *params, struct plica_error *err)
{
	return create(out, scene, params, err);
}

void plica_scene_free(struct plica_scene *scene)
{
	if (scene == NULL)
		return;
	plica_free(scene->object);
	plica_free(scene->probe);
	plica_free(scene->probe_guess);
	plica_free(scene->y_px);
	plica_free(scene->x_px);
	plica_free(scene->description_json);
	plica_free(scene);
}
