/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/register.h"

#include <complex.h>
#include <string.h>

#include "fields.h"
#include "testing.h"

#define ROWS 72
#define COLS 88
#define COUNT ((size_t)ROWS * COLS)

static float complex fixed[COUNT], moving[COUNT], turned[COUNT];
static double complex value[COUNT];
static double weight[COUNT];

static const struct plica_compare_object reference = {ROWS, COLS, fixed, 0.0, 0.0};
static const struct plica_align_target target = {value, weight};

/* The pose that undoes another: only the quarter turns are not their own inverse. */
static enum plica_orientation inverse(enum plica_orientation way)
{
	if (way == PLICA_ORIENTATION_ROTATE_90)
		return PLICA_ORIENTATION_ROTATE_270;
	return way == PLICA_ORIENTATION_ROTATE_270 ? PLICA_ORIENTATION_ROTATE_90 : way;
}

/* The area keeps its distance from the rim, so that every pose covers it. */
static struct plica_compare_input make_input(const struct field_error *error)
{
	struct field_maker maker = field_maker_of(5, 0.1, 0.8);
	struct field_error none = field_no_error();
	struct plica_compare_input input = {
		.reconstruction = {ROWS, COLS, moving, 0.0, 0.0},
		.reference = reference,
		.area = {12, 60, 20, 68},
	};

	field_fill(fixed, ROWS, COLS, 0.0, 0.0, &maker, &none);
	field_fill(moving, ROWS, COLS, 0.0, 0.0, &maker, error);
	for (size_t i = 0; i < 48 * 48; i++) {
		value[i] = (double complex)fixed[(12 + i / 48) * COLS + 20 + i % 48];
		weight[i] = 1.0;
	}
	return input;
}

static void every_pose_is_found(void **state)
{
	const struct field_error error = {.factor = 2.0, .shift_y = 1.3, .noise = 0.02};
	struct plica_compare_input input = make_input(&error);
	struct plica_compare_options options;
	struct plica_error err;

	(void)state;
	plica_compare_options_init(&options);
	options.max_shift_px = 5.0;
	options.try_orientations = true;
	for (int i = 0; i < 2 * PLICA_ORIENTATION_COUNT; i++) {
		struct plica_pose pose = {(enum plica_orientation)(i / 2), i % 2 != 0};
		struct plica_compare_object upright = {ROWS, COLS, moving, 0.0, 0.0};
		struct plica_registered found;

		plica_orient(&input.reconstruction, turned, &upright, pose);
		assert_ok(plica_register(&found, &input, &target, &options, &err));
		assert_int_equal(found.pose.orientation, inverse(pose.orientation));
		assert_int_equal(found.pose.conjugated, pose.conjugated);
		assert_true(found.error < 0.01);
		assert_close(-found.alignment->parameter[PLICA_ALIGN_SHIFT_Y], 1.3, 0.02);
		plica_registered_release(&found);
	}
}

static void other_poses_only_on_request(void **state)
{
	const struct field_error error = {.factor = 1.0, .noise = 0.02};
	struct plica_compare_input input = make_input(&error);
	struct plica_compare_options options;
	struct plica_compare_object upright = {ROWS, COLS, moving, 0.0, 0.0};
	struct plica_registered found;
	struct plica_error err;

	(void)state;
	plica_compare_options_init(&options);
	options.max_shift_px = 5.0;
	plica_orient(&input.reconstruction, turned, &upright,
		(struct plica_pose){PLICA_ORIENTATION_FLIP_X, false});
	assert_ok(plica_register(&found, &input, &target, &options, &err));
	assert_int_equal(found.pose.orientation, PLICA_ORIENTATION_IDENTITY);
	assert_true(found.error > 0.02);
	plica_registered_release(&found);
}

/* Lying, it is too short for the area; upright it is not. */
static void poses_that_do_not_cover_are_left_out(void **state)
{
	const struct field_error error = {.factor = 1.0, .noise = 0.02};
	struct plica_compare_input input = make_input(&error);
	struct plica_compare_options options;
	struct plica_registered found;
	struct plica_error err;

	(void)state;
	plica_compare_options_init(&options);
	options.max_shift_px = 5.0;
	options.try_orientations = true;
	input.area = (struct plica_compare_area){12, 60, 2, 86};
	for (size_t i = 0; i < 48 * 84; i++) {
		value[i] = (double complex)fixed[(12 + i / 84) * COLS + 2 + i % 84];
		weight[i] = 1.0;
	}
	assert_ok(plica_register(&found, &input, &target, &options, &err));
	assert_int_equal(found.pose.orientation, PLICA_ORIENTATION_IDENTITY);
	plica_registered_release(&found);
	input.reconstruction.cols = 40; /* none covers it */
	assert_error(plica_register(&found, &input, &target, &options, &err), PLICA_ERR_DATA,
		"does not cover the area");
	assert_null(found.alignment);
}

static void flat_fields_are_known(void **state)
{
	double complex field[16];

	(void)state;
	for (size_t i = 0; i < 16; i++)
		field[i] = plica_complex(0.3, -2.0);
	assert_true(plica_is_flat(field, 16));
	field[7] += 1e-3;
	assert_false(plica_is_flat(field, 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pose_is_found),
		cmocka_unit_test(other_poses_only_on_request),
		cmocka_unit_test(poses_that_do_not_cover_are_left_out),
		cmocka_unit_test(flat_fields_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
