/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/run.h"

#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/try.h"

/* A run has diverged when its loss is so many times that of a model without any light, and so many
 * times the loss that it began with. */
#define LOST_LIGHT 10.0
#define LOST_GROUND 10.0

enum plica_status plica_run_allocate(struct plica_run *run, struct plica_error *err)
{
	enum plica_status status;
	size_t most = (size_t)run->problem->settings->num_epochs + 1;

	PLICA_TRY(PLICA_NEW(&run->loss, most, err));
	PLICA_TRY(PLICA_NEW(&run->objective, most, err));
out:
	return status;
}

/* Has what is minimised stopped to fall? Judged by its fall since the engine's last stage began,
 * which does not depend on where its zero is. */
static bool has_settled(const struct plica_run *run)
{
	const struct plica_settings *settings = run->problem->settings;
	const double *objective = run->objective;
	long last = run->epochs - 1;
	long since = last - settings->early_stop.epochs;

	if (!(settings->early_stop.relative_gain > 0.0) || since < run->preliminary)
		return false;
	return !(objective[since] - objective[last] >=
		 settings->early_stop.relative_gain *
			 fmax(0.0, objective[run->preliminary] - objective[last]));
}

/* One more epoch must fit into what was asked for; a line search may go past it by a fraction. */
static bool is_complete(const struct plica_run *run)
{
	return run->cost + 1.0 > (double)run->problem->settings->num_epochs + 1e-9;
}

static bool is_finished(const struct plica_run *run)
{
	return is_complete(run) || has_settled(run);
}

static void run_epoch(struct plica_run *run)
{
	struct plica_epoch epoch = {.objective = (double)NAN};

	run->engine->epoch(run->state, run->epochs, &epoch);
	if (plica_constraints_apply(run->constraints, run->epochs) && run->engine->changed != NULL)
		run->engine->changed(run->state);
	if (run->epochs == 0)
		run->first_residual = epoch.loss;
	run->residual = epoch.loss;
	run->loss[run->epochs] =
		run->displayed != NULL ? plica_loss_measure(run->displayed) : epoch.loss;
	run->objective[run->epochs] = isnan(epoch.objective) ? epoch.loss : epoch.objective;
	run->epochs++;
	run->cost += epoch.cost;
	if (epoch.preliminary)
		run->preliminary = run->epochs;
}

/* 0 if all values are numbers, else NaN. */
static float zero_of(const float *values, size_t count)
{
	float sum = 0.0F;

#pragma omp simd reduction(+ : sum)
	for (size_t k = 0; k < count; k++)
		sum += values[k] - values[k];
	return sum;
}

static bool is_finite(const struct plica_run *run)
{
	const struct plica_problem *problem = run->problem;
	const struct plica_planes *object = &problem->object;
	size_t floats = object->rows * object->stride;

	return zero_of(object->re, floats) == 0.0F && zero_of(object->im, floats) == 0.0F &&
	       zero_of(problem->probe, problem->probe_floats) == 0.0F;
}

static bool is_dark(const float *values, size_t count)
{
	for (size_t k = 0; k < count; k++)
		if (values[k] != 0.0F)
			return false;
	return true;
}

/* Nothing to see, or nothing to see it with. */
static bool has_no_light(const struct plica_problem *problem)
{
	const struct plica_planes *object = &problem->object;
	size_t floats = object->rows * object->stride;

	return is_dark(problem->probe, problem->probe_floats) ||
	       (is_dark(object->re, floats) && is_dark(object->im, floats));
}

static enum plica_status diverged(struct plica_run *run,
	const struct plica_reconstruct_hooks *hooks, const char *reason, struct plica_error *err)
{
	if (hooks->checkpoint_path == NULL || run->saved_epochs == 0)
		return plica_error_set(err, PLICA_ERR_NUMERIC, "%s diverged in epoch %ld: %s%s",
			run->engine->name, run->epochs, reason,
			hooks->checkpoint_path != NULL ? "; there is no checkpoint from before"
						       : "");
	return plica_error_set(err, PLICA_ERR_NUMERIC,
		"%s diverged in epoch %ld: %s; the last good state, after epoch %ld, is in '%s'",
		run->engine->name, run->epochs, reason, run->saved_epochs, hooks->checkpoint_path);
}

static enum plica_status check_sound(
	struct plica_run *run, const struct plica_reconstruct_hooks *hooks, struct plica_error *err)
{
	const struct plica_problem *problem = run->problem;
	double loss = run->residual;
	double dark = problem->photons / problem->valid_pixels;
	char reason[128];

	if (!isfinite(loss))
		return diverged(run, hooks, "its loss is no number", err);
	if (!is_finite(run))
		return diverged(run, hooks, "object or probe have values that are no numbers", err);
	if (has_no_light(problem))
		return diverged(run, hooks, "object or probe are 0 everywhere", err);
	if (loss > LOST_LIGHT * dark && loss > LOST_GROUND * run->first_residual) {
		(void)snprintf(reason, sizeof(reason),
			"its loss has risen from %.3g to %.3g, a dark model's is %.3g",
			run->first_residual, loss, dark);
		return diverged(run, hooks, reason, err);
	}
	return PLICA_OK;
}

/* Tells the caller; true when the caller wants to stop. */
static bool report(
	const struct plica_run *run, const struct plica_reconstruct_hooks *hooks, double seconds)
{
	const struct plica_progress progress = {.epoch = run->epochs,
		.passes = run->cost,
		.pass_count = run->problem->settings->num_epochs,
		.finished = is_finished(run),
		.early = !is_complete(run) && has_settled(run),
		.loss = run->loss[run->epochs - 1],
		.seconds = seconds};

	return hooks->progress != NULL && hooks->progress(hooks->context, &progress) != 0;
}

static bool is_every(long epoch, long stride)
{
	return stride > 0 && epoch % stride == 0;
}

static enum plica_status preview(
	struct plica_run *run, const struct plica_reconstruct_hooks *hooks, struct plica_error *err)
{
	struct plica_product *product = NULL;
	enum plica_status status;

	if (hooks->preview == NULL || !is_every(run->epochs, hooks->preview_epochs))
		return PLICA_OK;
	status = plica_problem_product(&product, run->problem, err);
	if (status == PLICA_OK)
		hooks->preview(hooks->context, product);
	plica_product_free(product);
	return status;
}

static enum plica_status save(
	struct plica_run *run, const struct plica_reconstruct_hooks *hooks, struct plica_error *err)
{
	enum plica_status status;

	if (hooks->checkpoint_path == NULL)
		return PLICA_OK;
	status = plica_checkpoint_save(run, hooks->checkpoint_path, err);
	run->saved_epochs = run->epochs;
	run->saved_seconds = plica_seconds();
	return status;
}

static bool save_is_due(const struct plica_run *run, const struct plica_reconstruct_hooks *hooks)
{
	return is_finished(run) || is_every(run->epochs, hooks->checkpoint_epochs) ||
	       plica_seconds() - run->saved_seconds >= hooks->checkpoint_seconds;
}

static enum plica_status stop(
	struct plica_run *run, const struct plica_reconstruct_hooks *hooks, struct plica_error *err)
{
	enum plica_status status = save(run, hooks, err);

	if (status != PLICA_OK)
		return status;
	return plica_error_set(err, PLICA_ERR_INTERRUPTED, "stopped after %.1f of %ld epochs%s%s",
		run->cost, run->problem->settings->num_epochs,
		hooks->checkpoint_path != NULL ? ", to be continued from " : "",
		hooks->checkpoint_path != NULL ? hooks->checkpoint_path : "");
}

enum plica_status plica_run_epochs(
	struct plica_run *run, const struct plica_reconstruct_hooks *hooks, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	double start = plica_seconds();

	run->saved_seconds = start;
	while (!is_finished(run)) {
		bool wants_stop;

		run_epoch(run);
		PLICA_TRY(check_sound(run, hooks, err));
		wants_stop = report(run, hooks, plica_seconds() - start);
		if (wants_stop && !is_finished(run))
			return stop(run, hooks, err);
		PLICA_TRY(preview(run, hooks, err));
		if (save_is_due(run, hooks))
			PLICA_TRY(save(run, hooks, err));
	}
out:
	return status;
}
