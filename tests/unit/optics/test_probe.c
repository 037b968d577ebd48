/* SPDX-License-Identifier: BSD-3-Clause */
#include "optics/probe.h"

#include <complex.h>
#include <stdlib.h>
#include <string.h>

#include "num/fft.h"
#include "testing.h"

#define N 128

static float complex *new_probe(void)
{
	float complex *probe = aligned_alloc(64, sizeof(float complex) * N * N);

	assert_non_null(probe);
	return probe;
}

static void disc_measures_its_diameter(void **state)
{
	static const double diameters_px[] = {6.0, 17.0, 40.3, 80.0};
	float complex *probe = new_probe();
	struct plica_error err;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		const struct plica_probe_model model = {.kind = PLICA_PROBE_DISC,
			.diameter_px = diameters_px[i],
			.edge_px = 1.0,
			.pupil_fraction = 0.25};

		assert_ok(plica_probe_fill(probe, N, &model, &err));
		assert_close(plica_probe_power(probe, (size_t)N * N), 1.0, 1e-5);
		assert_close(plica_probe_diameter_px(probe, 1, N), diameters_px[i],
			0.5 + 0.005 * diameters_px[i]);
		assert_close(plica_probe_rms_radius_px(probe, 1, N), 0.25 * diameters_px[i],
			0.02 * diameters_px[i]);
	}
	free(probe);
}

static void gaussian_measures_its_width(void **state)
{
	const struct plica_probe_model model = {
		.kind = PLICA_PROBE_GAUSSIAN, .diameter_px = 24.0, .pupil_fraction = 0.25};
	float complex *probe = new_probe();
	struct plica_error err;

	(void)state;
	assert_ok(plica_probe_fill(probe, N, &model, &err));
	assert_close(plica_probe_diameter_px(probe, 1, N), 24.0, 0.1);
	/* |P| at a distance of half the width is half of that in the middle */
	assert_close((double)(cabsf(probe[64 * N + 76]) / cabsf(probe[64 * N + 64])), 0.5, 1e-4);
	free(probe);
}

static void halo_hardly_matters(void **state)
{
	const struct plica_probe_model model = {
		.kind = PLICA_PROBE_GAUSSIAN, .diameter_px = 20.0, .pupil_fraction = 0.25};
	float complex *probe = new_probe();
	struct plica_error err;
	double before;

	(void)state;
	assert_ok(plica_probe_fill(probe, N, &model, &err));
	before = plica_probe_diameter_px(probe, 1, N);
	for (size_t i = 0; i < (size_t)N * N; i++)
		probe[i] += I * 0.22F / N; /* 5 % of the power, everywhere */
	assert_close(plica_probe_diameter_px(probe, 1, N), before, 0.05 * before);
	free(probe);
}

static void zone_plate_has_its_pupil_and_cone(void **state)
{
	struct plica_probe_model model = {.kind = PLICA_PROBE_ZONE_PLATE,
		.pupil_fraction = 0.2,
		.stop_fraction = 0.4,
		.defocus_rad = plica_probe_defocus_rad(45.0, 0.2)};
	float complex *probe = new_probe();
	struct plica_fft *fft = NULL;
	struct plica_error err;
	double inside = 0.0, total = 0.0;

	(void)state;
	assert_ok(plica_probe_fill(probe, N, &model, &err));
	assert_close(plica_probe_power(probe, (size_t)N * N), 1.0, 1e-5);
	assert_close(plica_probe_diameter_px(probe, 1, N), 45.0, 0.12 * 45.0);
	assert_ok(plica_fft_create(&fft, N, N, &err));
	plica_fft_forward(fft, probe);
	for (size_t i = 0; i < (size_t)N * N; i++) {
		double radius =
			N * hypot(plica_fft_frequency(i / N, N), plica_fft_frequency(i % N, N));
		double value = plica_probe_power(&probe[i], 1);

		total += value;
		inside += radius > 0.4 * 0.2 * N - 1.5 && radius < 0.2 * N + 1.5 ? value : 0.0;
	}
	assert_true(inside > 0.99999 * total);
	plica_fft_free(fft);
	free(probe);
}

/* In focus the zone plate's image peaks at [N/2, N/2], for even and odd N. */
static void focus_is_in_the_middle(void **state)
{
	static const size_t sizes[] = {64, 63};
	const struct plica_probe_model model = {
		.kind = PLICA_PROBE_ZONE_PLATE, .pupil_fraction = 0.2, .stop_fraction = 0.3};
	float complex *probe = new_probe();
	struct plica_error err;

	(void)state;
	for (size_t s = 0; s < 2; s++) {
		size_t n = sizes[s];
		size_t best = 0;

		assert_ok(plica_probe_fill(probe, n, &model, &err));
		for (size_t i = 0; i < n * n; i++)
			if (cabsf(probe[i]) > cabsf(probe[best]))
				best = i;
		assert_int_equal(best, n / 2 * n + n / 2);
		assert_true(fabsf(cimagf(probe[best])) < 1e-4F * crealf(probe[best]));
	}
	free(probe);
}

static void defocus_widens_and_keeps_power(void **state)
{
	struct plica_probe_model model = {.kind = PLICA_PROBE_DISC,
		.diameter_px = 20.0,
		.edge_px = 2.0,
		.pupil_fraction = 0.2};
	float complex *probe = new_probe();
	struct plica_error err;
	double sharp_px;

	(void)state;
	assert_ok(plica_probe_fill(probe, N, &model, &err));
	sharp_px = plica_probe_rms_radius_px(probe, 1, N);
	model.defocus_rad = 20.0;
	assert_ok(plica_probe_fill(probe, N, &model, &err));
	assert_true(plica_probe_rms_radius_px(probe, 1, N) > 1.1 * sharp_px);
	assert_close(plica_probe_power(probe, (size_t)N * N), 1.0, 1e-5);
	free(probe);
}

static void modes_add_their_power(void **state)
{
	float complex two[2 * 16] = {0};

	(void)state;
	assert_close(plica_probe_diameter_px(two, 2, 4), 0.0, 0.0);
	assert_close(plica_probe_rms_radius_px(two, 2, 4), 0.0, 0.0);
	two[4 * 1 + 1] = 1.0F;
	assert_close(plica_probe_diameter_px(two, 1, 4), 1.0, 0.0); /* a pixel is the least */
	two[16 + 4 * 1 + 3] = I;
	/* two points, two pixels apart along x: <x^2> = 1, and half for each axis */
	assert_close(plica_probe_rms_radius_px(two, 2, 4), sqrt(0.5), 1e-9);
}

static void a_probe_without_power_is_refused(void **state)
{
	const struct plica_probe_model model = {
		.kind = PLICA_PROBE_GAUSSIAN, .diameter_px = (double)NAN, .pupil_fraction = 0.2};
	float complex *probe = new_probe();
	struct plica_error err;

	(void)state;
	assert_error(plica_probe_fill(probe, 8, &model, &err), PLICA_ERR_NUMERIC,
		"the probe has a power of");
	free(probe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disc_measures_its_diameter),
		cmocka_unit_test(gaussian_measures_its_width),
		cmocka_unit_test(halo_hardly_matters),
		cmocka_unit_test(zone_plate_has_its_pupil_and_cone),
		cmocka_unit_test(focus_is_in_the_middle),
		cmocka_unit_test(defocus_widens_and_keeps_power),
		cmocka_unit_test(modes_add_their_power),
		cmocka_unit_test(a_probe_without_power_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
