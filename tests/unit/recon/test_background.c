/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/background.h"

#include <string.h>

#include "base/memory.h"
#include "testing.h"
#include "tiny.h"

static struct plica_error err;
static struct plica_dataset *dataset;
static struct plica_settings settings;
static struct plica_problem *problem;

static int setup(void **state)
{
	(void)state;
	dataset = tiny_dataset();
	settings = tiny_settings("LSQML");
	problem = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	plica_problem_free(problem);
	plica_dataset_free(dataset);
	return 0;
}

static void create(void)
{
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
}

static void set_patterns(float counts)
{
	float *amplitudes = dataset->patterns;

	for (size_t k = 0; k < (size_t)TINY_COUNT * TINY_PIXELS; k++)
		amplitudes[k] = sqrtf(counts);
}

static void nobody_who_does_not_ask_has_one(void **state)
{
	(void)state;
	create();
	assert_null(problem->background);
	assert_close(plica_background_photons(problem, 0), 0.0, 0.0);
}

/* Where all pixels are alike the dark ones have the mean; the curvature is J / 4 I. */
static void the_guess_is_what_dark_pixels_have(void **state)
{
	(void)state;
	settings.background.optimizable = true;
	set_patterns(9.0F);
	create();
	assert_close((double)problem->background[0], 9.0, 1e-5);
	assert_close(plica_background_photons(problem, 0), 9.0 * TINY_PIXELS, 1e-2);
	assert_close((double)problem->background_scale[5], 4.0 * 9.0 / TINY_COUNT, 1e-5);
}

static void a_level_can_be_given(void **state)
{
	(void)state;
	settings.background.initial = 2.5;
	create();
	for (size_t k = 0; k < TINY_PIXELS; k++)
		assert_close((double)problem->background[k], 2.5, 0.0);
}

static void invalid_pixels_have_no_part(void **state)
{
	size_t invalid = 0;

	(void)state;
	assert_ok(PLICA_NEW(&dataset->mask, TINY_PIXELS, &err));
	memset(dataset->mask, 1, TINY_PIXELS);
	dataset->mask[3] = dataset->mask[77] = 0;
	settings.background.initial = 1.0;
	create();
	for (size_t k = 0; k < TINY_PIXELS; k++)
		invalid += problem->background_scale[k] > 0.0F ? 0 : 1;
	assert_int_equal(invalid, 2);
	assert_close(plica_background_photons(problem, 0), TINY_PIXELS - 2.0, 1e-9);
}

/* One whole step of all patterns takes the flat case to its answer, from both sides. */
static void a_step_goes_all_the_way(void **state)
{
	static const float starts[] = {8.5F, 9.5F};
	float *factors = NULL;

	(void)state;
	settings.background.optimizable = true;
	set_patterns(9.0F);
	create();
	assert_ok(PLICA_NEW(&factors, problem->kernels->pattern_floats, &err));
	for (size_t s = 0; s < 2; s++) {
		for (size_t k = 0; k < TINY_PIXELS; k++) {
			problem->background[k] = starts[s];
			factors[k] = TINY_COUNT * (sqrtf(9.0F / starts[s]) - 1.0F);
		}
		plica_background_step(problem, factors);
		assert_close((double)problem->background[7], 9.0, 0.06);
	}
	plica_free(factors);
}

static void a_step_leaves_a_tenth(void **state)
{
	float *factors = NULL;
	float *residual = NULL;
	float before;

	(void)state;
	settings.background.optimizable = true;
	create();
	assert_ok(PLICA_NEW(&factors, problem->kernels->pattern_floats, &err));
	assert_ok(PLICA_NEW(&residual, problem->kernels->pattern_floats, &err));
	for (size_t k = 0; k < TINY_PIXELS; k++)
		factors[k] = k < 2 ? 4.0F : -1e9F;
	before = problem->background[9];
	plica_background_step(problem, factors);
	assert_true(problem->background[0] > before);
	assert_close((double)problem->background[9], 0.1 * (double)before, 1e-6);
	plica_background_residual(residual, problem, factors);
	assert_close((double)residual[1], 2.0, 0.0);
	plica_background_move(residual, problem, 2.0F, factors);
	assert_close((double)residual[9], 0.01 * (double)before, 1e-7);
	assert_close((double)residual[0], (double)problem->background[0] + 8.0, 1e-5);
	plica_free(factors);
	plica_free(residual);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(nobody_who_does_not_ask_has_one),
		TEST(the_guess_is_what_dark_pixels_have),
		TEST(a_level_can_be_given),
		TEST(invalid_pixels_have_no_part),
		TEST(a_step_goes_all_the_way),
		TEST(a_step_leaves_a_tenth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
