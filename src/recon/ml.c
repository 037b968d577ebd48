/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ML: a sequential start, then conjugate gradients to the maximum of the likelihood, first of the
 * amplitudes, then of the counts (doc/numerics.md, "ML").
 */
#include "base/memory.h"
#include "base/try.h"
#include "recon/ambiguity.h"
#include "recon/cg.h"
#include "recon/engine.h"
#include "recon/pie.h"

/* The start ends when an epoch gains less than a tenth, but not before this many epochs. */
#define START_LEAST 3
#define START_GAIN 0.9

enum stage { STAGE_START, STAGE_AMPLITUDE, STAGE_FINAL };

struct ml {
	struct plica_problem *problem;
	struct plica_pie *start;
	struct plica_cg *cg;
	enum stage stage;
	long stage_epochs; /* done in this stage */
	double last_loss;
};

static void destroy(void *state)
{
	struct ml *ml = state;

	if (ml == NULL)
		return;
	plica_pie_free(ml->start);
	plica_cg_free(ml->cg);
	plica_free(ml);
}

static enum plica_status create(
	void **state, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_settings *settings = problem->settings;
	struct ml *ml = NULL;

	PLICA_TRY(PLICA_NEW(&ml, 1, err));
	ml->problem = problem;
	PLICA_TRY(plica_pie_create(&ml->start, problem, (size_t)settings->start.batch_size,
		settings->start.alpha, err));
	PLICA_TRY(plica_cg_create(&ml->cg, problem, err));
	*state = ml;
	ml = NULL;
out:
	destroy(ml);
	return status;
}

/* The objective of the present stage. */
static void set_model(struct ml *ml)
{
	const struct plica_settings *settings = ml->problem->settings;
	bool poisson = ml->stage == STAGE_FINAL && settings->noise_model == PLICA_NOISE_POISSON;

	plica_cg_set_model(ml->cg, poisson ? PLICA_DETECTOR_POISSON : PLICA_DETECTOR_GAUSSIAN,
		(float)settings->poisson_epsilon);
}

static void enter(struct ml *ml, enum stage stage)
{
	ml->stage = stage;
	ml->stage_epochs = 0;
	set_model(ml);
	plica_cg_restart(ml->cg);
}

static bool start_is_over(const struct ml *ml, double loss)
{
	const struct plica_settings *settings = ml->problem->settings;

	if (ml->stage_epochs >= settings->start.max_epochs)
		return true;
	return ml->stage_epochs >= START_LEAST && loss > START_GAIN * ml->last_loss;
}

static void start_epoch(struct ml *ml, long number, struct plica_epoch *result)
{
	result->loss = plica_pie_epoch(ml->start, number);
	result->cost = 1.0;
	ml->stage_epochs++;
	if (number == 0)
		plica_remove_ambiguity(ml->problem, ml->cg->pass->power);
	if (start_is_over(ml, result->loss))
		enter(ml, STAGE_AMPLITUDE);
	ml->last_loss = result->loss;
}

static void epoch(void *state, long number, struct plica_epoch *result)
{
	struct ml *ml = state;

	if (ml->stage == STAGE_START) {
		result->preliminary = true;
		start_epoch(ml, number, result);
		return;
	}
	if (ml->stage == STAGE_AMPLITUDE &&
		ml->stage_epochs >= ml->problem->settings->start.amplitude_iterations)
		enter(ml, STAGE_FINAL);
	result->cost = 0.0;
	result->preliminary = ml->stage != STAGE_FINAL;
	result->loss = plica_cg_iterate(ml->cg, number, &result->cost);
	result->objective = ml->cg->objective;
	ml->stage_epochs++;
}

static void changed(void *state)
{
	plica_cg_restart(((struct ml *)state)->cg);
}

static void archive(void *state, struct plica_archive *archive)
{
	struct ml *ml = state;
	long stage = (long)ml->stage;

	plica_archive_integer(archive, "stage", &stage);
	plica_archive_integer(archive, "stage_epochs", &ml->stage_epochs);
	plica_archive_number(archive, "last_loss", &ml->last_loss);
	if (stage >= (long)STAGE_START && stage <= (long)STAGE_FINAL)
		ml->stage = (enum stage)stage;
	if (ml->stage != STAGE_START)
		set_model(ml);
	plica_cg_archive(ml->cg, archive);
}

const struct plica_engine plica_engine_ml = {
	.name = "ML",
	.create = create,
	.epoch = epoch,
	.changed = changed,
	.archive = archive,
	.destroy = destroy,
};
