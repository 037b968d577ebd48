/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/denoise.h"

#include <math.h>

#include "base/random.h"
#include "testing.h"

#define SIDE ((size_t)32)
#define PER_AXIS ((size_t)10)

static struct plica_error err;

/* A grid of positions under a uniform probe of `photons` per pixel: W is about constant. */
static struct plica_problem *make_problem(struct plica_settings *settings, double photons)
{
	struct plica_dataset *dataset = NULL;
	struct plica_problem *problem = NULL;
	size_t count = PER_AXIS * PER_AXIS;

	assert_ok(plica_dataset_create(&dataset, count, SIDE, 1, 0, 0, &err));
	for (size_t i = 0; i < count; i++) {
		dataset->y_px[i] = 40.0 + 8.0 * (double)(i / PER_AXIS);
		dataset->x_px[i] = 40.0 + 8.0 * (double)(i % PER_AXIS);
		((float *)dataset->patterns)[i * SIDE * SIDE + SIDE * SIDE / 2 + SIDE / 2] = 10.0F;
	}
	for (size_t k = 0; k < SIDE * SIDE; k++)
		dataset->probe[k] = (float)sqrt(photons / 16.0); /* 16 patches cover a pixel */
	assert_ok(plica_settings_init(settings, "ML", &err));
	assert_ok(plica_problem_create(&problem, dataset, settings, &err));
	plica_dataset_free(dataset);
	return problem;
}

/* Steps of height 1 between columns 30 px wide, as a truth. */
static float truth(size_t x)
{
	return x / 30 % 2 == 0 ? 0.5F : 1.0F;
}

static void add_noise(struct plica_problem *problem, double sigma)
{
	struct plica_planes *object = &problem->object;
	struct plica_random random;

	plica_random_start(&random, 3, PLICA_RANDOM_TEST, 0);
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * object->stride + x;

			object->re[k] = truth(x) + (float)(sigma * plica_random_normal(&random));
			object->im[k] = (float)(sigma * plica_random_normal(&random));
		}
}

static double error_of(const struct plica_problem *problem)
{
	const struct plica_planes *object = &problem->object;
	double sum = 0.0;
	double count = 0.0;

	for (size_t y = problem->roi[0]; y < problem->roi[1]; y++)
		for (size_t x = problem->roi[2]; x < problem->roi[3]; x++) {
			double re = (double)(object->re[y * object->stride + x] - truth(x));
			double im = (double)object->im[y * object->stride + x];

			sum += re * re + im * im;
			count += 1.0;
		}
	return sqrt(sum / count);
}

/* Noise of the size that the photons make halves at least, and edges stay. */
static void noise_goes_and_edges_stay(void **state)
{
	static const double photons[] = {10.0, 1000.0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct plica_settings settings;
		struct plica_problem *problem = make_problem(&settings, photons[i]);
		double before, after;

		add_noise(problem, sqrt(1.0 / (4.0 * photons[i])));
		before = error_of(problem);
		assert_ok(plica_denoise(problem, 0.5, &err));
		after = error_of(problem);
		print_message("# %g photons: %.4f -> %.4f\n", photons[i], before, after);
		assert_true(after < 0.5 * before);
		plica_problem_free(problem);
	}
}

static void a_flat_object_stays(void **state)
{
	struct plica_settings settings;
	struct plica_problem *problem = make_problem(&settings, 100.0);

	(void)state;
	assert_ok(plica_denoise(problem, 0.5, &err));
	for (size_t y = 0; y < problem->object.rows; y++)
		for (size_t x = 0; x < problem->object.cols; x++)
			assert_true(problem->object.re[y * problem->object.stride + x] == 1.0F);
	plica_problem_free(problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_goes_and_edges_stay),
		cmocka_unit_test(a_flat_object_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
