/* SPDX-License-Identifier: BSD-3-Clause */
/* The LSQML engine against its literal double-precision reference. */
#include <complex.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "lsqml_reference.h"
#include "plica/reconstruct.h"
#include "recon/batches.h"
#include "recon/constraint.h"
#include "recon/engine.h"
#include "synthetic.h"
#include "testing.h"

static struct plica_error err;

/* The same problem twice: as the engine has it, and as the reference. */
struct pair {
	struct synthetic synthetic;
	struct plica_settings settings;
	struct plica_problem *problem;
	struct plica_constraints *constraints;
	void *state;
	struct reference reference;
	struct plica_batches batches;
};

static void init(
	struct pair *pair, const struct synthetic_params *params, long batch_size, bool with_mask)
{
	size_t pixels = params->side * params->side;

	synthetic_init(&pair->synthetic, params);
	assert_ok(plica_settings_init(&pair->settings, "LSQML", &err));
	pair->settings.batch_size = batch_size;
	pair->settings.random_seed = 5;
	pair->settings.threads = 2;
	if (with_mask) {
		uint8_t *mask = NULL;

		assert_ok(PLICA_NEW(&mask, pixels, &err));
		for (size_t k = 0; k < pixels; k++)
			mask[k] = k % 11 != 3 && k / params->side != params->side / 2 + 2;
		pair->synthetic.dataset->mask = mask;
	}
}

static void start(struct pair *pair)
{
	const struct plica_dataset *dataset = pair->synthetic.dataset;

	assert_ok(plica_problem_create(&pair->problem, dataset, &pair->settings, &err));
	assert_ok(plica_constraints_create(&pair->constraints, pair->problem, &err));
	assert_ok(plica_engine_lsqml.create(&pair->state, pair->problem, &err));
	reference_init(&pair->reference, dataset, pair->problem, &pair->settings);
	assert_ok(plica_batches_init(&pair->batches, dataset->pattern_count,
		(size_t)pair->settings.batch_size, (uint64_t)pair->settings.random_seed, &err));
	assert_ok(plica_batches_arrange(&pair->batches,
		(enum plica_batching_mode)pair->settings.batching_mode,
		(struct plica_positions){dataset->pattern_count, dataset->y_px, dataset->x_px},
		&err));
}

static void release(struct pair *pair)
{
	plica_engine_lsqml.destroy(pair->state);
	plica_constraints_free(pair->constraints);
	plica_problem_free(pair->problem);
	plica_batches_release(&pair->batches);
	reference_release(&pair->reference);
	synthetic_release(&pair->synthetic);
}

static void reference_epoch(struct pair *pair, long number)
{
	struct reference *reference = &pair->reference;

	reference->loss = 0.0;
	if (number == 0 || pair->settings.probe.optimizable)
		reference_update_illumination(reference, number == 0);
	plica_batches_shuffle(&pair->batches, number);
	if (pair->settings.batching_mode == PLICA_BATCHING_COMPACT)
		reference_begin_compact(reference, pair->batches.batch_count);
	for (size_t k = 0; k < pair->batches.batch_count; k++) {
		size_t count;
		const size_t *positions = plica_batches_get(&pair->batches, k, &count);

		reference_batch(reference, positions, count);
	}
	if (pair->settings.batching_mode == PLICA_BATCHING_COMPACT)
		reference_end_compact(reference);
	if (pair->settings.momentum.gain > 0.0)
		reference_accelerate(reference, pair->batches.batch_count);
	if (pair->settings.object.remove_object_probe_ambiguity.enabled && number % 10 == 0)
		reference_remove_ambiguity(reference);
}

/* |found - expected| / |expected - from|, over all pixels: relative to what has been achieved. */
static double distance(const float complex *found, const double complex *expected,
	const double complex *from, size_t count)
{
	double difference = 0.0, change = 0.0;

	for (size_t k = 0; k < count; k++) {
		difference += pow(cabs((double complex)found[k] - expected[k]), 2.0);
		change += pow(cabs(expected[k] - from[k]), 2.0);
	}
	return sqrt(difference / change);
}

static double complex *copy_of(const double complex *field, size_t count)
{
	double complex *copy = NULL;

	assert_ok(PLICA_NEW(&copy, count, &err));
	memcpy(copy, field, count * sizeof(*copy));
	return copy;
}

/* Runs `epochs` on both; object and probe agree to 1e-6 of themselves and 1e-5 of their change. */
static void compare_epochs(struct pair *pair, long epochs)
{
	struct reference *reference = &pair->reference;
	size_t canvas = reference->rows * reference->cols;
	size_t pixels = reference->side * reference->side;
	double complex *old_object = copy_of(reference->object, canvas);
	double complex *old_probe = copy_of(reference->probe, pixels);
	double complex *zero = NULL;
	struct plica_product *product = NULL;

	assert_ok(PLICA_NEW(&zero, canvas + pixels, &err));
	for (long number = 0; number < epochs; number++) {
		struct plica_epoch epoch = {0};

		plica_engine_lsqml.epoch(pair->state, number, &epoch);
		(void)plica_constraints_apply(pair->constraints, number);
		reference_epoch(pair, number);
		assert_close(epoch.cost, 1.0, 0.0);
		assert_close(epoch.loss * (double)reference->count * pair->problem->valid_pixels,
			reference->loss, 1e-5 * reference->loss);
	}
	assert_ok(plica_problem_product(&product, pair->problem, &err));
	assert_close(distance(product->object, reference->object, zero, canvas), 0.0, 1e-6);
	assert_close(distance(product->object, reference->object, old_object, canvas), 0.0, 1e-5);
	assert_close(distance(product->probe, reference->probe, zero, pixels), 0.0, 1e-6);
	if (pair->settings.probe.optimizable)
		assert_close(
			distance(product->probe, reference->probe, old_probe, pixels), 0.0, 1e-5);
	plica_product_free(product);
	plica_free(old_object);
	plica_free(old_probe);
	plica_free(zero);
}

/* 64 positions in three batches, fractions of a pixel, bad pixels, a wrong probe. */
static void batches_follow_the_reference(void **state)
{
	static const size_t sides[] = {32, 64, 20, 15};

	(void)state;
	for (size_t s = 0; s < sizeof(sides) / sizeof(sides[0]); s++) {
		struct synthetic_params params = synthetic_defaults();
		struct pair pair;

		params.side = sides[s];
		params.guess_error = 0.3;
		params.diffuse = true;
		init(&pair, &params, 24, true);
		pair.settings.object.remove_object_probe_ambiguity.enabled = false;
		start(&pair);
		assert_true(pair.problem->shifted);
		assert_int_equal(pair.batches.batch_count, 3);
		compare_epochs(&pair, 1);
		release(&pair);
	}
}

static void whole_pixel_batches_follow_the_reference(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct pair pair;

	(void)state;
	params.whole = true;
	params.guess_error = 0.3;
	params.diffuse = true;
	init(&pair, &params, 24, true);
	start(&pair);
	assert_false(pair.problem->shifted);
	compare_epochs(&pair, 1);
	release(&pair);
}

/* Half pixels are rounded to even, up or down alike. */
static void half_pixels_follow_the_reference(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct pair pair;

	(void)state;
	params.jitter_px = 0.0;
	params.step_px = 3.5;
	params.guess_error = 0.3;
	params.diffuse = true;
	init(&pair, &params, 24, false);
	for (size_t i = 0; i < pair.synthetic.dataset->pattern_count; i++)
		pair.synthetic.dataset->y_px[i] = floor(pair.synthetic.dataset->y_px[i]) + 0.5;
	start(&pair);
	compare_epochs(&pair, 1);
	release(&pair);
}

/* Averaged illumination, ambiguity removed, other settings than the defaults. */
static void epochs_follow_the_reference(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct pair pair;

	(void)state;
	params.guess_error = 0.3;
	params.diffuse = true;
	init(&pair, &params, 16, false);
	pair.settings.gaussian_noise_std = 0.6;
	pair.settings.preconditioning_damping_factor = 0.3;
	pair.settings.object.optimal_step_size_scaler = 0.7;
	pair.settings.object.step_size = 0.8;
	pair.settings.probe.optimal_step_size_scaler = 0.6;
	pair.settings.probe.step_size = 0.5;
	start(&pair);
	plica_problem_scale_probe(pair.problem, 1.25); /* so that there is an ambiguity to remove */
	for (size_t k = 0; k < params.side * params.side; k++)
		pair.reference.probe[k] *= 1.25;
	compare_epochs(&pair, 3);
	release(&pair);
}

static void separate_steps_follow_the_reference(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct pair pair;

	(void)state;
	params.guess_error = 0.3;
	params.diffuse = true;
	init(&pair, &params, 24, true);
	pair.settings.solve_steps_jointly = false;
	start(&pair);
	compare_epochs(&pair, 2);
	release(&pair);
}

static void fixed_batches_follow_the_reference(void **state)
{
	struct synthetic_params params = synthetic_defaults();

	(void)state;
	params.guess_error = 0.3;
	params.diffuse = true;
	for (int mode = PLICA_BATCHING_UNIFORM; mode <= PLICA_BATCHING_COMPACT; mode++) {
		struct pair pair;

		init(&pair, &params, 17, true);
		pair.settings.batching_mode = mode;
		start(&pair);
		compare_epochs(&pair, 2);
		release(&pair);
	}
}

/* Until the velocities have been added several times. */
static void momentum_follows_the_reference(void **state)
{
	struct synthetic_params params = synthetic_defaults();

	(void)state;
	params.guess_error = 0.3;
	params.diffuse = true;
	for (int mode = PLICA_BATCHING_RANDOM; mode <= PLICA_BATCHING_COMPACT; mode++) {
		struct pair pair;

		init(&pair, &params, 17, true);
		pair.settings.batching_mode = mode;
		pair.settings.momentum.gain = 0.5;
		pair.settings.momentum.mixing_factor = mode == PLICA_BATCHING_UNIFORM ? 0.0 : 0.7;
		start(&pair);
		compare_epochs(&pair, 8);
		if (mode == PLICA_BATCHING_COMPACT)
			assert_true(
				cabs(pair.reference.object_momentum
						.velocity[20 * pair.reference.cols + 20]) > 0.0);
		assert_true(
			cabs(pair.reference.probe_momentum.velocity[16 * params.side + 16]) > 0.0);
		release(&pair);
	}
}

/* Few and many photons: empty pixels, and a step of each pattern's own. */
static void counts_follow_the_reference(void **state)
{
	static const double photons[] = {1e3, 1e6};
	struct synthetic_params params = synthetic_defaults();

	(void)state;
	params.guess_error = 0.3;
	params.diffuse = true;
	for (size_t k = 0; k < 2; k++) {
		struct pair pair;
		double largest = 0.0;

		params.photons = photons[k];
		init(&pair, &params, 24, true);
		pair.settings.noise_model = PLICA_NOISE_POISSON;
		pair.settings.poisson_epsilon = 1e-3;
		start(&pair);
		compare_epochs(&pair, 2);
		for (size_t i = 0; i < pair.reference.count; i++)
			largest = fmax(largest, fabs(pair.reference.relaxation[i] - 0.5));
		assert_true(largest > 0.01);
		release(&pair);
	}
}

/* Two epochs that move positions; they agree to a part in a million of a pixel. */
static void positions_follow_the_reference(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct plica_random random;
	struct pair pair;

	(void)state;
	params.diffuse = true;
	init(&pair, &params, 24, true);
	pair.settings.positions.optimizable = true;
	pair.settings.positions.plan.start = 0;
	pair.settings.positions.step_size = 0.7;
	plica_random_start(&random, 6, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < pair.synthetic.dataset->pattern_count; i++)
		pair.synthetic.dataset->y_px[i] += 0.4 * plica_random_normal(&random);
	start(&pair);
	compare_epochs(&pair, 2);
	for (size_t i = 0; i < pair.problem->count; i++) {
		assert_close(pair.problem->y_px[i], pair.reference.y_px[i], 1e-6);
		assert_close(pair.problem->x_px[i], pair.reference.x_px[i], 1e-6);
	}
	release(&pair);
}

/* The object in the first and third epoch, the probe in the second alone. */
static void plans_say_what_is_updated(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct plica_product *product[4] = {NULL};
	struct pair pair;
	size_t bytes;

	(void)state;
	params.guess_error = 0.3;
	init(&pair, &params, 24, false);
	pair.settings.object.remove_object_probe_ambiguity.enabled = false;
	pair.settings.object.plan.stride = 2;
	pair.settings.probe.plan.start = 1;
	pair.settings.probe.plan.stop = 2;
	start(&pair);
	for (long number = 0; number < 4; number++) {
		struct plica_epoch epoch = {0};

		assert_ok(plica_problem_product(&product[number], pair.problem, &err));
		plica_engine_lsqml.epoch(pair.state, number, &epoch);
	}
	bytes = product[0]->object_rows * product[0]->object_cols * sizeof(*product[0]->object);
	assert_memory_not_equal(product[1]->object, product[0]->object, bytes);
	assert_memory_equal(product[2]->object, product[1]->object, bytes);
	assert_memory_not_equal(product[3]->object, product[2]->object, bytes);
	bytes = params.side * params.side * sizeof(*product[0]->probe);
	assert_memory_equal(product[1]->probe, product[0]->probe, bytes);
	assert_memory_not_equal(product[2]->probe, product[1]->probe, bytes);
	assert_memory_equal(product[3]->probe, product[2]->probe, bytes);
	for (size_t k = 0; k < 4; k++)
		plica_product_free(product[k]);
	release(&pair);
}

static void a_fixed_probe_stays(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct plica_product *product = NULL;
	struct pair pair;

	(void)state;
	params.diffuse = true;
	init(&pair, &params, 24, false);
	pair.settings.probe.optimizable = false;
	pair.settings.object.remove_object_probe_ambiguity.enabled = false;
	start(&pair);
	compare_epochs(&pair, 2);
	assert_ok(plica_problem_product(&product, pair.problem, &err));
	assert_memory_equal(product->probe, pair.synthetic.dataset->probe,
		params.side * params.side * sizeof(*product->probe));
	plica_product_free(product);
	release(&pair);
}

/* The run as users have it: probe rescaled first, the error of the result measured at the end. */
static void runs_follow_the_reference(void **state)
{
	struct synthetic_params params = synthetic_defaults();
	struct plica_product *product = NULL;
	struct pair pair;
	double complex *zero = NULL;
	size_t canvas;

	(void)state;
	params.guess_error = 0.3;
	params.diffuse = true;
	init(&pair, &params, 24, true);
	pair.settings.num_epochs = 2;
	for (size_t k = 0; k < params.side * params.side; k++)
		pair.synthetic.dataset->probe[k] *= 3.0F;
	start(&pair);
	canvas = pair.reference.rows * pair.reference.cols;
	reference_rescale_probe(&pair.reference);
	reference_epoch(&pair, 0);
	reference_epoch(&pair, 1);
	assert_ok(plica_reconstruct(&product, pair.synthetic.dataset, &pair.settings, NULL, &err));
	assert_ok(PLICA_NEW(&zero, canvas, &err));
	assert_int_equal(product->object_rows, pair.reference.rows);
	assert_int_equal(product->object_cols, pair.reference.cols);
	assert_close(distance(product->object, pair.reference.object, zero, canvas), 0.0, 1e-6);
	assert_close(
		distance(product->probe, pair.reference.probe, zero, params.side * params.side),
		0.0, 1e-6);
	assert_int_equal(product->epoch_count, 2);
	assert_close(product->loss[1] * 64.0 * pair.problem->valid_pixels, pair.reference.loss,
		1e-5 * pair.reference.loss);
	plica_free(zero);
	plica_product_free(product);
	release(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(batches_follow_the_reference),
		cmocka_unit_test(whole_pixel_batches_follow_the_reference),
		cmocka_unit_test(half_pixels_follow_the_reference),
		cmocka_unit_test(epochs_follow_the_reference),
		cmocka_unit_test(separate_steps_follow_the_reference),
		cmocka_unit_test(fixed_batches_follow_the_reference),
		cmocka_unit_test(momentum_follows_the_reference),
		cmocka_unit_test(counts_follow_the_reference),
		cmocka_unit_test(positions_follow_the_reference),
		cmocka_unit_test(plans_say_what_is_updated),
		cmocka_unit_test(a_fixed_probe_stays),
		cmocka_unit_test(runs_follow_the_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
