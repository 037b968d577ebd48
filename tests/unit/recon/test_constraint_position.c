/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/affine.h"
#include "recon/constraint.h"
#include "testing.h"
#include "tiny.h"

static struct plica_error err;

/* Nine positions, moved by a map and by something that no map gives. */
struct setup {
	struct plica_dataset *dataset;
	struct plica_settings settings;
	struct plica_problem *problem;
	struct plica_constraints *constraints;
	double matrix[4];
};

static void init(struct setup *setup, double rest_px)
{
	const struct plica_affine affine = {
		.scale = 1.02, .asymmetry = 0.01, .rotation_rad = 0.02, .shear_rad = -0.015};

	*setup = (struct setup){.dataset = tiny_dataset(), .settings = tiny_settings("LSQML")};
	setup->settings.initial_object = PLICA_INITIAL_DATASET;
	setup->settings.positions.optimizable = true;
	setup->settings.positions.affine.enabled = true;
	setup->settings.positions.max_correction = 3.0;
	plica_affine_compose(setup->matrix, &affine);
	assert_ok(plica_problem_create(&setup->problem, setup->dataset, &setup->settings, &err));
	assert_ok(plica_constraints_create(&setup->constraints, setup->problem, &err));
	for (size_t i = 0; i < TINY_COUNT; i++) {
		double y = setup->dataset->y_px[i], x = setup->dataset->x_px[i];
		double rest = (i % 2 == 0 ? 1.0 : -1.0) * rest_px;

		setup->problem->y_px[i] = setup->matrix[0] * y + setup->matrix[1] * x + rest;
		setup->problem->x_px[i] = setup->matrix[2] * y + setup->matrix[3] * x - 0.25;
		plica_problem_place(setup->problem, i);
	}
}

static void release(struct setup *setup)
{
	plica_constraints_free(setup->constraints);
	plica_problem_free(setup->problem);
	plica_dataset_free(setup->dataset);
}

/* Of the y positions: what the given ones do not explain, as rms after its mean. */
static double off_the_map(const struct setup *setup, const double row[2])
{
	double rest[TINY_COUNT];
	double mean = 0.0, sum = 0.0;

	for (size_t i = 0; i < TINY_COUNT; i++) {
		rest[i] = setup->problem->y_px[i] - row[0] * setup->dataset->y_px[i] -
			  row[1] * setup->dataset->x_px[i];
		mean += rest[i] / TINY_COUNT;
	}
	for (size_t i = 0; i < TINY_COUNT; i++)
		sum += (rest[i] - mean) * (rest[i] - mean) / TINY_COUNT;
	return sqrt(sum);
}

static double mean_y(const struct setup *setup)
{
	double mean = 0.0;

	for (size_t i = 0; i < TINY_COUNT; i++)
		mean += setup->problem->y_px[i] / TINY_COUNT;
	return mean;
}

/* An affine scan is what the model says it is: it stays, whatever the stiffness. */
static void an_affine_scan_stays(void **state)
{
	struct setup setup;

	(void)state;
	init(&setup, 0.0);
	setup.settings.positions.affine.flexibility = 1.0;
	assert_true(plica_constrain_affine(setup.constraints));
	assert_close(off_the_map(&setup, setup.matrix), 0.0, 1e-9);
	release(&setup);
}

/* Positions go part of the way, their mean stays. */
static void the_rest_is_taken_out_in_part(void **state)
{
	static const double flexibilities[] = {0.25, 1.0};
	struct setup setup;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		double before, mean;

		init(&setup, 0.4);
		setup.settings.positions.affine.flexibility = flexibilities[k];
		mean = mean_y(&setup);
		before = off_the_map(&setup, setup.matrix);
		assert_true(plica_constrain_affine(setup.constraints));
		assert_close(mean_y(&setup), mean, 1e-9);
		/* the fit takes a little of the rest for a map */
		assert_close(off_the_map(&setup, setup.matrix), (1.0 - flexibilities[k]) * before,
			0.15 * before);
		release(&setup);
	}
}

/* By default a tenth of the way at most, but all of it where a position is far off. */
static void runaways_are_brought_back(void **state)
{
	struct setup setup;
	double small, far;

	(void)state;
	init(&setup, 0.0);
	setup.problem->y_px[0] += 0.02;
	setup.problem->y_px[4] += 2.5;
	small = setup.problem->y_px[0];
	far = setup.problem->y_px[4];
	setup.settings.positions.affine.max_expected_error = 0.5;
	assert_true(plica_constrain_affine(setup.constraints));
	assert_true(fabs(setup.problem->y_px[0] - small) < 0.1);
	assert_true(far - setup.problem->y_px[4] > 1.5);
	release(&setup);
}

/* Nothing may change: the map is the identity, the scan goes back to what was given. */
static void degrees_of_freedom_are_kept_out(void **state)
{
	const double identity[2] = {1.0, 0.0};
	struct setup setup;

	(void)state;
	init(&setup, 0.0);
	setup.settings.positions.affine.flexibility = 1.0;
	setup.settings.positions.affine.scale = false;
	setup.settings.positions.affine.asymmetry = false;
	setup.settings.positions.affine.rotation = false;
	setup.settings.positions.affine.shear = false;
	assert_true(off_the_map(&setup, identity) > 0.01);
	assert_true(plica_constrain_affine(setup.constraints));
	assert_close(off_the_map(&setup, identity), 0.0, 1e-9);
	release(&setup);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_affine_scan_stays),
		cmocka_unit_test(the_rest_is_taken_out_in_part),
		cmocka_unit_test(runaways_are_brought_back),
		cmocka_unit_test(degrees_of_freedom_are_kept_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
