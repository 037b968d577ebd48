/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/frc.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "eval/phasor.h"
#include "testing.h"

#define ROWS 65
#define COLS 72

static void fill_noise(float complex *out, uint64_t index)
{
	struct plica_random random;

	plica_random_start(&random, 4, PLICA_RANDOM_TEST, index);
	for (size_t i = 0; i < ROWS * COLS; i++)
		out[i] = (float complex)plica_complex(
			plica_random_normal(&random), plica_random_normal(&random));
}

static void thresholds_have_their_limits(void **state)
{
	(void)state;
	assert_close(plica_frc_threshold(0.5, 2000000000), 1.0 / 3.0, 1e-4);
	assert_close(plica_frc_threshold(PLICA_FRC_HALF_BIT_SNR, 2000000000),
		0.20710678 / 1.20710678, 1e-4);
	assert_close(plica_frc_threshold(0.5, 1), 1.0, 1e-12);
	assert_close(plica_frc_threshold(0.5, 2), 1.0, 1e-12);
	/* n = 16: (0.2071 + 1.9102 / 4) / (1.2071 + 0.9102 / 4) as van Heel and Schatz print it */
	assert_close(plica_frc_threshold(PLICA_FRC_HALF_BIT_SNR, 32),
		(0.2071 + 1.9102 / 4.0) / (1.2071 + 0.9102 / 4.0), 1e-4);
}

static void curve_of_equal_and_of_independent_pictures(void **state)
{
	static float complex a[ROWS * COLS], b[ROWS * COLS];
	struct plica_frc_curve curve;
	struct plica_metric crossing;
	struct plica_error err;

	(void)state;
	fill_noise(a, 0);
	fill_noise(b, 1);
	assert_ok(plica_frc_curve(&curve, a, a, ROWS, COLS, &err));
	assert_int_equal(curve.ring_count, ROWS / 2 + 1);
	assert_close(curve.frequency[curve.ring_count - 1], 64.0 / 65.0, 1e-12);
	for (size_t i = 0; i < curve.ring_count; i++)
		assert_close(curve.frc[i], 1.0, 1e-12);
	crossing = plica_frc_crossing(&curve, NULL, 0.5);
	assert_true(isnan(crossing.value));
	assert_string_equal(crossing.reason, "no crossing up to Nyquist");
	assert_close(plica_frc_mean(&curve).value, 1.0, 1e-12);
	plica_frc_release(&curve);

	assert_ok(plica_frc_curve(&curve, a, b, ROWS, COLS, &err));
	for (size_t i = 10; i < curve.ring_count; i++)
		assert_true(fabs(curve.frc[i]) < 0.5);
	assert_close(plica_frc_mean(&curve).value, 0.0, 0.1);
	plica_frc_release(&curve);
	assert_null(curve.frc);
}

/* Signal up to a radius, independent noise everywhere: the curve falls there. */
static void common_signal_ends_where_it_ends(void **state)
{
	static float complex a[ROWS * COLS], b[ROWS * COLS];
	struct plica_frc_curve curve;
	struct plica_random random;
	struct plica_error err;

	(void)state;
	fill_noise(a, 0);
	fill_noise(b, 1);
	plica_random_start(&random, 5, PLICA_RANDOM_TEST, 0);
	for (int wave = 0; wave < 400; wave++) {
		double size = 0.25 * sqrt(plica_random_uniform(&random)); /* half of Nyquist */
		double angle = 2.0 * M_PI * plica_random_uniform(&random);
		double fy = size * sin(angle), fx = size * cos(angle);
		double start = 2.0 * M_PI * plica_random_uniform(&random);

		for (size_t i = 0; i < ROWS * COLS; i++) {
			double phase =
				2.0 * M_PI * (fy * (double)(i / COLS) + fx * (double)(i % COLS)) +
				start;
			float complex value = (float complex)plica_complex(cos(phase), sin(phase));

			a[i] += value;
			b[i] += value;
		}
	}
	assert_ok(plica_frc_curve(&curve, a, b, ROWS, COLS, &err));
	assert_close(plica_frc_crossing(&curve, NULL, 0.5).value, 0.52, 0.04);
	assert_null(plica_frc_crossing(&curve, curve.half_bit, 0.0).reason);
	assert_close(plica_frc_crossing(&curve, curve.half_bit, 0.0).value, 0.55, 0.04);
	plica_frc_release(&curve);
}

static void crossings_are_interpolated(void **state)
{
	double frequency[] = {0.0, 0.25, 0.5, 0.75, 1.0};
	double frc[] = {1.0, 0.2, 0.9, 0.3, 0.4};
	double never[] = {1.0, 0.9, NAN, 0.9, 0.9};
	double level[] = {0.8, 0.8, 0.8, 0.4, 0.1};
	struct plica_frc_curve curve = {
		.ring_count = 5, .frequency = frequency, .frc = frc, .one_bit = level};

	(void)state;
	/* ring 1 does not count; from 0.9 to 0.3 the level 0.5 is at two thirds */
	assert_close(plica_frc_crossing(&curve, NULL, 0.5).value, 0.25 * (2.0 + 2.0 / 3.0), 1e-12);
	/* 0.1 above, then 0.1 below */
	assert_close(plica_frc_crossing(&curve, curve.one_bit, 0.0).value, 0.25 * 2.5, 1e-12);
	assert_close(plica_frc_mean(&curve).value, 0.45, 1e-12);
	frc[2] = 0.1; /* below already at ring 1 */
	assert_close(plica_frc_crossing(&curve, NULL, 0.5).value, 0.25, 1e-12);
	curve.frc = never; /* a ring without power is where it ends */
	assert_close(plica_frc_crossing(&curve, NULL, 0.5).value, 0.25, 1e-12);
}

static void flat_pictures_have_no_rings(void **state)
{
	static float complex a[ROWS * COLS], b[ROWS * COLS];
	struct plica_frc_curve curve;
	struct plica_error err;

	(void)state;
	fill_noise(a, 0);
	for (size_t i = 0; i < ROWS * COLS; i++)
		b[i] = 0.3F;
	assert_ok(plica_frc_curve(&curve, a, b, ROWS, COLS, &err));
	assert_true(isnan(plica_frc_crossing(&curve, NULL, 0.5).value));
	assert_non_null(plica_frc_crossing(&curve, NULL, 0.5).reason);
	assert_non_null(plica_frc_mean(&curve).reason);
	plica_frc_release(&curve);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thresholds_have_their_limits),
		cmocka_unit_test(curve_of_equal_and_of_independent_pictures),
		cmocka_unit_test(common_signal_ends_where_it_ends),
		cmocka_unit_test(crossings_are_interpolated),
		cmocka_unit_test(flat_pictures_have_no_rings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
