/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/pixels.h"

#include "eval/phasor.h"

void plica_pixels_measure(struct plica_pixel_errors *out, const float complex *a,
	const float complex *t, const double *weight, size_t count)
{
	struct plica_pixel_errors sum = {0};
	double total = 0.0;
	double power = 0.0;

	for (size_t i = 0; i < count; i++) {
		double complex found = (double complex)a[i];
		double complex truth = (double complex)t[i];
		double phase = carg(found * conj(truth));
		double amplitude = cabs(found) - cabs(truth);

		total += weight[i];
		power += weight[i] * plica_power(truth);
		sum.nrmse += weight[i] * plica_power(found - truth);
		sum.phase_mae += weight[i] * fabs(phase);
		sum.phase_mse += weight[i] * phase * phase;
		sum.amplitude_mae += weight[i] * fabs(amplitude);
		sum.amplitude_mse += weight[i] * amplitude * amplitude;
	}
	*out = (struct plica_pixel_errors){
		.nrmse = sqrt(sum.nrmse / power),
		.phase_mae = sum.phase_mae / total,
		.phase_mse = sum.phase_mse / total,
		.amplitude_mae = sum.amplitude_mae / total,
		.amplitude_mse = sum.amplitude_mse / total,
	};
}

struct plica_metric plica_pixels_psnr(double mse, double range)
{
	if (mse > 0.0)
		return (struct plica_metric){10.0 * log10(range * range / mse), NULL};
	return (struct plica_metric){NAN, "the two are identical"};
}
