/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plica/reconstruct.h"
#include "testing.h"
#include "tiny.h"

static struct plica_error err;

struct seen {
	long epochs, previews, early;
	long checkpoints[8]; /* epochs in which the checkpoint's file was new */
	size_t checkpoint_count;
	double loss;
	const char *path;
};

/* Notes whether the epoch before left a checkpoint, and takes it away. */
static int watch(void *context, const struct plica_progress *progress)
{
	struct seen *seen = context;

	if (seen->path != NULL && unlink(seen->path) == 0 && seen->checkpoint_count < 8)
		seen->checkpoints[seen->checkpoint_count++] = progress->epoch - 1;
	seen->epochs++;
	seen->early += progress->early;
	seen->loss = progress->loss;
	return 0;
}

static void look(void *context, const struct plica_product *product)
{
	struct seen *seen = context;

	assert_non_null(product->object);
	assert_non_null(product->probe);
	assert_int_equal(product->probe_px, TINY_SIDE);
	seen->previews++;
}

static enum plica_status run(
	const struct plica_settings *settings, const struct plica_reconstruct_hooks *hooks)
{
	struct plica_dataset *dataset = tiny_dataset();
	struct plica_product *product = NULL;
	enum plica_status status = plica_reconstruct(&product, dataset, settings, hooks, &err);

	plica_product_free(product);
	plica_dataset_free(dataset);
	return status;
}

static void previews_come_when_asked_for(void **state)
{
	struct plica_settings settings = tiny_settings("LSQML");
	struct seen seen = {0};
	const struct plica_reconstruct_hooks hooks = {
		.progress = watch, .preview = look, .preview_epochs = 3, .context = &seen};

	(void)state;
	settings.num_epochs = 10;
	assert_ok(run(&settings, &hooks));
	assert_int_equal(seen.epochs, 10);
	assert_int_equal(seen.previews, 3);
}

static void checkpoints_come_every_so_many_epochs(void **state)
{
	char path[] = "/tmp/plica-run-XXXXXX";
	struct plica_settings settings = tiny_settings("LSQML");
	int descriptor = mkstemp(path);
	struct seen seen = {.path = path};
	const struct plica_reconstruct_hooks hooks = {.progress = watch,
		.context = &seen,
		.checkpoint_path = path,
		.checkpoint_seconds = 1e9,
		.checkpoint_epochs = 4};

	(void)state;
	assert_true(descriptor >= 0);
	(void)close(descriptor);
	(void)unlink(path);
	settings.num_epochs = 10;
	assert_ok(run(&settings, &hooks));
	assert_int_equal(seen.checkpoint_count, 2);
	assert_int_equal(seen.checkpoints[0], 4);
	assert_int_equal(seen.checkpoints[1], 8);
	assert_int_equal(unlink(path), 0); /* the one at the end */
}

static void a_settled_run_ends_early(void **state)
{
	(void)state;
	for (const char *const *name = plica_algorithms(); *name != NULL; name++) {
		struct plica_settings settings = tiny_settings(*name);
		struct seen seen = {0};
		const struct plica_reconstruct_hooks hooks = {.progress = watch, .context = &seen};

		settings.num_epochs = 500;
		settings.early_stop.relative_gain = 0.05;
		settings.early_stop.epochs = 3;
		assert_ok(run(&settings, &hooks));
		assert_int_equal(seen.early, 1);
		assert_true(seen.epochs > 3 && seen.epochs < 500);
	}
}

/* What is told is not what is judged: the same epochs, and other losses. */
static void the_displayed_loss_decides_nothing(void **state)
{
	long epochs[2];

	(void)state;
	for (int k = 0; k < 2; k++) {
		struct plica_settings settings = tiny_settings("LSQML");
		struct seen seen = {0};
		const struct plica_reconstruct_hooks hooks = {.progress = watch, .context = &seen};

		settings.num_epochs = 500;
		settings.early_stop.relative_gain = 0.05;
		settings.early_stop.epochs = 3;
		settings.displayed_loss = k == 0 ? PLICA_LOSS_MSE_SQRT : PLICA_LOSS_POISSON;
		assert_ok(run(&settings, &hooks));
		epochs[k] = seen.epochs;
		assert_true((seen.loss > 0.0) == (k == 0)); /* many counts: -I log I */
	}
	assert_int_equal(epochs[0], epochs[1]);
}

/* A rule that asks for nothing, and one whose window is longer than the run. */
static void a_run_without_the_rule_goes_on(void **state)
{
	struct plica_settings settings = tiny_settings("LSQML");
	struct seen seen = {0};
	const struct plica_reconstruct_hooks hooks = {.progress = watch, .context = &seen};

	(void)state;
	settings.num_epochs = 60;
	assert_ok(run(&settings, &hooks));
	settings.early_stop.relative_gain = 1.0;
	settings.early_stop.epochs = 60;
	assert_ok(run(&settings, &hooks));
	assert_int_equal(seen.epochs, 120);
	assert_int_equal(seen.early, 0);
}

static void divergence_is_told_from_a_bad_start(void **state)
{
	struct plica_settings settings = tiny_settings("LSQML");

	(void)state;
	settings.num_epochs = 60;
	settings.object.optimal_step_size_scaler = 10.0;
	settings.object.step_size = 10.0;
	assert_error(run(&settings, NULL), PLICA_ERR_NUMERIC, "LSQML diverged in epoch ");
	settings = tiny_settings("LSQML");
	settings.object.l1_norm.weight = 1e9;
	assert_error(run(&settings, NULL), PLICA_ERR_NUMERIC,
		"LSQML diverged in epoch 1: object or probe are 0 everywhere");
	settings = tiny_settings("LSQML");
	settings.rescale_probe_intensity = false; /* the guess is far too bright, and says so */
	assert_ok(run(&settings, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(previews_come_when_asked_for),
		cmocka_unit_test(checkpoints_come_every_so_many_epochs),
		cmocka_unit_test(a_settled_run_ends_early),
		cmocka_unit_test(a_run_without_the_rule_goes_on),
		cmocka_unit_test(the_displayed_loss_decides_nothing),
		cmocka_unit_test(divergence_is_told_from_a_bad_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
