/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/simulate.h"

#include "draft.h"
#include "testing.h"

static struct plica_error err;

static struct plica_simulate_params small(void)
{
	struct plica_simulate_params params = plica_simulate_defaults();

	params.pattern_px = 32;
	params.count = 30;
	params.threads = 2;
	return params;
}

static struct plica_scene *make(const struct plica_simulate_params *params)
{
	struct plica_scene *scene = NULL;

	assert_ok(plica_scene_create(&scene, params, &err));
	return scene;
}

static void every_patch_lies_on_the_object(void **state)
{
	static const char *const scans[] = {"raster", "fermat"};
	static const size_t sides[] = {32, 33};

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		struct plica_simulate_params params = small();
		struct plica_scene *scene;

		params.scan = scans[k % 2];
		params.pattern_px = sides[k / 2];
		scene = make(&params);
		assert_int_equal(scene->count, 30);
		for (size_t i = 0; i < scene->count; i++) {
			double half = (double)(scene->pattern_px / 2);
			double row = rint(scene->y_px[i]) - half;
			double col = rint(scene->x_px[i]) - half;

			assert_true(row >= 0.0 && col >= 0.0);
			assert_true(row + (double)scene->pattern_px <= (double)scene->object_rows);
			assert_true(col + (double)scene->pattern_px <= (double)scene->object_cols);
		}
		plica_scene_free(scene);
	}
}

static void overlap_sets_the_step(void **state)
{
	struct plica_simulate_params params = small();
	struct plica_scene *scene;

	(void)state;
	params.overlap = 0.5;
	params.jitter = 0.0;
	params.count = 0;
	params.size_px = 40.0;
	scene = make(&params);
	assert_close(scene->step_px, 0.5 * scene->probe_diameter_px, 1e-9);
	assert_close(scene->linear_overlap, 0.5, 1e-9);
	assert_close(scene->area_overlap, 0.391002, 1e-6);
	assert_int_equal(scene->count, (size_t)pow(floor(40.0 / scene->step_px) + 1.0, 2.0));
	plica_scene_free(scene);
}

/* The same scene at two doses: same positions and object, the counts follow the dose. */
static void doses_share_the_scene(void **state)
{
	static const double doses[] = {2e3, 5e4};
	struct plica_simulate_params params = small();
	struct plica_scene *scene = make(&params);

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct plica_dataset *dataset = NULL;

		assert_ok(plica_scene_expose(&dataset, scene, doses[k], 7, &err));
		assert_close(
			plica_dataset_mean_photons(dataset), doses[k], 5.0 * sqrt(doses[k] / 30.0));
		assert_memory_equal(dataset->y_px, scene->y_px, 30 * sizeof(double));
		assert_memory_equal(dataset->object, scene->object,
			dataset->object_rows * dataset->object_cols * sizeof(float _Complex));
		plica_dataset_free(dataset);
	}
	plica_scene_free(scene);
}

static void threads_do_not_matter_and_seeds_do(void **state)
{
	static const int threads[] = {1, 2, 5};
	const size_t bytes = sizeof(float) * 30 * 32 * 32;
	struct plica_dataset *dataset[4];
	struct plica_simulate_params params = small();

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		struct plica_scene *scene;

		params.threads = threads[k % 3];
		scene = make(&params);
		assert_ok(plica_scene_expose(&dataset[k], scene, 1e4, k == 3 ? 8 : 7, &err));
		plica_scene_free(scene);
	}
	assert_memory_equal(dataset[0]->patterns, dataset[1]->patterns, bytes);
	assert_memory_equal(dataset[0]->patterns, dataset[2]->patterns, bytes);
	assert_memory_not_equal(dataset[0]->patterns, dataset[3]->patterns, bytes);
	assert_string_equal(dataset[0]->metadata_json, dataset[1]->metadata_json);
	for (size_t k = 0; k < 4; k++)
		plica_dataset_free(dataset[k]);
}

static void guesses_are_as_asked_for(void **state)
{
	struct plica_simulate_params params = small();
	const size_t bytes = sizeof(float _Complex) * 32 * 32;
	struct plica_scene *scene;

	(void)state;
	params.probe_guess = "true";
	scene = make(&params);
	assert_memory_equal(scene->probe, scene->probe_guess, bytes);
	plica_scene_free(scene);
	for (size_t k = 0; k < 2; k++) {
		params.probe_guess = "nominal";
		params.probe = k == 0 ? "zone-plate" : "gaussian";
		scene = make(&params);
		assert_memory_not_equal(scene->probe, scene->probe_guess, bytes);
		plica_scene_free(scene);
	}
}

static void base_file_gives_object_and_probe(void **state)
{
	struct plica_simulate_params params = plica_simulate_defaults();
	struct plica_dataset *dataset = NULL;
	struct plica_scene *scene;
	struct draft draft;

	(void)state;
	draft_init(&draft);
	draft_save(&draft);
	params.specimen = draft.path;
	params.step_px = 3.0;
	scene = make(&params);
	assert_int_equal(scene->pattern_px, DRAFT_SIDE);
	assert_int_equal(scene->object_rows, DRAFT_OBJECT);
	assert_true(scene->count >= 9); /* all that fit */
	assert_memory_equal(scene->object, draft.object, sizeof(draft.object));
	assert_ok(plica_scene_expose(&dataset, scene, 1e6, 1, &err));
	assert_close(plica_dataset_mean_photons(dataset), 1e6, 1e4);
	plica_dataset_free(dataset);
	plica_scene_free(scene);
	params.count = 1000;
	assert_error(plica_scene_create(&scene, &params, &err), PLICA_ERR_ARGUMENT,
		"needs an object of at least");
	params.count = 0;
	params.pattern_px = 16;
	assert_error(plica_scene_create(&scene, &params, &err), PLICA_ERR_ARGUMENT,
		"'pattern-px' is 16, expected the 8 px");
	draft_release(&draft);
}

static void refuses_doses_and_sizes(void **state)
{
	static const double doses[] = {0.0, -1.0, 2e9, (double)NAN};
	struct plica_simulate_params params = small();
	struct plica_scene *scene = make(&params);
	struct plica_dataset *dataset = NULL;

	(void)state;
	for (size_t k = 0; k < 4; k++)
		assert_error(plica_scene_expose(&dataset, scene, doses[k], 1, &err),
			PLICA_ERR_ARGUMENT, "photons per exposure");
	assert_null(dataset);
	plica_scene_free(scene);
	params.pattern_px = 4096;
	params.count = 10000000;
	assert_error(
		plica_scene_create(&scene, &params, &err), PLICA_ERR_MEMORY, "the machine has");
	params = small();
	params.probe = "disc";
	params.probe_diameter_px = 30.0;
	assert_error(plica_scene_create(&scene, &params, &err), PLICA_ERR_ARGUMENT,
		"'probe-diameter' is 30, expected at most 25.6 px");
	params = small();
	params.count = 0;
	params.size_px = 1e6;
	params.step_px = 0.01;
	assert_error(plica_scene_create(&scene, &params, &err), PLICA_ERR_ARGUMENT, "positions");
	plica_scene_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_patch_lies_on_the_object),
		cmocka_unit_test(overlap_sets_the_step),
		cmocka_unit_test(doses_share_the_scene),
		cmocka_unit_test(threads_do_not_matter_and_seeds_do),
		cmocka_unit_test(guesses_are_as_asked_for),
		cmocka_unit_test(base_file_gives_object_and_probe),
		cmocka_unit_test(refuses_doses_and_sizes),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
