/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/groups.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "testing.h"

#define SIDE 12
#define COUNT (SIDE * SIDE)

static double y_px[COUNT], x_px[COUNT];

static struct plica_positions raster(void)
{
	for (size_t i = 0; i < COUNT; i++) {
		y_px[i] = 5.0 * (double)(i / SIDE);
		x_px[i] = 5.0 * (double)(i % SIDE);
	}
	return (struct plica_positions){COUNT, y_px, x_px};
}

static void nearest_members_and_their_mean(void **state)
{
	const struct plica_groups_params params = {.gridsize = 2, .neighbor_count = 7};
	struct plica_groups groups;
	struct plica_error err;
	size_t middle = 5 * SIDE + 5;

	(void)state;
	assert_ok(plica_groups_create(&groups, raster(), &params, &err));
	assert_int_equal(groups.count, COUNT);
	assert_int_equal(groups.size, 4);
	/* four at equal distance: the three with the lowest indices */
	assert_int_equal(groups.member[4 * middle], middle);
	assert_int_equal(groups.member[4 * middle + 1], middle - SIDE);
	assert_int_equal(groups.member[4 * middle + 2], middle - 1);
	assert_int_equal(groups.member[4 * middle + 3], middle + 1);
	assert_close(groups.y_px[middle], 25.0 - 5.0 / 4.0, 1e-12);
	assert_close(groups.x_px[middle], 25.0, 1e-12);
	plica_groups_release(&groups);
}

static void gridsize_one_is_the_position(void **state)
{
	const struct plica_groups_params params = {.gridsize = 1, .neighbor_count = 1};
	struct plica_groups groups;
	struct plica_error err;

	(void)state;
	assert_ok(plica_groups_create(&groups, raster(), &params, &err));
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(groups.member[i], i);
		assert_true(groups.y_px[i] == y_px[i] && groups.x_px[i] == x_px[i]);
	}
	plica_groups_release(&groups);
}

static void fewer_groups_have_different_seeds(void **state)
{
	const struct plica_groups_params params = {2, 7, 100, 9};
	struct plica_groups groups;
	struct plica_error err;
	bool seen[COUNT] = {false};

	(void)state;
	assert_ok(plica_groups_create(&groups, raster(), &params, &err));
	assert_int_equal(groups.count, 100);
	for (size_t g = 0; g < 100; g++) {
		assert_false(seen[groups.member[4 * g]]);
		seen[groups.member[4 * g]] = true;
	}
	plica_groups_release(&groups);
}

/* Oversampling: members are still among the K nearest, and not always the nearest ones. */
static void more_groups_choose_among_the_neighbours(void **state)
{
	const struct plica_groups_params params = {2, 8, 5 * COUNT, 9};
	struct plica_groups groups, again;
	struct plica_error err;
	size_t diagonal = 0;

	(void)state;
	assert_ok(plica_groups_create(&groups, raster(), &params, &err));
	assert_ok(plica_groups_create(&again, raster(), &params, &err));
	assert_memory_equal(groups.member, again.member, 20 * COUNT * sizeof(size_t));
	for (size_t i = 0; i < 20 * COUNT; i++) {
		size_t seed = groups.member[i / 4 * 4];
		double distance_px = hypot(
			y_px[groups.member[i]] - y_px[seed], x_px[groups.member[i]] - x_px[seed]);

		assert_true(i % 4 == 0 || groups.member[i] != seed);
		assert_true(distance_px < 16.0);
		diagonal += distance_px > 6.0;
	}
	assert_true(diagonal > COUNT);
	plica_groups_release(&groups);
	plica_groups_release(&again);
}

static void refuses_what_cannot_be(void **state)
{
	struct plica_groups_params params = {.gridsize = 2, .neighbor_count = 3};
	struct plica_groups groups;
	struct plica_positions few = raster();
	struct plica_error err;

	(void)state;
	assert_error(plica_groups_create(&groups, few, &params, &err), PLICA_ERR_ARGUMENT,
		"K is 3, expected 4 to");
	params.gridsize = 0;
	assert_error(
		plica_groups_create(&groups, few, &params, &err), PLICA_ERR_ARGUMENT, "gridsize");
	params = (struct plica_groups_params){.gridsize = 2, .neighbor_count = 7};
	few.count = 3;
	assert_error(plica_groups_create(&groups, few, &params, &err), PLICA_ERR_ARGUMENT,
		"3 positions, expected at least 4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearest_members_and_their_mean),
		cmocka_unit_test(gridsize_one_is_the_position),
		cmocka_unit_test(fewer_groups_have_different_seeds),
		cmocka_unit_test(more_groups_choose_among_the_neighbours),
		cmocka_unit_test(refuses_what_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
