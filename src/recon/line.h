/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The step along a line of objects, probes and positions, from a few trial values of the objective
 * over a part of the patterns (doc/numerics.md, "ML").
 */
#ifndef PLICA_RECON_LINE_H
#define PLICA_RECON_LINE_H

#include "recon/positions.h"
#include "recon/trial.h"
#include "recon/vector.h"

#define PLICA_LINE_TRIALS 6

/** Trial steps as multiples of the last step; the first is 0, the present point. */
extern const double plica_line_factors[PLICA_LINE_TRIALS];

/**
 * The minimum of the parabola through the three trials around the smallest f, within
 * [0.3 t_1, 1.5 t_last]; 0.2 t_1 where no trial is better than t_0 = 0. `t` rises.
 */
double plica_line_choose(const double t[PLICA_LINE_TRIALS], const double f[PLICA_LINE_TRIALS]);

/** The line from the problem's present point. */
struct plica_line {
	struct plica_problem *problem;
	const struct plica_vector *direction;
	const struct plica_position_search *search; /**< whose direction moves; NULL: none */
	enum plica_detector_model model;
	float epsilon;                  /**< of the Poisson model, photons */
	float *spectrum;                /**< of the probe's direction */
	double (*f)[PLICA_MOST_TRIALS]; /**< of each position that is looked at */
	struct plica_trial *trial;      /**< where patterns are mixtures; else NULL */
};

/** `direction` and what is assigned to `search`, model and epsilon must outlive the line. */
PLICA_MUST_USE enum plica_status plica_line_create(struct plica_line **out,
	struct plica_problem *problem, const struct plica_vector *direction,
	struct plica_error *err);
void plica_line_free(struct plica_line *line);

/** Every so many positions are enough: 16, or fewer where less than 32 positions were left. */
size_t plica_line_stride(const struct plica_problem *problem);

/**
 * f[k] = the objective at t[k], k < PLICA_LINE_TRIALS, summed over the positions first,
 * first + stride, ... < count. Takes all trials of a position in one sweep. Returns what it cost,
 * as a part of an epoch: five transforms a position (three at whole pixels), where an epoch takes
 * four (two). Mixtures are tried one by one, two transforms each (one).
 */
double plica_line_try(struct plica_line *line, double f[PLICA_LINE_TRIALS],
	const double t[PLICA_LINE_TRIALS], size_t first, size_t stride);

#endif
