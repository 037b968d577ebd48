/* SPDX-License-Identifier: BSD-3-Clause */
#include <complex.h>
#include <math.h>

#include "base/memory.h"
#include "base/try.h"
#include "data/expose.h"
#include "plica/residual.h"

/* |P|^2 over all modes, scaled to the mean photons of a pattern. */
static enum plica_status find_power(
	float **out, const struct plica_dataset *dataset, struct plica_error *err)
{
	size_t pixels = dataset->pattern_px * dataset->pattern_px;
	enum plica_status status;
	double total = 0.0;
	double scale;
	float *power = NULL;

	PLICA_TRY(PLICA_NEW(&power, pixels, err));
	for (size_t k = 0; k < dataset->probe_modes * pixels; k++) {
		float complex value = dataset->probe[k];
		float part = crealf(value) * crealf(value) + cimagf(value) * cimagf(value);

		power[k % pixels] += part;
		total += (double)part;
	}
	if (!(total > 0.0)) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"'probeGuess' is zero everywhere, expected an illumination");
		goto out;
	}
	scale = plica_dataset_mean_photons(dataset) / total;
	for (size_t k = 0; k < pixels; k++)
		power[k] *= (float)scale;
	*out = power;
	power = NULL;
out:
	plica_free(power);
	return status;
}

/* Adds a patch whose first pixel lies at (row, col), as far as the grid goes. */
static void add_patch(double *sum, const struct plica_grid *grid, const float *power, size_t n,
	const double start[2])
{
	for (size_t y = 0; y < n; y++) {
		double row = start[0] + (double)y;

		if (!(row >= 0.0 && row < (double)grid->rows))
			continue;
		for (size_t x = 0; x < n; x++) {
			double col = start[1] + (double)x;

			if (col >= 0.0 && col < (double)grid->cols)
				sum[(size_t)row * grid->cols + (size_t)col] +=
					(double)power[y * n + x];
		}
	}
}

enum plica_status plica_dataset_illumination(float **out, const struct plica_dataset *dataset,
	const struct plica_grid *grid, struct plica_error *err)
{
	size_t n = dataset->pattern_px;
	size_t count = grid->rows * grid->cols;
	float *power = NULL;
	float *result = NULL;
	double *sum = NULL;
	enum plica_status status;

	PLICA_TRY(find_power(&power, dataset, err));
	PLICA_TRY(PLICA_NEW(&sum, count, err));
	PLICA_TRY(PLICA_NEW(&result, count, err));
	for (size_t i = 0; i < dataset->pattern_count; i++) {
		const double start[2] = {plica_patch_start(dataset->y_px[i] - grid->origin_y_px, n),
			plica_patch_start(dataset->x_px[i] - grid->origin_x_px, n)};

		add_patch(sum, grid, power, n, start);
	}
	for (size_t k = 0; k < count; k++)
		result[k] = (float)sum[k];
	*out = result;
	result = NULL;
out:
	plica_free(power);
	plica_free(result);
	plica_free(sum);
	return status;
}
