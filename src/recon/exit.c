/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/exit.h"

#include <omp.h>

struct plica_exit plica_exit_of(const struct plica_problem *problem, size_t index)
{
	return (struct plica_exit){
		.index = index,
		.probe = problem->shifted ? problem->spectrum : problem->probe,
		.object = &problem->object,
		.background = problem->background,
		.model = PLICA_DETECTOR_GAUSSIAN,
		.step = 1.0F,
	};
}

static float *mode_of(float *waves, size_t offset)
{
	return waves != NULL ? waves + offset : NULL;
}

struct plica_exit_wave plica_exit_wave_of(
	const struct plica_problem *problem, const struct plica_exit *exit, size_t mode)
{
	size_t offset = mode * problem->kernels->wave_floats;

	return (struct plica_exit_wave){
		.probe = exit->probe + offset,
		.shifted = problem->shifted,
		.shift_y = problem->shift_y[exit->index] + exit->move_y_px,
		.shift_x = problem->shift_x[exit->index] + exit->move_x_px,
		.amplitude =
			problem->intensity != NULL ? (float)problem->intensity[exit->index] : 1.0F,
		.object = exit->object,
		.row = problem->row[exit->index],
		.col = problem->col[exit->index],
		.pattern = plica_problem_pattern(problem, exit->index),
		.model = exit->model,
		.step = exit->step,
		.epsilon = exit->epsilon,
		.incident = mode_of(exit->incident, offset),
		.difference = mode_of(exit->difference, offset),
		.streaming = exit->streaming,
		.probe_sum = mode_of(exit->probe_sum, offset),
	};
}

bool plica_exit_is_mixture(const struct plica_problem *problem)
{
	return problem->modes > 1 || problem->background != NULL || problem->blur != NULL;
}

/* One pattern at the detector. */
struct meeting {
	const struct plica_problem *problem;
	const struct plica_exit *exit;
	size_t thread;
};

/* Ihat with its background. */
static void give_expected(const struct meeting *meeting, const float *pattern)
{
	const float *background = meeting->exit->background;
	float *out = meeting->exit->expected;
	size_t pixels = meeting->problem->side * meeting->problem->side;

	for (size_t k = 0; k < pixels; k++) /* what follows them belongs to no pixel */
		out[k] = pattern[k] + (background != NULL ? background[k] : 0.0F);
}

static void at_detector(void *context, float *pattern, bool back)
{
	const struct meeting *meeting = context;

	if (meeting->problem->blur != NULL)
		plica_blur_apply(meeting->problem->blur, meeting->thread, pattern);
	if (!back && meeting->exit->expected != NULL)
		give_expected(meeting, pattern);
}

void plica_exit_run(const struct plica_problem *problem, const struct plica_exit *exit,
	struct plica_exit_sums *sums)
{
	const struct plica_kernels *kernels = problem->kernels;
	size_t thread = (size_t)omp_get_thread_num();
	struct meeting meeting = {problem, exit, thread};
	bool is_met = problem->blur != NULL || exit->expected != NULL;
	const struct plica_mixture mixture = {.mode = problem->mode + thread * problem->modes,
		.modes = problem->modes,
		.background = exit->background,
		.relaxation = exit->relaxation,
		.factor_sum = exit->factor_sum,
		.detector = is_met ? at_detector : NULL,
		.detector_context = &meeting};

	for (size_t m = 0; m < problem->modes; m++)
		problem->mode[thread * problem->modes + m] = plica_exit_wave_of(problem, exit, m);
	if (plica_exit_is_mixture(problem) || exit->relaxation != NULL || is_met)
		kernels->table->exit_mixture(kernels, problem->work[thread], &mixture, sums);
	else
		kernels->table->exit_wave(kernels, problem->work[thread], mixture.mode, sums);
}
