/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/compare.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "fields.h"
#include "testing.h"

#define SIDE 180

static float complex moving[SIDE * SIDE];
static float complex fixed[SIDE * SIDE];

/* Rows and columns of different length, away from the middle. */
static struct plica_compare_input whole_input(void)
{
	return (struct plica_compare_input){
		.reconstruction = {SIDE, SIDE, moving, 0.0, 0.0},
		.reference = {SIDE, SIDE, fixed, 0.0, 0.0},
		.area = {38, 140, 36, 150},
	};
}

static void fill_both(const struct field_maker *maker, const struct field_error *error)
{
	struct field_error none = field_no_error();

	field_fill(fixed, SIDE, SIDE, 0.0, 0.0, maker, &none);
	field_fill(moving, SIDE, SIDE, 0.0, 0.0, maker, error);
}

/* The planted factor, referred to the area's centre as the model of compare.h has it. */
static double complex factor_at_centre(const struct field_error *error)
{
	double turn = 2.0 * M_PI * (error->ramp_y * 89.0 + error->ramp_x * 93.0);

	return error->factor * plica_complex(cos(turn), sin(turn));
}

static void check_removed(const struct plica_removed *removed, const struct field_error *error)
{
	double complex factor = plica_complex(removed->factor_re, removed->factor_im);
	double complex planted = factor_at_centre(error);

	assert_close(removed->shift_y_px, error->shift_y, 0.01);
	assert_close(removed->shift_x_px, error->shift_x, 0.01);
	assert_close(removed->ramp_y_cycles, error->ramp_y * 102.0, 1e-3);
	assert_close(removed->ramp_x_cycles, error->ramp_x * 114.0, 1e-3);
	assert_close(cabs(factor / planted - 1.0), 0.0, 0.01);
}

static void planted_errors_are_removed(void **state)
{
	struct plica_random random;
	struct plica_error err;

	(void)state;
	plica_random_start(&random, 8, PLICA_RANDOM_TEST, 0);
	for (uint64_t trial = 0; trial < 12; trial++) {
		double phase_scale = 0.3 + 0.1 * (double)trial;
		struct field_maker maker = field_maker_of(trial, 0.12, phase_scale);
		double turn = 2.0 * M_PI * plica_random_uniform(&random);
		double size = 0.3 + 3.0 * plica_random_uniform(&random);
		struct field_error error = {
			.factor = size * plica_complex(cos(turn), sin(turn)),
			.ramp_y = (12.0 * plica_random_uniform(&random) - 6.0) / 102.0,
			.ramp_x = (12.0 * plica_random_uniform(&random) - 6.0) / 114.0,
			.shift_y = 20.0 * plica_random_uniform(&random) - 10.0,
			.shift_x = 20.0 * plica_random_uniform(&random) - 10.0,
			.noise = 0.02,
		};
		struct plica_compare_input input = whole_input();
		struct plica_comparison *comparison;

		fill_both(&maker, &error);
		assert_ok(plica_compare(&comparison, &input, NULL, &err));
		check_removed(&comparison->removed, &error);
		assert_null(comparison->metric[PLICA_METRIC_NRMSE].reason);
		/* the noise, and a little ringing from where the box wraps around */
		assert_close(comparison->metric[PLICA_METRIC_NRMSE].value, 0.032, 0.008);
		assert_int_equal(comparison->rows, 102);
		assert_int_equal(comparison->cols, 114);
		plica_comparison_free(comparison);
	}
}

/* The reconstruction on its own canvas, between the reference's pixels. */
static void origins_count(void **state)
{
	struct field_maker maker = field_maker_of(31, 0.12, 0.8);
	struct field_error error = {.factor = 1.0, .shift_y = 1.2, .shift_x = -2.3};
	struct field_error none = field_no_error();
	struct plica_compare_input input = whole_input();
	struct plica_comparison *comparison;
	struct plica_error err;

	(void)state;
	field_fill(fixed, SIDE, SIDE, 100.0, -50.0, &maker, &none);
	field_fill(moving, 160, 170, 105.4, -41.7, &maker, &error);
	input.reference.origin_y_px = 100.0;
	input.reference.origin_x_px = -50.0;
	input.reconstruction = (struct plica_compare_object){160, 170, moving, 105.4, -41.7};
	assert_ok(plica_compare(&comparison, &input, NULL, &err));
	assert_close(comparison->removed.shift_y_px, 1.2, 0.01);
	assert_close(comparison->removed.shift_x_px, -2.3, 0.01);
	assert_true(comparison->metric[PLICA_METRIC_NRMSE].value < 0.01);
	plica_comparison_free(comparison);
}

/* No margin at all: what the shift brings in is not there and is left out. */
static void uncovered_rim_is_left_out(void **state)
{
	struct field_maker maker = field_maker_of(32, 0.12, 0.8);
	struct field_error error = {
		.factor = 2.0, .ramp_y = 0.01, .ramp_x = -0.02, .shift_y = 2.4, .shift_x = -3.3};
	struct field_error none = field_no_error();
	struct plica_compare_input input = whole_input();
	struct plica_comparison *comparison;
	struct plica_error err;

	(void)state;
	field_fill(fixed, SIDE, SIDE, 0.0, 0.0, &maker, &none);
	field_fill(moving, 102, 114, 38.0, 36.0, &maker, &error);
	input.reconstruction = (struct plica_compare_object){102, 114, moving, 38.0, 36.0};
	assert_ok(plica_compare(&comparison, &input, NULL, &err));
	assert_int_equal(comparison->area.row0, 38);
	assert_int_equal(comparison->area.row1, 137);
	assert_int_equal(comparison->area.col0, 40);
	assert_int_equal(comparison->area.col1, 150);
	assert_int_equal(comparison->rows, 99);
	assert_close(comparison->removed.ramp_y_cycles, 0.01 * 99.0, 1e-2);
	assert_close(comparison->removed.ramp_x_cycles, -0.02 * 110.0, 1e-2);
	assert_close(
		cabs(plica_complex(comparison->removed.factor_re, comparison->removed.factor_im) -
			2.0 * plica_complex(cos(2.0 * M_PI * (0.875 - 1.9)),
				      sin(2.0 * M_PI * (0.875 - 1.9)))),
		0.0, 0.02);
	assert_true(comparison->metric[PLICA_METRIC_NRMSE].value < 0.04);
	for (size_t i = 0; i < comparison->rows * comparison->cols; i++)
		assert_true(comparison->reference[i] ==
			    fixed[(38 + i / comparison->cols) * SIDE + 40 + i % comparison->cols]);
	plica_comparison_free(comparison);
}

static void equal_objects_have_no_error(void **state)
{
	struct field_maker maker = field_maker_of(33, 0.12, 0.4);
	struct field_error none = field_no_error();
	struct plica_compare_input input = whole_input();
	struct plica_comparison *comparison;
	struct plica_error err;
	const struct plica_metric *metric;

	(void)state;
	fill_both(&maker, &none);
	assert_ok(plica_compare(&comparison, &input, NULL, &err));
	metric = comparison->metric;
	assert_close(metric[PLICA_METRIC_NRMSE].value, 0.0, 1e-6);
	assert_close(metric[PLICA_METRIC_PHASE_SSIM].value, 1.0, 1e-6);
	assert_close(metric[PLICA_METRIC_AMPLITUDE_SSIM].value, 1.0, 1e-6);
	assert_close(metric[PLICA_METRIC_FRC_MEAN].value, 1.0, 1e-3);
	assert_string_equal(metric[PLICA_METRIC_PHASE_MSSSIM].reason,
		"too small for five scales: a side is shorter than 176 px");
	assert_string_equal(metric[PLICA_METRIC_FRC_HALF].reason, "no crossing up to Nyquist");
	for (size_t i = 0; i < PLICA_METRIC_COUNT; i++)
		assert_true(isnan(metric[i].value) == (metric[i].reason != NULL));
	plica_comparison_free(comparison);
}

static void figures_without_meaning_have_reasons(void **state)
{
	struct field_maker maker = field_maker_of(34, 0.12, 0.4);
	struct field_error error = {.factor = 1.0, .noise = 0.1};
	struct plica_compare_input input = whole_input();
	struct plica_comparison *comparison;
	struct plica_error err;
	const char *reason;

	(void)state;
	fill_both(&maker, &error);
	for (size_t i = 0; i < SIDE * SIDE; i++)
		fixed[i] /= cabsf(fixed[i]); /* a pure phase object */
	assert_ok(plica_compare(&comparison, &input, NULL, &err));
	reason = comparison->metric[PLICA_METRIC_AMPLITUDE_SSIM].reason;
	assert_string_equal(reason, "the reference's amplitude is constant");
	assert_string_equal(comparison->metric[PLICA_METRIC_AMPLITUDE_PSNR].reason, reason);
	assert_null(comparison->metric[PLICA_METRIC_PHASE_SSIM].reason);
	assert_null(comparison->metric[PLICA_METRIC_AMPLITUDE_RMSE].reason);
	plica_comparison_free(comparison);

	maker.phase_scale = 3.0;
	fill_both(&maker, &error);
	assert_ok(plica_compare(&comparison, &input, NULL, &err));
	assert_string_equal(comparison->metric[PLICA_METRIC_PHASE_SSIM].reason,
		"the reference's phase wraps around");
	assert_null(comparison->metric[PLICA_METRIC_PHASE_RMSE].reason);
	plica_comparison_free(comparison);
}

static void shift_at_its_limit_is_doubted(void **state)
{
	struct field_maker maker = field_maker_of(35, 0.05, 0.8);
	struct field_error error = {.factor = 1.0, .shift_y = 5.2};
	struct plica_compare_options options;
	struct plica_compare_input input = whole_input();
	struct plica_comparison *comparison;
	struct plica_error err;

	(void)state;
	fill_both(&maker, &error);
	plica_compare_options_init(&options);
	options.max_shift_px = 5.0;
	assert_ok(plica_compare(&comparison, &input, &options, &err));
	for (size_t i = 0; i < PLICA_METRIC_COUNT; i++) {
		bool of_data = i == PLICA_METRIC_R_FACTOR || i == PLICA_METRIC_FOURIER_ERROR;

		assert_string_equal(comparison->metric[i].reason,
			of_data ? "not held against any data" : "the shift is at its limit");
	}
	assert_string_equal(
		plica_comparison_crossing(comparison, 0.3).reason, "the shift is at its limit");
	plica_comparison_free(comparison);
}

/* n photons a pixel know a phase to 1 / (2 sqrt(n)): of noise 0.02 there are at least 625. */
static void better_than_shot_noise_is_doubted(void **state)
{
	struct field_maker maker = field_maker_of(35, 0.05, 0.4);
	struct field_error error = {.factor = 1.0, .noise = 0.02};
	struct plica_compare_input input = whole_input();
	struct plica_compare_options options;
	struct plica_comparison *comparison;
	struct plica_error err;

	(void)state;
	fill_both(&maker, &error);
	plica_compare_options_init(&options);
	for (int trusted = 0; trusted < 2; trusted++) {
		options.photons_per_px = trusted ? 225.0 : 100.0;
		assert_ok(plica_compare(&comparison, &input, &options, &err));
		for (int i = PLICA_METRIC_NRMSE; i <= PLICA_METRIC_PHASE_RMSE; i++) {
			const char *reason = comparison->metric[i].reason;

			assert_true((reason == NULL) == (trusted != 0));
			assert_true(isnan(comparison->metric[i].value) == (trusted == 0));
			if (!trusted)
				assert_string_equal(reason, "better than shot noise allows");
		}
		assert_null(comparison->metric[PLICA_METRIC_AMPLITUDE_RMSE].reason);
		plica_comparison_free(comparison);
	}
	options.photons_per_px = -1.0;
	assert_error(plica_compare(&comparison, &input, &options, &err), PLICA_ERR_ARGUMENT,
		"the photons per object pixel are -1");
}

static void flat_reconstruction_is_judged_where_it_lies(void **state)
{
	struct field_maker maker = field_maker_of(36, 0.12, 0.5);
	struct field_error none = field_no_error();
	struct plica_compare_input input = whole_input();
	struct plica_comparison *comparison;
	struct plica_error err;

	(void)state;
	fill_both(&maker, &none);
	for (size_t i = 0; i < SIDE * SIDE; i++)
		moving[i] = 1.0F;
	assert_ok(plica_compare(&comparison, &input, NULL, &err));
	assert_close(comparison->removed.shift_y_px, 0.0, 0.0);
	assert_true(comparison->metric[PLICA_METRIC_NRMSE].value > 0.2);
	assert_non_null(comparison->metric[PLICA_METRIC_FRC_HALF].reason);
	plica_comparison_free(comparison);
}

static void weights_choose_pixels(void **state)
{
	static float weight[SIDE * SIDE];
	struct field_maker maker = field_maker_of(37, 0.12, 0.5);
	struct field_error error = {.factor = 1.0, .shift_y = 0.3, .shift_x = 0.4};
	struct plica_compare_input input = whole_input();
	struct plica_comparison *comparison;
	struct plica_error err;

	(void)state;
	fill_both(&maker, &error);
	for (size_t i = 0; i < SIDE * SIDE; i++) {
		weight[i] = i / SIDE < 100 ? 1.0F : 0.0F;
		if (i / SIDE >= 106)
			moving[i] = 3.0F;
	}
	input.weight = weight;
	assert_ok(plica_compare(&comparison, &input, NULL, &err));
	assert_close(comparison->removed.shift_y_px, 0.3, 0.03);
	assert_true(comparison->metric[PLICA_METRIC_NRMSE].value < 0.05);
	plica_comparison_free(comparison);
	weight[60 * SIDE + 60] = -1.0F;
	assert_error(plica_compare(&comparison, &input, NULL, &err), PLICA_ERR_ARGUMENT,
		"a weight is -1");
	memset(weight, 0, sizeof(weight));
	assert_error(plica_compare(&comparison, &input, NULL, &err), PLICA_ERR_DATA,
		"all weights in the area are zero");
}

static void what_cannot_be_compared_is_refused(void **state)
{
	struct field_maker maker = field_maker_of(38, 0.12, 0.5);
	struct field_error none = field_no_error();
	struct plica_compare_options options;
	struct plica_compare_input input = whole_input();
	struct plica_comparison *comparison = NULL;
	struct plica_error err;

	(void)state;
	fill_both(&maker, &none);
	input.area.row1 = SIDE + 1;
	assert_error(plica_compare(&comparison, &input, NULL, &err), PLICA_ERR_ARGUMENT,
		"the reference has 180 x 180 px");
	input.area.row1 = input.area.row0 + 7;
	assert_error(plica_compare(&comparison, &input, NULL, &err), PLICA_ERR_ARGUMENT,
		"an area of 7 x 114 px is too small");
	input = whole_input();
	plica_compare_options_init(&options);
	options.max_shift_px = 0.5; /* any shift would be at the limit */
	assert_error(plica_compare(&comparison, &input, &options, &err), PLICA_ERR_ARGUMENT,
		"the largest shift is 0.5 px, expected 1 to 1000");
	plica_compare_options_init(&options);
	options.msssim_sigma_px = NAN;
	assert_error(plica_compare(&comparison, &input, &options, &err), PLICA_ERR_ARGUMENT,
		"before MS-SSIM");
	input.reconstruction.origin_y_px = INFINITY;
	assert_error(plica_compare(&comparison, &input, NULL, &err), PLICA_ERR_NUMERIC,
		"origin of the reconstruction");
	input = whole_input();
	memset(moving, 0, sizeof(moving));
	assert_error(plica_compare(&comparison, &input, NULL, &err), PLICA_ERR_DATA,
		"the reconstruction is zero");
	fixed[50 * SIDE + 50] = INFINITY;
	assert_error(plica_compare(&comparison, &input, NULL, &err), PLICA_ERR_NUMERIC,
		"the reference has NaN or infinite pixels");
	for (size_t i = 0; i < SIDE * SIDE; i++)
		fixed[i] = 0.7F;
	assert_error(plica_compare(&comparison, &input, NULL, &err), PLICA_ERR_DATA,
		"the reference is flat over the area: no truth to compare with");
	assert_null(comparison);
}

static void figures_have_names(void **state)
{
	(void)state;
	for (int i = 0; i < PLICA_METRIC_COUNT; i++) {
		const char *key = plica_metric_key((enum plica_metric_kind)i);

		assert_true(strlen(key) > 0);
		assert_int_equal(strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(key));
		assert_true(strlen(plica_metric_label((enum plica_metric_kind)i)) > 0);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(key, plica_metric_key((enum plica_metric_kind)j));
	}
	assert_string_equal(plica_metric_unit(PLICA_METRIC_PHASE_RMSE), "rad");
	for (int i = 0; i < PLICA_ORIENTATION_COUNT; i++)
		assert_non_null(plica_orientation_name((enum plica_orientation)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(planted_errors_are_removed),
		cmocka_unit_test(origins_count),
		cmocka_unit_test(uncovered_rim_is_left_out),
		cmocka_unit_test(equal_objects_have_no_error),
		cmocka_unit_test(figures_without_meaning_have_reasons),
		cmocka_unit_test(shift_at_its_limit_is_doubted),
		cmocka_unit_test(better_than_shot_noise_is_doubted),
		cmocka_unit_test(flat_reconstruction_is_judged_where_it_lies),
		cmocka_unit_test(weights_choose_pixels),
		cmocka_unit_test(what_cannot_be_compared_is_refused),
		cmocka_unit_test(figures_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
