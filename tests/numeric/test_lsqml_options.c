/* SPDX-License-Identifier: BSD-3-Clause */
/* What holds for LSQML under every one of its options: the same bits for any number of threads, the
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

/* Options beside the defaults, as users write them. */
static const struct {
	const char *label;
	const char *option[MOST_OPTIONS][2];
} cases[] = {
	{"defaults", {{NULL}}},
	{"uniform", {{"batching_mode", "uniform"}}},
	{"compact", {{"batching_mode", "compact"}}},
	{"separate steps", {{"single_slice_solve_obj_prb_step_size_jointly", "false"}}},
	{"relaxed", {{"gaussian_noise_std", "0.7"}, {"preconditioning_damping_factor", "0.3"}}},
	{"plans", {{"object.optimization_plan.stride", "2"}, {"probe.optimization_plan.start", "1"},
			  {"probe.optimization_plan.stop", "5"}}},
	{"fixed probe", {{"probe.optimizable", "false"}}},
	{"fixed object", {{"object.optimizable", "false"}}},
	{"boost", {{"low_frequency_boost.enabled", "true"}}},
	{"momentum", {{"momentum_acceleration_gain", "0.5"}}},
	{"compact, momentum", {{"batching_mode", "compact"}, {"momentum_acceleration_gain", "0.5"},
				      {"momentum_acceleration_gradient_mixing_factor", "0.6"}}},
	{"positions",
		{{"positions.optimizable", "true"}, {"positions.optimization_plan.start", "1"},
			{"positions.constrain_position_mean", "true"}}},
	{"positions, momentum",
		{{"positions.optimizable", "true"}, {"positions.optimization_plan.start", "0"},
			{"positions.momentum_acceleration_gain", "0.5"},
			{"positions.momentum_acceleration_memory", "2"},
			{"batching_mode", "uniform"}}},
	{"affine model",
		{{"positions.optimizable", "true"}, {"positions.optimization_plan.start", "0"},
			{"positions.affine_transform_constraint.enabled", "true"},
			{"positions.affine_transform_constraint.optimization_plan.stride", "3"},
			{"positions.affine_transform_constraint.degrees_of_freedom.shear",
				"false"}}},
	{"counts", {{"noise_model", "poisson"}}},
	{"counts, compact, positions",
		{{"noise_model", "poisson"}, {"poisson_epsilon", "0.01"},
			{"batching_mode", "compact"}, {"positions.optimizable", "true"},
			{"positions.optimization_plan.start", "2"}}},
	{"counts, modes, background", {{"noise_model", "poisson"}, {"probe.modes", "2"},
					      {"background.optimizable", "true"}}},
	{"compact, boost", {{"batching_mode", "compact"}, {"low_frequency_boost.enabled", "true"}}},
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static struct plica_error err;

static struct plica_settings settings_of(size_t number)
{
	struct plica_settings settings;

	assert_ok(plica_settings_init(&settings, "LSQML", &err));
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

		if (settings.probe.modes > 1) /* the truth has one */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_do_not_change_a_bit),
		cmocka_unit_test(stopped_runs_go_on_with_the_same_bits),
		cmocka_unit_test(the_truth_stays),
	};

	return cmocka_run_group_tests(tests, checkpointed_setup, checkpointed_teardown);
}
