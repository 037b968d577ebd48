/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/trial.h"

#include <string.h>

#include "recon/background.h"
#include "recon/line.h"
#include "tiny_fixture.h"

static struct plica_error err;
static struct plica_problem *problem;
static struct plica_vector direction;
static struct plica_trial *trial;

/* Small numbers of either sign, other ones for each seed. */
static void wiggle(float *values, size_t count, size_t seed, float size)
{
	for (size_t k = 0; k < count; k++)
		values[k] = size * ((float)((k * 37 + seed * 101) % 19) - 9.0F);
}

/* A problem as the settings say, and a direction of all its unknowns. */
static void create(void)
{
	size_t floats;

	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	assert_ok(plica_vector_create(&direction, problem, &err));
	assert_ok(plica_trial_create(&trial, problem, &err));
	floats = problem->object.rows * problem->object.stride;
	wiggle(direction.object.re, floats, 1, 0.01F);
	wiggle(direction.object.im, floats, 2, 0.01F);
	wiggle(direction.probe, problem->probe_floats, 3, 0.02F);
	if (direction.background != NULL)
		wiggle(direction.background, problem->kernels->pattern_floats, 4, 0.01F);
}

static int end(void **state)
{
	plica_trial_free(trial);
	plica_vector_release(&direction);
	plica_problem_free(problem);
	trial = NULL;
	direction = (struct plica_vector){0};
	problem = NULL;
	return teardown(state);
}

static double run(double t, enum plica_detector_model model, size_t first, size_t stride)
{
	const struct plica_trial_line line = {.direction = &direction,
		.model = model,
		.epsilon = 0.5F,
		.first = first,
		.stride = stride};

	return plica_trial_run(trial, &line, t);
}

/* (O, P, B) += t h. */
static void go_there(float t)
{
	size_t floats = problem->object.rows * problem->object.stride;

	for (size_t k = 0; k < floats; k++) {
		problem->object.re[k] += t * direction.object.re[k];
		problem->object.im[k] += t * direction.object.im[k];
	}
	for (size_t k = 0; k < problem->probe_floats; k++)
		problem->probe[k] += t * direction.probe[k];
	plica_problem_probe_changed(problem);
	plica_background_move(problem->background, problem, t, direction.background);
}

/* What is said of a point is what is found there, whatever a pattern is made of. */
static void the_point_is_where_the_line_leads(void **state)
{
	struct plica_exit_sums sums;
	double expected, start;

	(void)state;
	settings.probe.modes = 2;
	settings.background.optimizable = true;
	settings.diffraction_blur_px = 0.6;
	create();
	expected = run(0.7, PLICA_DETECTOR_GAUSSIAN, 0, 1);
	start = run(0.0, PLICA_DETECTOR_GAUSSIAN, 0, 1);
	plica_problem_sums(problem, &sums);
	assert_close(start, sums.residual, 1e-6 * sums.residual);
	go_there(0.7F);
	plica_problem_sums(problem, &sums);
	assert_close(expected, sums.residual, 1e-5 * sums.residual);
	assert_true(fabs(expected - start) > 1e-2 * start);
}

static void the_problem_stays_where_it_is(void **state)
{
	static float object[TINY_OBJECT * 64], probe[4 * TINY_PIXELS];
	size_t row = 10;

	(void)state;
	settings.probe.modes = 2;
	create();
	memcpy(object, problem->object.re + row * problem->object.stride,
		problem->object.cols * sizeof(float));
	memcpy(probe, problem->probe, problem->probe_floats * sizeof(float));
	(void)run(1.0, PLICA_DETECTOR_POISSON, 0, 1);
	assert_memory_equal(object, problem->object.re + row * problem->object.stride,
		problem->object.cols * sizeof(float));
	assert_memory_equal(probe, problem->probe, problem->probe_floats * sizeof(float));
}

/* Every position belongs to one part. */
static void parts_add_up(void **state)
{
	double whole, sum = 0.0;

	(void)state;
	settings.probe.modes = 3;
	create();
	whole = run(0.4, PLICA_DETECTOR_POISSON, 0, 1);
	for (size_t first = 0; first < 4; first++)
		sum += run(0.4, PLICA_DETECTOR_POISSON, first, 4);
	assert_close(sum, whole, 1e-9 * fabs(whole));
}

/* Of one mode the kernels' line search says the same. */
static void one_mode_agrees_with_the_line_search(void **state)
{
	struct plica_line *line = NULL;

	(void)state;
	create();
	assert_ok(plica_line_create(&line, problem, &direction, &err));
	assert_null(line->trial);
	for (int model = PLICA_DETECTOR_GAUSSIAN; model <= PLICA_DETECTOR_POISSON; model++) {
		double f[PLICA_LINE_TRIALS];

		line->model = (enum plica_detector_model)model;
		line->epsilon = 0.5F;
		(void)plica_line_try(line, f, plica_line_factors, 1, 2);
		for (size_t k = 0; k < PLICA_LINE_TRIALS; k++)
			assert_close(f[k], run(plica_line_factors[k], line->model, 1, 2),
				2e-5 * fabs(f[k]));
	}
	plica_line_free(line);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, end)
	const struct CMUnitTest tests[] = {
		TEST(the_point_is_where_the_line_leads),
		TEST(the_problem_stays_where_it_is),
		TEST(parts_add_up),
		TEST(one_mode_agrees_with_the_line_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
