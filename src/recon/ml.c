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
#include "recon/floor.h"
#include "recon/pie.h"

/* The start has settled when an epoch gains less than a tenth near the counting floor. */
#define START_SETTLED 0.9
/* It has done its work when an epoch gains less than a quarter, and the misfit is below so many
 * times the counting floor. */
#define START_SLOW 0.75
#define START_MISFIT 1.3
/* One of the two is enough from this epoch on, both in the one before. */
#define START_LEAST 3
/* Above so many floors the object may still be scrambled, which conjugate gradients would not mend:
 * an epoch must then gain less than this. */
#define FAR_FLOORS 1.5
#define FAR_SETTLED 0.985
/* A bad probe holds the start on a plateau, where it gains next to nothing for up to twenty epochs
 * and then breaks through: this part of what the first epoch, which began without an object, left
 * above the floor is still there. */
#define PLATEAU_PART 0.42

enum stage { STAGE_START, STAGE_AMPLITUDE, STAGE_COUNTS };

struct ml {
	struct plica_problem *problem;
	struct plica_pie *start;
	struct plica_cg *cg;
	enum stage stage;
	long stage_epochs; /* done in this stage */
	double first_loss;
	double last_loss;
	double floor; /* the loss that counting alone leaves */
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
	ml->floor = plica_counting_floor(problem, 1);
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
	bool counts = ml->stage == STAGE_COUNTS;

	plica_cg_set_model(ml->cg, counts ? PLICA_DETECTOR_POISSON : PLICA_DETECTOR_GAUSSIAN,
		(float)settings->poisson_epsilon);
}

static void enter(struct ml *ml, enum stage stage)
{
	ml->stage = stage;
	ml->stage_epochs = 0;
	set_model(ml);
	plica_cg_restart(ml->cg);
}

/* Has the start come to rest, with nothing to be hoped for from going on? */
static bool has_settled(const struct ml *ml, double loss)
{
	double excess = loss - ml->floor;

	if (loss < FAR_FLOORS * ml->floor)
		return loss > START_SETTLED * ml->last_loss;
	if (ml->problem->flat && excess > PLATEAU_PART * (ml->first_loss - ml->floor))
		return false;
	return loss > FAR_SETTLED * ml->last_loss;
}

static bool start_is_over(const struct ml *ml, double loss)
{
	bool settled = has_settled(ml, loss);
	bool fits = loss > START_SLOW * ml->last_loss && loss < START_MISFIT * ml->floor;

	if (ml->stage_epochs >= ml->problem->settings->start.max_epochs)
		return true;
	if (ml->stage_epochs >= START_LEAST)
		return settled || fits;
	return ml->stage_epochs == START_LEAST - 1 && settled && fits;
}

/* The counts' model says more about weak pixels than the amplitudes', but it stalls before the
 * phase has settled, and where other errors than counting rule it has no right to. */
static bool counts_are_due(const struct ml *ml)
{
	const struct plica_settings *settings = ml->problem->settings;

	return ml->stage == STAGE_AMPLITUDE && settings->noise_model == PLICA_NOISE_POISSON &&
	       ml->stage_epochs >= settings->start.amplitude_iterations &&
	       ml->last_loss < settings->start.counts_misfit * ml->floor;
}

static void start_epoch(struct ml *ml, long number, struct plica_epoch *result)
{
	result->loss = plica_pie_epoch(ml->start, number);
	result->cost = 1.0;
	ml->stage_epochs++;
	if (number == 0) {
		ml->first_loss = result->loss;
		if (plica_has_ambiguity(ml->problem->settings))
			plica_remove_ambiguity(ml->problem, ml->cg->pass->power);
	}
	if (start_is_over(ml, result->loss))
		enter(ml, STAGE_AMPLITUDE);
	ml->last_loss = result->loss;
}

/* Is this no epoch to measure later gains from? Where the amplitudes are kept, theirs count. */
static bool is_preliminary(const struct ml *ml)
{
	if (ml->stage == STAGE_AMPLITUDE)
		return ml->stage_epochs < ml->problem->settings->start.amplitude_iterations;
	return ml->stage_epochs == 0; /* the first of the new objective */
}

static void epoch(void *state, long number, struct plica_epoch *result)
{
	struct ml *ml = state;

	if (ml->stage == STAGE_START) {
		result->preliminary = true;
		start_epoch(ml, number, result);
		return;
	}
	if (counts_are_due(ml))
		enter(ml, STAGE_COUNTS);
	result->cost = 0.0;
	result->preliminary = is_preliminary(ml);
	result->loss = plica_cg_iterate(ml->cg, number, &result->cost);
	result->objective = ml->cg->objective;
	ml->last_loss = result->loss;
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
	plica_archive_number(archive, "first_loss", &ml->first_loss);
	plica_archive_number(archive, "last_loss", &ml->last_loss);
	if (stage >= (long)STAGE_START && stage <= (long)STAGE_COUNTS)
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
