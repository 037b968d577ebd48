/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/position_step.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/range.h"
#include "base/try.h"
#include "recon/momentum.h"

#define MAD_FACTOR 10.0
#define FRICTION_STRENGTH 0.1
#define LEAST_FRICTION 0.02
/* px; where updates are larger no velocity is added. */
#define CALM 0.1

static enum plica_status create_momentum(struct plica_position_step *step, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	const struct plica_settings *settings = step->problem->settings;
	size_t numbers = 2 * step->problem->count;

	if (!(settings->positions.momentum.gain > 0.0))
		return PLICA_OK;
	step->memory = (size_t)settings->positions.momentum_memory;
	PLICA_TRY(PLICA_NEW(&step->history, (step->memory + 1) * numbers, err));
	PLICA_TRY(PLICA_NEW(&step->velocity, numbers, err));
out:
	return status;
}

enum plica_status plica_position_step_create(
	struct plica_position_step **out, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_position_step *step = NULL;

	PLICA_TRY(PLICA_NEW(&step, 1, err));
	step->problem = problem;
	PLICA_TRY(plica_position_search_create(&step->search, problem, err));
	PLICA_TRY(PLICA_NEW(&step->update, 2 * problem->count, err));
	PLICA_TRY(PLICA_NEW(&step->scratch, 4 * problem->count, err));
	PLICA_TRY(create_momentum(step, err));
	*out = step;
	step = NULL;
out:
	plica_position_step_free(step);
	return status;
}

void plica_position_step_free(struct plica_position_step *step)
{
	if (step == NULL)
		return;
	plica_position_search_free(step->search);
	plica_free(step->update);
	plica_free(step->history);
	plica_free(step->velocity);
	plica_free(step->scratch);
	plica_free(step);
}

void plica_limit_updates(double *update, size_t count, double limit, bool by_mad)
{
	double mean = 0.0;
	double deviation = 0.0;

	for (size_t k = 0; k < count; k++)
		mean += update[k] / (double)count;
	for (size_t k = 0; k < count; k++)
		deviation += fabs(update[k] - mean) / (double)count;
	if (by_mad && count > 1)
		limit = fmin(limit, MAD_FACTOR * deviation);
	for (size_t k = 0; k < count; k++)
		update[k] = plica_position_limited(update[k], 0.0, limit);
}

void plica_position_step_find(struct plica_position_step *step, const struct plica_pass *pass,
	const size_t *positions, size_t count)
{
	plica_position_search_begin(step->search);
	plica_position_search_add(step->search, pass, positions, count);
	plica_position_search_precondition(step->search, positions, count);
}

/* Entry of the history `back` epochs before the present one, which is not in it yet. */
static const double *past_update(const struct plica_position_step *step, size_t back)
{
	size_t slot = (size_t)(step->seen - (long)back) % (step->memory + 1);

	return step->history + slot * 2 * step->problem->count;
}

/* Pearson's coefficient of the batch's updates on one axis, now and then. */
static double correlation(
	const double *update, const double *past, const size_t *positions, size_t count)
{
	double mean[2] = {0.0, 0.0};
	double moment[3] = {0.0, 0.0, 0.0};

	for (size_t k = 0; k < count; k++) {
		mean[0] += update[k] / (double)count;
		mean[1] += past[positions[k]] / (double)count;
	}
	for (size_t k = 0; k < count; k++) {
		double a = update[k] - mean[0];
		double b = past[positions[k]] - mean[1];

		moment[0] += a * a;
		moment[1] += b * b;
		moment[2] += a * b;
	}
	return moment[0] > 0.0 && moment[1] > 0.0 ? moment[2] / sqrt(moment[0] * moment[1]) : 0.0;
}

/* Do the batch's updates of the last epochs agree with these? Then *friction follows. */
static bool agreement(double *friction, const struct plica_position_step *step,
	const double *update, const size_t *positions, size_t count)
{
	double c[PLICA_MOST_POSITION_MEMORY];
	size_t all = step->problem->count;

	if (step->seen < (long)step->memory + 1)
		return false;
	for (size_t t = 1; t <= step->memory; t++) {
		const double *past = past_update(step, t);

		c[t - 1] = 0.5 * (correlation(update, past, positions, count) +
					 correlation(update + count, past + all, positions, count));
		if (!(c[t - 1] > 0.0))
			return false;
	}
	*friction = plica_momentum_friction(c, step->memory, FRICTION_STRENGTH, LEAST_FRICTION);
	return true;
}

/* v, and x + gain v where the updates agree; `update` is y of the batch, then x. */
static void accelerate(
	struct plica_position_step *step, double *update, const size_t *positions, size_t count)
{
	const struct plica_settings *settings = step->problem->settings;
	double friction = 0.5;
	bool agrees = agreement(&friction, step, update, positions, count);
	double mixing = settings->positions.momentum.mixing_factor;
	struct plica_range range = plica_range_of(update, 2 * count);
	bool calm = fmax(range.high, -range.low) < CALM;
	double gain = agrees && calm ? settings->positions.momentum.gain : 0.0;

	if (!(mixing > 0.0))
		mixing = friction;
	for (size_t k = 0; k < 2 * count; k++) {
		size_t axis = k / count;
		double *v = &step->velocity[axis * step->problem->count + positions[k % count]];

		*v = (1.0 - friction) * *v + mixing * update[k];
		update[k] += gain * *v;
	}
}

void plica_position_step_apply(
	struct plica_position_step *step, const size_t *positions, size_t count)
{
	const struct plica_settings *settings = step->problem->settings;
	double limit = settings->positions.update_magnitude_limit;
	size_t all = step->problem->count;
	double *update = step->scratch;
	const double *found = step->search->scaled;

	for (size_t k = 0; k < 2 * count; k++)
		update[k] = settings->positions.step_size *
			    found[k / count * all + positions[k % count]];
	for (size_t axis = 0; axis < 2; axis++)
		plica_limit_updates(
			update + axis * count, count, limit, settings->positions.clip_by_mad);
	for (size_t k = 0; k < 2 * count; k++)
		step->update[k / count * all + positions[k % count]] = update[k];
	if (step->memory > 0)
		accelerate(step, update, positions, count);
	for (size_t k = 0; k < count; k++)
		plica_position_search_move(step->search, positions[k],
			plica_position_limited(update[k], 0.0, limit),
			plica_position_limited(update[count + k], 0.0, limit));
}

void plica_position_step_end(struct plica_position_step *step)
{
	size_t numbers = 2 * step->problem->count;

	if (step->problem->settings->positions.constrain_mean)
		plica_position_search_restore_mean(step->search);
	if (step->memory > 0)
		memcpy(step->history + (size_t)step->seen % (step->memory + 1) * numbers,
			step->update, numbers * sizeof(double));
	step->seen++;
}

void plica_position_step_archive(struct plica_position_step *step, struct plica_archive *archive)
{
	struct plica_problem *problem = step->problem;
	size_t numbers = 2 * problem->count;

	plica_archive_numbers(archive, "positions_y", problem->y_px, problem->count);
	plica_archive_numbers(archive, "positions_x", problem->x_px, problem->count);
	for (size_t i = 0; i < problem->count; i++)
		plica_position_search_move(step->search, i, 0.0, 0.0);
	plica_archive_integer(archive, "position_epochs", &step->seen);
	if (step->memory == 0)
		return;
	plica_archive_numbers(archive, "position_velocity", step->velocity, numbers);
	plica_archive_numbers(
		archive, "position_history", step->history, (step->memory + 1) * numbers);
}
