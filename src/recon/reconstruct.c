/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/reconstruct.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "recon/affine.h"
#include "recon/background.h"
#include "recon/checkpoint.h"
#include "recon/denoise.h"
#include "recon/engine.h"
#include "recon/exit.h"
#include "recon/initial_phase.h"
#include "recon/nuisance.h"
#include "recon/orientation.h"
#include "recon/run.h"

/* On a flat object the models of all positions differ in their phases alone: one stands for all. */
static void sum_first_models(struct plica_exit_sums *sums, struct plica_problem *problem)
{
	struct plica_exit args = plica_exit_of(problem, 0);

	if (!problem->flat || !problem->same_pixels) {
		plica_problem_sums(problem, sums);
		return;
	}
	plica_exit_run(problem, &args, sums);
	sums->modelled *= (double)problem->count;
	sums->measured = problem->photons * (double)problem->count;
}

/* Over all patterns. */
static double background_photons(const struct plica_problem *problem)
{
	double photons = 0.0;

	if (problem->same_pixels)
		return (double)problem->count * plica_background_photons(problem, 0);
	for (size_t i = 0; i < problem->count; i++)
		photons += plica_background_photons(problem, i);
	return photons;
}

static enum plica_status rescale_probe(struct plica_problem *problem, struct plica_error *err)
{
	struct plica_exit_sums sums;
	double background = background_photons(problem);

	sum_first_models(&sums, problem);
	sums.modelled -= background;
	sums.measured = fmax(sums.measured - background, 0.01 * sums.measured);
	if (!(sums.modelled > 0.0) || !isfinite(sums.modelled))
		return plica_error_set(err, PLICA_ERR_DATA,
			"the guesses of object and probe make patterns of %g photons, expected a "
			"finite number above 0: 'objectGuess' is too large or too small for single "
			"precision, or no light passes it",
			fabs(sums.modelled));
	plica_problem_scale_probe(problem, sqrt(sums.measured / sums.modelled));
	return PLICA_OK;
}

/* What the patterns' centres of mass tell before the first epoch. */
static enum plica_status look_at_deflections(struct plica_problem *problem,
	const struct plica_reconstruct_hooks *hooks, struct plica_error *err)
{
	enum plica_status status;
	bool start =
		problem->flat && problem->settings->initial_phase == PLICA_PHASE_CENTER_OF_MASS;
	struct plica_deflections deflections = {0};
	char doubt[PLICA_ORIENTATION_DOUBT_SIZE] = "";

	if (!start && hooks->warning == NULL)
		return PLICA_OK;
	PLICA_TRY(plica_deflections_measure(&deflections, problem, err));
	if (deflections.variance <= 2.0 * deflections.noise)
		goto out;
	if (start)
		PLICA_TRY(plica_initial_phase(problem, &deflections, err));
	if (hooks->warning != NULL)
		PLICA_TRY(plica_orientation_doubt(doubt, problem, &deflections, err));
	if (doubt[0] != '\0')
		hooks->warning(hooks->context, doubt);
out:
	plica_deflections_release(&deflections);
	return status;
}

static enum plica_status prepare(
	struct plica_run *run, const struct plica_reconstruct_hooks *hooks, struct plica_error *err)
{
	enum plica_status status;
	struct plica_problem *problem = run->problem;
	const struct plica_settings *settings = problem->settings;

	PLICA_TRY(plica_engine_find(&run->engine, settings->algorithm, err));
	plica_checkpoint_fingerprint(run);
	if (settings->rescale_probe_intensity)
		PLICA_TRY(rescale_probe(problem, err));
	PLICA_TRY(look_at_deflections(problem, hooks, err));
	PLICA_TRY(plica_constraints_create(&run->constraints, problem, err));
	PLICA_TRY(run->engine->create(&run->state, problem, err));
	PLICA_TRY(plica_loss_create(&run->displayed, problem, err));
	PLICA_TRY(plica_run_allocate(run, err));
out:
	return status;
}

/* Denoises the problem's object; the product that was made from the raw one keeps both. */
static enum plica_status denoise(
	struct plica_product *product, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_product *denoised = NULL;

	PLICA_TRY(plica_denoise(problem, problem->settings->denoise_strength, err));
	PLICA_TRY(plica_problem_product(&denoised, problem, err));
	product->object_raw = product->object;
	product->object = denoised->object;
	denoised->object = NULL; /* ownership has moved */
out:
	plica_product_free(denoised);
	return status;
}

/* The positions as they were given: rows, then columns; for a run that refines them. */
static enum plica_status keep_positions(
	double **out, const struct plica_problem *problem, struct plica_error *err)
{
	size_t bytes = problem->count * sizeof(double);
	double *given = NULL;
	enum plica_status status;

	if (!problem->settings->positions.optimizable)
		return PLICA_OK;
	status = PLICA_NEW(&given, 2 * problem->count, err);
	if (status != PLICA_OK)
		return status;
	memcpy(given, problem->y_px, bytes);
	memcpy(given + problem->count, problem->x_px, bytes);
	*out = given;
	return PLICA_OK;
}

/* How the refined positions lie to those given, all alike to be believed. */
static enum plica_status fit_positions(
	struct plica_product *product, const double *given, struct plica_error *err)
{
	enum plica_status status;
	size_t count = product->position_count;
	double *weight = NULL;
	double matrix[4];
	struct plica_affine_fit fit = {.count = count,
		.from_y = given,
		.from_x = given + count,
		.to_y = product->y_px,
		.to_x = product->x_px};
	struct plica_affine found;

	PLICA_TRY(PLICA_NEW(&weight, count, err));
	for (size_t i = 0; i < count; i++)
		weight[i] = 1.0;
	fit.weight_y = fit.weight_x = weight;
	if (!plica_affine_matrix(matrix, &fit))
		goto out;
	found = plica_affine_decompose(matrix);
	PLICA_TRY(PLICA_NEW(&product->position_map, 1, err));
	*product->position_map = (struct plica_position_map){
		found.scale, found.asymmetry, found.rotation_rad, found.shear_rad};
out:
	plica_free(weight);
	return status;
}

static enum plica_status make_product(
	struct plica_product **out, struct plica_run *run, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_settings *settings = run->problem->settings;
	struct plica_product *product = NULL;
	struct plica_exit_sums sums;
	char timestamp[PLICA_TIMESTAMP_SIZE];
	char *json = NULL;

	plica_timestamp(timestamp);
	plica_nuisance_finish(run->problem);
	PLICA_TRY(plica_problem_product(&product, run->problem, err));
	if (settings->denoise == PLICA_DENOISE_AUTO)
		PLICA_TRY(denoise(product, run->problem, err));
	plica_problem_sums(run->problem, &sums); /* of the object that is the result */
	product->fourier_error = sums.residual / sums.measured;
	product->loss = run->loss;
	run->loss = NULL; /* ownership has moved to the product */
	product->epoch_count = (size_t)run->epochs;
	PLICA_TRY(plica_copy_text(&product->algorithm, settings->algorithm, err));
	PLICA_TRY(plica_copy_text(&product->timestamp, timestamp, err));
	PLICA_TRY(plica_copy_text(&product->version, PLICA_VERSION, err));
	PLICA_TRY(plica_settings_json(&json, settings, err));
	PLICA_TRY(plica_copy_text(&product->options_json, json, err));
	*out = product;
	product = NULL;
out:
	free(json);
	plica_product_free(product);
	return status;
}

/* Takes the problem over in every case. */
static enum plica_status reconstruct(struct plica_product **out, struct plica_problem *problem,
	const struct plica_reconstruct_hooks *hooks, struct plica_error *err)
{
	enum plica_status status;
	struct plica_run run = {.problem = problem};
	struct plica_product *product = NULL;
	double *given = NULL;

	PLICA_TRY(prepare(&run, hooks, err));
	PLICA_TRY(keep_positions(&given, problem, err));
	if (hooks->resume && hooks->checkpoint_path != NULL &&
		plica_file_exists(hooks->checkpoint_path))
		PLICA_TRY(plica_checkpoint_load(&run, hooks->checkpoint_path, err));
	PLICA_TRY(plica_run_epochs(&run, hooks, err));
	PLICA_TRY(make_product(&product, &run, err));
	if (given != NULL)
		PLICA_TRY(fit_positions(product, given, err));
	*out = product;
	product = NULL;
out:
	plica_free(given);
	plica_product_free(product);
	if (run.engine != NULL)
		run.engine->destroy(run.state);
	plica_loss_free(run.displayed);
	plica_constraints_free(run.constraints);
	plica_problem_free(run.problem);
	plica_free(run.loss);
	plica_free(run.objective);
	return status;
}

static const struct plica_reconstruct_hooks no_hooks;

enum plica_status plica_reconstruct(struct plica_product **out, const struct plica_dataset *dataset,
	const struct plica_settings *settings, const struct plica_reconstruct_hooks *hooks,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_problem *problem = NULL;

	if (hooks == NULL)
		hooks = &no_hooks;
	PLICA_TRY(plica_reconstruct_check(dataset, settings, hooks->memory_bytes, false, err));
	PLICA_TRY(plica_problem_create(&problem, dataset, settings, err));
	PLICA_TRY(reconstruct(out, problem, hooks, err));
out:
	return status;
}

enum plica_status plica_reconstruct_consume(struct plica_product **out,
	struct plica_dataset **dataset, const struct plica_settings *settings,
	const struct plica_reconstruct_hooks *hooks, struct plica_error *err)
{
	enum plica_status status;
	struct plica_problem *problem = NULL;

	if (hooks == NULL)
		hooks = &no_hooks;
	PLICA_TRY(plica_reconstruct_check(*dataset, settings, hooks->memory_bytes, true, err));
	PLICA_TRY(plica_problem_consume(&problem, dataset, settings, err));
	PLICA_TRY(reconstruct(out, problem, hooks, err));
out:
	plica_dataset_free(*dataset); /* where the check refused it */
	*dataset = NULL;
	return status;
}
