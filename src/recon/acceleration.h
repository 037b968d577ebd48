/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * LSQML's momentum, `momentum_acceleration_gain` (doc/numerics.md, "Momentum"): once an epoch and
 * beside the plain updates, of the probe's first mode, and with compact batches of the object as
 * well.
 *
 *     O += gain W / (0.1 max W + W) v_O,   P += gain v_P
 */
#ifndef PLICA_RECON_ACCELERATION_H
#define PLICA_RECON_ACCELERATION_H

#include "recon/momentum.h"
#include "recon/problem.h"

struct plica_acceleration {
	struct plica_problem *problem;
	struct plica_momentum *object; /**< NULL: not accelerated */
	struct plica_momentum *probe;
	float *object_update; /**< re, then im of the canvas */
	float *object_inside; /**< of its scanned box, likewise */
	float *probe_update;  /**< wave: sum of the updates in this epoch */
	double losses[3];     /**< of the last epochs, the newest last */
	long epochs;          /**< losses so far */
};

PLICA_MUST_USE enum plica_status plica_acceleration_create(struct plica_acceleration **out,
	struct plica_problem *problem, bool with_object, struct plica_error *err);
void plica_acceleration_free(struct plica_acceleration *acceleration);

/** Takes the loss of an epoch; before the two that follow. */
void plica_acceleration_begin(struct plica_acceleration *acceleration, double loss);
/** The object's update of the epoch was step * direction; `power` is W. */
void plica_acceleration_object(struct plica_acceleration *acceleration, double step,
	const struct plica_planes *direction, const float *power, float largest_power);
/** One more update of the probe, step * direction. */
void plica_acceleration_collect(
	struct plica_acceleration *acceleration, float step, const float *direction);
/** The probe's update of the epoch was what was collected, `parts` times. */
void plica_acceleration_probe(struct plica_acceleration *acceleration, size_t parts);

void plica_acceleration_archive(
	struct plica_acceleration *acceleration, struct plica_archive *archive);

#endif
