/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/trajectory.h"

#include <math.h>
#include <string.h>

#include "testing.h"

static void raster_by_size_has_its_step_and_extent(void **state)
{
	const struct plica_trajectory_params params = {
		.step_px = 0.1, .size_y_px = 0.3, .size_x_px = 0.7};
	struct plica_trajectory made;
	struct plica_error err;

	(void)state;
	assert_ok(plica_trajectory_create(&made, &params, &err));
	assert_int_equal(made.count, 4 * 8); /* 0.3 / 0.1 is a little below 3 in binary */
	assert_close(made.y_px[0], -0.15, 1e-12);
	assert_close(made.x_px[0], -0.35, 1e-12);
	assert_close(made.x_px[1], -0.25, 1e-12);
	assert_close(made.y_px[31], 0.15, 1e-12);
	plica_trajectory_release(&made);
	assert_null(made.y_px);
}

static void counts_are_exact(void **state)
{
	static const size_t counts[] = {1, 2, 3, 5, 16, 17, 500};
	struct plica_error err;

	(void)state;
	for (size_t i = 0; i < 14; i++) {
		struct plica_trajectory_params params = {.step_px = 3.0,
			.count = counts[i / 2],
			.kind = i % 2 == 0 ? PLICA_TRAJECTORY_RASTER : PLICA_TRAJECTORY_FERMAT};
		struct plica_trajectory made;

		assert_ok(plica_trajectory_create(&made, &params, &err));
		assert_int_equal(made.count, counts[i / 2]);
		plica_trajectory_release(&made);
	}
}

static void jitter_stays_within_its_reach(void **state)
{
	struct plica_trajectory_params params = {.step_px = 10.0, .count = 400, .seed = 5};
	struct plica_trajectory plain, jittered, again;
	struct plica_error err;
	double largest = 0.0;

	(void)state;
	assert_ok(plica_trajectory_create(&plain, &params, &err));
	params.jitter = 0.25;
	assert_ok(plica_trajectory_create(&jittered, &params, &err));
	assert_ok(plica_trajectory_create(&again, &params, &err));
	assert_memory_equal(jittered.y_px, again.y_px, 400 * sizeof(double));
	for (size_t i = 0; i < 400; i++) {
		largest = fmax(largest, fabs(jittered.y_px[i] - plain.y_px[i]));
		largest = fmax(largest, fabs(jittered.x_px[i] - plain.x_px[i]));
	}
	assert_true(largest <= 2.5 && largest > 2.4);
	plica_trajectory_release(&again);
	params.seed = 6;
	assert_ok(plica_trajectory_create(&again, &params, &err));
	assert_memory_not_equal(jittered.y_px, again.y_px, 400 * sizeof(double));
	plica_trajectory_release(&plain);
	plica_trajectory_release(&jittered);
	plica_trajectory_release(&again);
}

static double nearest_px(const struct plica_trajectory *made, size_t i)
{
	double least = INFINITY;

	for (size_t j = 0; j < made->count; j++)
		if (j != i)
			least = fmin(least, hypot(made->y_px[i] - made->y_px[j],
						    made->x_px[i] - made->x_px[j]));
	return least;
}

static void spiral_is_even_and_fills_the_rectangle(void **state)
{
	const struct plica_trajectory_params params = {.kind = PLICA_TRAJECTORY_FERMAT,
		.step_px = 5.0,
		.size_y_px = 100.0,
		.size_x_px = 200.0};
	struct plica_trajectory made;
	struct plica_error err;

	(void)state;
	assert_ok(plica_trajectory_create(&made, &params, &err));
	assert_in_range(made.count, 800 - 30, 800 + 30); /* area / step^2 */
	for (size_t i = 0; i < made.count; i++) {
		double near_px = nearest_px(&made, i);

		assert_true(fabs(made.y_px[i]) <= 50.0 && fabs(made.x_px[i]) <= 100.0);
		if (i >= 10)
			assert_true(near_px > 0.8 * 5.0 && near_px < 1.15 * 5.0);
	}
	plica_trajectory_release(&made);
}

static void refuses_nonsense(void **state)
{
	struct plica_trajectory_params params = {.step_px = 1.0, .count = 4};
	struct plica_trajectory made;
	struct plica_error err;

	(void)state;
	params.step_px = 0.0;
	assert_error(plica_trajectory_create(&made, &params, &err), PLICA_ERR_ARGUMENT, "step");
	params.step_px = 1.0;
	params.jitter = 1.5;
	assert_error(plica_trajectory_create(&made, &params, &err), PLICA_ERR_ARGUMENT, "jitter");
	params.jitter = 0.0;
	params.count = PLICA_TRAJECTORY_LIMIT + 1;
	assert_error(plica_trajectory_create(&made, &params, &err), PLICA_ERR_ARGUMENT, "at most");
	params.count = 0;
	params.step_px = 1e-9;
	params.size_y_px = params.size_x_px = 1e9;
	for (int kind = 0; kind < 2; kind++) {
		params.kind = kind == 0 ? PLICA_TRAJECTORY_RASTER : PLICA_TRAJECTORY_FERMAT;
		assert_error(plica_trajectory_create(&made, &params, &err), PLICA_ERR_ARGUMENT,
			"at most");
	}
	params.size_x_px = (double)NAN;
	assert_error(plica_trajectory_create(&made, &params, &err), PLICA_ERR_ARGUMENT, "nan");
}

static void step_fills_a_square(void **state)
{
	(void)state;
	assert_close(plica_trajectory_step_px(PLICA_TRAJECTORY_RASTER, 90.0, 100), 10.0, 1e-12);
	assert_close(plica_trajectory_step_px(PLICA_TRAJECTORY_FERMAT, 90.0, 100), 9.0, 1e-12);
	assert_close(plica_trajectory_step_px(PLICA_TRAJECTORY_RASTER, 90.0, 1), 90.0, 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raster_by_size_has_its_step_and_extent),
		cmocka_unit_test(counts_are_exact),
		cmocka_unit_test(jitter_stays_within_its_reach),
		cmocka_unit_test(spiral_is_even_and_fills_the_rectangle),
		cmocka_unit_test(refuses_nonsense),
		cmocka_unit_test(step_fills_a_square),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
