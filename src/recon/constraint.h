/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Constraints: what is done to object and probe after an epoch, whatever the engine. Each is a row
 * of one table, in the order in which they are applied:
 *
 *     probe.power_constraint             the probe's power, with the object's scale
 *     probe.orthogonalize_incoherent_modes
 *     object.hard_limits_magnitude_phase |O| and arg O within limits
 *     object.smoothness_constraint       a 3 x 3 mean of the object
 *     object.remove_grid_artifacts       the scan grid's harmonics taken out of the object
 *     probe.support_constraint           the probe set to 0 where it does not belong
 *     probe.center_constraint            probe and object moved by whole pixels
 *     object.remove_object_probe_ambiguity
 *     positions.affine_transform_constraint
 *     object.l1_norm_constraint, object.l2_norm_constraint, object.tv
 *
 * What is not optimizable none of them changes (of the probe: but for a mixing of its modes, and a
 * constraint that would have to change both does nothing).
 *
 * This is pty-chi's order, with total variation last. Formulas: doc/numerics.md, "Constraints".
 * Everything is elementwise or summed in a fixed order: the threads change no bit. There is no state
 * that a checkpoint would have to hold.
 */
#ifndef PLICA_RECON_CONSTRAINT_H
#define PLICA_RECON_CONSTRAINT_H

#include <stdbool.h>

#include "num/fft.h"
#include "recon/problem.h"
#include "recon/tv.h"

/** The scratch of the constraints that are on; the other members are NULL. */
struct plica_constraints {
	struct plica_problem *problem;
	double target_power;        /**< of the probe, photons */
	float *illumination;        /**< canvas floats, for the ambiguity */
	struct plica_planes planes; /**< a copy of the object */
	struct plica_fft *fft;      /**< of the canvas, for grid artefacts */
	float _Complex *canvas;     /**< rows x cols */
	float _Complex *natural;    /**< a probe mode, N x N */
	float *pixels[2];           /**< N x N each */
	struct plica_tv *tv;
	double *position_start;       /**< 2 J: y as given, then x */
	double *position_weight;      /**< 2 J */
	struct plica_planes slope[2]; /**< of the object */
};

/** With the problem as it is when the run begins: the probe's power may be the target. */
PLICA_MUST_USE enum plica_status plica_constraints_create(
	struct plica_constraints **out, struct plica_problem *problem, struct plica_error *err);
void plica_constraints_free(struct plica_constraints *constraints);

/** Applies what is due after epoch `number`, counted from 0; did object or probe change? */
bool plica_constraints_apply(struct plica_constraints *constraints, long number);

/** The constraints themselves: each says whether it changed anything. */
bool plica_constrain_power(struct plica_constraints *constraints);
bool plica_constrain_support(struct plica_constraints *constraints);
bool plica_constrain_center(struct plica_constraints *constraints);
bool plica_constrain_limits(struct plica_constraints *constraints);
bool plica_constrain_smoothness(struct plica_constraints *constraints);
bool plica_constrain_l1(struct plica_constraints *constraints);
bool plica_constrain_l2(struct plica_constraints *constraints);
bool plica_constrain_affine(struct plica_constraints *constraints);
bool plica_constrain_grid(struct plica_constraints *constraints);

#endif
