/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "plica/scan.h"
#include "testing.h"

#define SIDE 30
#define COUNT (SIDE * SIDE)

static double y_px[COUNT], x_px[COUNT];

static struct plica_positions raster(double step_px)
{
	for (size_t i = 0; i < COUNT; i++) {
		y_px[i] = step_px * (double)(i / SIDE);
		x_px[i] = step_px * (double)(i % SIDE);
	}
	return (struct plica_positions){COUNT, y_px, x_px};
}

static void spacing_follows_the_overlap(void **state)
{
	(void)state;
	assert_close(plica_view_spacing_px(0.7, 128), 38.4, 1e-9);
	assert_close(plica_view_spacing_px(0.2, 128), 102.4, 1e-9);
}

static void direct_keeps_all(void **state)
{
	const struct plica_view_params params = {
		.spacing_px = 10.0, .gridsize = 1, .neighbor_count = 1, .seed = 0};
	struct plica_view view;
	struct plica_error err;

	(void)state;
	assert_ok(plica_view_select(&view, raster(10.0), &params, &err));
	assert_string_equal(view.selection_strategy, "direct");
	assert_int_equal(view.n_accepted, COUNT);
	assert_int_equal(view.n_rejected, 0);
	assert_int_equal(view.members.count, COUNT);
	assert_close(view.acceptance_rate, 1.0, 0.0);
	plica_view_release(&view);
}

/* Gridsize 1: members are the kept centres, so spacing and maximality can be checked. */
static void greedy_is_spaced_and_maximal(void **state)
{
	const struct plica_view_params params = {
		.spacing_px = 38.4, .gridsize = 1, .neighbor_count = 1, .seed = 123};
	struct plica_positions positions = raster(7.0);
	struct plica_view view;
	struct plica_error err;

	(void)state;
	assert_ok(plica_view_select(&view, positions, &params, &err));
	assert_string_equal(view.selection_strategy, "greedy");
	assert_int_equal(view.n_accepted, view.members.count);
	assert_int_equal(view.n_accepted + view.n_rejected, COUNT);
	assert_in_range(view.n_accepted, 15, 50);
	for (size_t i = 0; i < COUNT; i++) {
		double least = INFINITY;

		for (size_t m = 0; m < view.members.count; m++) {
			size_t j = view.members.item[m];
			double d = hypot(y_px[i] - y_px[j], x_px[i] - x_px[j]);

			if (d > 0.0)
				least = fmin(least, d);
			else
				least = -1.0; /* i is kept itself */
			if (least < 0.0)
				break;
		}
		assert_true(least < 38.4); /* kept, or too near to a kept one */
	}
	for (size_t m = 0; m < view.members.count; m++)
		for (size_t k = 0; k < m; k++) {
			size_t i = view.members.item[m];
			size_t j = view.members.item[k];

			assert_true(i > j);
			assert_true(hypot(y_px[i] - y_px[j], x_px[i] - x_px[j]) >= 38.4 - 1e-6);
		}
	plica_view_release(&view);
}

static void the_seed_decides(void **state)
{
	struct plica_view_params params = {
		.spacing_px = 30.0, .gridsize = 2, .neighbor_count = 7, .seed = 1};
	struct plica_view first, second;
	struct plica_error err;

	(void)state;
	assert_ok(plica_view_select(&first, raster(7.0), &params, &err));
	assert_ok(plica_view_select(&second, raster(7.0), &params, &err));
	assert_int_equal(first.members.count, second.members.count);
	assert_memory_equal(
		first.members.item, second.members.item, first.members.count * sizeof(size_t));
	assert_true(first.members.count > 2 * first.n_accepted); /* groups of four */
	plica_view_release(&second);
	params.seed = 2;
	assert_ok(plica_view_select(&second, raster(7.0), &params, &err));
	assert_true(first.members.count != second.members.count ||
		    memcmp(first.members.item, second.members.item,
			    first.members.count * sizeof(size_t)) != 0);
	plica_view_release(&first);
	plica_view_release(&second);
}

static void an_impossible_view_is_said_to_be(void **state)
{
	struct plica_view_params params = {
		.spacing_px = 1000.0, .gridsize = 2, .neighbor_count = 7, .seed = 1};
	struct plica_view view = {{0}, 0, 0, 0.0, NULL};
	struct plica_error err;

	(void)state;
	assert_error(plica_view_select(&view, raster(7.0), &params, &err), PLICA_ERR_NUMERIC,
		"geometrically impossible");
	assert_null(view.members.item);
	params.spacing_px = 0.0;
	assert_error(plica_view_select(&view, raster(7.0), &params, &err), PLICA_ERR_ARGUMENT,
		"spacing of the view is 0");
	params = (struct plica_view_params){
		.spacing_px = 10.0, .gridsize = 2, .neighbor_count = 3, .seed = 1};
	assert_error(
		plica_view_select(&view, raster(7.0), &params, &err), PLICA_ERR_ARGUMENT, "K is 3");
}

static void a_fraction_is_a_seeded_subsample(void **state)
{
	struct plica_view_params params = {
		.gridsize = 2, .neighbor_count = 7, .image_fraction = 0.5, .subsample_seed = 456};
	struct plica_view view, again, few;
	struct plica_error err;

	(void)state;
	assert_ok(plica_view_select(&view, raster(7.0), &params, &err));
	assert_string_equal(view.selection_strategy, "fraction");
	assert_int_equal(view.members.count, COUNT / 2);
	assert_int_equal(view.n_accepted, COUNT / 2); /* a group for each position left */
	assert_close(view.acceptance_rate, 0.5, 0.01);
	assert_ok(plica_view_select(&again, raster(7.0), &params, &err));
	assert_memory_equal(
		view.members.item, again.members.item, COUNT / 2 * sizeof(*view.members.item));
	params.group_count = 3;
	assert_ok(plica_view_select(&few, raster(7.0), &params, &err));
	assert_int_equal(few.n_accepted, 3);
	assert_in_range(few.members.count, 4, 12);
	plica_view_release(&view);
	plica_view_release(&again);
	plica_view_release(&few);
	params.image_fraction = 0.001;
	assert_error(plica_view_select(&view, raster(7.0), &params, &err), PLICA_ERR_NUMERIC,
		"no group fits");
	params.image_fraction = 1.5;
	assert_error(plica_view_select(&view, raster(7.0), &params, &err), PLICA_ERR_ARGUMENT,
		"the fraction of images is 1.5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spacing_follows_the_overlap),
		cmocka_unit_test(direct_keeps_all),
		cmocka_unit_test(greedy_is_spaced_and_maximal),
		cmocka_unit_test(the_seed_decides),
		cmocka_unit_test(an_impossible_view_is_said_to_be),
		cmocka_unit_test(a_fraction_is_a_seeded_subsample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
