/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * LSQML: least-squares maximum likelihood (Odstrcil, Menzel, Guizar-Sicairos, Opt. Express 26,
 * 3108 (2018)), one slice, random minibatches. doc/numerics.md has the equations;
 * names here follow it: W illumination, G object gradient, dO and dP directions.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "recon/acceleration.h"
#include "recon/batches.h"
#include "recon/boost.h"
#include "recon/engine.h"
#include "recon/intensity.h"
#include "recon/nuisance.h"
#include "recon/pass.h"
#include "recon/plan.h"
#include "recon/position_step.h"
#include "recon/steps.h"

/* The illumination is brought up to date in each of the first epochs, then every tenth. */
#define ILLUMINATION_EAGER_EPOCHS 10
#define ILLUMINATION_STRIDE 10
/* Where the illumination is weaker than this part of its maximum the boost fades out. */
#define BOOST_DAMPING 0.05F
/* What the Poisson step tends to where model and data agree. */
#define FIRST_RELAXATION 0.5F

struct lsqml {
	struct plica_problem *problem;
	struct plica_pass *pass;
	struct plica_batches batches;
	float *relaxation;            /* alpha of each position; NULL but for the Poisson model */
	struct plica_updates updates; /* in this epoch */
	bool updates_positions;       /* likewise */
	size_t object_floats;         /* rows * stride of the canvas */
	float *illumination;          /* W */
	float *scale;                 /* of gradients, to become directions */
	float largest_illumination;
	bool compact;                       /* the object changes once an epoch */
	struct plica_planes epoch_gradient; /* compact: G of the batches of this epoch */
	double epoch_object_step;           /* compact: the least of the batches' */
	struct plica_planes *direction;     /* dO: takes the place of the pass's G */
	float *probe_direction;             /* dP */
	double (*pair_sums)[PLICA_PAIR_SUMS];
	struct plica_step_pair *steps;
	double *object_steps;                      /* a copy that the trimmed mean may sort */
	struct plica_position_step *position_step; /* NULL: positions are fixed */
	struct plica_acceleration *acceleration;   /* NULL: none */
	struct plica_boost *boost;                 /* NULL: none */
	struct plica_planes object_before;         /* of the epoch, for the boost */
};

static void destroy(void *state)
{
	struct lsqml *lsqml = state;

	if (lsqml == NULL)
		return;
	plica_pass_free(lsqml->pass);
	plica_batches_release(&lsqml->batches);
	plica_free(lsqml->relaxation);
	plica_free(lsqml->illumination);
	plica_free(lsqml->scale);
	plica_planes_release(&lsqml->epoch_gradient);
	plica_free(lsqml->probe_direction);
	plica_free(lsqml->pair_sums);
	plica_free(lsqml->steps);
	plica_free(lsqml->object_steps);
	plica_acceleration_free(lsqml->acceleration);
	plica_position_step_free(lsqml->position_step);
	plica_boost_free(lsqml->boost);
	plica_planes_release(&lsqml->object_before);
	plica_free(lsqml);
}

static enum plica_status create_boost(struct lsqml *lsqml, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct plica_problem *problem = lsqml->problem;
	const struct plica_settings *settings = problem->settings;

	if (!settings->low_frequency_boost.enabled)
		return PLICA_OK;
	PLICA_TRY(plica_boost_create(&lsqml->boost, problem, settings->low_frequency_boost.width,
		settings->low_frequency_boost.cap, err));
	PLICA_TRY(plica_planes_create(
		&lsqml->object_before, problem->object.rows, problem->object.cols, err));
	plica_boost_set_width(lsqml->boost);
out:
	return status;
}

static enum plica_status create_batches(struct lsqml *lsqml, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_problem *problem = lsqml->problem;
	const struct plica_settings *settings = problem->settings;
	const struct plica_positions positions = {
		.count = problem->count, .y_px = problem->y_px, .x_px = problem->x_px};

	PLICA_TRY(plica_batches_init(&lsqml->batches, problem->count, (size_t)settings->batch_size,
		(uint64_t)settings->random_seed, err));
	PLICA_TRY(plica_batches_arrange(&lsqml->batches,
		(enum plica_batching_mode)settings->batching_mode, positions, err));
	lsqml->compact = settings->batching_mode == PLICA_BATCHING_COMPACT;
	if (lsqml->compact)
		PLICA_TRY(plica_planes_create(
			&lsqml->epoch_gradient, problem->object.rows, problem->object.cols, err));
out:
	return status;
}

/* How the pass takes the step at the detector. */
static enum plica_status create_model(struct lsqml *lsqml, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	const struct plica_settings *settings = lsqml->problem->settings;
	struct plica_pass *pass = lsqml->pass;
	double sigma = settings->gaussian_noise_std;

	pass->step = (float)(1.0 / (4.0 * sigma * sigma));
	if (!settings->object.multimodal_update)
		pass->object_modes = 1;
	if (settings->noise_model != PLICA_NOISE_POISSON)
		return PLICA_OK;
	PLICA_TRY(PLICA_NEW(&lsqml->relaxation, lsqml->problem->count, err));
	for (size_t i = 0; i < lsqml->problem->count; i++)
		lsqml->relaxation[i] = FIRST_RELAXATION;
	pass->model = PLICA_DETECTOR_POISSON;
	pass->step = 1.0F;
	pass->epsilon = (float)settings->poisson_epsilon;
	pass->relaxation = lsqml->relaxation;
out:
	return status;
}

static enum plica_status create(
	void **state, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_settings *settings = problem->settings;
	struct lsqml *lsqml = NULL;
	size_t largest;

	PLICA_TRY(PLICA_NEW(&lsqml, 1, err));
	lsqml->problem = problem;
	PLICA_TRY(create_batches(lsqml, err));
	largest = lsqml->batches.largest;
	PLICA_TRY(plica_pass_create(&lsqml->pass, problem, largest, false, err));
	PLICA_TRY(create_model(lsqml, err));
	lsqml->object_floats = problem->object.rows * problem->object.stride;
	PLICA_TRY(PLICA_NEW(&lsqml->illumination, lsqml->object_floats, err));
	PLICA_TRY(PLICA_NEW(&lsqml->scale, lsqml->object_floats, err));
	lsqml->direction = &lsqml->pass->gradient;
	PLICA_TRY(PLICA_NEW(&lsqml->probe_direction, problem->probe_floats, err));
	PLICA_TRY(PLICA_NEW(&lsqml->pair_sums, largest, err));
	PLICA_TRY(PLICA_NEW(&lsqml->steps, largest, err));
	PLICA_TRY(PLICA_NEW(&lsqml->object_steps, largest, err));
	if (settings->momentum.gain > 0.0)
		PLICA_TRY(plica_acceleration_create(
			&lsqml->acceleration, problem, lsqml->compact, err));
	if (settings->positions.optimizable)
		PLICA_TRY(plica_position_step_create(&lsqml->position_step, problem, err));
	PLICA_TRY(create_boost(lsqml, err));
	*state = lsqml;
	lsqml = NULL;
out:
	destroy(lsqml);
	return status;
}

/* 1 / sqrt(W^2 + (eta max W)^2), for all batches until W changes. */
static void measure_scale(struct lsqml *lsqml)
{
	float damping = (float)lsqml->problem->settings->preconditioning_damping_factor *
			lsqml->largest_illumination;
	float floor2 = damping * damping;

#pragma omp parallel for schedule(static) num_threads(lsqml->problem->threads)
	for (size_t k = 0; k < lsqml->object_floats; k++) {
		float power = lsqml->illumination[k];

		lsqml->scale[k] = 1.0F / sqrtf(power * power + floor2);
	}
}

static size_t illumination_modes(const struct lsqml *lsqml)
{
	const struct plica_problem *problem = lsqml->problem;

	return problem->settings->object.precondition_with_all_modes ? problem->modes : 1;
}

/* W <- (W + W_new) / 2, and W_new itself the first time. */
static void update_illumination(struct lsqml *lsqml, bool first)
{
	const float *power = lsqml->scale; /* W_new, before it becomes what its name says */
	float largest = 0.0F;

	plica_problem_illumination(lsqml->problem, lsqml->scale, illumination_modes(lsqml));
	for (size_t k = 0; k < lsqml->object_floats; k++) {
		float value = first ? power[k] : 0.5F * (lsqml->illumination[k] + power[k]);

		lsqml->illumination[k] = value;
		largest = value > largest ? value : largest;
	}
	lsqml->largest_illumination = largest;
	measure_scale(lsqml);
}

static bool illumination_is_due(const struct plica_settings *settings, long epoch)
{
	long since = epoch - settings->probe.plan.start;

	if (epoch == 0)
		return true;
	if (!settings->probe.optimizable || since <= 0)
		return false;
	return since < ILLUMINATION_EAGER_EPOCHS || since % ILLUMINATION_STRIDE == 0;
}

/* Compact batches add up over the epoch. */
static void add_to_epoch_gradient(struct lsqml *lsqml)
{
	const struct plica_pass *pass = lsqml->pass;
	struct plica_planes *sum = &lsqml->epoch_gradient;
	size_t end = pass->end_row * sum->stride;

	for (size_t k = pass->first_row * sum->stride; k < end; k++) {
		sum->re[k] += pass->gradient.re[k];
		sum->im[k] += pass->gradient.im[k];
	}
}

/* dO = G / sqrt(W^2 + (eta max W)^2) in some rows. */
static void make_object_direction(struct lsqml *lsqml, size_t first_row, size_t end_row)
{
	const struct plica_planes *gradient =
		lsqml->compact ? &lsqml->epoch_gradient : &lsqml->pass->gradient;
	size_t end = end_row * gradient->stride;

#pragma omp parallel for schedule(static) num_threads(lsqml->problem->threads)
	for (size_t k = first_row * gradient->stride; k < end; k++) {
		lsqml->direction->re[k] = gradient->re[k] * lsqml->scale[k];
		lsqml->direction->im[k] = gradient->im[k] * lsqml->scale[k];
	}
}

/* dP = D / b. */
static void make_probe_direction(struct lsqml *lsqml, size_t count)
{
	float scale = 1.0F / (float)count;

	for (size_t k = 0; k < lsqml->problem->probe_floats; k++)
		lsqml->probe_direction[k] = lsqml->pass->probe_gradient[k] * scale;
}

static void solve_steps(struct lsqml *lsqml, const size_t *positions, size_t count)
{
	const struct plica_problem *problem = lsqml->problem;
	size_t modes = problem->settings->solve_steps_with_first_mode ? 1 : problem->modes;

#pragma omp parallel for schedule(dynamic, 2) num_threads(problem->threads)
	for (size_t k = 0; k < count; k++) {
		const struct plica_pair pair = {
			lsqml->direction, lsqml->probe_direction, positions[k], modes};

		plica_pass_pair_sums(lsqml->pass, lsqml->pair_sums[k], k, &pair);
	}
	if (problem->settings->solve_steps_jointly)
		plica_steps_solve(
			lsqml->steps, (const double(*)[PLICA_PAIR_SUMS])lsqml->pair_sums, count);
	else
		plica_steps_solve_separately(
			lsqml->steps, (const double(*)[PLICA_PAIR_SUMS])lsqml->pair_sums, count);
}

/* beta_O and the step size asked for, on the step that the least squares give. */
static double scaled_object_step(const struct lsqml *lsqml, double step)
{
	const struct plica_settings *settings = lsqml->problem->settings;

	return settings->object.optimal_step_size_scaler * settings->object.step_size * step;
}

/* O += step dO in some rows. */
static void move_object(struct lsqml *lsqml, double step_length, size_t first_row, size_t end_row)
{
	struct plica_planes *object = &lsqml->problem->object;
	size_t first = first_row * object->stride;
	size_t end = end_row * object->stride;
	float step = (float)scaled_object_step(lsqml, step_length);

#pragma omp parallel for schedule(static) num_threads(lsqml->problem->threads)
	for (size_t k = first; k < end; k++) {
		object->re[k] += step * lsqml->direction->re[k];
		object->im[k] += step * lsqml->direction->im[k];
	}
}

static void apply_object(struct lsqml *lsqml, size_t count)
{
	double step;

	for (size_t k = 0; k < count; k++)
		lsqml->object_steps[k] = lsqml->steps[k].object;
	step = plica_trimmed_mean(lsqml->object_steps, count);
	if (lsqml->compact)
		lsqml->epoch_object_step = fmin(lsqml->epoch_object_step, step);
	else
		move_object(lsqml, step, lsqml->pass->first_row, lsqml->pass->end_row);
}

static void begin_compact_epoch(struct lsqml *lsqml)
{
	size_t bytes = lsqml->object_floats * sizeof(float);

	memset(lsqml->epoch_gradient.re, 0, bytes);
	memset(lsqml->epoch_gradient.im, 0, bytes);
	lsqml->epoch_object_step = INFINITY;
}

/* The one object update of an epoch of compact batches, with the least of their steps. */
static void end_compact_epoch(struct lsqml *lsqml)
{
	size_t rows = lsqml->problem->object.rows;

	make_object_direction(lsqml, 0, rows);
	move_object(lsqml, lsqml->epoch_object_step, 0, rows);
}

static void apply_probe(struct lsqml *lsqml, size_t count)
{
	const struct plica_settings *settings = lsqml->problem->settings;
	struct plica_problem *problem = lsqml->problem;
	double mean = 0.0;
	float step;

	for (size_t k = 0; k < count; k++)
		mean += lsqml->steps[k].probe / (double)count;
	if (lsqml->compact)
		mean /= (double)lsqml->batches.batch_count;
	step = (float)(settings->probe.optimal_step_size_scaler * settings->probe.step_size * mean);
	for (size_t k = 0; k < problem->probe_floats; k++)
		problem->probe[k] += step * lsqml->probe_direction[k];
	if (lsqml->acceleration != NULL)
		plica_acceleration_collect(lsqml->acceleration, step, lsqml->probe_direction);
	plica_problem_probe_changed(problem);
}

static double run_batch(struct lsqml *lsqml, const size_t *positions, size_t count, long number)
{
	double residual = 0.0;

	plica_pass_run(lsqml->pass, positions, count);
	if (lsqml->compact)
		add_to_epoch_gradient(lsqml);
	make_object_direction(lsqml, lsqml->pass->first_row, lsqml->pass->end_row);
	make_probe_direction(lsqml, count);
	solve_steps(lsqml, positions, count);
	if (lsqml->updates_positions)
		plica_position_step_find(lsqml->position_step, lsqml->pass, positions, count);
	if (lsqml->updates.object)
		apply_object(lsqml, count);
	if (lsqml->updates.probe)
		apply_probe(lsqml, count);
	plica_nuisance_after_set(lsqml->pass, positions, count, number);
	if (lsqml->updates_positions)
		plica_position_step_apply(lsqml->position_step, positions, count);
	for (size_t k = 0; k < count; k++)
		residual += lsqml->pass->sums[k].residual;
	return residual;
}

static void keep_object(struct lsqml *lsqml)
{
	size_t bytes = lsqml->object_floats * sizeof(float);

	memcpy(lsqml->object_before.re, lsqml->problem->object.re, bytes);
	memcpy(lsqml->object_before.im, lsqml->problem->object.im, bytes);
}

/* Returns the summed residual. */
static double run_batches(struct lsqml *lsqml, long number)
{
	double residual = 0.0;

	plica_batches_shuffle(&lsqml->batches, number);
	if (lsqml->compact)
		begin_compact_epoch(lsqml);
	for (size_t k = 0; k < lsqml->batches.batch_count; k++) {
		size_t count;
		const size_t *positions = plica_batches_get(&lsqml->batches, k, &count);

		residual += run_batch(lsqml, positions, count, number);
	}
	if (lsqml->compact && lsqml->updates.object)
		end_compact_epoch(lsqml);
	if (lsqml->updates_positions)
		plica_position_step_end(lsqml->position_step);
	return residual;
}

/* Momentum, beside the updates that the epoch has made. */
static void accelerate(struct lsqml *lsqml, double loss)
{
	struct plica_acceleration *acceleration = lsqml->acceleration;

	plica_acceleration_begin(acceleration, loss);
	if (lsqml->compact && lsqml->updates.object)
		plica_acceleration_object(acceleration,
			scaled_object_step(lsqml, lsqml->epoch_object_step), lsqml->direction,
			lsqml->illumination, lsqml->largest_illumination);
	if (lsqml->updates.probe)
		plica_acceleration_probe(
			acceleration, lsqml->compact ? 1 : lsqml->batches.batch_count);
}

static void epoch(void *state, long number, struct plica_epoch *result)
{
	struct lsqml *lsqml = state;
	struct plica_problem *problem = lsqml->problem;
	const struct plica_settings *settings = problem->settings;
	double residual;

	lsqml->updates = plica_updates_of(settings, number);
	lsqml->updates_positions = lsqml->position_step != NULL &&
				   plica_plan_includes(&settings->positions.plan, number);
	if (illumination_is_due(settings, number))
		update_illumination(lsqml, number == 0);
	if (lsqml->boost != NULL)
		keep_object(lsqml);
	residual = run_batches(lsqml, number);
	if (lsqml->boost != NULL)
		plica_boost_change(lsqml->boost, &lsqml->object_before, lsqml->illumination,
			BOOST_DAMPING * lsqml->largest_illumination);
	if (lsqml->acceleration != NULL)
		accelerate(lsqml, residual);
	plica_intensity_normalise(problem);
	result->loss = residual / ((double)problem->count * problem->valid_pixels);
	result->cost = 1.0;
}

static void archive(void *state, struct plica_archive *archive)
{
	struct lsqml *lsqml = state;

	plica_archive_floats(archive, "illumination", lsqml->illumination, lsqml->object_floats);
	plica_archive_floats(archive, "largest_illumination", &lsqml->largest_illumination, 1);
	if (lsqml->relaxation != NULL)
		plica_archive_floats(
			archive, "relaxation", lsqml->relaxation, lsqml->problem->count);
	measure_scale(lsqml); /* when all this has been read back */
	if (lsqml->acceleration != NULL)
		plica_acceleration_archive(lsqml->acceleration, archive);
	if (lsqml->position_step != NULL)
		plica_position_step_archive(lsqml->position_step, archive);
	if (lsqml->boost != NULL)
		plica_boost_archive(lsqml->boost, archive);
}

const struct plica_engine plica_engine_lsqml = {
	.name = "LSQML",
	.create = create,
	.epoch = epoch,
	.archive = archive,
	.destroy = destroy,
};
