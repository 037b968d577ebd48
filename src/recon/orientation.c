/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/orientation.h"

#include <stdio.h>

#include "base/memory.h"
#include "base/try.h"
#include "recon/integral.h"

/* Below this the given orientation explains the deflections well enough. */
#define WELL_EXPLAINED 0.25
/* Another one must leave less than this part of what the given one leaves. */
#define CLEARLY_LESS 0.7

/* All that differ in more than a sign of the phase. */
static const struct orientation {
	bool transposed;
	double sign_y;
	const char *name;
} others[] = {{false, -1.0, "mirrored along one axis"}, {true, 1.0, "transposed"},
	{true, -1.0, "turned by a quarter"}};

#define OTHERS (sizeof(others) / sizeof(others[0]))

static double unexplained(struct plica_integral *integral, const struct plica_problem *problem,
	struct plica_deflections *turned, const struct plica_deflections *given,
	const struct orientation *orientation)
{
	const double *y = orientation->transposed ? given->x : given->y;
	const double *x = orientation->transposed ? given->y : given->x;

	for (size_t i = 0; i < given->count; i++) {
		turned->y[i] = orientation->sign_y * y[i];
		turned->x[i] = x[i];
	}
	return plica_integral_solve(integral, problem, turned);
}

enum plica_status plica_orientation_doubt(char text[PLICA_ORIENTATION_DOUBT_SIZE],
	struct plica_problem *problem, const struct plica_deflections *deflections,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_integral integral = {0};
	struct plica_deflections turned = *deflections;
	double given;
	double least = 1.0;
	size_t best = 0;

	text[0] = '\0';
	turned.y = turned.x = turned.photons = NULL;
	/* without the curvature of the probe, which a wrong guess has wrong */
	PLICA_TRY(plica_integral_create(&integral, problem, NULL, err));
	given = plica_integral_solve(&integral, problem, deflections);
	if (given < WELL_EXPLAINED)
		goto out;
	PLICA_TRY(PLICA_NEW(&turned.y, deflections->count, err));
	PLICA_TRY(PLICA_NEW(&turned.x, deflections->count, err));
	for (size_t k = 0; k < OTHERS; k++) {
		double part = unexplained(&integral, problem, &turned, deflections, &others[k]);

		if (part < least) {
			least = part;
			best = k;
		}
	}
	if (least < CLEARLY_LESS * given)
		(void)snprintf(text, PLICA_ORIENTATION_DOUBT_SIZE,
			"the patterns fit the scan better %s: no phase explains %.0f %% of how the "
			"beam is bent as they are, %.0f %% then; look at the axes of 'diffraction' "
			"and the signs of 'ycoords' and 'xcoords'",
			others[best].name, 100.0 * given, 100.0 * least);
out:
	plica_deflections_release(&turned);
	plica_integral_release(&integral);
	return status;
}
