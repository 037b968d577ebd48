/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The positions in LSQML: one gradient step of a batch at a time (doc/numerics.md, "Positions"), on
 * the sums that ML's search is made of. A step is limited, may get momentum, and never leaves the
 * range that the canvas has room for.
 */
#ifndef PLICA_RECON_POSITION_STEP_H
#define PLICA_RECON_POSITION_STEP_H

#include "recon/positions.h"

#define PLICA_MOST_POSITION_MEMORY 10

struct plica_position_step {
	struct plica_problem *problem;
	struct plica_position_search *search;
	size_t memory;    /**< T; 0: no momentum */
	long seen;        /**< epochs of updates */
	double *update;   /**< 2 J: of this epoch; y of every position, then x */
	double *history;  /**< T + 1 such: epoch e at e modulo T + 1 */
	double *velocity; /**< 2 J */
	double *scratch;  /**< 4 J */
};

PLICA_MUST_USE enum plica_status plica_position_step_create(
	struct plica_position_step **out, struct plica_problem *problem, struct plica_error *err);
void plica_position_step_free(struct plica_position_step *step);

/** Finds the updates of a batch, the last set of `pass`; before object and probe change. */
void plica_position_step_find(struct plica_position_step *step, const struct plica_pass *pass,
	const size_t *positions, size_t count);
/** Moves its positions. */
void plica_position_step_apply(
	struct plica_position_step *step, const size_t *positions, size_t count);
/** After the batches of an epoch in which positions were moved. */
void plica_position_step_end(struct plica_position_step *step);

void plica_position_step_archive(struct plica_position_step *step, struct plica_archive *archive);

/**
 * Limits `count` updates of one axis: to `limit`, and with `by_mad` to ten times their mean
 * absolute deviation from their mean, so that a few wild ones do no harm.
 */
void plica_limit_updates(double *update, size_t count, double limit, bool by_mad);

#endif
