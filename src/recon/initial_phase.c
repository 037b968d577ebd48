/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/initial_phase.h"

#include "recon/exit.h"
#include "recon/floor.h"
#include "recon/integral.h"

/* What the phase must take away of a flat object's misfit above the counting floor. Errors of the
 * probe and strong absorption look like a phase too, but not in whole patterns. */
#define LEAST_GAIN 0.075
/* Positions that tell. */
#define SAMPLE ((size_t)64)

/* Every stride-th position tells for all. */
static size_t sample_stride(const struct plica_problem *problem)
{
	return (problem->count + SAMPLE - 1) / SAMPLE;
}

/* Of the sample: residual and measured, each its mean over the valid pixels. */
static struct plica_exit_sums measure(struct plica_problem *problem)
{
	size_t stride = sample_stride(problem);
	size_t count = (problem->count + stride - 1) / stride;
	double pixels = (double)count * problem->valid_pixels;
	struct plica_exit_sums sums[SAMPLE];
	struct plica_exit_sums mean = {0};

#pragma omp parallel for schedule(dynamic, 1) num_threads(problem->threads)
	for (size_t i = 0; i < count; i++) {
		struct plica_exit args = plica_exit_of(problem, i * stride);

		plica_exit_run(problem, &args, &sums[i]);
	}
	for (size_t i = 0; i < count; i++) { /* in order, whatever the threads */
		mean.residual += sums[i].residual / pixels;
		mean.measured += sums[i].measured / pixels;
	}
	return mean;
}

/* Is the object, turned, clearly better than flat? If it is worse than no object at all, that means
 * nothing. */
static bool is_better(struct plica_problem *problem, double flat)
{
	double floor = plica_counting_floor(problem, sample_stride(problem));
	struct plica_exit_sums turned = measure(problem);

	return flat > floor && turned.residual < turned.measured &&
	       flat - turned.residual > LEAST_GAIN * (flat - floor);
}

enum plica_status plica_initial_phase(struct plica_problem *problem,
	const struct plica_deflections *deflections, struct plica_error *err)
{
	enum plica_status status;
	struct plica_integral integral;
	double flat = measure(problem).residual;

	status = plica_integral_create(&integral, problem, deflections, err);
	if (status != PLICA_OK)
		return status;
	(void)plica_integral_solve(&integral, problem, deflections);
	plica_integral_turn(problem, &integral);
	problem->flat = !is_better(problem, flat);
	if (problem->flat)
		plica_problem_flatten(problem);
	plica_integral_release(&integral);
	return PLICA_OK;
}
