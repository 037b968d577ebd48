/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/detector.h"

#include "testing.h"
#include "tiny.h"

static void stored_values_become_photons(void **state)
{
	struct plica_settings settings = tiny_settings("ML");
	float amplitudes[5];

	(void)state;
	settings.data.gain = 2.5;
	settings.data.offset = 10.0;
	for (int k = 0; k < 5; k++) /* 5, 10, 15, 20, 25 */
		amplitudes[k] = sqrtf(5.0F * (float)(k + 1));
	assert_true(plica_detector_is_calibrated(&settings));
	assert_int_equal(plica_detector_calibrate(amplitudes, 5, &settings), 1);
	for (int k = 0; k < 5; k++)
		assert_close(
			(double)(amplitudes[k] * amplitudes[k]), k > 1 ? 2.0 * (k - 1) : 0.0, 2e-5);
}

/* Every whole number up to the limit, whatever its root is rounded to. */
static void few_photons_are_left_out(void **state)
{
	struct plica_settings settings = tiny_settings("ML");

	(void)state;
	for (int limit = 0; limit < 300; limit++) {
		float amplitudes[3];

		settings.exclude_below = limit;
		for (int k = 0; k < 3; k++)
			amplitudes[k] = sqrtf((float)(limit + k));
		assert_int_equal(plica_detector_calibrate(amplitudes, 3, &settings), 0);
		assert_close((double)amplitudes[0], -1.0, 0.0);
		assert_close((double)amplitudes[1], sqrt(limit + 1.0), 1e-5);
		assert_close((double)amplitudes[2], sqrt(limit + 2.0), 1e-5);
	}
}

/* -1 means none: not the dark ones either, however large the offset that made them dark. */
static void nothing_is_left_out_unless_asked_for(void **state)
{
	struct plica_settings settings = tiny_settings("ML");
	float amplitudes[2] = {sqrtf(5e6F), sqrtf(6e6F)};

	(void)state;
	settings.data.offset = 5e6;
	assert_int_equal(plica_detector_calibrate(amplitudes, 2, &settings), 0);
	assert_close((double)amplitudes[0], 0.0, 1.0);
	assert_true(amplitudes[0] >= 0.0F);
	assert_close((double)amplitudes[1], 1e3, 1.0);
}

/* What a mask has made invalid has no counts that could be negative. */
static void invalid_pixels_stay_invalid(void **state)
{
	struct plica_settings settings = tiny_settings("ML");
	float amplitudes[3] = {-1.0F, 2.0F, 0.0F};

	(void)state;
	settings.data.offset = 1.0;
	assert_int_equal(plica_detector_calibrate(amplitudes, 3, &settings), 1);
	assert_close((double)amplitudes[0], -1.0, 0.0);
	assert_close((double)amplitudes[1], sqrt(3.0), 1e-6);
	assert_close((double)amplitudes[2], 0.0, 0.0);
	settings.data.offset = -4.0;
	assert_int_equal(plica_detector_calibrate(amplitudes, 1, &settings), 0);
	assert_close((double)amplitudes[0], -1.0, 0.0);
}

static void photons_are_left_alone(void **state)
{
	struct plica_settings settings = tiny_settings("ML");

	(void)state;
	assert_false(plica_detector_is_calibrated(&settings));
	settings.exclude_below = 0.0;
	assert_true(plica_detector_is_calibrated(&settings));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stored_values_become_photons),
		cmocka_unit_test(few_photons_are_left_out),
		cmocka_unit_test(nothing_is_left_out_unless_asked_for),
		cmocka_unit_test(invalid_pixels_stay_invalid),
		cmocka_unit_test(photons_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
