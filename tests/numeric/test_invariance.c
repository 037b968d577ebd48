/* SPDX-License-Identifier: BSD-3-Clause */
/* What must not change a result, or change it in a known way only. */
#include <complex.h>
#include <string.h>

#include "plica/reconstruct.h"
#include "synthetic.h"
#include "testing.h"

static struct plica_error err;

static struct plica_settings settings_of(const char *algorithm, long epochs)
{
	struct plica_settings settings;

	assert_ok(plica_settings_init(&settings, algorithm, &err));
	settings.num_epochs = epochs;
	settings.threads = 1;
	if (strcmp(algorithm, "LSQML") == 0)
		settings.batch_size = 20;
	return settings;
}

static struct plica_product *run(
	const struct plica_dataset *dataset, const struct plica_settings *settings)
{
	struct plica_product *product = NULL;

	assert_ok(plica_reconstruct(&product, dataset, settings, NULL, &err));
	return product;
}

/* |factor a - b| / |b| over `count` values. */
static double distance(const float complex *a, const float complex *b, size_t count, double factor)
{
	double difference = 0.0, power = 0.0;

	for (size_t k = 0; k < count; k++) {
		double complex expected = (double complex)b[k];

		difference += pow(cabs(factor * (double complex)a[k] - expected), 2.0);
		power += pow(cabs(expected), 2.0);
	}
	return sqrt(difference / power);
}

static size_t object_pixels(const struct plica_product *product)
{
	return product->object_rows * product->object_cols;
}

static size_t probe_pixels(const struct plica_product *product)
{
	return product->probe_modes * product->probe_px * product->probe_px;
}

/* Where model and data agree there is nothing to do. */
static void check_truth_stays(const char *algorithm)
{
	struct synthetic_params params = synthetic_defaults();
	struct synthetic synthetic;
	struct plica_settings settings = settings_of(algorithm, 0);
	struct plica_product *before, *after;

	params.diffuse = true;
	synthetic_init(&synthetic, &params);
	settings.initial_object = PLICA_INITIAL_DATASET;
	settings.rescale_probe_intensity = false;
	settings.object.remove_object_probe_ambiguity.enabled = false;
	before = run(synthetic.dataset, &settings);
	assert_true(before->fourier_error < 1e-11);
	settings.num_epochs = 5;
	after = run(synthetic.dataset, &settings);
	assert_close(distance(after->object, before->object, object_pixels(after), 1.0), 0.0, 1e-6);
	assert_close(distance(after->probe, before->probe, probe_pixels(after), 1.0), 0.0, 1e-6);
	assert_true(after->loss[4] < 1e-9 * params.photons / (32.0 * 32.0));
	plica_product_free(before);
	plica_product_free(after);
	synthetic_release(&synthetic);
}

static void the_truth_stays(void **state)
{
	(void)state;
	check_truth_stays("LSQML");
	check_truth_stays("rPIE");
	check_truth_stays("ePIE");
}

static void scale_data(struct synthetic *synthetic, double gain)
{
	struct plica_dataset *dataset = synthetic->dataset;
	size_t pixels = synthetic->side * synthetic->side;
	float *patterns = dataset->patterns;

	for (size_t k = 0; k < dataset->pattern_count * pixels; k++)
		patterns[k] = (float)((double)patterns[k] * sqrt(gain));
}

/* I -> g I: the same object, the probe times sqrt(g); from the same guess, which is rescaled. Down
 * to a thousandth of a photon a pattern. */
static void the_gaussian_model_does_not_know_the_unit_of_counts(void **state)
{
	static const double gains[] = {0x1p20, 0x1p-10, 3e-3, 7e5, 1e-7};
	struct synthetic_params params = synthetic_defaults();
	struct plica_settings settings = settings_of("LSQML", 3);
	struct synthetic synthetic;
	struct plica_product *reference;

	settings.solve_steps_jointly = *(const bool *)*state;
	params.diffuse = true;
	params.guess_error = 0.3;
	synthetic_init(&synthetic, &params);
	reference = run(synthetic.dataset, &settings);
	synthetic_release(&synthetic);
	for (size_t g = 0; g < sizeof(gains) / sizeof(gains[0]); g++) {
		struct plica_product *scaled;

		synthetic_init(&synthetic, &params);
		scale_data(&synthetic, gains[g]);
		scaled = run(synthetic.dataset, &settings);
		assert_close(
			distance(scaled->object, reference->object, object_pixels(scaled), 1.0),
			0.0, 1e-5);
		assert_close(distance(scaled->probe, reference->probe, probe_pixels(scaled),
				     1.0 / sqrt(gains[g])),
			0.0, 1e-5);
		assert_close(
			scaled->loss[2] / gains[g], reference->loss[2], 1e-4 * reference->loss[2]);
		plica_product_free(scaled);
		synthetic_release(&synthetic);
	}
	plica_product_free(reference);
}

static void check_same_bits(const struct plica_product *a, const struct plica_product *b)
{
	assert_int_equal(a->object_rows, b->object_rows);
	assert_int_equal(a->object_cols, b->object_cols);
	assert_memory_equal(a->object, b->object, object_pixels(a) * sizeof(*a->object));
	assert_memory_equal(a->probe, b->probe, probe_pixels(a) * sizeof(*a->probe));
	assert_int_equal(a->epoch_count, b->epoch_count);
	assert_memory_equal(a->loss, b->loss, a->epoch_count * sizeof(*a->loss));
	assert_memory_equal(&a->fourier_error, &b->fourier_error, sizeof(a->fourier_error));
}

/* Every constraint at once, mildly. */
static void constrain(struct plica_settings *settings)
{
	settings->object.hard_limits.enabled = true;
	settings->object.hard_limits.abs_lim[1] = 1.02;
	settings->object.smoothness.alpha = 1e-3;
	settings->object.l1_norm.weight = 1.0;
	settings->object.l2_norm.weight = 1.0;
	settings->object.tv.weight = 1e-4;
	settings->object.grid_artifacts.enabled = true;
	settings->object.grid_artifacts.plan.stride = 5;
	settings->probe.power_constraint.enabled = true;
	settings->probe.support_constraint.enabled = true;
	settings->probe.center_constraint.enabled = true;
}

/* Every engine, every number of threads, and once more. */
static void check_threads(const struct plica_dataset *dataset, bool constrained)
{
	static const long threads[] = {1, 2, 3, 8, 16};

	for (const char *const *name = plica_algorithms(); *name != NULL; name++) {
		struct plica_settings settings = settings_of(*name, 8);
		struct plica_product *reference;

		if (constrained)
			constrain(&settings);
		reference = run(dataset, &settings);
		for (size_t t = 0; t < sizeof(threads) / sizeof(threads[0]); t++) {
			struct plica_product *product;

			settings.threads = threads[t];
			product = run(dataset, &settings);
			check_same_bits(product, reference);
			plica_product_free(product);
		}
		plica_product_free(reference);
	}
}

/* N = 64 takes the widest vectors. */
static void threads_do_not_change_a_bit(void **state)
{
	static const size_t sides[] = {64, 24};

	(void)state;
	for (size_t s = 0; s < 2; s++) {
		struct synthetic_params params = synthetic_defaults();
		struct synthetic synthetic;

		params.side = sides[s];
		params.guess_error = 0.3;
		synthetic_init(&synthetic, &params);
		check_threads(synthetic.dataset, false);
		if (s == 1)
			check_threads(synthetic.dataset, true);
		synthetic_release(&synthetic);
	}
}

/* The path without transforms of the probe equals the other one at fractions of nothing. */
static void whole_pixels_are_no_special_case(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct synthetic synthetic;

	(void)state;
	params.whole = true;
	params.diffuse = true;
	params.guess_error = 0.3;
	synthetic_init(&synthetic, &params);
	for (const char *const *name = plica_algorithms(); *name != NULL; name++) {
		struct plica_settings settings = settings_of(*name, 5);
		struct plica_product *whole = run(synthetic.dataset, &settings);
		struct plica_product *shifted;

		synthetic.dataset->x_px[0] += 1e-9;
		shifted = run(synthetic.dataset, &settings);
		synthetic.dataset->x_px[0] = rint(synthetic.dataset->x_px[0]);
		assert_close(distance(shifted->object, whole->object, object_pixels(whole), 1.0),
			0.0, 1e-4);
		assert_close(distance(shifted->probe, whole->probe, probe_pixels(whole), 1.0), 0.0,
			1e-4);
		plica_product_free(whole);
		plica_product_free(shifted);
	}
	synthetic_release(&synthetic);
}

/* Moving a scan by whole pixels moves the origin and nothing else. */
static void the_scan_may_lie_anywhere(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct plica_settings settings = settings_of("LSQML", 3);
	struct plica_product *here, *there;
	struct synthetic synthetic;

	(void)state;
	synthetic_init(&synthetic, &params);
	/* eighths of a pixel, which stay exact wherever they are */
	for (size_t i = 0; i < synthetic.dataset->pattern_count; i++) {
		synthetic.dataset->y_px[i] = rint(8.0 * synthetic.dataset->y_px[i]) / 8.0 + 0.0625;
		synthetic.dataset->x_px[i] = rint(8.0 * synthetic.dataset->x_px[i]) / 8.0 + 0.0625;
	}
	here = run(synthetic.dataset, &settings);
	for (size_t i = 0; i < synthetic.dataset->pattern_count; i++) {
		synthetic.dataset->y_px[i] -= 1000.0;
		synthetic.dataset->x_px[i] += 20000.0;
	}
	there = run(synthetic.dataset, &settings);
	check_same_bits(here, there);
	assert_close(there->origin_y_px, here->origin_y_px - 1000.0, 0.0);
	assert_close(there->origin_x_px, here->origin_x_px + 20000.0, 0.0);
	plica_product_free(here);
	plica_product_free(there);
	synthetic_release(&synthetic);
}

int main(void)
{
	static bool jointly = true, separately = false;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_truth_stays),
		cmocka_unit_test_prestate(
			the_gaussian_model_does_not_know_the_unit_of_counts, &jointly),
		cmocka_unit_test_prestate(
			the_gaussian_model_does_not_know_the_unit_of_counts, &separately),
		cmocka_unit_test(threads_do_not_change_a_bit),
		cmocka_unit_test(whole_pixels_are_no_special_case),
		cmocka_unit_test(the_scan_may_lie_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
