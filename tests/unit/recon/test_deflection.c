/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/deflection.h"

#include "base/memory.h"

#include "tiny.h"

static struct plica_error err;

/* One spot of `photons` in each pattern, (y, x) pixels from the middle. */
static void put_spot(struct plica_dataset *dataset, size_t index, long y, long x, float photons)
{
	size_t side = dataset->pattern_px;
	float *pattern = (float *)dataset->patterns + index * side * side;
	size_t row = (size_t)((long)(side / 2) + y);
	size_t col = (size_t)((long)(side / 2) + x);

	for (size_t k = 0; k < side * side; k++)
		pattern[k] = 0.0F;
	pattern[row * side + col] = sqrtf(photons);
}

static struct plica_dataset *spots(size_t side, float photons)
{
	static const long at[4][2] = {{3, -1}, {-1, -1}, {-1, 2}, {-1, 0}}; /* mean (0, 0) */
	struct plica_dataset *dataset = NULL;

	assert_ok(plica_dataset_create(&dataset, 4, side, 1, 0, 0, &err));
	for (size_t k = 0; k < side * side; k++)
		dataset->probe[k] = 1.0F;
	for (size_t i = 0; i < 4; i++) {
		dataset->y_px[i] = 100.0 + 3.0 * (double)(i / 2);
		dataset->x_px[i] = 200.0 + 3.0 * (double)(i % 2);
		put_spot(dataset, i, at[i][0], at[i][1], photons);
	}
	return dataset;
}

static void check_spots(struct plica_dataset *dataset)
{
	struct plica_settings settings = tiny_settings("LSQML");
	struct plica_problem *problem = NULL;
	struct plica_deflections found;
	double radian = 2.0 * M_PI / (double)dataset->pattern_px; /* a pixel of the detector */

	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	assert_ok(plica_deflections_measure(&found, problem, &err));
	assert_int_equal(found.count, 4);
	assert_close(found.y[0], 3.0 * radian, 1e-6);
	assert_close(found.x[0], -1.0 * radian, 1e-6);
	assert_close(found.y[2], -1.0 * radian, 1e-6);
	assert_close(found.x[2], 2.0 * radian, 1e-6);
	assert_close(found.variance, 9.0 / 4.0 * radian * radian, 1e-6);
	assert_close(found.noise, 0.0, 1e-7); /* each spot is one pixel */
	plica_deflections_release(&found);
	plica_problem_free(problem);
}

/* Sizes with kernels of their own and others, counts and amplitudes. */
static void centres_of_mass_are_angles(void **state)
{
	static const size_t sides[] = {16, 15, 64};
	static const float photons[] = {400.0F, 400.25F};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct plica_dataset *dataset = spots(sides[i / 2], photons[i % 2]);

		check_spots(dataset);
		plica_dataset_free(dataset);
	}
}

static void what_a_mask_leaves_out_has_no_weight(void **state)
{
	struct plica_dataset *dataset = spots(16, 400.0F);
	size_t corner = 16 * 2 + 1;

	(void)state;
	assert_ok(PLICA_NEW(&dataset->mask, 16 * 16, &err));
	for (size_t k = 0; k < 16 * 16; k++)
		dataset->mask[k] = k != corner;
	for (size_t i = 0; i < 4; i++)
		((float *)dataset->patterns)[i * 16 * 16 + corner] = 1e3F;
	check_spots(dataset);
	plica_dataset_free(dataset);
}

/* Two pixels of n photons on both sides of the middle, d apart: their centre has the variance
 * (d/2)^2 / (2 n) on one axis and none on the other. */
static void counting_moves_the_centre(void **state)
{
	struct plica_dataset *dataset = spots(16, 400.0F);
	struct plica_settings settings = tiny_settings("LSQML");
	struct plica_problem *problem = NULL;
	struct plica_deflections found;
	double half = 3.0 * 2.0 * M_PI / 16.0;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		put_spot(dataset, i, 3, 0, 50.0F);
		((float *)dataset->patterns)[i * 16 * 16 + 5 * 16 + 8] = sqrtf(50.0F);
	}
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	assert_ok(plica_deflections_measure(&found, problem, &err));
	assert_close(found.noise, 0.5 * half * half / 100.0, 1e-6);
	assert_close(found.variance, 0.0, 1e-9);
	plica_deflections_release(&found);
	plica_problem_free(problem);
	plica_dataset_free(dataset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(centres_of_mass_are_angles),
		cmocka_unit_test(what_a_mask_leaves_out_has_no_weight),
		cmocka_unit_test(counting_moves_the_centre),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
