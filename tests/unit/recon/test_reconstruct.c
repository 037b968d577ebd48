/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/reconstruct.h"

#include <string.h>

#include "base/memory.h"
#include "format/json.h"
#include "testing.h"
#include "tiny_fixture.h"

static struct plica_error err;

/* What the callback saw, and when it is to stop the run. */
struct seen {
	long calls;
	long stop_after;
	struct plica_progress last;
};

static int watch(void *context, const struct plica_progress *progress)
{
	struct seen *seen = context;

	assert_int_equal(progress->epoch, seen->calls + 1);
	assert_true(progress->seconds >= seen->last.seconds);
	assert_true(progress->passes > seen->last.passes);
	assert_false(seen->last.finished);
	seen->calls++;
	seen->last = *progress;
	return seen->calls == seen->stop_after;
}

static void the_callback_sees_every_epoch(void **state)
{
	(void)state;
	for (const char *const *name = plica_algorithms(); *name != NULL; name++) {
		struct seen seen = {0};
		const struct plica_reconstruct_hooks hooks = {.progress = watch, .context = &seen};
		struct plica_product *product = NULL;

		settings = tiny_settings(*name);
		assert_ok(plica_reconstruct(&product, dataset, &settings, &hooks, &err));
		assert_int_equal(seen.calls, product->epoch_count);
		assert_int_equal(seen.last.pass_count, 3);
		assert_true(seen.last.finished);
		assert_close(seen.last.loss, product->loss[product->epoch_count - 1], 0.0);
		plica_product_free(product);
	}
}

static void the_callback_stops_the_run(void **state)
{
	(void)state;
	for (const char *const *name = plica_algorithms(); *name != NULL; name++) {
		struct seen seen = {.stop_after = 2};
		const struct plica_reconstruct_hooks hooks = {.progress = watch, .context = &seen};
		struct plica_product *product = NULL;

		settings = tiny_settings(*name);
		settings.num_epochs = 1000;
		assert_error(plica_reconstruct(&product, dataset, &settings, &hooks, &err),
			PLICA_ERR_INTERRUPTED, "of 1000 epochs");
		assert_null(product);
		assert_int_equal(seen.calls, 2);
	}
}

/* Who asks to stop at the end gets what is finished. */
static void a_finished_run_is_not_thrown_away(void **state)
{
	struct seen seen = {.stop_after = 3};
	const struct plica_reconstruct_hooks hooks = {.progress = watch, .context = &seen};
	struct plica_product *product = NULL;

	(void)state;
	assert_ok(plica_reconstruct(&product, dataset, &settings, &hooks, &err));
	assert_non_null(product);
	plica_product_free(product);
}

static void no_epochs_give_the_start(void **state)
{
	struct plica_product *product = NULL;

	(void)state;
	settings.num_epochs = 0;
	settings.rescale_probe_intensity = false;
	assert_ok(plica_reconstruct(&product, dataset, &settings, NULL, &err));
	assert_int_equal(product->epoch_count, 0);
	for (size_t k = 0; k < product->object_rows * product->object_cols; k++)
		assert_true(product->object[k] == 1.0F);
	assert_memory_equal(product->probe, dataset->probe, TINY_PIXELS * sizeof(*dataset->probe));
	assert_true(product->fourier_error > 0.0);
	plica_product_free(product);
}

/* sum |P|^2 = photons of a pattern, with a flat object. */
static void the_probe_is_scaled_to_the_counts(void **state)
{
	double photons = plica_dataset_mean_photons(dataset);
	struct plica_product *product = NULL;
	double power = 0.0;

	(void)state;
	settings.num_epochs = 0;
	for (size_t k = 0; k < TINY_PIXELS; k++)
		dataset->probe[k] *= 100.0F;
	assert_ok(plica_reconstruct(&product, dataset, &settings, NULL, &err));
	for (size_t k = 0; k < TINY_PIXELS; k++)
		power += pow((double)cabsf(product->probe[k]), 2.0);
	assert_close(power, photons, 1e-5 * photons);
	plica_product_free(product);
}

static void a_probe_guess_has_any_unit(void **state)
{
	static const float units[] = {1e25F, 1e-25F};
	struct plica_product *product = NULL;
	struct plica_product *other = NULL;

	(void)state;
	settings.probe.modes = 2;
	assert_ok(plica_reconstruct(&product, dataset, &settings, NULL, &err));
	for (size_t i = 0; i < 2; i++) {
		struct plica_dataset *scaled = tiny_dataset();

		for (size_t k = 0; k < TINY_PIXELS; k++)
			scaled->probe[k] *= units[i];
		assert_ok(plica_reconstruct(&other, scaled, &settings, NULL, &err));
		assert_close(other->loss[2], product->loss[2], 1e-4 * product->loss[2]);
		plica_product_free(other);
		plica_dataset_free(scaled);
	}
	plica_product_free(product);
}

static void an_object_that_no_model_holds_is_refused(void **state)
{
	struct plica_product *product = NULL;

	(void)state;
	settings.initial_object = PLICA_INITIAL_DATASET;
	for (size_t k = 0; k < TINY_OBJECT * TINY_OBJECT; k++)
		dataset->object[k] *= 1e30F;
	assert_error(plica_reconstruct(&product, dataset, &settings, NULL, &err), PLICA_ERR_DATA,
		"'objectGuess' is too large or too small");
	assert_null(product);
}

/* One model stands for all on a flat object, and for none on another: the same scale either way. */
static void a_flat_start_is_scaled_as_any_other(void **state)
{
	struct plica_product *flat = NULL;
	struct plica_product *given = NULL;

	(void)state;
	settings.num_epochs = 0;
	for (size_t k = 0; k < TINY_OBJECT * TINY_OBJECT; k++)
		dataset->object[k] = 1.0F;
	assert_ok(PLICA_NEW(&dataset->mask, TINY_PIXELS, &err));
	for (size_t k = 0; k < TINY_PIXELS; k++)
		dataset->mask[k] = k % 3 != 0;
	assert_ok(plica_reconstruct(&flat, dataset, &settings, NULL, &err));
	settings.initial_object = PLICA_INITIAL_DATASET;
	assert_ok(plica_reconstruct(&given, dataset, &settings, NULL, &err));
	for (size_t k = 0; k < TINY_PIXELS; k++)
		assert_close((double)cabsf(flat->probe[k] - given->probe[k]), 0.0,
			1e-6 * (double)cabsf(given->probe[k]));
	plica_product_free(flat);
	plica_product_free(given);
}

static void a_dataset_that_is_consumed_gives_the_same(void **state)
{
	struct plica_dataset *handed_over = tiny_dataset();
	struct plica_product *product = NULL;
	struct plica_product *other = NULL;
	size_t pixels;

	(void)state;
	assert_ok(plica_reconstruct(&product, dataset, &settings, NULL, &err));
	assert_ok(plica_reconstruct_consume(&other, &handed_over, &settings, NULL, &err));
	assert_null(handed_over);
	pixels = product->object_rows * product->object_cols;
	assert_memory_equal(product->object, other->object, pixels * sizeof(*product->object));
	assert_memory_equal(product->probe, other->probe, TINY_PIXELS * sizeof(*product->probe));
	assert_true(product->fourier_error == other->fourier_error);
	plica_product_free(product);
	plica_product_free(other);
}

static void a_dataset_is_consumed_by_a_refusal_too(void **state)
{
	struct plica_dataset *handed_over = tiny_dataset();
	const struct plica_reconstruct_hooks hooks = {.memory_bytes = 1e3};
	struct plica_product *product = NULL;

	(void)state;
	assert_error(plica_reconstruct_consume(&product, &handed_over, &settings, &hooks, &err),
		PLICA_ERR_MEMORY, "the run needs");
	assert_null(handed_over);
	assert_null(product);
}

static void the_product_says_how_it_was_made(void **state)
{
	struct plica_product *product = NULL;
	struct plica_json *options = NULL;

	(void)state;
	settings.random_seed = 77;
	assert_ok(plica_reconstruct(&product, dataset, &settings, NULL, &err));
	assert_string_equal(product->algorithm, "LSQML");
	assert_string_equal(product->version, PLICA_VERSION);
	assert_int_equal(strlen(product->timestamp), 20);
	assert_int_equal(product->timestamp[19], 'Z');
	assert_ok(plica_json_parse(
		&options, product->options_json, strlen(product->options_json), "options", &err));
	assert_close(plica_json_get_number(options, "random_seed", 0.0), 77.0, 0.0);
	assert_null(product->input_json);
	assert_null(product->object_raw);
	plica_json_free(options);
	plica_product_free(product);
}

static void a_loss_that_is_no_number_ends_the_run(void **state)
{
	struct plica_product *product = NULL;

	(void)state;
	((float *)dataset->patterns)[5 * TINY_PIXELS + 3] = 1e30F;
	settings.rescale_probe_intensity = false;
	assert_error(plica_reconstruct(&product, dataset, &settings, NULL, &err), PLICA_ERR_NUMERIC,
		"LSQML diverged in epoch 1: its loss is no number");
	assert_null(product);
}

static void wrong_settings_are_refused(void **state)
{
	struct plica_product *product = NULL;

	(void)state;
	settings.batch_size = 0;
	assert_error(plica_reconstruct(&product, dataset, &settings, NULL, &err),
		PLICA_ERR_ARGUMENT, "option 'batch_size' is 0, expected a whole number from 1");
	settings.batch_size = 96;
	settings.algorithm = "none";
	assert_error(plica_reconstruct(&product, dataset, &settings, NULL, &err),
		PLICA_ERR_ARGUMENT, "unknown algorithm 'none'");
	assert_null(product);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_callback_sees_every_epoch),
		TEST(the_callback_stops_the_run),
		TEST(a_finished_run_is_not_thrown_away),
		TEST(no_epochs_give_the_start),
		TEST(the_probe_is_scaled_to_the_counts),
		TEST(a_probe_guess_has_any_unit),
		TEST(an_object_that_no_model_holds_is_refused),
		TEST(a_flat_start_is_scaled_as_any_other),
		TEST(a_dataset_that_is_consumed_gives_the_same),
		TEST(a_dataset_is_consumed_by_a_refusal_too),
		TEST(the_product_says_how_it_was_made),
		TEST(a_loss_that_is_no_number_ends_the_run),
		TEST(wrong_settings_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
