/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Preconditioned conjugate gradients over all patterns, object and probe together (Thibault and
 * Guizar-Sicairos, New J. Phys. 14, 063004 (2012); preconditioner, boost and sub-sampled line
 * search: doc/numerics.md, "ML").
 *
 * The vectors here are descent directions, i.e. minus the gradients: r = sum conj(A) chi.
 */
#ifndef PLICA_RECON_CG_H
#define PLICA_RECON_CG_H

#include "recon/archive.h"
#include "recon/boost.h"
#include "recon/coverage.h"
#include "recon/line.h"
#include "recon/pass.h"
#include "recon/plan.h"
#include "recon/positions.h"
#include "recon/vector.h"

struct plica_cg {
	struct plica_problem *problem;
	struct plica_pass *pass;              /**< its model and epsilon are the objective's */
	struct plica_boost *boost;            /**< NULL: none */
	struct plica_position_search *search; /**< NULL: positions are fixed */
	struct plica_vector residual, residual_old; /**< r */
	struct plica_vector scaled;                 /**< z = M r */
	struct plica_vector direction;              /**< h */
	struct plica_line *line;                    /**< along h */
	struct plica_coverage *coverage;
	size_t *positions;            /**< 0, 1, ..., J - 1 */
	double objective;             /**< where the last iteration began */
	double old_product;           /**< <r_old, z_old>; 0 after a restart */
	double step;                  /**< t of the last iteration */
	struct plica_updates updates; /**< in the present iteration */
	long iteration;               /**< since create; chooses the line search's positions */
};

PLICA_MUST_USE enum plica_status plica_cg_create(
	struct plica_cg **out, struct plica_problem *problem, struct plica_error *err);
void plica_cg_free(struct plica_cg *cg);

/** Sets the objective. */
void plica_cg_set_model(struct plica_cg *cg, enum plica_detector_model model, float epsilon);
/** Begins anew: the next direction is the preconditioned gradient. */
void plica_cg_restart(struct plica_cg *cg);
/** Everything that the next iterations depend on, but for the objective. */
void plica_cg_archive(struct plica_cg *cg, struct plica_archive *archive);

/**
 * One iteration, in epoch `number`. Returns the mean squared amplitude residual per valid pixel
 * before it; adds the patterns that went through their transforms, as a fraction of all, to *cost.
 * What neither plans nor settings let move stays as it is.
 */
double plica_cg_iterate(struct plica_cg *cg, long number, double *cost);

#endif
