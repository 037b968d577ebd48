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
		cmocka_unit_test(photons_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
