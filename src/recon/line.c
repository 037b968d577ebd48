/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/line.h"

#include <math.h>
#include <stddef.h>

const double plica_line_factors[PLICA_LINE_TRIALS] = {0.0, 0.3, 0.6, 1.0, 1.5, 2.2};

/* The minimum of the parabola through three points; the middle one where it has none. */
static double parabola(const double t[3], const double f[3])
{
	double left = (f[1] - f[0]) / (t[1] - t[0]);
	double right = (f[2] - f[1]) / (t[2] - t[1]);
	double curvature = (right - left) / (t[2] - t[0]);

	if (!(curvature > 0.0))
		return t[1];
	return 0.5 * (t[0] + t[1] - left / curvature);
}

double plica_line_choose(const double t[PLICA_LINE_TRIALS], const double f[PLICA_LINE_TRIALS])
{
	size_t best = 0;
	size_t middle;

	for (size_t k = 1; k < PLICA_LINE_TRIALS; k++)
		if (f[k] < f[best])
			best = k;
	if (best == 0)
		return 0.2 * t[1];
	middle = best == PLICA_LINE_TRIALS - 1 ? best - 1 : best;
	return fmin(fmax(parabola(t + middle - 1, f + middle - 1), 0.3 * t[1]),
		1.5 * t[PLICA_LINE_TRIALS - 1]);
}
