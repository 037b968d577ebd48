/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "plica/compare.h"
#include "testing.h"

static void assert_area(
	const struct plica_compare_area *area, size_t row0, size_t row1, size_t col0, size_t col1)
{
	assert_int_equal(area->row0, row0);
	assert_int_equal(area->row1, row1);
	assert_int_equal(area->col0, col0);
	assert_int_equal(area->col1, col1);
}

static void positions_give_their_interior(void **state)
{
	const double y[] = {34.0, 60.2, 45.0, 50.7};
	const double x[] = {20.1, 90.9, 45.0, 50.7};
	struct plica_compare_object reference = {.rows = 100, .cols = 80};
	struct plica_compare_area area;
	struct plica_error err;

	(void)state;
	assert_ok(plica_compare_area_of_positions(&area, &reference, y, x, 4, &err));
	assert_area(&area, 34, 60, 21, 80); /* cut at the reference's last column */
	reference.origin_y_px = 10.5;
	reference.origin_x_px = -20.0;
	reference.cols = 200;
	assert_ok(plica_compare_area_of_positions(&area, &reference, y, x, 4, &err));
	assert_area(&area, 24, 49, 41, 110);
	assert_error(plica_compare_area_of_positions(&area, &reference, y, x, 1, &err),
		PLICA_ERR_DATA, "spans less than 8 x 8 px");
	assert_non_null(strstr(err.text, "the scan of 1 position ("));
	assert_error(plica_compare_area_of_positions(&area, &reference, y, x, 0, &err),
		PLICA_ERR_DATA, "the scan of 0 positions (");
}

static void overlap_is_what_both_have(void **state)
{
	struct plica_compare_object reference = {
		.rows = 100, .cols = 80, .origin_y_px = 5.0, .origin_x_px = -3.0};
	struct plica_compare_object moved = {
		.rows = 50, .cols = 300, .origin_y_px = 25.4, .origin_x_px = -50.0};
	struct plica_compare_area area;
	struct plica_error err;

	(void)state;
	assert_ok(plica_compare_area_of_overlap(&area, &reference, &moved, &err));
	assert_area(&area, 21, 70, 0, 80);
	moved.origin_y_px = 98.0;
	assert_error(plica_compare_area_of_overlap(&area, &reference, &moved, &err), PLICA_ERR_DATA,
		"less than 8 x 8 px in common");
}

static void light_makes_a_mask(void **state)
{
	float light[] = {0.0F, 9.0F, 40.0F, 10.0F, 100.0F, 20.0F};
	const struct plica_compare_input input = {
		.reference = {.rows = 2, .cols = 3}, .area = {0, 2, 0, 2}};
	const float expected[] = {0.0F, 0.0F, 1.0F, 1.0F, 1.0F, 1.0F};
	struct plica_compare_mask mask;

	(void)state;
	plica_compare_mask(&mask, light, &input, 0.1);
	assert_memory_equal(light, expected, sizeof(light));
	assert_close(mask.share, 0.5, 0.0);
	assert_close(mask.photons_per_px, 55.0, 0.0);
}

static void without_light_there_is_no_mask(void **state)
{
	float light[4] = {0.0F};
	const struct plica_compare_input input = {
		.reference = {.rows = 2, .cols = 2}, .area = {0, 2, 0, 2}};
	struct plica_compare_mask mask;

	(void)state;
	plica_compare_mask(&mask, light, &input, 0.1);
	assert_close(mask.share, 0.0, 0.0);
	assert_close(mask.photons_per_px, 0.0, 0.0);
	assert_close((double)light[3], 0.0, 0.0);
	plica_compare_mask(&mask, light, &input, 0.0);
	assert_close(mask.share, 1.0, 0.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(positions_give_their_interior),
		cmocka_unit_test(overlap_is_what_both_have),
		cmocka_unit_test(light_makes_a_mask),
		cmocka_unit_test(without_light_there_is_no_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
