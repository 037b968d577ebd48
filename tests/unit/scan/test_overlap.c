/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "plica/scan.h"
#include "testing.h"

#define SIDE 40
#define COUNT (SIDE * SIDE)

static double y_px[2 * COUNT], x_px[2 * COUNT];

static struct plica_positions raster(double step_px)
{
	for (size_t i = 0; i < COUNT; i++) {
		y_px[i] = step_px * (double)(i / SIDE);
		x_px[i] = step_px * (double)(i % SIDE);
	}
	return (struct plica_positions){COUNT, y_px, x_px};
}

static void fraction_has_the_known_values(void **state)
{
	(void)state;
	assert_close(plica_overlap_fraction(0.0, 8.0), 1.0, 1e-12);
	assert_close(plica_overlap_fraction(4.0, 8.0), 0.391002, 1e-6);
	assert_close(plica_overlap_fraction(8.0 * 0.3, 8.0), 0.624, 5e-4);
	assert_close(plica_overlap_fraction(8.0, 8.0), 0.0, 0.0);
	assert_close(plica_overlap_fraction(9.0, 8.0), 0.0, 0.0);
	/* exactly 1 at the same place, whatever the unit */
	assert_close(plica_overlap_fraction(0.0, 18.02822880813875), 1.0, 0.0);
	assert_close(plica_overlap_fraction(4e200, 8e200), 0.391002, 1e-6);
	assert_close(plica_overlap_fraction(4e-200, 8e-200), 0.391002, 1e-6);
}

static void a_subsample_too_small_is_called_that(void **state)
{
	struct plica_overlap_params params = plica_overlap_defaults(20.0);
	struct plica_overlap overlap;
	struct plica_error err;

	(void)state;
	params.gridsize = 2;
	params.image_fraction = 0.001;
	assert_error(plica_overlap_measure(&overlap, raster(6.0), &params, &err),
		PLICA_ERR_ARGUMENT,
		"in a subsample of 2 of 1600 positions: the scan has 2 positions");
}

/* An endless raster is known in closed form; edges are 10 % of this one. */
static void raster_measures_as_its_geometry(void **state)
{
	struct plica_overlap_params params = plica_overlap_defaults(20.0);
	struct plica_overlap overlap;
	struct plica_error err;

	(void)state;
	params.neighbor_count = 4;
	assert_ok(plica_overlap_measure(&overlap, raster(6.0), &params, &err));
	assert_true(isnan(overlap.group_based));
	assert_close(overlap.spacing_px, 6.0, 1e-9);
	assert_close(overlap.linear, 0.7, 1e-9);
	assert_close(overlap.area, plica_overlap_fraction(6.0, 20.0), 1e-9);
	assert_true(overlap.image_based < overlap.area);
	assert_close(overlap.image_based, overlap.area, 0.02);
	assert_true(overlap.group_to_group > 0.0 && overlap.group_to_group < overlap.image_based);
	assert_int_equal(overlap.images_total, COUNT);
	assert_int_equal(overlap.images_unique, COUNT);
	assert_int_equal(overlap.groups, COUNT);
}

/* Four positions in a square of side 3: every group is all of them. */
static void four_positions_by_hand(void **state)
{
	static const double y[] = {0.0, 0.0, 3.0, 3.0}, x[] = {0.0, 3.0, 0.0, 3.0};
	const struct plica_positions positions = {4, y, x};
	struct plica_overlap_params params = plica_overlap_defaults(10.0);
	struct plica_overlap overlap;
	struct plica_error err;
	double side = plica_overlap_fraction(3.0, 10.0);
	double diagonal = plica_overlap_fraction(3.0 * sqrt(2.0), 10.0);

	(void)state;
	params.gridsize = 2;
	assert_ok(plica_overlap_measure(&overlap, positions, &params, &err));
	assert_close(overlap.group_based, (2.0 * side + diagonal) / 3.0, 1e-12);
	assert_close(overlap.image_based, (2.0 * side + diagonal) / 3.0, 1e-12);
	assert_close(overlap.group_to_group, 1.0, 1e-12); /* four equal centres */
	params = plica_overlap_defaults(3.5);
	assert_ok(plica_overlap_measure(&overlap, positions, &params, &err));
	assert_close(
		overlap.group_to_group, plica_overlap_fraction(3.0, 3.5), 1e-12); /* sides only */
	params = plica_overlap_defaults(2.0);
	assert_ok(plica_overlap_measure(&overlap, positions, &params, &err));
	assert_close(overlap.group_to_group, 0.0, 0.0);
	assert_true(overlap.linear < 0.0);
}

static void duplicates_and_subsamples_are_counted(void **state)
{
	struct plica_overlap_params params = plica_overlap_defaults(20.0);
	struct plica_positions positions = raster(6.0);
	struct plica_overlap once, overlap;
	struct plica_error err;

	(void)state;
	assert_ok(plica_overlap_measure(&once, positions, &params, &err));
	memcpy(y_px + COUNT, y_px, COUNT * sizeof(double));
	memcpy(x_px + COUNT, x_px, COUNT * sizeof(double));
	positions.count = 2 * COUNT;
	assert_ok(plica_overlap_measure(&overlap, positions, &params, &err));
	assert_int_equal(overlap.images_total, 2 * COUNT);
	assert_int_equal(overlap.images_unique, COUNT);
	assert_close(overlap.image_based, once.image_based, 1e-12);
	positions.count = COUNT;
	params.image_fraction = 0.25;
	params.seed = 456;
	params.group_count = 1000;
	params.gridsize = 2;
	assert_ok(plica_overlap_measure(&overlap, positions, &params, &err));
	assert_int_equal(overlap.images_subsampled, COUNT / 4);
	assert_int_equal(overlap.groups, 1000);
	assert_true(overlap.image_based < once.image_based);
}

static void one_position_overlaps_with_nothing(void **state)
{
	const struct plica_overlap_params params = plica_overlap_defaults(5.0);
	struct plica_positions positions = raster(6.0);
	struct plica_overlap overlap;
	struct plica_error err;

	(void)state;
	positions.count = 1;
	assert_ok(plica_overlap_measure(&overlap, positions, &params, &err));
	assert_true(isnan(overlap.image_based) && isnan(overlap.linear) && isnan(overlap.area));
	assert_close(overlap.group_to_group, 0.0, 0.0);
}

static void refuses_nonsense(void **state)
{
	struct plica_overlap_params params = plica_overlap_defaults(0.0);
	struct plica_positions positions = raster(6.0);
	struct plica_overlap overlap;
	struct plica_error err;

	(void)state;
	assert_error(plica_overlap_measure(&overlap, positions, &params, &err), PLICA_ERR_ARGUMENT,
		"probe diameter is 0");
	params = plica_overlap_defaults(5.0);
	params.image_fraction = 1.5;
	assert_error(plica_overlap_measure(&overlap, positions, &params, &err), PLICA_ERR_ARGUMENT,
		"fraction of images is 1.5");
	params = plica_overlap_defaults(5.0);
	positions.count = 0;
	assert_error(plica_overlap_measure(&overlap, positions, &params, &err), PLICA_ERR_ARGUMENT,
		"no positions");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fraction_has_the_known_values),
		cmocka_unit_test(a_subsample_too_small_is_called_that),
		cmocka_unit_test(raster_measures_as_its_geometry),
		cmocka_unit_test(four_positions_by_hand),
		cmocka_unit_test(duplicates_and_subsamples_are_counted),
		cmocka_unit_test(one_position_overlaps_with_nothing),
		cmocka_unit_test(refuses_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
