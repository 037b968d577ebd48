/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/line.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "recon/exit.h"

/* The line search looks at every such position, if it then sees no fewer than LEAST_POSITIONS. */
#define STRIDE ((size_t)16)
#define LEAST_POSITIONS ((size_t)32)

const double plica_line_factors[PLICA_LINE_TRIALS] = {0.0, 0.3, 0.6, 1.0, 1.5, 2.2};

/* The minimum of the parabola through three points; the middle one where it has none. */
static double parabola(const double t[3], const double f[3])
{
	double left = (f[1] - f[0]) / (t[1] - t[0]);
	double right = (f[2] - f[1]) / (t[2] - t[1]);
	double curvature = (right - left) / (t[2] - t[0]);

	if (!(curvature > 0.0))
		return t[1];
	return 0.5 * (t[0] + t[1] - left / curvature);
}

double plica_line_choose(const double t[PLICA_LINE_TRIALS], const double f[PLICA_LINE_TRIALS])
{
	size_t best = 0;
	size_t middle;

	for (size_t k = 1; k < PLICA_LINE_TRIALS; k++)
		if (f[k] < f[best])
			best = k;
	if (best == 0)
		return 0.2 * t[1];
	middle = best == PLICA_LINE_TRIALS - 1 ? best - 1 : best;
	return fmin(fmax(parabola(t + middle - 1, f + middle - 1), 0.3 * t[1]),
		1.5 * t[PLICA_LINE_TRIALS - 1]);
}

size_t plica_line_stride(const struct plica_problem *problem)
{
	size_t stride = problem->count / LEAST_POSITIONS;

	if (stride < 1)
		return 1;
	return stride < STRIDE ? stride : STRIDE;
}

enum plica_status plica_line_create(struct plica_line **out, struct plica_problem *problem,
	const struct plica_vector *direction, struct plica_error *err)
{
	enum plica_status status;
	struct plica_line *line = NULL;

	PLICA_TRY(PLICA_NEW(&line, 1, err));
	line->problem = problem;
	line->direction = direction;
	PLICA_TRY(PLICA_NEW(&line->spectrum, problem->kernels->wave_floats, err));
	PLICA_TRY(PLICA_NEW(&line->f, problem->count, err));
	if (plica_exit_is_mixture(problem))
		PLICA_TRY(plica_trial_create(&line->trial, problem, err));
	*out = line;
	line = NULL;
out:
	plica_line_free(line);
	return status;
}

void plica_line_free(struct plica_line *line)
{
	if (line == NULL)
		return;
	plica_free(line->spectrum);
	plica_free(line->f);
	plica_trial_free(line->trial);
	plica_free(line);
}

static void add_moves(
	struct plica_line_search *args, const struct plica_position_search *search, size_t index)
{
	args->slope_y = &search->slope[0];
	args->slope_x = &search->slope[1];
	args->move_y = (float)search->direction[index];
	args->move_x = (float)search->direction[search->problem->count + index];
}

static struct plica_line_search arguments(const struct plica_line *line, size_t index)
{
	const struct plica_problem *problem = line->problem;
	const struct plica_exit present = plica_exit_of(problem, index);
	const struct plica_exit_wave wave = plica_exit_wave_of(problem, &present, 0);
	struct plica_line_search args = {
		.probe = wave.probe,
		.probe_direction = wave.shifted ? line->spectrum : line->direction->probe,
		.shifted = wave.shifted,
		.shift_y = wave.shift_y,
		.shift_x = wave.shift_x,
		.amplitude = wave.amplitude,
		.object = wave.object,
		.direction = &line->direction->object,
		.row = wave.row,
		.col = wave.col,
		.pattern = wave.pattern,
		.model = line->model,
		.epsilon = line->epsilon,
		.trials = PLICA_LINE_TRIALS,
	};

	if (line->search != NULL && line->search->active)
		add_moves(&args, line->search, index);
	return args;
}

static double try_mixtures(struct plica_line *line, double f[PLICA_LINE_TRIALS],
	const double t[PLICA_LINE_TRIALS], size_t first, size_t stride)
{
	const struct plica_trial_line args = {.direction = line->direction,
		.search = line->search,
		.model = line->model,
		.epsilon = line->epsilon,
		.first = first,
		.stride = stride};
	size_t positions = line->problem->count;
	size_t count = (positions - first + stride - 1) / stride;

	for (size_t k = 0; k < PLICA_LINE_TRIALS; k++)
		f[k] = plica_trial_run(line->trial, &args, t[k]);
	return 0.5 * (double)(PLICA_LINE_TRIALS * count) / (double)positions;
}

double plica_line_try(struct plica_line *line, double f[PLICA_LINE_TRIALS],
	const double t[PLICA_LINE_TRIALS], size_t first, size_t stride)
{
	const struct plica_problem *problem = line->problem;
	const struct plica_kernels *kernels = problem->kernels;
	/* the kernel's Poisson objective is the whole negative log-likelihood, ours half of it */
	double scale = line->model == PLICA_DETECTOR_POISSON ? 0.5 : 1.0;
	size_t count = (problem->count - first + stride - 1) / stride;

	if (line->trial != NULL)
		return try_mixtures(line, f, t, first, stride);
	kernels->table->forward(kernels, problem->work[0], line->spectrum, line->direction->probe);
#pragma omp parallel for schedule(dynamic, 2) num_threads(problem->threads)
	for (size_t i = 0; i < count; i++) {
		struct plica_line_search args = arguments(line, first + i * stride);

		memcpy(args.t, t, PLICA_LINE_TRIALS * sizeof(*t));
		kernels->table->line_search(
			kernels, problem->work[omp_get_thread_num()], &args, line->f[i]);
	}
	for (size_t k = 0; k < PLICA_LINE_TRIALS; k++) {
		f[k] = 0.0;
		for (size_t i = 0; i < count; i++)
			f[k] += scale * line->f[i][k];
	}
	return (problem->shifted ? 1.25 : 1.5) * (double)count / (double)problem->count;
}
