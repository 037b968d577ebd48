/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Do the patterns lie on their side? Rightly oriented, the deflections of the beam are the gradient
 * of a phase (recon/deflection.h). Patterns that are transposed or mirrored against the positions make
 * a field that has a curl, which no phase explains; another orientation of them then explains more.
 * A turn by half does not show: it is the conjugate object.
 */
#ifndef PLICA_RECON_ORIENTATION_H
#define PLICA_RECON_ORIENTATION_H

#include "recon/deflection.h"
#include "recon/problem.h"

#define PLICA_ORIENTATION_DOUBT_SIZE 320

/** Writes why the orientation is to be doubted, or an empty text. */
PLICA_MUST_USE enum plica_status plica_orientation_doubt(char text[PLICA_ORIENTATION_DOUBT_SIZE],
	struct plica_problem *problem, const struct plica_deflections *deflections,
	struct plica_error *err);

#endif
