/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The figures as PtychoPINN defines them (doc/numerics.md, "PtychoPINN's figures"), so that tables
 * published with it can be made again. They differ from the field's: PSNR for a range of 255,
 * phases with a plane fitted to each picture's own wrapped phase taken off and scaled to [0, 1],
 * MS-SSIM without a low-pass, FRC50 as the index of a ring.
 */
#ifndef PLICA_EVAL_PTYCHOPINN_H
#define PLICA_EVAL_PTYCHOPINN_H

#include "plica/compare.h"

/** Fills the metrics from PLICA_METRIC_PTYCHOPINN on from the two arrays of `comparison`. The
 * smoothing is that of the amplitude before MS-SSIM. */
PLICA_MUST_USE enum plica_status plica_ptychopinn_measure(
	struct plica_comparison *comparison, double msssim_sigma_px, struct plica_error *err);

#endif
