/* SPDX-License-Identifier: BSD-3-Clause */
/* What holds for the engines under their options: the same bits for any number of threads, the
 * same bits when a run is stopped after each epoch and resumed, and rest at the truth. */
#include <complex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpointed.h"
#include "plica/reconstruct.h"
#include "synthetic.h"
#include "testing.h"

#define MOST_OPTIONS 8
#define EPOCHS "7"

/* Everything at once that stands between a wave and its counts. */
#define DETECTOR                                                                                   \
	{"diffraction_pattern_blur_sigma", "0.6"}, {"data.offset", "-0.5"},                        \
		{"exclude_measured_pixels_below", "1"}, {"probe.modes", "2"},                      \
		{"background.optimizable", "true"},                                                \
		{"opr_mode_weights.optimize_intensity_variation", "true"},                         \
		{"opr_mode_weights.primary_mode_weight_floor", "0.99"}

/* Options beside the defaults, as users write them. */
static const struct {
	const char *label;
	const char *algorithm;
	const char *option[MOST_OPTIONS][2];
} cases[] = {
	{"defaults", "LSQML", {{NULL}}},
	{"uniform", "LSQML", {{"batching_mode", "uniform"}}},
	{"compact", "LSQML", {{"batching_mode", "compact"}}},
	{"separate steps", "LSQML", {{"single_slice_solve_obj_prb_step_size_jointly", "false"}}},
	{"relaxed", "LSQML",
		{{"gaussian_noise_std", "0.7"}, {"preconditioning_damping_factor", "0.3"}}},
	{"plans", "LSQML",
		{{"object.optimization_plan.stride", "2"}, {"probe.optimization_plan.start", "1"},
			{"probe.optimization_plan.stop", "5"}}},
	{"fixed probe", "LSQML", {{"probe.optimizable", "false"}}},
	{"fixed object", "LSQML", {{"object.optimizable", "false"}}},
	{"boost", "LSQML", {{"low_frequency_boost.enabled", "true"}}},
	{"momentum", "LSQML", {{"momentum_acceleration_gain", "0.5"}}},
	{"compact, momentum", "LSQML",
		{{"batching_mode", "compact"}, {"momentum_acceleration_gain", "0.5"},
			{"momentum_acceleration_gradient_mixing_factor", "0.6"}}},
	{"positions", "LSQML",
		{{"positions.optimizable", "true"}, {"positions.optimization_plan.start", "1"},
			{"positions.constrain_position_mean", "true"}}},
	{"positions, momentum", "LSQML",
		{{"positions.optimizable", "true"}, {"positions.optimization_plan.start", "0"},
			{"positions.momentum_acceleration_gain", "0.5"},
			{"positions.momentum_acceleration_memory", "2"},
			{"batching_mode", "uniform"}}},
	{"affine model", "LSQML",
		{{"positions.optimizable", "true"}, {"positions.optimization_plan.start", "0"},
			{"positions.affine_transform_constraint.enabled", "true"},
			{"positions.affine_transform_constraint.optimization_plan.stride", "3"},
			{"positions.affine_transform_constraint.degrees_of_freedom.shear",
				"false"}}},
	{"counts", "LSQML", {{"noise_model", "poisson"}}},
	{"counts, compact, positions", "LSQML",
		{{"noise_model", "poisson"}, {"poisson_epsilon", "0.01"},
			{"batching_mode", "compact"}, {"positions.optimizable", "true"},
			{"positions.optimization_plan.start", "2"}}},
	{"counts, modes, background", "LSQML",
		{{"noise_model", "poisson"}, {"probe.modes", "2"},
			{"background.optimizable", "true"}}},
	{"modes, object from the first", "LSQML",
		{{"probe.modes", "2"}, {"object.multimodal_update", "false"},
			{"object.build_preconditioner_with_all_modes", "false"}}},
	{"compact, boost", "LSQML",
		{{"batching_mode", "compact"}, {"low_frequency_boost.enabled", "true"}}},
	{"plans", "ML",
		{{"object.optimization_plan.stop", "6"}, {"probe.optimization_plan.start", "2"},
			{"probe.optimization_plan.stride", "2"}, {"start.max_epochs", "2"}}},
	{"positions", "ML",
		{{"positions.optimizable", "true"}, {"positions.optimization_plan.start", "1"},
			{"positions.optimization_plan.stop", "4"},
			{"positions.optimization_plan.stride", "2"},
			{"positions.constrain_position_mean", "true"}, {"start.max_epochs", "1"}}},
	{"blur", "LSQML",
		{{"diffraction_pattern_blur_sigma", "0.6"}, {"displayed_loss_function", "mse"},
			{"noise_model", "poisson"}}},
	{"blur", "ML",
		{{"diffraction_pattern_blur_sigma", "0.6"}, {"start.max_epochs", "3"},
			{"displayed_loss_function", "poisson"}}},
	{"double transforms", "LSQML", {{"use_double_precision_for_fft", "true"}}},
	{"double transforms", "ML",
		{{"use_double_precision_for_fft", "true"}, {"start.max_epochs", "3"}}},
	{"whole pixels", "LSQML", {{"object.patch_interpolation_method", "nearest"}}},
	{"all of the detector", "LSQML", {DETECTOR, {"noise_model", "poisson"}}},
	{"all of the detector", "ML", {DETECTOR, {"start.max_epochs", "2"}}},
	{"all of the detector", "rPIE", {DETECTOR, {"displayed_loss_function", "poisson"}}},
	{"plans", "rPIE",
		{{"object.optimization_plan.stride", "2"}, {"probe.optimization_plan.start", "3"}}},
	{"plans, momentum", "ePIE",
		{{"object.optimization_plan.start", "1"}, {"object.optimization_plan.stop", "5"},
			{"mpie.feedback", "0.3"}, {"mpie.period", "2"}}},
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static struct plica_error err;

static struct plica_settings settings_of(size_t number)
{
	struct plica_settings settings;

	assert_ok(plica_settings_init(&settings, cases[number].algorithm, &err));
	assert_ok(plica_settings_set(&settings, "num_epochs", EPOCHS, &err));
	settings.batch_size = 20;
	settings.threads = 1;
	for (size_t k = 0; k < MOST_OPTIONS && cases[number].option[k][0] != NULL; k++)
		assert_ok(plica_settings_set(
			&settings, cases[number].option[k][0], cases[number].option[k][1], &err));
	return settings;
}

static struct plica_product *run(const struct synthetic *synthetic,
	const struct plica_settings *settings, const struct plica_reconstruct_hooks *hooks)
{
	struct plica_product *product = NULL;
	enum plica_status status =
		plica_reconstruct(&product, synthetic->dataset, settings, hooks, &err);

	if (status != PLICA_OK && status != PLICA_ERR_INTERRUPTED)
		fail_msg("%s", err.text);
	return product;
}

static void same(const char *label, const char *what, const void *a, const void *b, size_t bytes)
{
	if (memcmp(a, b, bytes) != 0)
		fail_msg("%s: other bits in the %s", label, what);
}

static void check_same_bits(
	const char *label, const struct plica_product *a, const struct plica_product *b)
{
	size_t probe, positions;

	if (a == NULL || b == NULL) {
		fail_msg("%s: no product", label);
		return;
	}
	probe = a->probe_modes * a->probe_px * a->probe_px;
	positions = a->position_count * sizeof(double);
	same(label, "object", a->object, b->object,
		a->object_rows * a->object_cols * sizeof(*a->object));
	same(label, "probe", a->probe, b->probe, probe * sizeof(*a->probe));
	same(label, "loss", a->loss, b->loss, a->epoch_count * sizeof(*a->loss));
	assert_int_equal(a->background != NULL, b->background != NULL);
	if (a->background != NULL && b->background != NULL)
		same(label, "background", a->background, b->background,
			a->probe_px * a->probe_px * sizeof(*a->background));
	assert_int_equal(a->intensity != NULL, b->intensity != NULL);
	if (a->intensity != NULL && b->intensity != NULL)
		same(label, "intensities", a->intensity, b->intensity, positions);
	same(label, "y of the positions", a->y_px, b->y_px, positions);
	same(label, "x of the positions", a->x_px, b->x_px, positions);
}

static void threads_do_not_change_a_bit(void **state)
{
	static const long threads[] = {2, 3, 8, 16};

	for (size_t c = 0; c < CASES; c++) {
		struct plica_settings settings = settings_of(c);
		struct plica_product *reference = run(*state, &settings, NULL);

		for (size_t t = 0; t < sizeof(threads) / sizeof(threads[0]); t++) {
			struct plica_product *product;

			settings.threads = threads[t];
			product = run(*state, &settings, NULL);
			check_same_bits(cases[c].label, product, reference);
			plica_product_free(product);
		}
		plica_product_free(reference);
	}
}

static void stopped_runs_go_on_with_the_same_bits(void **state)
{
	const struct plica_reconstruct_hooks hooks = {.progress = stop_at_once,
		.checkpoint_path = checkpoint_path,
		.checkpoint_seconds = 1e9,
		.resume = true};

	for (size_t c = 0; c < CASES; c++) {
		struct plica_settings settings = settings_of(c);
		struct plica_product *whole = run(*state, &settings, NULL);
		struct plica_product *pieces = NULL;

		(void)unlink(checkpoint_path);
		for (long stops = 0; stops < settings.num_epochs && pieces == NULL; stops++)
			pieces = run(*state, &settings, &hooks);
		assert_non_null(pieces);
		check_same_bits(cases[c].label, pieces, whole);
		plica_product_free(whole);
		plica_product_free(pieces);
	}
}

/* |a - b| / |b| over `count` values. */
static double distance(const float _Complex *a, const float _Complex *b, size_t count)
{
	double difference = 0.0, power = 0.0;

	for (size_t k = 0; k < count; k++) {
		difference += pow(cabs((double _Complex)(a[k] - b[k])), 2.0);
		power += pow(cabs((double _Complex)b[k]), 2.0);
	}
	return sqrt(difference / power);
}

/* Where model and data agree nothing is left to do. */
static void the_truth_stays(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct synthetic synthetic;

	(void)state;
	params.diffuse = true;
	synthetic_init(&synthetic, &params);
	for (size_t c = 0; c < CASES; c++) {
		struct plica_settings settings = settings_of(c);
		struct plica_product *before, *after;
		size_t pixels;

		/* the truth has one mode, fractions and no blur; ML searches along what rounding
		 * leaves */
		if (settings.probe.modes > 1 || settings.diffraction_blur_px > 0.0 ||
			settings.object.patch_interpolation != PLICA_INTERPOLATION_FOURIER ||
			strcmp(settings.algorithm, "ML") == 0)
			continue;
		settings.initial_object = PLICA_INITIAL_DATASET;
		settings.rescale_probe_intensity = false;
		settings.object.remove_object_probe_ambiguity.enabled = false;
		settings.num_epochs = 0;
		before = run(&synthetic, &settings, NULL);
		settings.num_epochs = 5;
		after = run(&synthetic, &settings, NULL);
		pixels = after->object_rows * after->object_cols;
		if (!(distance(after->object, before->object, pixels) < 1e-6) ||
			!(distance(after->probe, before->probe, after->probe_px * after->probe_px) <
				1e-6))
			fail_msg("%s: the truth did not stay", cases[c].label);
		plica_product_free(before);
		plica_product_free(after);
	}
	synthetic_release(&synthetic);
}

static size_t object_pixels(const struct plica_product *product)
{
	return product->object_rows * product->object_cols;
}

/* Every constraint is on that would change the object. */
static struct plica_settings known_object(const char *algorithm)
{
	struct plica_settings settings;

	assert_ok(plica_settings_init(&settings, algorithm, &err));
	settings.threads = 1;
	settings.batch_size = 20;
	settings.initial_object = PLICA_INITIAL_DATASET;
	settings.object.optimizable = false;
	settings.object.remove_object_probe_ambiguity.enabled = true;
	settings.object.smoothness.alpha = 0.1;
	settings.object.tv.weight = 0.1;
	settings.object.l1_norm.weight = 0.1;
	settings.object.hard_limits.enabled = true;
	settings.object.hard_limits.abs_lim[1] = 0.5;
	settings.probe.center_constraint.enabled = true;
	settings.probe.power_constraint.enabled = true;
	settings.mpie.feedback = 0.2;
	settings.low_frequency_boost.enabled = true;
	return settings;
}

/* The object stays to the bit, and the probe is found. */
static void a_known_object_gives_the_probe(void **state)
{
	const struct synthetic *synthetic = *state;
	const char *const *names = plica_algorithms();

	for (size_t i = 0; names[i] != NULL; i++) {
		struct plica_settings settings = known_object(names[i]);
		struct plica_product *before, *after;

		settings.num_epochs = 0;
		before = run(synthetic, &settings, NULL);
		settings.num_epochs = 25;
		after = run(synthetic, &settings, NULL);
		same(names[i], "known object", before->object, after->object,
			object_pixels(after) * sizeof(*after->object));
		print_message("# %s: E_F %.3g, %.3g before\n", names[i], after->fourier_error,
			before->fourier_error);
		assert_true(after->fourier_error < 1e-4 * before->fourier_error);
		plica_product_free(before);
		plica_product_free(after);
	}
}

/* ML leaves the probe alone until its plan begins, and what has stopped moving stays. */
static void ml_follows_plans(void **state)
{
	const struct synthetic *synthetic = *state;
	struct plica_settings settings;
	static const long epochs[3] = {4, 10, 1};
	struct plica_product *product[3];
	size_t bytes = synthetic->side * synthetic->side * sizeof(float _Complex);
	size_t count = synthetic->dataset->pattern_count;
	double mean = 0.0;

	assert_ok(plica_settings_init(&settings, "ML", &err));
	settings.threads = 1;
	settings.start.max_epochs = 1;
	settings.object.remove_object_probe_ambiguity.enabled = false;
	settings.probe.plan.start = 5;
	settings.positions.optimizable = true;
	settings.positions.plan = (struct plica_plan){.start = 1, .stop = 2, .stride = 1};
	settings.positions.constrain_mean = true;
	for (int k = 0; k < 3; k++) {
		settings.num_epochs = epochs[k];
		product[k] = run(synthetic, &settings, NULL);
	}
	for (size_t i = 0; i < count; i++)
		mean += product[1]->y_px[i] - synthetic->dataset->y_px[i];
	assert_close(mean / (double)count, 0.0, 1e-9);
	assert_memory_not_equal(product[0]->y_px, synthetic->dataset->y_px, count * sizeof(double));
	same("ML", "positions", product[0]->y_px, product[1]->y_px, count * sizeof(double));
	same("ML", "probe", product[0]->probe, product[2]->probe, bytes);
	assert_memory_not_equal(product[1]->probe, product[0]->probe, bytes);
	for (int k = 0; k < 3; k++)
		plica_product_free(product[k]);
}

/* Rounded positions give what positions that were rounded before give. */
static void nearest_is_the_whole_pixel(void **state)
{
	const struct synthetic *synthetic = *state;
	struct plica_dataset *dataset = synthetic->dataset;
	const char *const *names = plica_algorithms();
	size_t count = dataset->pattern_count;

	for (size_t a = 0; names[a] != NULL; a++) {
		struct plica_settings settings;
		struct plica_dataset *rounded = NULL;
		struct plica_product *found = NULL, *expected;
		size_t *all = calloc(count, sizeof(*all));

		assert_non_null(all);
		for (size_t i = 0; i < count; i++)
			all[i] = i;
		assert_ok(plica_dataset_select(&rounded, dataset, all, count, &err));
		for (size_t i = 0; i < count; i++) {
			rounded->y_px[i] = rint(rounded->y_px[i]);
			rounded->x_px[i] = rint(rounded->x_px[i]);
		}
		assert_ok(plica_settings_init(&settings, names[a], &err));
		settings.num_epochs = 4;
		settings.threads = 1;
		assert_ok(plica_reconstruct(&found, rounded, &settings, NULL, &err));
		settings.object.patch_interpolation = PLICA_INTERPOLATION_NEAREST;
		expected = run(synthetic, &settings, NULL);
		same(names[a], "object", found->object, expected->object,
			object_pixels(found) * sizeof(*found->object));
		plica_product_free(found);
		plica_product_free(expected);
		plica_dataset_free(rounded);
		free(all);
		settings.positions.optimizable = true;
		assert_error(plica_settings_check(&settings, &err), PLICA_ERR_ARGUMENT,
			"whole pixels cannot be refined");
	}
}

static void denoising_needs_an_object_that_may_change(void **state)
{
	struct plica_settings settings;

	(void)state;
	assert_ok(plica_settings_init(&settings, "ML", &err));
	settings.object.optimizable = false;
	settings.denoise = PLICA_DENOISE_AUTO;
	assert_error(plica_settings_check(&settings, &err), PLICA_ERR_ARGUMENT,
		"object.optimizable is false");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_do_not_change_a_bit),
		cmocka_unit_test(stopped_runs_go_on_with_the_same_bits),
		cmocka_unit_test(the_truth_stays),
		cmocka_unit_test(a_known_object_gives_the_probe),
		cmocka_unit_test(ml_follows_plans),
		cmocka_unit_test(nearest_is_the_whole_pixel),
		cmocka_unit_test(denoising_needs_an_object_that_may_change),
	};

	return cmocka_run_group_tests(tests, checkpointed_setup, checkpointed_teardown);
}
