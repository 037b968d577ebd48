/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/simulate_probe.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "data/base_object.h"
#include "data/simulate_check.h"
#include "optics/probe.h"

#define DEFAULT_PATTERN_PX 128
/* Diameter of a built probe relative to the pattern: what lies outside must not wrap around. */
#define DEFAULT_DIAMETER 0.35
#define LARGEST_DIAMETER 0.8
/* How the nominal probe is wrong. */
#define NOMINAL_DEFOCUS 0.75
#define NOMINAL_DIAMETER 1.1
#define DISC_EDGE_PX 2.0

static enum plica_probe_kind kind_of(const char *name)
{
	if (strcmp(name, "disc") == 0)
		return PLICA_PROBE_DISC;
	return strcmp(name, "gaussian") == 0 ? PLICA_PROBE_GAUSSIAN : PLICA_PROBE_ZONE_PLATE;
}

static enum plica_status make_model(struct plica_probe_model *out, size_t pattern_px,
	const struct plica_simulate_params *params, struct plica_error *err)
{
	double largest_px = LARGEST_DIAMETER * (double)pattern_px;

	*out = (struct plica_probe_model){.kind = kind_of(plica_simulate_probe_name(params)),
		.diameter_px = params->probe_diameter_px,
		.edge_px = DISC_EDGE_PX,
		.pupil_fraction = params->pupil_fraction,
		.stop_fraction = params->stop_fraction,
		.defocus_rad = isnan(params->defocus_rad) ? 0.0 : params->defocus_rad};
	if (isnan(params->probe_diameter_px))
		out->diameter_px = DEFAULT_DIAMETER * (double)pattern_px;
	if (out->kind == PLICA_PROBE_ZONE_PLATE && isnan(params->defocus_rad))
		out->defocus_rad = plica_probe_defocus_rad(out->diameter_px, out->pupil_fraction);
	if (out->diameter_px > largest_px)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"'probe-diameter' is %g, expected at most %g px with patterns of %zu px",
			out->diameter_px, largest_px, pattern_px);
	return PLICA_OK;
}

static struct plica_probe_model nominal_of(struct plica_probe_model model)
{
	if (fabs(model.defocus_rad) > 0.0)
		model.defocus_rad *= NOMINAL_DEFOCUS;
	else
		model.diameter_px *= NOMINAL_DIAMETER;
	return model;
}

static enum plica_status build_probe(struct plica_scene *scene,
	const struct plica_simulate_params *params, struct plica_error *err)
{
	struct plica_probe_model model;
	enum plica_status status;
	size_t n = params->pattern_px > 0 ? params->pattern_px : DEFAULT_PATTERN_PX;

	PLICA_TRY(make_model(&model, n, params, err));
	scene->pattern_px = n;
	scene->probe_modes = 1;
	PLICA_TRY(PLICA_NEW(&scene->probe, n * n, err));
	PLICA_TRY(PLICA_NEW(&scene->probe_guess, n * n, err));
	PLICA_TRY(plica_probe_fill(scene->probe, n, &model, err));
	if (plica_simulate_guess_is_nominal(params))
		model = nominal_of(model);
	PLICA_TRY(plica_probe_fill(scene->probe_guess, n, &model, err));
out:
	return status;
}

static enum plica_status check_size(const char *path, size_t found,
	const struct plica_simulate_params *params, struct plica_error *err)
{
	if (params->pattern_px != 0 && params->pattern_px != found)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"'pattern-px' is %zu, expected the %zu px of the probe in '%s'",
			params->pattern_px, found, path);
	if (found < 8 || found > 4096)
		return plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': 'probeGuess' has %zu px, expected 8 to 4096", path,
			found);
	return PLICA_OK;
}

static enum plica_status load_probe(struct plica_scene *scene,
	const struct plica_simulate_params *params, struct plica_error *err)
{
	const char *path = plica_simulate_probe_name(params);
	struct plica_field probe = {0};
	enum plica_status status;
	size_t count;
	double power;

	PLICA_TRY(plica_base_load_probe(&probe, &scene->probe_modes, path, err));
	scene->probe = probe.data;
	scene->pattern_px = probe.rows;
	PLICA_TRY(check_size(path, probe.rows, params, err));
	count = scene->probe_modes * probe.rows * probe.cols;
	power = plica_probe_power(scene->probe, count);
	for (size_t i = 0; i < count; i++)
		scene->probe[i] *= (float)(1.0 / sqrt(power));
	PLICA_TRY(PLICA_NEW(&scene->probe_guess, count, err));
	memcpy(scene->probe_guess, scene->probe, count * sizeof(*scene->probe));
out:
	return status;
}

enum plica_status plica_simulate_make_probe(struct plica_scene *scene,
	const struct plica_simulate_params *params, struct plica_error *err)
{
	enum plica_status status;

	if (plica_simulate_probe_is_file(params))
		PLICA_TRY(load_probe(scene, params, err));
	else
		PLICA_TRY(build_probe(scene, params, err));
	scene->probe_diameter_px =
		plica_probe_diameter_px(scene->probe, scene->probe_modes, scene->pattern_px);
out:
	return status;
}
