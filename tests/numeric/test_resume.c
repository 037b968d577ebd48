/* SPDX-License-Identifier: BSD-3-Clause */
/* A run that is stopped after each epoch and resumed gives the bits of an uninterrupted one, and
 * a checkpoint of something else is refused with the difference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpointed.h"
#include "plica/reconstruct.h"
#include "synthetic.h"
#include "testing.h"

static struct plica_error err;

static void make_settings(struct plica_settings *settings, const char *algorithm)
{
	assert_ok(plica_settings_init(settings, algorithm, &err));
	settings->num_epochs = 14;
	settings->threads = 2;
	settings->batch_size = 16;
	settings->low_frequency_boost.enabled = true;
	settings->positions.optimizable = strstr(algorithm, "PIE") == NULL;
	settings->positions.plan.start = 1; /* early, so that they have moved when a run goes on */
	settings->positions.affine.enabled = true;
	settings->positions.affine.plan.stride = 4;
	settings->start.max_epochs = 3;
	settings->probe.power_constraint.enabled = true;
	settings->probe.support_constraint.enabled = true;
	settings->object.tv.weight = 1e-4;
	settings->object.tv.plan.stride = 3;
	settings->mpie.feedback = strcmp(algorithm, "ePIE") == 0 ? 0.2 : 0.0;
	settings->mpie.period = 3;
}

static struct plica_product *run_in_pieces(
	const struct synthetic *synthetic, const struct plica_settings *settings, int *stops)
{
	const struct plica_reconstruct_hooks hooks = {.progress = stop_at_once,
		.checkpoint_path = checkpoint_path,
		.checkpoint_seconds = 1e9,
		.resume = true};
	struct plica_product *product = NULL;

	(void)unlink(checkpoint_path);
	for (*stops = 0; *stops < 100; (*stops)++) {
		enum plica_status status =
			plica_reconstruct(&product, synthetic->dataset, settings, &hooks, &err);

		if (status == PLICA_OK)
			break;
		assert_int_equal(status, PLICA_ERR_INTERRUPTED);
	}
	return product;
}

static void check_engine(const struct synthetic *synthetic, const char *algorithm)
{
	struct plica_settings settings;
	struct plica_product *whole = NULL;
	struct plica_product *pieces = NULL;
	size_t bytes;
	int stops;

	make_settings(&settings, algorithm);
	assert_ok(plica_reconstruct(&whole, synthetic->dataset, &settings, NULL, &err));
	pieces = run_in_pieces(synthetic, &settings, &stops);
	assert_non_null(pieces);
	assert_true(stops >= 8);
	bytes = whole->object_rows * whole->object_cols * sizeof(*whole->object);
	assert_memory_equal(whole->object, pieces->object, bytes);
	assert_memory_equal(whole->probe, pieces->probe,
		whole->probe_px * whole->probe_px * sizeof(*whole->probe));
	assert_int_equal(whole->epoch_count, pieces->epoch_count);
	assert_memory_equal(whole->loss, pieces->loss, whole->epoch_count * sizeof(double));
	assert_memory_equal(whole->y_px, pieces->y_px, whole->position_count * sizeof(double));
	assert_memory_equal(whole->x_px, pieces->x_px, whole->position_count * sizeof(double));
	if (settings.positions.optimizable)
		assert_memory_not_equal(whole->y_px, synthetic->dataset->y_px,
			whole->position_count * sizeof(double));
	plica_product_free(whole);
	plica_product_free(pieces);
}

static void engines_resume_bit_by_bit(void **state)
{
	const char *const *names = plica_algorithms();

	for (size_t i = 0; names[i] != NULL; i++)
		check_engine(*state, names[i]);
}

static void foreign_checkpoints_are_refused(void **state)
{
	struct synthetic *synthetic = *state;
	struct plica_settings settings;
	struct plica_product *product = NULL;
	struct plica_reconstruct_hooks hooks = {.progress = stop_at_once,
		.checkpoint_path = checkpoint_path,
		.checkpoint_seconds = 1e9};

	make_settings(&settings, "LSQML");
	assert_error(plica_reconstruct(&product, synthetic->dataset, &settings, &hooks, &err),
		PLICA_ERR_INTERRUPTED, "to be continued from");
	hooks.resume = true;
	settings.batch_size = 17;
	assert_error(plica_reconstruct(&product, synthetic->dataset, &settings, &hooks, &err),
		PLICA_ERR_DATA, "made with batch_size = 16, asked for is 17");
	settings.batch_size = 16;
	synthetic->dataset->y_px[3] += 0.125;
	assert_error(plica_reconstruct(&product, synthetic->dataset, &settings, &hooks, &err),
		PLICA_ERR_DATA, "another dataset");
	synthetic->dataset->y_px[3] -= 0.125;
	make_settings(&settings, "rPIE");
	assert_error(plica_reconstruct(&product, synthetic->dataset, &settings, &hooks, &err),
		PLICA_ERR_DATA, "algorithm LSQML, asked for is rPIE");
}

static void damaged_checkpoints_are_refused(void **state)
{
	struct synthetic *synthetic = *state;
	struct plica_settings settings;
	struct plica_product *product = NULL;
	const struct plica_reconstruct_hooks hooks = {
		.checkpoint_path = checkpoint_path, .checkpoint_seconds = 1e9, .resume = true};

	make_settings(&settings, "LSQML");
	assert_int_equal(truncate(checkpoint_path, 1000), 0);
	assert_error(plica_reconstruct(&product, synthetic->dataset, &settings, &hooks, &err),
		PLICA_ERR_FORMAT, checkpoint_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(engines_resume_bit_by_bit),
		cmocka_unit_test(foreign_checkpoints_are_refused),
		cmocka_unit_test(damaged_checkpoints_are_refused),
	};

	return cmocka_run_group_tests(tests, checkpointed_setup, checkpointed_teardown);
}
