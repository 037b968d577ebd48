/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/loss.h"

#include <omp.h>

#include "base/memory.h"
#include "base/try.h"
#include "recon/exit.h"

enum plica_status plica_loss_create(
	struct plica_loss **out, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_loss *loss = NULL;
	size_t threads = (size_t)problem->threads;

	*out = NULL;
	if (problem->settings->displayed_loss == PLICA_LOSS_MSE_SQRT)
		return PLICA_OK;
	PLICA_TRY(PLICA_NEW(&loss, 1, err));
	loss->problem = problem;
	PLICA_TRY(PLICA_NEW(&loss->expected, threads * problem->kernels->pattern_floats, err));
	PLICA_TRY(PLICA_NEW(&loss->natural, threads * 2 * problem->side * problem->side, err));
	PLICA_TRY(PLICA_NEW(&loss->of_pattern, problem->count, err));
	*out = loss;
	loss = NULL;
out:
	plica_loss_free(loss);
	return status;
}

void plica_loss_free(struct plica_loss *loss)
{
	if (loss == NULL)
		return;
	plica_free(loss->expected);
	plica_free(loss->natural);
	plica_free(loss->of_pattern);
	plica_free(loss);
}

static double poisson_of(const struct plica_loss *loss, size_t index)
{
	const struct plica_problem *problem = loss->problem;
	struct plica_exit args = plica_exit_of(problem, index);
	struct plica_exit_sums sums;

	args.model = PLICA_DETECTOR_POISSON;
	args.epsilon = (float)problem->settings->poisson_epsilon;
	plica_exit_run(problem, &args, &sums);
	return sums.poisson;
}

static double squares_of(const struct plica_loss *loss, size_t index)
{
	const struct plica_problem *problem = loss->problem;
	const struct plica_kernels *kernels = problem->kernels;
	size_t thread = (size_t)omp_get_thread_num();
	size_t pixels = problem->side * problem->side;
	float *expected = loss->natural + thread * 2 * pixels;
	float *amplitude = expected + pixels;
	struct plica_exit args = plica_exit_of(problem, index);
	struct plica_exit_sums sums;
	double squares = 0.0;

	args.expected = loss->expected + thread * kernels->pattern_floats;
	plica_exit_run(problem, &args, &sums);
	kernels->table->pattern_to(kernels, expected, args.expected);
	plica_pattern_amplitudes(
		args.expected, plica_problem_pattern(problem, index), 0, kernels->pattern_floats);
	kernels->table->pattern_to(kernels, amplitude, args.expected);
	for (size_t k = 0; k < pixels; k++) {
		double counts = (double)amplitude[k] * (double)amplitude[k];
		double error = (double)expected[k] - counts;

		squares += amplitude[k] >= 0.0F ? error * error : 0.0;
	}
	return squares;
}

double plica_loss_measure(struct plica_loss *loss)
{
	const struct plica_problem *problem = loss->problem;
	bool poisson = problem->settings->displayed_loss == PLICA_LOSS_POISSON;
	double sum = 0.0;

#pragma omp parallel for schedule(dynamic, 4) num_threads(problem->threads)
	for (size_t i = 0; i < problem->count; i++)
		loss->of_pattern[i] = poisson ? poisson_of(loss, i) : squares_of(loss, i);
	for (size_t i = 0; i < problem->count; i++)
		sum += loss->of_pattern[i];
	return sum / ((double)problem->count * problem->valid_pixels);
}
