/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/bench.h"

#include <string.h>

#include "recon/engine.h"
#include "testing.h"
#include "tiny.h"

static struct plica_error err;

/* Three epochs of LSQML on the tiny dataset; `profile` may be NULL. Gives the object's bits. */
static void run(float *object, size_t floats, struct plica_profile *profile)
{
	struct plica_dataset *dataset = tiny_dataset();
	struct plica_settings settings = tiny_settings("LSQML");
	struct plica_problem *problem = NULL;
	struct plica_epoch epoch;
	void *state = NULL;

	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	if (profile != NULL)
		plica_profile_attach(profile, problem->kernels);
	assert_ok(plica_engine_lsqml.create(&state, problem, &err));
	for (long number = 0; number < 3; number++)
		plica_engine_lsqml.epoch(state, number, &epoch);
	assert_true(floats <= problem->object.rows * problem->object.stride);
	memcpy(object, problem->object.re, floats * sizeof(*object));
	plica_engine_lsqml.destroy(state);
	plica_problem_free(problem);
	plica_dataset_free(dataset);
}

static void a_profile_changes_no_bit(void **state)
{
	struct plica_profile profile;
	float plain[512];
	float timed[512];

	(void)state;
	run(plain, 512, NULL);
	run(timed, 512, &profile);
	assert_memory_equal(plain, timed, sizeof(plain));
	assert_int_equal(profile.kernel[PLICA_PROFILE_EXIT_WAVE].calls, 3 * TINY_COUNT);
	assert_int_equal(profile.kernel[PLICA_PROFILE_PAIR_SUMS].calls, 3 * TINY_COUNT);
	assert_int_equal(profile.kernel[PLICA_PROFILE_LINE_SEARCH].calls, 0);
	assert_true(plica_profile_seconds(&profile, PLICA_PROFILE_EXIT_WAVE) > 0.0);
	assert_true(plica_profile_seconds(&profile, PLICA_PROFILE_LINE_SEARCH) == 0.0);
	assert_true(plica_profile_overhead(&profile) >= 0.0);
}

static void check(const struct plica_bench *bench, bool shifted)
{
	double kernels = 0.0;

	assert_int_equal(bench->patterns, TINY_COUNT);
	assert_int_equal(bench->side, TINY_SIDE);
	assert_int_equal(bench->shifted, shifted);
	assert_int_equal(bench->transforms, shifted ? 4 : 2);
	assert_true(bench->transform_s > 0.0);
	for (size_t i = 0; i < bench->run_count; i++) {
		const struct plica_bench_epochs *run = &bench->run[i];
		double floor_s = (double)(bench->transforms * TINY_COUNT) * bench->transform_s /
				 (double)run->threads;

		assert_true(run->count >= 1);
		assert_true(run->best_s > 0.0 && run->best_s <= run->mean_s);
		assert_true(run->best_cpu_s > 0.0);
		assert_close(run->floor_s, floor_s, 1e-12);
	}
	for (size_t k = 0; k < PLICA_PROFILE_KERNELS; k++)
		kernels += bench->kernel_s[k];
	assert_true(bench->kernel_s[PLICA_PROFILE_EXIT_WAVE] > 0.0);
	assert_true(kernels <= bench->profiled_s);
	/* patterns, both waves of a batch, and an object that is larger than one patch */
	assert_true(bench->needed_bytes > (int64_t)(TINY_COUNT * TINY_PIXELS * (4 + 16)));
	assert_true(bench->peak_bytes > bench->needed_bytes);
}

static void every_engine_is_measured(void **state)
{
	const char *const *name = plica_algorithms();

	(void)state;
	for (; *name != NULL; name++) {
		struct plica_dataset *dataset = tiny_dataset();
		struct plica_settings settings = tiny_settings(*name);
		const struct plica_bench_params params = {.settings = &settings, .seconds = 1e-3};
		struct plica_bench bench;

		settings.num_epochs = 20;
		settings.threads = 3;
		assert_ok(plica_bench_run(&bench, &dataset, &params, &err));
		assert_null(dataset);
		assert_int_equal(bench.run_count, 3); /* 1, 2 and 3 threads */
		assert_int_equal(bench.run[2].threads, 3);
		check(&bench, true);
	}
}

static struct plica_dataset *whole_pixels(void)
{
	struct plica_dataset *dataset = tiny_dataset();

	for (size_t i = 0; i < TINY_COUNT; i++)
		dataset->y_px[i] = rint(dataset->y_px[i]);
	return dataset;
}

static void whole_pixels_need_two_transforms(void **state)
{
	struct plica_dataset *dataset = whole_pixels();
	struct plica_settings settings = tiny_settings("LSQML");
	const struct plica_bench_params params = {.settings = &settings, .seconds = 1e-3};
	struct plica_bench bench;

	(void)state;
	assert_ok(plica_bench_run(&bench, &dataset, &params, &err));
	check(&bench, false);
	settings.num_epochs = 0; /* a measurement takes as many as it needs */
	dataset = whole_pixels();
	assert_ok(plica_bench_run(&bench, &dataset, &params, &err));
	check(&bench, false);
	settings.batch_size = 0;
	dataset = whole_pixels();
	assert_error(
		plica_bench_run(&bench, &dataset, &params, &err), PLICA_ERR_ARGUMENT, "batch_size");
	assert_null(dataset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_profile_changes_no_bit),
		cmocka_unit_test(every_engine_is_measured),
		cmocka_unit_test(whole_pixels_need_two_transforms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
