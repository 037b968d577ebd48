/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/detector.h"

#include <math.h>

/* Of a stored value: what taking its root and squaring that may have changed. */
#define ROUNDING 5e-7

bool plica_detector_is_calibrated(const struct plica_settings *settings)
{
	return settings->data.gain != 1.0 || settings->data.offset != 0.0 ||
	       settings->exclude_below >= 0.0;
}

size_t plica_detector_calibrate(
	float *amplitudes, size_t count, const struct plica_settings *settings)
{
	double offset = settings->data.offset;
	double gain = settings->data.gain;
	bool excludes = settings->exclude_below >= 0.0;
	size_t negative = 0;

	for (size_t k = 0; k < count; k++) {
		double stored = (double)amplitudes[k] * (double)amplitudes[k];
		double photons = (stored - offset) / gain;
		double doubt = ROUNDING * stored / gain;

		if (amplitudes[k] < 0.0F)
			continue;
		negative += photons < -doubt;
		photons = fmax(photons, 0.0);
		amplitudes[k] = excludes && photons <= settings->exclude_below + doubt
					? -1.0F
					: (float)sqrt(photons);
	}
	return negative;
}
