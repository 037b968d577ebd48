/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/simulate_scan.h"

#include <string.h>

#include "base/memory.h"
#include "testing.h"

#define N 32

static struct plica_error err;
static float _Complex pixel;

/* A scene that has its probe, as far as a scan is concerned. */
static struct plica_scene with_probe(void)
{
	return (struct plica_scene){.pattern_px = N, .probe_modes = 1, .probe_diameter_px = 10.0};
}

static void release(struct plica_scene *scene)
{
	plica_free(scene->y_px);
	plica_free(scene->x_px);
	scene->y_px = scene->x_px = NULL;
}

static void assert_centred(const struct plica_scene *scene)
{
	double low_y = INFINITY, high_y = -INFINITY, low_x = INFINITY, high_x = -INFINITY;

	for (size_t i = 0; i < scene->count; i++) {
		low_y = fmin(low_y, scene->y_px[i]);
		high_y = fmax(high_y, scene->y_px[i]);
		low_x = fmin(low_x, scene->x_px[i]);
		high_x = fmax(high_x, scene->x_px[i]);
	}
	assert_close(low_y + high_y, (double)scene->object_rows, 1e-9);
	assert_close(low_x + high_x, (double)scene->object_cols, 1e-9);
}

static void two_of_three_fix_the_scan(void **state)
{
	static const struct plica_field none = {0};
	static const struct {
		double size_px, step_px, overlap;
		size_t count, expected_count;
		double expected_step;
	} cases[] = {
		{(double)NAN, (double)NAN, (double)NAN, 0, 500, 3.0},
		{(double)NAN, (double)NAN, 0.5, 40, 40, 5.0},
		{60.0, (double)NAN, (double)NAN, 0, 441, 3.0},
		{60.0, 4.0, (double)NAN, 0, 256, 4.0},
		{60.0, (double)NAN, (double)NAN, 121, 121, 6.0},
		{0.0, 4.0, (double)NAN, 0, 1, 4.0},
	};

	(void)state;
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct plica_simulate_params params = plica_simulate_defaults();
		struct plica_scene scene = with_probe();

		params.size_px = cases[k].size_px;
		params.step_px = cases[k].step_px;
		params.overlap = cases[k].overlap;
		params.count = cases[k].count;
		assert_ok(plica_simulate_make_scan(&scene, &none, &params, &err));
		assert_int_equal(scene.count, cases[k].expected_count);
		assert_close(scene.step_px, cases[k].expected_step, 1e-9);
		assert_centred(&scene);
		release(&scene);
	}
}

static void a_given_object_is_filled(void **state)
{
	const struct plica_field object = {100, 140, 140, &pixel};
	struct plica_simulate_params params = plica_simulate_defaults();
	struct plica_scene scene = with_probe();

	(void)state;
	params.step_px = 5.0;
	assert_ok(plica_simulate_make_scan(&scene, &object, &params, &err));
	assert_int_equal(scene.object_rows, 100);
	assert_int_equal(scene.object_cols, 140);
	assert_int_equal(scene.count, 14 * 22); /* (100 - 33 - 2) / 5, (140 - 33 - 2) / 5 */
	assert_centred(&scene);
	release(&scene);
}

static void what_does_not_fit_is_refused(void **state)
{
	const struct plica_field object = {100, 90, 90, &pixel};
	struct plica_simulate_params params = plica_simulate_defaults();
	struct plica_scene scene = with_probe();

	(void)state;
	params.size_px = 60.0;
	params.jitter = 0.0;
	assert_error(plica_simulate_make_scan(&scene, &object, &params, &err), PLICA_ERR_ARGUMENT,
		"a scan of 60.0 x 60.0 px with patterns of 32 px needs an object of at least 93 x "
		"93 px, the given one has 100 x 90 px");
	assert_null(scene.y_px);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_of_three_fix_the_scan),
		cmocka_unit_test(a_given_object_is_filled),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
