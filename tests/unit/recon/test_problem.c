/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/problem.h"

#include <complex.h>
#include <string.h>

#include "base/memory.h"
#include "testing.h"
#include "tiny_fixture.h"

static struct plica_error err;

static struct plica_problem *create(void)
{
	struct plica_problem *problem = NULL;

	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	return problem;
}

/* Rows 12.25 + 0, 4, 8: whole parts 12, 16, 20; columns 13, 17, 21. */
static void patches_lie_on_their_positions(void **state)
{
	struct plica_problem *problem = create();

	(void)state;
	assert_int_equal(problem->count, TINY_COUNT);
	assert_int_equal(problem->side, TINY_SIDE);
	assert_true(problem->shifted);
	for (size_t i = 0; i < TINY_COUNT; i++) {
		double y = (double)problem->row[i] + TINY_SIDE / 2.0 + problem->origin_y;
		double x = (double)problem->col[i] + TINY_SIDE / 2.0 + problem->origin_x;

		assert_close(y + problem->shift_y[i], dataset->y_px[i], 0.0);
		assert_close(x + problem->shift_x[i], dataset->x_px[i], 0.0);
		assert_close(problem->shift_y[i], 0.25, 0.0);
		assert_close(problem->shift_x[i], 0.0, 0.0);
		assert_true(problem->row[i] + TINY_SIDE < problem->object.rows);
		assert_true(problem->col[i] + TINY_SIDE < problem->object.cols);
		assert_true(problem->row[i] > 0 && problem->col[i] > 0);
	}
	/* the scanned box, in the dataset's coordinates: rows 12 to 21, columns 13 to 21 */
	assert_close((double)problem->roi[0] + problem->origin_y, 12.0, 0.0);
	assert_close((double)problem->roi[1] + problem->origin_y, 22.0, 0.0);
	assert_close((double)problem->roi[2] + problem->origin_x, 13.0, 0.0);
	assert_close((double)problem->roi[3] + problem->origin_x, 22.0, 0.0);
	plica_problem_free(problem);
	plica_problem_free(NULL);
}

static void halves_are_rounded_to_even(void **state)
{
	struct plica_problem *problem;

	(void)state;
	dataset->y_px[0] = 12.5;
	dataset->y_px[1] = 13.5;
	dataset->x_px[0] = -0.5;
	problem = create();
	assert_close(problem->shift_y[0], 0.5, 0.0);
	assert_close(problem->shift_y[1], -0.5, 0.0);
	assert_close(problem->shift_x[0], -0.5, 0.0);
	assert_int_equal(problem->row[1], problem->row[0] + 2);
	plica_problem_free(problem);
}

static void whole_positions_need_no_shift(void **state)
{
	struct plica_problem *problem;

	(void)state;
	for (size_t i = 0; i < TINY_COUNT; i++)
		dataset->y_px[i] = floor(dataset->y_px[i]);
	problem = create();
	assert_false(problem->shifted);
	plica_problem_free(problem);
}

static void a_moved_position_is_placed_anew(void **state)
{
	struct plica_problem *problem = create();
	size_t row = problem->row[4];

	(void)state;
	problem->y_px[4] += 0.5;
	plica_problem_place(problem, 4);
	assert_int_equal(problem->row[4], row + 1);
	assert_close(problem->shift_y[4], -0.25, 0.0);
	plica_problem_free(problem);
}

static void bad_pixels_are_left_out(void **state)
{
	struct plica_problem *problem = create();
	double photons = 0.0;

	(void)state;
	assert_close(problem->valid_pixels, TINY_PIXELS, 0.0);
	assert_close(
		problem->photons, plica_dataset_mean_photons(dataset), 1e-9 * problem->photons);
	plica_problem_free(problem);
	assert_ok(PLICA_NEW(&dataset->mask, TINY_PIXELS, &err));
	for (size_t k = 0; k < TINY_PIXELS; k += 3)
		dataset->mask[k] = 1;
	problem = create();
	photons = plica_dataset_mean_photons(dataset);
	assert_close(problem->valid_pixels, 86.0, 0.0);
	assert_close(problem->photons, photons, 1e-9 * photons);
	plica_problem_free(problem);
}

/* Dark pixels of a pattern count neither there nor in the mean over the patterns. */
static void dark_pixels_are_left_out_of_their_pattern(void **state)
{
	struct plica_problem *problem;
	float *amplitudes = dataset->patterns;
	size_t dark = 0;

	(void)state;
	for (size_t k = 0; k < TINY_COUNT * TINY_PIXELS; k++)
		dark += amplitudes[k] * amplitudes[k] <= 1.5F;
	settings.exclude_below = 0.5;
	settings.data.offset = 1.0;
	problem = create();
	assert_true(dark > 0);
	assert_close(problem->valid_pixels, TINY_PIXELS - (double)dark / TINY_COUNT, 1e-9);
	assert_true(problem->negative_counts > 0 && problem->negative_counts < dark);
	plica_problem_free(problem);
	settings.exclude_below = 1e6;
	assert_error(plica_problem_create(&problem, dataset, &settings, &err), PLICA_ERR_DATA,
		"no photon in any valid pixel");
}

static void the_object_starts_flat_or_as_the_datasets(void **state)
{
	struct plica_product *product = NULL;
	struct plica_problem *problem = create();

	(void)state;
	assert_ok(plica_problem_product(&product, problem, &err));
	for (size_t k = 0; k < product->object_rows * product->object_cols; k++)
		assert_true(product->object[k] == 1.0F);
	plica_product_free(product);
	plica_problem_free(problem);

	settings.initial_object = PLICA_INITIAL_DATASET;
	problem = create();
	assert_ok(plica_problem_product(&product, problem, &err));
	for (size_t y = 0; y < product->object_rows; y++)
		for (size_t x = 0; x < product->object_cols; x++) {
			size_t row = (size_t)((double)y + product->origin_y_px);
			size_t col = (size_t)((double)x + product->origin_x_px);

			assert_memory_equal(product->object + y * product->object_cols + x,
				dataset->object + row * TINY_OBJECT + col,
				sizeof(*product->object));
		}
	plica_product_free(product);
	plica_problem_free(problem);
}

/* The patch of the first position begins at row 4: one row less is one too few. */
static void a_start_needs_an_object_that_covers_the_scan(void **state)
{
	struct plica_problem *problem = NULL;

	(void)state;
	settings.initial_object = PLICA_INITIAL_DATASET;
	dataset->y_px[0] = 8.0;
	problem = create();
	plica_problem_free(problem);
	problem = NULL;
	dataset->y_px[0] = 7.0;
	assert_error(plica_problem_create(&problem, dataset, &settings, &err), PLICA_ERR_DATA,
		"'objectGuess' is 40 x 40 and does not cover the scan");
	plica_free(dataset->object);
	dataset->object = NULL;
	assert_error(plica_problem_create(&problem, dataset, &settings, &err), PLICA_ERR_DATA,
		"it has no 'objectGuess'");
	settings.initial_object = PLICA_INITIAL_FLAT;
	problem = create();
	plica_problem_free(problem);
}

static void without_light_there_is_no_problem(void **state)
{
	struct plica_problem *problem = NULL;

	(void)state;
	memset(dataset->probe, 0, TINY_PIXELS * sizeof(*dataset->probe));
	assert_error(plica_problem_create(&problem, dataset, &settings, &err), PLICA_ERR_DATA,
		"'probeGuess' is zero everywhere");
	dataset->probe[0] = 1.0F;
	assert_ok(PLICA_NEW(&dataset->mask, TINY_PIXELS, &err));
	assert_error(plica_problem_create(&problem, dataset, &settings, &err), PLICA_ERR_DATA,
		"no photon in any valid pixel");
	dataset->mask[3] = 1;
	memset(dataset->patterns, 0, TINY_COUNT * TINY_PIXELS * sizeof(float));
	assert_error(plica_problem_create(&problem, dataset, &settings, &err), PLICA_ERR_DATA,
		"no photon in any valid pixel of 9 patterns");
	assert_null(problem);
}

/* Flat object: the model has the probe's photons, pattern by pattern (Parseval). */
static void sums_are_those_of_the_model(void **state)
{
	struct plica_problem *problem = create();
	struct plica_exit_sums sums;
	double power = 0.0;

	(void)state;
	for (size_t k = 0; k < TINY_PIXELS; k++)
		power += pow((double)cabsf(dataset->probe[k]), 2.0);
	plica_problem_sums(problem, &sums);
	assert_close(sums.modelled, TINY_COUNT * power, 1e-6 * TINY_COUNT * power);
	assert_close(
		sums.measured, TINY_COUNT * problem->photons, 1e-6 * TINY_COUNT * problem->photons);
	assert_true(sums.residual > 0.0);
	plica_problem_scale_probe(problem, 0.5);
	plica_problem_sums(problem, &sums);
	assert_close(sums.modelled, TINY_COUNT * power / 4.0, 1e-6 * TINY_COUNT * power);
	plica_problem_free(problem);
}

static void illumination_is_the_probe_at_every_position(void **state)
{
	struct plica_problem *problem = create();
	size_t stride = problem->object.stride;
	size_t count = problem->object.rows * stride;
	float *power = NULL;
	double *expected = NULL;

	(void)state;
	assert_ok(PLICA_NEW(&power, count, &err));
	assert_ok(PLICA_NEW(&expected, count, &err));
	memset(power, 0x7f, count * sizeof(*power));
	for (size_t i = 0; i < TINY_COUNT; i++)
		for (size_t k = 0; k < TINY_PIXELS; k++)
			expected[(problem->row[i] + k / TINY_SIDE) * stride + problem->col[i] +
				 k % TINY_SIDE] += pow((double)cabsf(dataset->probe[k]), 2.0);
	plica_problem_illumination(problem, power, problem->modes);
	for (size_t y = 0; y < problem->object.rows; y++)
		for (size_t x = 0; x < problem->object.cols; x++)
			assert_close((double)power[y * stride + x], expected[y * stride + x], 1e-4);
	plica_free(power);
	plica_free(expected);
	plica_problem_free(problem);
}

static void the_product_has_probe_and_positions(void **state)
{
	struct plica_problem *problem = create();
	struct plica_product *product = NULL;

	(void)state;
	assert_ok(plica_problem_product(&product, problem, &err));
	assert_int_equal(product->probe_modes, 1);
	assert_int_equal(product->probe_px, TINY_SIDE);
	assert_memory_equal(product->probe, dataset->probe, TINY_PIXELS * sizeof(*product->probe));
	assert_int_equal(product->position_count, TINY_COUNT);
	assert_memory_equal(product->y_px, dataset->y_px, TINY_COUNT * sizeof(double));
	assert_memory_equal(product->x_px, dataset->x_px, TINY_COUNT * sizeof(double));
	assert_true(isnan(product->fourier_error));
	plica_product_free(product);
	plica_problem_free(problem);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(patches_lie_on_their_positions),
		TEST(halves_are_rounded_to_even),
		TEST(whole_positions_need_no_shift),
		TEST(a_moved_position_is_placed_anew),
		TEST(bad_pixels_are_left_out),
		TEST(dark_pixels_are_left_out_of_their_pattern),
		TEST(the_object_starts_flat_or_as_the_datasets),
		TEST(a_start_needs_an_object_that_covers_the_scan),
		TEST(without_light_there_is_no_problem),
		TEST(sums_are_those_of_the_model),
		TEST(illumination_is_the_probe_at_every_position),
		TEST(the_product_has_probe_and_positions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
