/* SPDX-License-Identifier: BSD-3-Clause */
/* The forecast against the allocations that it stands for. */
#include <string.h>

#include "data/dataset.h"
#include "plica/reconstruct.h"
#include "recon/problem.h"
#include "testing.h"
#include "tiny.h"

static struct plica_error err;

static struct plica_forecast forecast_of(
	const struct plica_dataset *dataset, const struct plica_settings *settings)
{
	struct plica_forecast forecast;

	assert_ok(plica_forecast_memory(&forecast, dataset, settings, false, &err));
	assert_true(forecast.available > 0.0);
	assert_close(forecast.total,
		forecast.dataset + forecast.patterns + forecast.object + forecast.waves +
			forecast.scratch,
		1.0);
	return forecast;
}

/* rPIE keeps eight canvases: object, product and gradient, each two, and the illumination twice. */
static void the_parts_are_those_of_the_problem(void **state)
{
	struct plica_dataset *dataset = tiny_dataset();
	struct plica_settings settings = tiny_settings("rPIE");
	struct plica_problem *problem = NULL;
	struct plica_forecast forecast = forecast_of(dataset, &settings);
	double canvas, wave;

	(void)state;
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	canvas = (double)(problem->object.rows * problem->object.stride * sizeof(float));
	wave = (double)(problem->kernels->wave_floats * sizeof(float));
	assert_close(forecast.dataset,
		(double)(TINY_COUNT * plica_pattern_bytes(dataset)) +
			8.0 * (TINY_OBJECT * TINY_OBJECT + TINY_PIXELS),
		0.0);
	assert_close(forecast.patterns,
		(double)(TINY_COUNT * problem->kernels->pattern_floats * sizeof(float)), 0.0);
	assert_close(forecast.object, 8.0 * canvas, 0.35 * 8.0 * canvas);
	assert_close(forecast.waves, 2.0 * TINY_COUNT * wave, 0.0);
	settings.object.patch_interpolation = PLICA_INTERPOLATION_NEAREST;
	forecast = forecast_of(dataset, &settings);
	assert_close(forecast.waves, TINY_COUNT * wave, 0.0); /* A is the probe */
	plica_problem_free(problem);
	plica_dataset_free(dataset);
}

/* Half of what amplitudes need. */
static void counts_take_two_bytes(void **state)
{
	struct plica_dataset *dataset = tiny_dataset();
	struct plica_settings settings = tiny_settings("rPIE");
	float *amplitudes = dataset->patterns;
	double before = forecast_of(dataset, &settings).patterns;

	(void)state;
	for (size_t k = 0; k < TINY_COUNT * TINY_PIXELS; k++)
		amplitudes[k] = sqrtf((float)(k % 50));
	assert_close(forecast_of(dataset, &settings).patterns, 0.5 * before, 0.0);
	settings.data.gain = 2.0;
	assert_close(forecast_of(dataset, &settings).patterns, before, 0.0);
	plica_dataset_free(dataset);
}

/* The patterns once, in place of the stored ones; of wider ones what goes beyond that. */
static void a_dataset_that_is_consumed_is_no_longer_there(void **state)
{
	struct plica_dataset *dataset = tiny_dataset();
	struct plica_settings settings = tiny_settings("LSQML");
	struct plica_forecast kept = forecast_of(dataset, &settings);
	struct plica_forecast consumed;

	(void)state;
	assert_ok(plica_forecast_memory(&consumed, dataset, &settings, true, &err));
	assert_close(consumed.dataset, 0.0, 0.0);
	assert_close(consumed.total, kept.total - kept.dataset, 1.0);
	assert_ok(plica_reconstruct_check(dataset, &settings, consumed.total, true, &err));
	assert_error(plica_reconstruct_check(dataset, &settings, consumed.total, false, &err),
		PLICA_ERR_MEMORY, "the run needs");
	/* of which the forecast looks at no pixel */
	dataset->object_rows = dataset->object_cols = 10000;
	assert_ok(plica_forecast_memory(&consumed, dataset, &settings, true, &err));
	assert_close(consumed.total, 8e8 + 11e6, 1e5); /* and the program */
	plica_dataset_free(dataset);
}

static void options_that_need_more_say_so(void **state)
{
	struct plica_dataset *dataset = tiny_dataset();
	struct plica_settings settings = tiny_settings("ML");
	double before = forecast_of(dataset, &settings).object;

	(void)state;
	settings.object.tv.weight = 1e-3;
	assert_true(forecast_of(dataset, &settings).object > 1.3 * before);
	settings.positions.optimizable = true;
	settings.denoise = PLICA_DENOISE_AUTO;
	assert_true(forecast_of(dataset, &settings).object > 2.0 * before);
	plica_dataset_free(dataset);
}

static void a_batch_that_fits_is_named(void **state)
{
	struct plica_dataset *dataset = tiny_dataset();
	struct plica_settings settings = tiny_settings("LSQML");
	struct plica_forecast forecast;
	double wave;

	(void)state;
	settings.batch_size = 8;
	forecast = forecast_of(dataset, &settings);
	wave = forecast.waves / 16.0;
	assert_ok(plica_reconstruct_check(dataset, &settings, forecast.total, false, &err));
	assert_error(plica_reconstruct_check(
			     dataset, &settings, forecast.total - 5.0 * wave, false, &err),
		PLICA_ERR_MEMORY, "batch_size 5 would fit");
	assert_error(plica_reconstruct_check(
			     dataset, &settings, forecast.total - 15.0 * wave, false, &err),
		PLICA_ERR_MEMORY, "no batch size would fit");
	plica_dataset_free(dataset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_parts_are_those_of_the_problem),
		cmocka_unit_test(counts_take_two_bytes),
		cmocka_unit_test(a_dataset_that_is_consumed_is_no_longer_there),
		cmocka_unit_test(options_that_need_more_say_so),
		cmocka_unit_test(a_batch_that_fits_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
