/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/trial.h"

#include "base/memory.h"
#include "base/try.h"
#include "recon/background.h"
#include "recon/exit.h"

enum plica_status plica_trial_create(
	struct plica_trial **out, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_trial *trial = NULL;

	PLICA_TRY(PLICA_NEW(&trial, 1, err));
	trial->problem = problem;
	PLICA_TRY(plica_planes_create(
		&trial->object, problem->object.rows, problem->object.cols, err));
	PLICA_TRY(PLICA_NEW(&trial->probe, problem->probe_floats, err));
	PLICA_TRY(PLICA_NEW(&trial->spectrum, problem->probe_floats, err));
	if (problem->settings->background.optimizable)
		PLICA_TRY(PLICA_NEW(&trial->background, problem->kernels->pattern_floats, err));
	PLICA_TRY(PLICA_NEW(&trial->sums, problem->count, err));
	*out = trial;
	trial = NULL;
out:
	plica_trial_free(trial);
	return status;
}

void plica_trial_free(struct plica_trial *trial)
{
	if (trial == NULL)
		return;
	plica_planes_release(&trial->object);
	plica_free(trial->probe);
	plica_free(trial->spectrum);
	plica_free(trial->background);
	plica_free(trial->sums);
	plica_free(trial);
}

static void go_to(struct plica_trial *trial, const struct plica_vector *direction, float t)
{
	struct plica_problem *problem = trial->problem;
	const struct plica_kernels *kernels = problem->kernels;
	const struct plica_planes *object = &problem->object;
	size_t floats = object->rows * object->stride;

#pragma omp parallel for simd schedule(static) num_threads(problem->threads)
	for (size_t k = 0; k < floats; k++) {
		trial->object.re[k] = object->re[k] + t * direction->object.re[k];
		trial->object.im[k] = object->im[k] + t * direction->object.im[k];
	}
	for (size_t k = 0; k < problem->probe_floats; k++)
		trial->probe[k] = problem->probe[k] + t * direction->probe[k];
	for (size_t k = 0; k < problem->probe_floats; k += kernels->wave_floats)
		kernels->table->forward(
			kernels, problem->work[0], trial->spectrum + k, trial->probe + k);
	if (trial->background != NULL)
		plica_background_move(trial->background, problem, t, direction->background);
}

static void run_position(struct plica_trial *trial, const struct plica_trial_line *line, float t,
	size_t index, struct plica_exit_sums *sums)
{
	const struct plica_problem *problem = trial->problem;
	struct plica_exit args = plica_exit_of(problem, index);

	args.probe = problem->shifted ? trial->spectrum : trial->probe;
	args.object = &trial->object;
	args.model = line->model;
	args.epsilon = line->epsilon;
	if (trial->background != NULL)
		args.background = trial->background;
	if (line->search != NULL && line->search->active) {
		args.move_y_px = (double)t * line->search->direction[index];
		args.move_x_px = (double)t * line->search->direction[problem->count + index];
	}
	plica_exit_run(problem, &args, sums);
}

double plica_trial_run(struct plica_trial *trial, const struct plica_trial_line *line, double t)
{
	const struct plica_problem *problem = trial->problem;
	size_t count = (problem->count - line->first + line->stride - 1) / line->stride;
	double sum = 0.0;

	go_to(trial, line->direction, (float)t);
#pragma omp parallel for schedule(dynamic, 2) num_threads(problem->threads)
	for (size_t i = 0; i < count; i++)
		run_position(
			trial, line, (float)t, line->first + i * line->stride, &trial->sums[i]);
	for (size_t i = 0; i < count; i++)
		sum += line->model == PLICA_DETECTOR_POISSON ? 0.5 * trial->sums[i].poisson
							     : trial->sums[i].residual;
	return sum;
}
