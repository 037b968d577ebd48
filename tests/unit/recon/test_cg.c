/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/cg.h"

#include <string.h>

#include "tiny_fixture.h"

static struct plica_error err;
static struct plica_problem *problem;
static struct plica_cg *cg;

static void create(void)
{
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	assert_ok(plica_cg_create(&cg, problem, &err));
	plica_cg_set_model(cg, PLICA_DETECTOR_GAUSSIAN, 0.0F);
	plica_cg_restart(cg);
}

static int end(void **state)
{
	plica_cg_free(cg);
	plica_problem_free(problem);
	cg = NULL;
	problem = NULL;
	return teardown(state);
}

/* While nothing is free to move no step is looked for, and none is learnt for what joins later. */
static void nothing_to_move_costs_one_pass(void **state)
{
	double cost = 0.0;
	double first;

	(void)state;
	settings.object.optimizable = false;
	settings.probe.optimizable = false;
	settings.positions.optimizable = true;
	settings.positions.plan.start = 4;
	create();
	first = problem->y_px[0];
	for (long number = 0; number < 4; number++)
		(void)plica_cg_iterate(cg, number, &cost);
	assert_close(cost, 4.0, 0.0);
	assert_close(cg->step, 1.0, 0.0);
	assert_close(problem->y_px[0], first, 0.0);
}

static bool is_moved(const float *then, const float *now, size_t floats)
{
	return memcmp(then, now, floats * sizeof(float)) != 0;
}

/* What its plan leaves out stays as it is to the bit, and the loss falls by the rest. */
static void plans_say_what_moves(void **state)
{
	static float object[TINY_OBJECT * 64], probe[4 * TINY_PIXELS];
	double loss[3], cost = 0.0;

	(void)state;
	settings.object.plan = (struct plica_plan){.start = 0, .stop = 1, .stride = 1};
	settings.probe.plan = (struct plica_plan){.start = 1, .stop = 9, .stride = 1};
	create();
	for (long number = 0; number < 3; number++) {
		size_t floats = problem->object.cols;

		assert_true(problem->probe_floats <= sizeof(probe) / sizeof(probe[0]));
		memcpy(object, problem->object.re + 20 * problem->object.stride,
			floats * sizeof(float));
		memcpy(probe, problem->probe, problem->probe_floats * sizeof(float));
		loss[number] = plica_cg_iterate(cg, number, &cost);
		assert_int_equal(
			is_moved(object, problem->object.re + 20 * problem->object.stride, floats),
			number == 0);
		assert_int_equal(
			is_moved(probe, problem->probe, problem->probe_floats), number > 0);
	}
	assert_true(loss[1] < loss[0]);
	assert_true(loss[2] < loss[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_to_move_costs_one_pass, setup, end),
		cmocka_unit_test_setup_teardown(plans_say_what_moves, setup, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
