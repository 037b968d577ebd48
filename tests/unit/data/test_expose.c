/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/expose.h"

#include <complex.h>
#include <string.h>

#include "testing.h"

/* Small enough for the transforms to be written out. */
#define N 8
#define SIDE 20
#define FRAMES 4000

static struct plica_error err;

static float complex object[SIDE * SIDE], probe[N * N];
static double y_px[FRAMES], x_px[FRAMES];

static char description[] = "{}";

static struct plica_scene scene_of(size_t count)
{
	for (size_t i = 0; i < (size_t)SIDE * SIDE; i++)
		object[i] = CMPLXF(0.9F + 0.01F * (float)(i % 7), 0.03F * (float)(i % 11));
	for (size_t i = 0; i < (size_t)N * N; i++)
		probe[i] = CMPLXF(
			expf(-0.1F * (float)((i / N - 4) * (i / N - 4))), 0.2F * sinf((float)i));
	for (size_t i = 0; i < count; i++) {
		y_px[i] = 9.3;
		x_px[i] = 10.6;
	}
	return (struct plica_scene){.object_rows = SIDE,
		.object_cols = SIDE,
		.object = object,
		.probe_modes = 1,
		.pattern_px = N,
		.probe = probe,
		.probe_guess = probe,
		.count = count,
		.y_px = y_px,
		.x_px = x_px,
		.description_json = description};
}

static double complex phasor(double turns)
{
	return CMPLX(cos(2.0 * M_PI * turns), sin(2.0 * M_PI * turns));
}

/* out(k) = sum over r of in(r) exp(sign 2 pi i k r / N) / N, by definition. */
static void transform(double complex *out, const double complex *in, double sign)
{
	for (size_t k = 0; k < (size_t)N * N; k++) {
		out[k] = 0.0;
		for (size_t r = 0; r < (size_t)N * N; r++)
			out[k] += in[r] *
				  phasor(sign * (double)(k / N * (r / N) + k % N * (r % N)) / N) /
				  N;
	}
}

/* Expected counts of pixel [y, x] of the pattern at (9.3, 10.6): the patch starts at (5, 7), the
 * probe moves by (0.3, -0.4). */
static void expect(double *out)
{
	double complex wave[N * N], spectrum[N * N];

	for (size_t i = 0; i < (size_t)N * N; i++)
		wave[i] = CMPLX((double)crealf(probe[i]), (double)cimagf(probe[i]));
	transform(spectrum, wave, -1.0);
	for (size_t i = 0; i < (size_t)N * N; i++) {
		double ky = (double)(i / N) - (i / N < N / 2 ? 0 : N);
		double kx = (double)(i % N) - (i % N < N / 2 ? 0 : N);

		spectrum[i] *= phasor(-(ky * 0.3 + kx * -0.4) / N);
	}
	transform(wave, spectrum, 1.0);
	for (size_t i = 0; i < (size_t)N * N; i++) {
		float complex o = object[(5 + i / N) * SIDE + 7 + i % N];

		wave[i] *= CMPLX((double)crealf(o), (double)cimagf(o));
	}
	transform(spectrum, wave, -1.0);
	for (size_t i = 0; i < (size_t)N * N; i++) {
		size_t from = (i / N + N / 2) % N * N + (i % N + N / 2) % N;

		out[i] = creal(spectrum[from] * conj(spectrum[from]));
	}
}

static void starts_round_to_even(void **state)
{
	(void)state;
	assert_close(plica_patch_start(9.3, 8), 5.0, 0.0);
	assert_close(plica_patch_start(10.5, 8), 6.0, 0.0);
	assert_close(plica_patch_start(11.5, 8), 8.0, 0.0);
	assert_close(plica_patch_start(10.6, 9), 7.0, 0.0);
}

static void mean_photons_is_the_power_of_the_exit_waves(void **state)
{
	const struct plica_scene scene = scene_of(3);
	double expected[N * N];
	double photons = 0.0;
	double sum = 0.0;

	(void)state;
	expect(expected);
	for (size_t i = 0; i < (size_t)N * N; i++)
		sum += expected[i];
	assert_ok(plica_scene_mean_photons(&photons, &scene, &err));
	assert_close(photons, sum, 1e-5 * sum);
}

static void assert_poisson(const struct plica_dataset *dataset, size_t pixel, double rate)
{
	const float *patterns = dataset->patterns;
	double mean = 0.0;
	double square = 0.0;

	for (size_t i = 0; i < FRAMES; i++) {
		double amplitude = (double)patterns[i * N * N + pixel];
		double count = amplitude * amplitude;

		assert_close(count, rint(count), 1e-4);
		mean += count / FRAMES;
		square += count * count / FRAMES;
	}
	assert_close(mean, rate, 5.0 * sqrt(rate / FRAMES) + 1e-4);
	/* the variance of an estimated variance is (m4 - m2^2) / n, m4 = rate + 3 rate^2 */
	assert_close(
		square - mean * mean, rate, 6.0 * sqrt((rate + 2.0 * rate * rate) / FRAMES) + 1e-3);
}

/* Many frames of one place: each pixel's mean and variance are the expected counts. */
static void counts_are_poisson_about_the_model(void **state)
{
	const struct plica_scene scene = scene_of(FRAMES);
	struct plica_dataset *dataset = NULL;
	double expected[N * N];

	(void)state;
	expect(expected);
	assert_ok(plica_scene_expose(&dataset, &scene, 0.5, 3, &err));
	for (size_t k = 0; k < (size_t)N * N; k++)
		assert_poisson(dataset, k, 0.5 * expected[k]);
	plica_dataset_free(dataset);
}

/* Two equal modes of half the power each are one mode. */
static void modes_add_intensities(void **state)
{
	float complex two[2 * N * N];
	struct plica_scene scene = scene_of(2);
	struct plica_dataset *one = NULL, *both = NULL;

	(void)state;
	assert_ok(plica_scene_expose(&one, &scene, 1e3, 3, &err));
	for (size_t i = 0; i < (size_t)N * N; i++)
		two[i] = two[N * N + i] = probe[i] * (float)M_SQRT1_2;
	scene.probe_modes = 2;
	scene.probe = scene.probe_guess = two;
	assert_ok(plica_scene_expose(&both, &scene, 1e3, 3, &err));
	assert_close(plica_dataset_mean_photons(one), plica_dataset_mean_photons(both), 0.01 * 1e3);
	assert_int_equal(both->probe_modes, 2);
	plica_dataset_free(one);
	plica_dataset_free(both);
}

/* Every count of a thinning is part of the master's, and on the whole it has its own dose. */
static void thinnings_share_the_noise_of_their_master(void **state)
{
	struct plica_scene scene = scene_of(FRAMES);
	struct plica_dataset *master = NULL;
	struct plica_dataset *thinned = NULL;
	const float *more, *less;
	double mean = 0.0, square = 0.0;

	(void)state;
	assert_ok(plica_scene_expose(&master, &scene, 1e3, 3, &err));
	assert_ok(plica_scene_expose_thinned(&thinned, &scene, 250.0, 1e3, 3, &err));
	more = master->patterns;
	less = thinned->patterns;
	for (size_t i = 0; i < (size_t)FRAMES * N * N; i++)
		assert_true(less[i] <= more[i]);
	assert_close(plica_dataset_mean_photons(thinned) / plica_dataset_mean_photons(master), 0.25,
		0.002);
	/* Poisson: the variance of a pixel is its mean */
	for (size_t i = 0; i < FRAMES; i++) {
		double count = (double)(less[i * N * N] * less[i * N * N]);

		mean += count / FRAMES;
		square += count * count / FRAMES;
	}
	assert_close((square - mean * mean) / mean, 1.0, 0.15);
	plica_dataset_free(master);
	plica_dataset_free(thinned);
	assert_error(plica_scene_expose_thinned(&thinned, &scene, 2e3, 1e3, 3, &err),
		PLICA_ERR_ARGUMENT, "the dose of the master is 1000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_round_to_even),
		cmocka_unit_test(mean_photons_is_the_power_of_the_exit_waves),
		cmocka_unit_test(counts_are_poisson_about_the_model),
		cmocka_unit_test(modes_add_intensities),
		cmocka_unit_test(thinnings_share_the_noise_of_their_master),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
