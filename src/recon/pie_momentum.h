/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Momentum of the PIE family (mPIE: Maiden, Johnson, Li, Optica 4, 736 (2017)), for object and probe
 * alike, once every so many batches:
 *
 *     g = X - X_then,   m <- friction m + g,   X <- X + feedback m,   X_then <- X
 */
#ifndef PLICA_RECON_PIE_MOMENTUM_H
#define PLICA_RECON_PIE_MOMENTUM_H

#include "recon/archive.h"
#include "recon/plan.h"
#include "recon/vector.h"

struct plica_pie_momentum {
	struct plica_problem *problem;
	struct plica_vector then;     /**< object and probe after the last time */
	struct plica_vector momentum; /**< m */
	long batches;                 /**< since then */
};

/** Begins with the problem as it is. */
PLICA_MUST_USE enum plica_status plica_pie_momentum_create(
	struct plica_pie_momentum **out, struct plica_problem *problem, struct plica_error *err);
void plica_pie_momentum_free(struct plica_pie_momentum *momentum);

/** After each batch. What the batches do not change rests. */
void plica_pie_momentum_step(struct plica_pie_momentum *momentum, struct plica_updates updates);
/** Object and probe have been changed by something else: what they are now is X_then. */
void plica_pie_momentum_restart(struct plica_pie_momentum *momentum);
void plica_pie_momentum_archive(struct plica_pie_momentum *momentum, struct plica_archive *archive);

#endif
