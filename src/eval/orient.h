/* SPDX-License-Identifier: BSD-3-Clause */
/** Objects turned, mirrored and conjugated. */
#ifndef PLICA_EVAL_ORIENT_H
#define PLICA_EVAL_ORIENT_H

#include "plica/compare.h"

/** One of the sixteen ways to hold a reconstruction against a reference. */
struct plica_pose {
	enum plica_orientation orientation;
	bool conjugated;
};

/**
 * Writes the object in that pose to `pixels` (rows * cols), and what describes it to *out: its
 * centre stays where it was.
 */
void plica_orient(struct plica_compare_object *out, float _Complex *pixels,
	const struct plica_compare_object *object, struct plica_pose pose);

#endif
