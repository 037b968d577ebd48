/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/pixels.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "eval/phasor.h"
#include "testing.h"

static void errors_of_three_pixels(void **state)
{
	const float complex t[] = {1.0F, (float complex)plica_complex(0.0F, 2.0F), 1.0F};
	const float complex a[] = {1.5F, (float complex)plica_complex(0.0F, -2.0F),
		(float complex)plica_complex(-3.0F, 0.1F)};
	const double weight[] = {1.0, 3.0, 0.0}; /* the third does not count */
	struct plica_pixel_errors errors;

	(void)state;
	plica_pixels_measure(&errors, a, t, weight, 3);
	assert_close(errors.nrmse, sqrt((0.25 + 3.0 * 16.0) / (1.0 + 3.0 * 4.0)), 1e-12);
	assert_close(errors.amplitude_mae, 0.5 / 4.0, 1e-12);
	assert_close(errors.amplitude_mse, 0.25 / 4.0, 1e-12);
	assert_close(errors.phase_mae, 3.0 * M_PI / 4.0, 1e-12);
	assert_close(errors.phase_mse, 3.0 * M_PI * M_PI / 4.0, 1e-12);
}

static void phases_are_compared_around_the_circle(void **state)
{
	const float complex t[] = {(float complex)plica_complex(-1.0F, 0.01F)};
	const float complex a[] = {(float complex)plica_complex(-1.0F, -0.01F)};
	const double weight[] = {1.0};
	struct plica_pixel_errors errors;

	(void)state;
	plica_pixels_measure(&errors, a, t, weight, 1);
	assert_close(errors.phase_mae, 2.0 * atan(0.01), 1e-8);
}

static void psnr_has_a_reason_when_there_is_no_error(void **state)
{
	(void)state;
	assert_close(plica_pixels_psnr(0.01, 2.0).value, 10.0 * log10(400.0), 1e-12);
	assert_null(plica_pixels_psnr(0.01, 2.0).reason);
	assert_true(isnan(plica_pixels_psnr(0.0, 2.0).value));
	assert_string_equal(plica_pixels_psnr(0.0, 2.0).reason, "the two are identical");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_of_three_pixels),
		cmocka_unit_test(phases_are_compared_around_the_circle),
		cmocka_unit_test(psnr_has_a_reason_when_there_is_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
