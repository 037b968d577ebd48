/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/simulate_probe.h"

#include <complex.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "optics/probe.h"
#include "testing.h"

#define N 64

static struct plica_error err;

static struct plica_scene *make(const struct plica_simulate_params *params)
{
	struct plica_scene *scene = NULL;

	assert_ok(PLICA_NEW(&scene, 1, &err));
	assert_ok(plica_simulate_make_probe(scene, params, &err));
	return scene;
}

static void assert_same(
	const float complex *found, size_t pattern_px, const struct plica_probe_model *model)
{
	float complex *expected = aligned_alloc(64, sizeof(*expected) * pattern_px * pattern_px);

	assert_non_null(expected);
	assert_ok(plica_probe_fill(expected, pattern_px, model, &err));
	assert_memory_equal(found, expected, sizeof(*expected) * pattern_px * pattern_px);
	free(expected);
}

static void zone_plate_is_wrong_in_defocus(void **state)
{
	struct plica_simulate_params params = plica_simulate_defaults();
	struct plica_probe_model model = {.kind = PLICA_PROBE_ZONE_PLATE,
		.diameter_px = 20.0,
		.edge_px = 2.0,
		.pupil_fraction = 0.18,
		.stop_fraction = 0.4,
		.defocus_rad = plica_probe_defocus_rad(20.0, 0.18)};
	struct plica_scene *scene;

	(void)state;
	params.pattern_px = N;
	params.probe_diameter_px = 20.0;
	scene = make(&params);
	assert_int_equal(scene->pattern_px, N);
	assert_int_equal(scene->probe_modes, 1);
	assert_same(scene->probe, N, &model);
	model.defocus_rad *= 0.75;
	assert_same(scene->probe_guess, N, &model);
	assert_close(scene->probe_diameter_px, plica_probe_diameter_px(scene->probe, 1, N), 0.0);
	plica_scene_free(scene);
}

static void without_defocus_it_is_wrong_in_width(void **state)
{
	struct plica_simulate_params params = plica_simulate_defaults();
	struct plica_scene *scene;

	(void)state;
	params.pattern_px = N;
	params.probe = "gaussian";
	params.probe_diameter_px = 18.0;
	scene = make(&params);
	assert_close(scene->probe_diameter_px, 18.0, 0.1);
	assert_close(plica_probe_diameter_px(scene->probe_guess, 1, N), 19.8, 0.1);
	plica_scene_free(scene);
}

static void defaults_depend_on_the_pattern(void **state)
{
	struct plica_simulate_params params = plica_simulate_defaults();
	struct plica_scene *scene;

	(void)state;
	params.probe = "disc";
	scene = make(&params);
	assert_int_equal(scene->pattern_px, 128);
	assert_close(scene->probe_diameter_px, 0.35 * 128.0, 1.0);
	assert_close(plica_probe_power(scene->probe_guess, (size_t)128 * 128), 1.0, 1e-5);
	plica_scene_free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zone_plate_is_wrong_in_defocus),
		cmocka_unit_test(without_defocus_it_is_wrong_in_width),
		cmocka_unit_test(defaults_depend_on_the_pattern),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
