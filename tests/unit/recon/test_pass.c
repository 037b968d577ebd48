/* SPDX-License-Identifier: BSD-3-Clause */
/* Gradients themselves are judged in tests/numeric; here: how sets of positions go together. */
#include "recon/pass.h"

#include <string.h>

#include "base/memory.h"
#include "testing.h"
#include "tiny.h"

static struct plica_error err;
static struct plica_dataset *dataset;
static struct plica_settings settings;
static struct plica_problem *problem;
static const size_t everything[TINY_COUNT] = {3, 1, 4, 0, 5, 8, 2, 6, 7};

static int setup(void **state)
{
	(void)state;
	dataset = tiny_dataset();
	settings = tiny_settings("LSQML");
	return plica_problem_create(&problem, dataset, &settings, &err) == PLICA_OK ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	plica_problem_free(problem);
	plica_dataset_free(dataset);
	return 0;
}

static struct plica_pass *create(bool with_power)
{
	struct plica_pass *pass = NULL;

	assert_ok(plica_pass_create(&pass, problem, TINY_COUNT, with_power, &err));
	return pass;
}

static void assert_near(const float *a, const float *b, size_t count, double scale)
{
	for (size_t k = 0; k < count; k++)
		assert_close((double)a[k], (double)b[k], 1e-5 * scale);
}

static double largest(const float *values, size_t count)
{
	double most = 0.0;

	for (size_t k = 0; k < count; k++)
		most = fmax(most, fabs((double)values[k]));
	return most;
}

static void sets_add_up(void **state)
{
	struct plica_pass *whole = create(true);
	struct plica_pass *parts = create(true);
	size_t floats = problem->kernels->wave_floats;
	size_t canvas = problem->object.rows * problem->object.stride;
	double scale;

	(void)state;
	plica_pass_run(whole, everything, TINY_COUNT);
	plica_pass_begin(parts, 0, problem->object.rows);
	plica_pass_add(parts, everything, 4);
	plica_pass_add(parts, everything + 4, 5);
	plica_pass_end(parts);
	scale = largest(whole->probe_gradient, floats);
	assert_true(scale > 0.0);
	assert_near(whole->probe_gradient, parts->probe_gradient, floats, scale);
	scale = largest(whole->gradient.re, canvas);
	assert_true(scale > 0.0);
	assert_near(whole->gradient.re, parts->gradient.re, canvas, scale);
	assert_near(whole->gradient.im, parts->gradient.im, canvas, scale);
	assert_near(whole->power, parts->power, canvas, largest(whole->power, canvas));
	plica_pass_free(whole);
	plica_pass_free(parts);
	plica_pass_free(NULL);
}

/* A run forgets the one before, and only the rows of its own patches are its own. */
static void a_run_stands_alone(void **state)
{
	struct plica_pass *used = create(false);
	struct plica_pass *fresh = create(false);
	size_t stride = problem->object.stride;
	size_t last = TINY_COUNT - 1;
	size_t first, bytes;

	(void)state;
	plica_pass_run(used, everything, TINY_COUNT);
	plica_pass_run(used, &last, 1);
	plica_pass_run(fresh, &last, 1);
	assert_int_equal(used->first_row, problem->row[last]);
	assert_int_equal(used->end_row, problem->row[last] + TINY_SIDE);
	first = used->first_row * stride;
	bytes = (used->end_row - used->first_row) * stride * sizeof(float);
	assert_memory_equal(used->gradient.re + first, fresh->gradient.re + first, bytes);
	assert_memory_equal(used->gradient.im + first, fresh->gradient.im + first, bytes);
	assert_memory_equal(used->probe_gradient, fresh->probe_gradient,
		problem->kernels->wave_floats * sizeof(float));
	assert_memory_equal(used->sums, fresh->sums, sizeof(*used->sums));
	assert_null(used->power);
	plica_pass_free(used);
	plica_pass_free(fresh);
}

/* G of the first of two modes is what that mode alone scatters; the probe's gradient stays. */
static void the_object_may_listen_to_the_first_mode_alone(void **state)
{
	struct plica_problem *single = problem;
	struct plica_pass *all, *first;
	struct plica_planes expected;
	size_t canvas;
	double scale;

	(void)state;
	settings.probe.modes = 2;
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	plica_problem_free(single);
	all = create(false);
	first = create(false);
	first->object_modes = 1;
	plica_pass_run(all, everything, TINY_COUNT);
	plica_pass_run(first, everything, TINY_COUNT);
	assert_memory_equal(
		all->probe_gradient, first->probe_gradient, problem->probe_floats * sizeof(float));
	assert_ok(plica_planes_create(&expected, problem->object.rows, problem->object.cols, &err));
	for (size_t k = 0; k < TINY_COUNT; k++) {
		struct plica_stored_waves waves = plica_pass_waves(all, k, everything[k], 0);

		problem->kernels->table->scatter(
			problem->kernels, &expected, 0, expected.rows, &waves);
	}
	canvas = expected.rows * expected.stride;
	scale = largest(expected.re, canvas);
	assert_true(scale > 0.0);
	assert_near(first->gradient.re, expected.re, canvas, scale);
	assert_near(first->gradient.im, expected.im, canvas, scale);
	assert_memory_not_equal(first->gradient.re, all->gradient.re, canvas * sizeof(float));
	plica_problem_illumination(problem, expected.re, 1);
	scale = 0.0;
	for (size_t k = 0; k < canvas; k++)
		scale += (double)expected.re[k] / TINY_COUNT;
	for (size_t k = 0; k < problem->kernels->wave_floats; k++)
		scale -= pow((double)problem->probe[k], 2.0);
	assert_close(scale, 0.0, 1e-3 * problem->photons);
	plica_planes_release(&expected);
	plica_pass_free(all);
	plica_pass_free(first);
}

/* W with the probe where it is, fraction and all: its sum is the power of all probes. */
static void power_is_that_of_the_shifted_probe(void **state)
{
	struct plica_pass *pass = create(true);
	size_t stride = problem->object.stride;
	double power = 0.0, total = 0.0;

	(void)state;
	for (size_t k = 0; k < TINY_PIXELS; k++)
		power += pow((double)cabsf(dataset->probe[k]), 2.0);
	plica_pass_run(pass, everything, TINY_COUNT);
	for (size_t k = pass->first_row * stride; k < pass->end_row * stride; k++)
		total += (double)pass->power[k];
	assert_close(total, TINY_COUNT * power, 1e-6 * TINY_COUNT * power);
	plica_pass_free(pass);
}

/* On whole pixels A of every mode is the probe; stored waves give the same bits. */
static void whole_pixels_need_no_stored_incident_waves(void **state)
{
	static double one[TINY_COUNT] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
	struct plica_problem *other = problem;
	struct plica_pass *bare, *stored;
	size_t bytes;

	(void)state;
	settings.probe.modes = 2;
	settings.object.patch_interpolation = PLICA_INTERPOLATION_NEAREST;
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	plica_problem_free(other);
	bytes = problem->object.rows * problem->object.stride * sizeof(float);
	bare = create(true);
	assert_null(bare->incident);
	problem->intensity = one;
	stored = create(true);
	assert_non_null(stored->incident);
	plica_pass_run(bare, everything, TINY_COUNT);
	plica_pass_run(stored, everything, TINY_COUNT);
	assert_memory_equal(bare->gradient.re, stored->gradient.re, bytes);
	assert_memory_equal(bare->gradient.im, stored->gradient.im, bytes);
	assert_memory_equal(bare->power, stored->power, bytes);
	assert_true(largest(bare->power, bytes / sizeof(float)) > 0.0);
	for (size_t m = 0; m < 2; m++)
		assert_memory_equal(plica_pass_waves(bare, 5, everything[5], m).incident,
			plica_pass_waves(stored, 5, everything[5], m).incident,
			problem->kernels->wave_floats * sizeof(float));
	problem->intensity = NULL;
	plica_pass_free(bare);
	plica_pass_free(stored);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(sets_add_up),
		TEST(a_run_stands_alone),
		TEST(the_object_may_listen_to_the_first_mode_alone),
		TEST(power_is_that_of_the_shifted_probe),
		TEST(whole_pixels_need_no_stored_incident_waves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
