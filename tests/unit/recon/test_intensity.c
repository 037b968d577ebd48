/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/intensity.h"

#include "recon/background.h"
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
	settings.opr_mode_weights.optimize_intensity_variation = true;
	return plica_problem_create(&problem, dataset, &settings, &err) == PLICA_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	plica_problem_free(problem);
	plica_dataset_free(dataset);
	return 0;
}

static void they_follow_the_photons_in_their_epochs(void **state)
{
	static const size_t positions[] = {4, 2, 7};
	const struct plica_exit_sums sums[] = {{.measured = 110.0, .modelled = 100.0},
		{.measured = 900.0, .modelled = 100.0}, {.measured = 5.0, .modelled = 0.0}};

	(void)state;
	plica_intensity_update(problem, positions, 3, sums, 2);
	assert_close(problem->intensity[4], 1.0, 0.0);
	plica_intensity_update(problem, positions, 3, sums, 3);
	assert_close(problem->intensity[4], pow(1.1, 0.15), 1e-12);
	assert_close(problem->intensity[2], pow(2.0, 0.15), 1e-12);
	assert_close(problem->intensity[7], 1.0, 0.0);
	assert_close(problem->intensity[0], 1.0, 0.0);
}

static void relaxation_and_floor_are_obeyed(void **state)
{
	static const size_t positions[] = {1, 2};
	const struct plica_exit_sums sums[] = {
		{.measured = 150.0, .modelled = 100.0}, {.measured = 50.0, .modelled = 100.0}};

	(void)state;
	settings.opr_mode_weights.update_relaxation = 2.0;
	settings.opr_mode_weights.floor = 0.9;
	plica_intensity_update(problem, positions, 2, sums, 3);
	assert_close(problem->intensity[1], pow(1.5, 0.3), 1e-12);
	assert_close(problem->intensity[2], pow(0.5, 0.3), 1e-12);
	plica_intensity_normalise(problem);
	assert_close(problem->intensity[2], 0.9, 0.0);
}

/* The probe takes the mean, so that no pattern of the model changes. */
static void the_mean_goes_to_the_probe(void **state)
{
	struct plica_exit_sums before, after;
	double mean = 0.0;

	(void)state;
	for (size_t i = 0; i < TINY_COUNT; i++)
		problem->intensity[i] = 1.5 + 0.1 * (double)i;
	plica_problem_sums(problem, &before);
	plica_intensity_normalise(problem);
	plica_problem_sums(problem, &after);
	for (size_t i = 0; i < TINY_COUNT; i++)
		mean += pow(problem->intensity[i], 2.0) / TINY_COUNT;
	assert_close(mean, 1.0, 1e-12);
	assert_close(after.modelled, before.modelled, 1e-6 * before.modelled);
	assert_close(after.residual, before.residual, 1e-5 * before.residual);
}

/* A background counts in the valid pixels of each pattern alone: nothing moves where it is all that
 * differs from pattern to pattern. */
static void excluded_pixels_have_no_background(void **state)
{
	static const size_t positions[] = {0, 1};
	const double level = 2.0;
	struct plica_exit_sums sums[2];

	(void)state;
	plica_problem_free(problem);
	for (size_t k = 0; k < TINY_PIXELS; k++) /* half of pattern 1 is dead */
		((float *)dataset->patterns)[TINY_PIXELS + k] = k % 2 == 0 ? 0.0F : 3.0F;
	settings.background.initial = level;
	settings.exclude_below = 0.0;
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	for (size_t k = 0; k < 2; k++) {
		double pixels = k == 0 ? TINY_PIXELS : TINY_PIXELS / 2;

		assert_close(plica_background_photons(problem, k), level * pixels, 1e-3);
		sums[k].modelled = (level + 10.0) * pixels; /* 1.5 times of it have come */
		sums[k].measured = (level + 15.0) * pixels;
	}
	plica_intensity_update(problem, positions, 2, sums, 3);
	assert_close(problem->intensity[0], pow(1.5, 0.15), 1e-6);
	assert_close(problem->intensity[1], pow(1.5, 0.15), 1e-6);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(they_follow_the_photons_in_their_epochs),
		TEST(relaxation_and_floor_are_obeyed),
		TEST(excluded_pixels_have_no_background),
		TEST(the_mean_goes_to_the_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
