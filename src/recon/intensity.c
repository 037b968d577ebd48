/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/intensity.h"

#include <math.h>

#include "base/memory.h"
#include "base/try.h"
#include "recon/background.h"
#include "recon/plan.h"

/* How far w goes each time as a rule: what a wrong object does to the counts is not the beam's. */
#define RELAXATION 0.3
/* No single step is larger. */
#define MOST_RATIO 2.0

enum plica_status plica_intensity_create(struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	if (!problem->settings->opr_mode_weights.optimize_intensity_variation)
		return PLICA_OK;
	PLICA_TRY(PLICA_NEW(&problem->intensity, problem->count, err));
	for (size_t i = 0; i < problem->count; i++)
		problem->intensity[i] = 1.0;
out:
	return status;
}

void plica_intensity_update(struct plica_problem *problem, const size_t *positions, size_t count,
	const struct plica_exit_sums *sums, long number)
{
	const struct plica_plan *plan = &problem->settings->opr_mode_weights.plan;
	double exponent = 0.5 * RELAXATION * problem->settings->opr_mode_weights.update_relaxation;
	double background = 0.0;

	if (problem->intensity == NULL || !plica_plan_includes(plan, number))
		return;
	for (size_t k = 0; k < count; k++) {
		double measured, modelled, ratio;

		if (k == 0 || !problem->same_pixels)
			background = plica_background_photons(problem, positions[k]);
		measured = sums[k].measured - background;
		modelled = sums[k].modelled - background;
		ratio = modelled > 0.0 ? fmax(measured, 0.0) / modelled : 1.0;
		ratio = fmin(fmax(ratio, 1.0 / MOST_RATIO), MOST_RATIO);
		problem->intensity[positions[k]] *= pow(ratio, exponent);
	}
}

void plica_intensity_normalise(struct plica_problem *problem)
{
	double mean = 0.0;
	double floor = problem->settings->opr_mode_weights.floor;

	if (problem->intensity == NULL)
		return;
	for (size_t i = 0; i < problem->count; i++)
		mean += problem->intensity[i] * problem->intensity[i] / (double)problem->count;
	for (size_t i = 0; i < problem->count; i++)
		problem->intensity[i] = fmax(problem->intensity[i] / sqrt(mean), floor);
	plica_problem_scale_probe(problem, sqrt(mean));
}
