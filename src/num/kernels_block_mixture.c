/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The block kernels' incoherent modes. Their common factor is known only when all modes are at the
 * detector, so sweep 3 becomes three: forward, with Psi kept where chi will be; the factor, from
 * the summed intensity; back.
 */
#include "num/kernels_detector.h"
#include "num/kernels_sweeps.h"

struct mixture {
	const struct plica_mixture *args;
	const struct block_plan *plan;
	float *intensity; /* Ihat, then the factor of Psi that makes it F chi */
};

/* Psi of eight slots: kept, if there is room, and added to the intensity. */
INLINE void arrive_group(float *intensity, float *kept, const float *rows, vec scale, bool first)
{
	struct cvec x[LAST_RADIX];

	load_group(x, rows);
	butterfly8(x, FORWARD);
	if (kept != NULL)
		store_group(kept, x);
	for (size_t p = 0; p < LAST_RADIX; p++) {
		vec power = (x[p].re * x[p].re + x[p].im * x[p].im) * scale;
		float *to = intensity + p * LANES;

		store(to, first ? power : load(to) + power);
	}
}

static void arrive(const struct mixture *mixture, const struct job *job, bool first)
{
	const struct block_plan *plan = mixture->plan;
	const struct block_stages *stages = &plan->stages;
	size_t part = stages->stage[0].stride;
	vec scale = broadcast(1.0f / (float)(plan->size * plan->size));
	float *kept = job->args->difference;

	for (size_t block = 0; block < plan->size / LANES; block++) {
		float *rows = job->scratch.area + block * plan->pitch;
		float *intensity = mixture->intensity + block * plan->size * LANES;

		forward_stage(rows, &stages->stage[0]);
		for (size_t start = 0; start < plan->size; start += part) {
			forward_inner(rows + start * PAIR, stages);
			for (size_t slot = start; slot < start + part; slot += LAST_RADIX)
				arrive_group(intensity + slot * LANES,
					kept != NULL ? kept + slot * PAIR : NULL,
					rows + slot * PAIR, scale, first);
		}
		if (kept != NULL)
			kept += plan->size * PAIR;
	}
}

INLINE vec expected_at(const struct mixture *mixture, size_t i)
{
	vec power = load(mixture->intensity + i);

	if (mixture->args->background != NULL)
		power += load(mixture->args->background + i);
	return power;
}

static float relaxation_step(
	const struct mixture *mixture, const struct detector *detector, float alpha)
{
	struct lane_sums slope = {0};
	struct lane_sums curvature = {0};
	size_t floats = mixture->plan->size * LANES;

	for (size_t block = 0; block < mixture->plan->size / LANES; block++) {
		struct relaxation_sums sums = {0};

		for (size_t i = block * floats; i < (block + 1) * floats; i += LANES)
			relax(&sums, detector, broadcast(alpha), expected_at(mixture, i),
				measured_at(&mixture->args->mode[0].pattern, i));
		add_to_lanes(&slope, sums.slope);
		add_to_lanes(&curvature, sums.curvature);
	}
	return plica_newton_relaxation(alpha, sum_of_lanes(&slope), sum_of_lanes(&curvature));
}

static void relax_all(const struct mixture *mixture, struct detector *detector)
{
	float *alpha = mixture->args->relaxation;

	for (int step = 0; step < PLICA_RELAXATION_STEPS; step++)
		*alpha = relaxation_step(mixture, detector, *alpha);
	detector->step *= broadcast(*alpha);
}

/* From the intensity to the factor, in one block of slots. */
INLINE void compare_block(
	const struct mixture *mixture, struct detector *detector, size_t block, bool poisson)
{
	const struct plica_mixture *args = mixture->args;
	size_t floats = mixture->plan->size * LANES;
	vec unscale = broadcast((float)(mixture->plan->size * mixture->plan->size));
	struct partial_sums sums = {0};

	for (size_t i = block * floats; i < (block + 1) * floats; i += LANES) {
		vec factor = compare(detector, &sums, expected_at(mixture, i),
			measured_at(&args->mode[0].pattern, i),
			poisson); /* with the transforms' scale */

		store(mixture->intensity + i, factor);
		if (args->factor_sum != NULL)
			store(args->factor_sum + i, load(args->factor_sum + i) + factor * unscale);
	}
	flush(detector, &sums);
}

static void compare_all(const struct mixture *mixture, struct detector *detector)
{
	bool poisson = mixture->args->mode[0].model == PLICA_DETECTOR_POISSON;

	for (size_t block = 0; block < mixture->plan->size / LANES; block++)
		if (poisson)
			compare_block(mixture, detector, block, true);
		else
			compare_block(mixture, detector, block, false);
}

INLINE void depart_group(float *rows, const float *kept, const float *factor)
{
	struct cvec x[LAST_RADIX];

	load_group(x, kept);
	for (size_t p = 0; p < LAST_RADIX; p++)
		x[p] = cscale(x[p], load(factor + p * LANES));
	butterfly8(x, INVERSE);
	store_group(rows, x);
}

static void depart(const struct mixture *mixture, const struct job *job)
{
	const struct block_plan *plan = mixture->plan;
	const struct block_stages *stages = &plan->stages;
	size_t part = stages->stage[0].stride;

	for (size_t block = 0; block < plan->size / LANES; block++) {
		float *rows = job->scratch.area + block * plan->pitch;
		const float *kept = job->args->difference + block * plan->size * PAIR;
		const float *factor = mixture->intensity + block * plan->size * LANES;

		for (size_t start = 0; start < plan->size; start += part) {
			for (size_t slot = start; slot < start + part; slot += LAST_RADIX)
				depart_group(rows + slot * PAIR, kept + slot * PAIR,
					factor + slot * LANES);
			inverse_inner(rows + start * PAIR, stages);
		}
		inverse_stage(rows, &stages->stage[0]);
	}
}

/* chi of one mode, and what follows from it. */
static void finish(const struct mixture *mixture, const struct plica_exit_wave *mode,
	const struct block_scratch *scratch)
{
	struct job job = {mixture->plan, mode, *scratch};

	depart(mixture, &job);
	clear_padding(mode->difference, mixture->plan->size);
	if (mode->shifted && mode->probe_sum != NULL)
		prepare_ramps(&job);
	exit_from_area(&job);
	if (mode->streaming)
		stream_end();
}

void VARIANT(block_exit_mixture)(const struct plica_kernels *self, void *work,
	const struct plica_mixture *args, struct plica_exit_sums *sums)
{
	const struct block_plan *plan = self->plan;
	struct block_scratch scratch = VARIANT(block_scratch)(plan, work);
	struct mixture mixture = {args, plan, scratch.intensity};
	struct detector detector = detector_of(&args->mode[0], plan->size);

	for (size_t m = 0; m < args->modes; m++) {
		struct job job = {plan, &args->mode[m], scratch};

		exit_to_area(&job);
		arrive(&mixture, &job, m == 0);
	}
	if (args->detector != NULL)
		args->detector(args->detector_context, mixture.intensity, false);
	if (args->relaxation != NULL)
		relax_all(&mixture, &detector);
	compare_all(&mixture, &detector);
	if (args->detector != NULL)
		args->detector(args->detector_context, mixture.intensity, true);
	detector_results(sums, &detector);
	for (size_t m = 0; m < args->modes; m++)
		if (args->mode[m].difference != NULL)
			finish(&mixture, &args->mode[m], &scratch);
}
