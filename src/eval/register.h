/* SPDX-License-Identifier: BSD-3-Clause */
/** Registration of a reconstruction: orientation, when others may be tried, then shift and ramp. */
#ifndef PLICA_EVAL_REGISTER_H
#define PLICA_EVAL_REGISTER_H

#include "eval/align.h"
#include "eval/orient.h"
#include "eval/search.h"

/** A reconstruction in its place; release with plica_registered_release. */
struct plica_registered {
	struct plica_alignment *alignment; /**< set to the shift and the ramp found */
	struct plica_pose pose;
	double error; /**< squared complex NRMSE over the area */
};

/**
 * Registers the input's reconstruction to the target, which is the input's reference over its
 * area. A flat reconstruction stays where its origin puts it. With options->try_orientations the
 * pose with the smallest error is taken, the earlier one where two are equal; poses in which the
 * reconstruction does not cover the area are left out.
 */
PLICA_MUST_USE enum plica_status plica_register(struct plica_registered *out,
	const struct plica_compare_input *input, const struct plica_align_target *target,
	const struct plica_compare_options *options, struct plica_error *err);
void plica_registered_release(struct plica_registered *registered);

/** Whether the values are all the same but for rounding. */
bool plica_is_flat(const double _Complex *data, size_t count);

#endif
