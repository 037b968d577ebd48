/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Trial points of a line search where a pattern is a mixture: several modes, a background, a
 * detector that blurs. The point itself is made, once for all positions, and the model run there.
 * (A single mode goes through plica_kernel_table.line_search, all trials at once.)
 */
#ifndef PLICA_RECON_TRIAL_H
#define PLICA_RECON_TRIAL_H

#include "recon/positions.h"
#include "recon/vector.h"

struct plica_trial {
	struct plica_problem *problem;
	struct plica_planes object;
	float *probe;                 /**< all modes, waves */
	float *spectrum;              /**< likewise */
	float *background;            /**< a pattern; NULL: the problem's */
	struct plica_exit_sums *sums; /**< of each position that is looked at */
};

/** A line, the objective on it, and the positions to look at: first, first + stride, ... */
struct plica_trial_line {
	const struct plica_vector *direction;
	const struct plica_position_search *search; /**< whose direction moves; NULL: none */
	enum plica_detector_model model;
	float epsilon; /**< of the Poisson model, photons */
	size_t first, stride;
};

PLICA_MUST_USE enum plica_status plica_trial_create(
	struct plica_trial **out, struct plica_problem *problem, struct plica_error *err);
void plica_trial_free(struct plica_trial *trial);

/** The objective at step t, summed over the positions. */
double plica_trial_run(struct plica_trial *trial, const struct plica_trial_line *line, double t);

#endif
