/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * From what a detector has stored to photons, pattern by pattern, while patterns are packed
 * (doc/numerics.md, "The detector"):
 *
 *     I = max(0, (stored - data.offset) / data.gain)
 *
 * and pixels with I <= exclude_measured_pixels_below are invalid in this pattern alone.
 */
#ifndef PLICA_RECON_DETECTOR_H
#define PLICA_RECON_DETECTOR_H

#include <stddef.h>

#include "plica/settings.h"

/** Do the settings change what is stored? */
bool plica_detector_is_calibrated(const struct plica_settings *settings);
/** Turns `count` roots of stored values into roots of photons, an excluded one into -1; what is
 * negative already is invalid and stays so. Returns how many photon counts came out negative. */
size_t plica_detector_calibrate(
	float *amplitudes, size_t count, const struct plica_settings *settings);

#endif
