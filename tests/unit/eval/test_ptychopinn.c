/* SPDX-License-Identifier: BSD-3-Clause */
/* The figures themselves are judged by scikit-image in tests/e2e/test_compare.py. */
#include "eval/ptychopinn.h"

#include <complex.h>
#include <string.h>

#include "fields.h"
#include "testing.h"

#define ROWS 40
#define COLS 36
#define COUNT ((size_t)ROWS * COLS)

static float complex aligned[COUNT], reference[COUNT];

static struct plica_comparison make(const struct field_error *error)
{
	struct field_maker maker = field_maker_of(3, 0.1, 0.4);
	struct field_error none = field_no_error();

	field_fill(reference, ROWS, COLS, 0.0, 0.0, &maker, &none);
	field_fill(aligned, ROWS, COLS, 0.0, 0.0, &maker, error);
	return (struct plica_comparison){
		.rows = ROWS, .cols = COLS, .aligned = aligned, .reference = reference};
}

static double figure(const struct plica_comparison *comparison, enum plica_metric_kind kind)
{
	assert_null(comparison->metric[kind].reason);
	return comparison->metric[kind].value;
}

/* A ramp of the phase and a factor of the amplitude are taken off by its own means. */
static void planes_and_means_do_not_count(void **state)
{
	const struct field_error error = {.factor = 3.0, .ramp_y = 0.002, .ramp_x = -0.001};
	struct plica_comparison comparison = make(&error);
	struct plica_error err;

	(void)state;
	assert_ok(plica_ptychopinn_measure(&comparison, 1.0, &err));
	assert_close(figure(&comparison, PLICA_METRIC_PHASE_MAE_PTYCHOPINN), 0.0, 1e-6);
	assert_close(figure(&comparison, PLICA_METRIC_AMPLITUDE_MAE_PTYCHOPINN), 0.0, 1e-6);
	assert_close(figure(&comparison, PLICA_METRIC_PHASE_SSIM_PTYCHOPINN), 1.0, 1e-6);
	assert_close(figure(&comparison, PLICA_METRIC_AMPLITUDE_SSIM_PTYCHOPINN), 1.0, 1e-6);
	assert_close(figure(&comparison, PLICA_METRIC_PHASE_MSSSIM_PTYCHOPINN), 1.0, 1e-6);
	/* no ring below one half: as many as there are */
	assert_close(figure(&comparison, PLICA_METRIC_PHASE_FRC50_PTYCHOPINN), 19.0, 0.0);
	assert_true(figure(&comparison, PLICA_METRIC_PHASE_PSNR_PTYCHOPINN) > 150.0);
}

static void noise_counts(void **state)
{
	const struct field_error error = {.factor = 1.0, .noise = 0.1};
	struct plica_comparison comparison = make(&error);
	struct plica_error err;
	double mse;

	(void)state;
	assert_ok(plica_ptychopinn_measure(&comparison, 1.0, &err));
	mse = figure(&comparison, PLICA_METRIC_PHASE_MSE_PTYCHOPINN);
	assert_close(mse, 0.01, 0.003);
	assert_close(figure(&comparison, PLICA_METRIC_PHASE_PSNR_PTYCHOPINN),
		10.0 * log10(255.0 * 255.0 / mse), 1e-9);
	assert_true(figure(&comparison, PLICA_METRIC_PHASE_FRC50_PTYCHOPINN) < 19.0);
}

static void constant_references_have_reasons(void **state)
{
	const struct field_error error = {.factor = 1.0, .noise = 0.1};
	struct plica_comparison comparison = make(&error);
	struct plica_error err;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		reference[i] = i % 3 == 0 ? 2.0F : 2.0F + 2.4e-7F; /* but for rounding */
	assert_ok(plica_ptychopinn_measure(&comparison, 1.0, &err));
	assert_string_equal(comparison.metric[PLICA_METRIC_AMPLITUDE_SSIM_PTYCHOPINN].reason,
		"the reference is constant");
	assert_string_equal(comparison.metric[PLICA_METRIC_PHASE_MSSSIM_PTYCHOPINN].reason,
		"the reference is constant");
	assert_string_equal(comparison.metric[PLICA_METRIC_PHASE_FRC50_PTYCHOPINN].reason,
		"the reference is constant");
	assert_null(comparison.metric[PLICA_METRIC_AMPLITUDE_MAE_PTYCHOPINN].reason);
}

/* Not the best resolution there is, as the absence of a ring below one half would have it. */
static void flat_reconstruction_has_no_resolution(void **state)
{
	const struct field_error none = field_no_error();
	struct plica_comparison comparison = make(&none);
	struct plica_error err;

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		aligned[i] = 1.0F;
	assert_ok(plica_ptychopinn_measure(&comparison, 1.0, &err));
	assert_non_null(comparison.metric[PLICA_METRIC_AMPLITUDE_FRC50_PTYCHOPINN].reason);
	assert_non_null(comparison.metric[PLICA_METRIC_PHASE_FRC50_PTYCHOPINN].reason);
	assert_null(comparison.metric[PLICA_METRIC_AMPLITUDE_SSIM_PTYCHOPINN].reason);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(planes_and_means_do_not_count),
		cmocka_unit_test(noise_counts),
		cmocka_unit_test(constant_references_have_reasons),
		cmocka_unit_test(flat_reconstruction_has_no_resolution),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
