/* SPDX-License-Identifier: BSD-3-Clause */
/* The numbers are judged by numpy in tests/e2e/test_compare.py. */
#include "plica/residual.h"

#include "measured.h"

static struct plica_error err;

/* sqrt of a Poisson number has the variance 1/4, whatever its mean, where that is large. */
static void the_truth_leaves_the_noise(void **state)
{
	const double dose_photons = 1e8;
	struct plica_dataset *dataset = measured_dataset(dose_photons);
	struct plica_product *truth = measured_truth(dataset);
	struct plica_residual residual;

	(void)state;
	assert_ok(plica_dataset_residual(&residual, dataset, truth, &err));
	assert_close(residual.scale, 1.0, 1e-3);
	assert_close(residual.fourier_error * 4.0 * dose_photons / (MEASURED_PX * MEASURED_PX), 1.0,
		0.1);
	assert_int_equal(residual.pattern_count, MEASURED_COUNT);
	for (size_t i = 0; i < MEASURED_COUNT; i++) {
		assert_true(residual.pattern_fourier_error[i] < 4.0 * residual.fourier_error);
		assert_true(residual.pattern_r_factor[i] < 4.0 * residual.r_factor);
	}
	plica_residual_release(&residual);
	plica_product_free(truth);
	plica_dataset_free(dataset);
}

static void units_of_the_probe_do_not_count(void **state)
{
	struct plica_dataset *dataset = measured_dataset(1e4);
	struct plica_product *truth = measured_truth(dataset);
	struct plica_residual ours, theirs;

	(void)state;
	assert_ok(plica_dataset_residual(&ours, dataset, truth, &err));
	for (size_t k = 0; k < (size_t)MEASURED_PX * MEASURED_PX; k++)
		truth->probe[k] *= 3.0F;
	assert_ok(plica_dataset_residual(&theirs, dataset, truth, &err));
	assert_close(theirs.scale, ours.scale / 9.0, 1e-6);
	assert_close(theirs.r_factor, ours.r_factor, 1e-6);
	assert_close(theirs.fourier_error, ours.fourier_error, 1e-6);
	plica_residual_release(&ours);
	plica_residual_release(&theirs);
	plica_product_free(truth);
	plica_dataset_free(dataset);
}

static void masked_pixels_do_not_count(void **state)
{
	struct plica_dataset *dataset = measured_dataset(1e4);
	struct plica_product *truth = measured_truth(dataset);
	size_t pixels = (size_t)MEASURED_PX * MEASURED_PX;
	struct plica_residual before, after;

	(void)state;
	assert_ok(PLICA_NEW(&dataset->mask, pixels, &err));
	memset(dataset->mask, 1, pixels);
	dataset->mask[5] = 0;
	assert_ok(plica_dataset_residual(&before, dataset, truth, &err));
	for (size_t i = 0; i < MEASURED_COUNT; i++)
		((float *)dataset->patterns)[i * pixels + 5] = 1e4F;
	assert_ok(plica_dataset_residual(&after, dataset, truth, &err));
	assert_close(after.r_factor, before.r_factor, 0.0);
	plica_residual_release(&before);
	plica_residual_release(&after);
	plica_product_free(truth);
	plica_dataset_free(dataset);
}

static void what_makes_no_patterns_is_refused(void **state)
{
	struct plica_dataset *dataset = measured_dataset(1e4);
	struct plica_product *truth = measured_truth(dataset);
	struct plica_residual residual;

	(void)state;
	truth->origin_y_px = 40.0;
	assert_error(plica_dataset_residual(&residual, dataset, truth, &err), PLICA_ERR_DATA,
		"the object does not hold the patch of pattern");
	truth->origin_y_px = 0.0;
	truth->probe_px = 8;
	assert_error(plica_dataset_residual(&residual, dataset, truth, &err), PLICA_ERR_DATA,
		"the reconstruction's probe has 8 x 8 px, the patterns have 16 x 16");
	truth->probe_px = MEASURED_PX;
	memset(truth->object, 0, truth->object_rows * truth->object_cols * sizeof(*truth->object));
	assert_error(plica_dataset_residual(&residual, dataset, truth, &err), PLICA_ERR_DATA,
		"no photon in any valid pixel");
	plica_free(truth->probe);
	truth->probe = NULL;
	assert_error(plica_dataset_residual(&residual, dataset, truth, &err), PLICA_ERR_DATA,
		"has no probe to make patterns with");
	plica_product_free(truth);
	plica_dataset_free(dataset);
}

/* What the engine did with the patterns is not known here: the figure would be too large. */
static void detectors_with_options_are_refused(void **state)
{
	static const struct {
		const char *options, *refused; /* NULL: it is measured */
	} cases[] = {
		{"{\"data.offset\":3}", "has option 'data.offset' = 3, which is not modelled"},
		{"{\"diffraction_pattern_blur_sigma\":0.5}", "blur_sigma' = 0.5"},
		{"{\"exclude_measured_pixels_below\":0}", "pixels_below' = 0"},
		{"{\"data.offset\":0,\"data.gain\":2,\"exclude_measured_pixels_below\":-1}", NULL},
		{"not ours", NULL},
		{"[1]", NULL},
	};
	struct plica_dataset *dataset = measured_dataset(1e4);
	struct plica_product *truth = measured_truth(dataset);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plica_residual residual = {0};

		plica_free(truth->options_json);
		truth->options_json = NULL;
		assert_ok(plica_copy_text(&truth->options_json, cases[i].options, &err));
		if (cases[i].refused != NULL)
			assert_error(plica_dataset_residual(&residual, dataset, truth, &err),
				PLICA_ERR_DATA, cases[i].refused);
		else
			assert_ok(plica_dataset_residual(&residual, dataset, truth, &err));
		plica_residual_release(&residual);
	}
	plica_product_free(truth);
	plica_dataset_free(dataset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_truth_leaves_the_noise),
		cmocka_unit_test(units_of_the_probe_do_not_count),
		cmocka_unit_test(masked_pixels_do_not_count),
		cmocka_unit_test(what_makes_no_patterns_is_refused),
		cmocka_unit_test(detectors_with_options_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
