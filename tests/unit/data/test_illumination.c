/* SPDX-License-Identifier: BSD-3-Clause */
#include <complex.h>

#include "measured.h"
#include "plica/residual.h"

static struct plica_error err;

static double sum_of(const float *values, size_t count)
{
	double sum = 0.0;

	for (size_t i = 0; i < count; i++)
		sum += (double)values[i];
	return sum;
}

static void all_photons_arrive(void **state)
{
	struct plica_dataset *dataset = measured_dataset(1e4);
	const struct plica_grid grid = {dataset->object_rows, dataset->object_cols, 0.0, 0.0};
	double photons = plica_dataset_mean_photons(dataset) * MEASURED_COUNT;
	float *light = NULL;

	(void)state;
	assert_ok(plica_dataset_illumination(&light, dataset, &grid, &err));
	assert_close(sum_of(light, grid.rows * grid.cols) / photons, 1.0, 1e-5);
	plica_free(light);
	plica_dataset_free(dataset);
}

/* One pattern: the power of its probe, where its patch lies, cut at the grid's rim. */
static void a_patch_lies_at_its_position(void **state)
{
	struct plica_dataset *dataset = measured_dataset(1e4);
	const struct plica_grid grid = {12, 20, 40.0, -3.0};
	float *light = NULL;
	double scale = 0.0;

	(void)state;
	dataset->pattern_count = 1;
	dataset->y_px[0] = 45.2; /* from row 45 - 8 - 40 = -3 of the grid on */
	dataset->x_px[0] = 6.7;  /* from column 10 - 8 = 2 on */
	assert_ok(plica_dataset_illumination(&light, dataset, &grid, &err));
	for (size_t k = 0; k < (size_t)MEASURED_PX * MEASURED_PX; k++)
		scale += pow((double)cabsf(dataset->probe[k]), 2.0);
	scale = plica_dataset_mean_photons(dataset) / scale;
	for (size_t y = 0; y < 12; y++)
		for (size_t x = 0; x < 20; x++) {
			double expected = 0.0;

			if (x >= 2 && x < 18)
				expected =
					scale *
					pow((double)cabsf(
						    dataset->probe[(y + 3) * MEASURED_PX + x - 2]),
						2.0);
			assert_close((double)light[y * 20 + x], expected, 1e-4 * (1.0 + expected));
		}
	plica_free(light);
	dataset->pattern_count = MEASURED_COUNT;
	plica_dataset_free(dataset);
}

static void a_dark_probe_is_refused(void **state)
{
	struct plica_dataset *dataset = measured_dataset(1e4);
	const struct plica_grid grid = {8, 8, 0.0, 0.0};
	float *light = NULL;

	(void)state;
	memset(dataset->probe, 0, (size_t)MEASURED_PX * MEASURED_PX * sizeof(*dataset->probe));
	assert_error(plica_dataset_illumination(&light, dataset, &grid, &err), PLICA_ERR_DATA,
		"'probeGuess' is zero everywhere");
	assert_null(light);
	plica_dataset_free(dataset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_photons_arrive),
		cmocka_unit_test(a_patch_lies_at_its_position),
		cmocka_unit_test(a_dark_probe_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
