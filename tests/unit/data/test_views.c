/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/views.h"

#include <stdio.h>
#include <string.h>

#include "plica/simulate.h"
#include "testing.h"

static struct plica_error err;

static struct plica_dataset *simulated(void)
{
	struct plica_simulate_params params = plica_simulate_defaults();
	struct plica_scene *scene = NULL;
	struct plica_dataset *dataset = NULL;

	params.pattern_px = 16;
	params.count = 400;
	params.step_px = 3.0;
	assert_ok(plica_scene_create(&scene, &params, &err));
	assert_ok(plica_scene_expose(&dataset, scene, 100.0, 1, &err));
	plica_scene_free(scene);
	return dataset;
}

/* Fails unless the metadata have that text in them. */
static void assert_metadata(const struct plica_dataset *dataset, const char *part)
{
	if (strstr(dataset->metadata_json, part) == NULL)
		fail_msg("'%s' is not in %s", part, dataset->metadata_json);
}

static void split_parts_every_pattern_once(void **state)
{
	struct plica_dataset *whole = simulated();
	struct plica_dataset *train = NULL, *test = NULL;
	double cut;

	(void)state;
	assert_ok(plica_dataset_split(&train, &test, whole, PLICA_AXIS_Y, &err));
	assert_int_equal(train->pattern_count + test->pattern_count, 400);
	cut = test->y_px[0];
	for (size_t i = 0; i < test->pattern_count; i++)
		cut = fmin(cut, test->y_px[i]);
	for (size_t i = 0; i < train->pattern_count; i++)
		assert_true(train->y_px[i] < cut);
	assert_metadata(train, "\"split\":\"train\",\"split_axis\":\"y\"");
	assert_metadata(test, "\"split\":\"test\"");
	assert_metadata(test, "\"n_images_source\":400");
	assert_metadata(test, "\"specimen\":\"cells\""); /* the source's own are kept */
	plica_dataset_free(train);
	plica_dataset_free(test);
	plica_dataset_free(whole);
}

static void view_says_how_it_was_chosen(void **state)
{
	const struct plica_view_params params = {
		.spacing_px = 12.0, .gridsize = 2, .neighbor_count = 7, .seed = 123};
	struct plica_dataset *whole = simulated();
	struct plica_dataset *part = NULL;
	struct plica_view view;
	char expected[64];

	(void)state;
	assert_ok(plica_dataset_view(&part, &view, whole, "dense", &params, &err));
	assert_int_equal(part->pattern_count, view.members.count);
	for (size_t i = 0; i < part->pattern_count; i++)
		assert_close(part->y_px[i], whole->y_px[view.members.item[i]], 0.0);
	assert_metadata(part, "\"overlap_view\":\"dense\",\"selection_strategy\":\"greedy\"");
	assert_metadata(part, "\"spacing_threshold\":12");
	assert_metadata(part, "\"neighbor_count\":7");
	(void)snprintf(expected, sizeof(expected), "\"n_accepted\":%zu,\"n_rejected\":%zu",
		view.n_accepted, view.n_rejected);
	assert_metadata(part, expected);
	(void)snprintf(expected, sizeof(expected), "\"n_images\":%zu", part->pattern_count);
	assert_metadata(part, expected);
	plica_view_release(&view);
	plica_dataset_free(part);
	plica_dataset_free(whole);
}

static void impossible_views_leave_nothing(void **state)
{
	const struct plica_view_params params = {
		.spacing_px = 500.0, .gridsize = 2, .neighbor_count = 7, .seed = 123};
	struct plica_dataset *whole = simulated();
	struct plica_dataset *part = NULL;

	(void)state;
	assert_error(plica_dataset_view(&part, NULL, whole, "sparse", &params, &err),
		PLICA_ERR_NUMERIC, "geometrically impossible");
	assert_null(part);
	plica_dataset_free(whole);
}

/* Metadata that are no object, or none, are replaced. */
static void strange_metadata_do_no_harm(void **state)
{
	struct plica_dataset *whole = simulated();
	struct plica_dataset *train = NULL, *test = NULL;

	(void)state;
	assert_ok(plica_dataset_set_metadata(whole, "[1, 2]", &err));
	assert_ok(plica_dataset_split(&train, &test, whole, PLICA_AXIS_X, &err));
	assert_metadata(train, "\"split\":\"train\"");
	assert_null(strstr(train->metadata_json, "[1"));
	plica_dataset_free(train);
	plica_dataset_free(test);
	plica_dataset_free(whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(split_parts_every_pattern_once),
		cmocka_unit_test(view_says_how_it_was_chosen),
		cmocka_unit_test(impossible_views_leave_nothing),
		cmocka_unit_test(strange_metadata_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
