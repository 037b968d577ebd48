/* SPDX-License-Identifier: BSD-3-Clause */
/* The block kernels' exit wave: sweep 3, and the order of the five. */
#include "num/kernels_detector.h"
#include "num/kernels_sweeps.h"

/* Known when this is compiled. */
struct way {
	bool poisson;
	bool counted; /* the pattern's form */
	bool back;    /* to the exit wave, not only sums */
};

INLINE void compare_group(const struct job *job, const struct detector *detector,
	struct partial_sums *sums, float *rows, size_t first_pixel, struct way way)
{
	struct cvec x[LAST_RADIX];

	load_group(x, rows);
	butterfly8(x, FORWARD);
	for (size_t p = 0; p < LAST_RADIX; p++) {
		vec power = (x[p].re * x[p].re + x[p].im * x[p].im) * detector->scale;
		struct measured measured =
			measured_as(&job->args->pattern, first_pixel + p * LANES, way.counted);

		x[p] = cscale(x[p], compare(detector, sums, power, measured, way.poisson));
	}
	if (!way.back)
		return;
	butterfly8(x, INVERSE);
	store_group(rows, x);
}

/* Sweep 3; without `back` it ends at the detector. */
INLINE void meet_detector_of(const struct job *job, struct detector *detector, struct way way)
{
	const struct block_plan *plan = job->plan;
	const struct block_stages *stages = &plan->stages;
	size_t part = stages->stage[0].stride;

	for (size_t block = 0; block < plan->size / LANES; block++) {
		size_t first_pixel = block * plan->size * LANES;
		float *rows = job->scratch.area + block * plan->pitch;
		struct partial_sums sums = {0};

		forward_stage(rows, &stages->stage[0]);
		for (size_t start = 0; start < plan->size; start += part) {
			forward_inner(rows + start * PAIR, stages);
			for (size_t slot = start; slot < start + part; slot += LAST_RADIX)
				compare_group(job, detector, &sums, rows + slot * PAIR,
					first_pixel + slot * LANES, way);
			if (way.back)
				inverse_inner(rows + start * PAIR, stages);
		}
		if (way.back)
			inverse_stage(rows, &stages->stage[0]);
		flush(detector, &sums);
	}
}

INLINE void meet_detector_model(const struct job *job, struct detector *detector, bool poisson)
{
	bool counted = job->args->pattern.counts != NULL;
	bool back = wants_difference(job->args);

	if (counted && back)
		meet_detector_of(job, detector, (struct way){poisson, true, true});
	else if (counted)
		meet_detector_of(job, detector, (struct way){poisson, true, false});
	else if (back)
		meet_detector_of(job, detector, (struct way){poisson, false, true});
	else
		meet_detector_of(job, detector, (struct way){poisson, false, false});
}

/* Two functions, for what the compiler can keep in view. */
static __attribute__((noinline)) void meet_gaussian(
	const struct job *job, struct detector *detector)
{
	meet_detector_model(job, detector, false);
}

static __attribute__((noinline)) void meet_poisson(const struct job *job, struct detector *detector)
{
	meet_detector_model(job, detector, true);
}

void VARIANT(block_exit_wave)(const struct plica_kernels *self, void *work,
	const struct plica_exit_wave *args, struct plica_exit_sums *sums)
{
	const struct block_plan *plan = self->plan;
	struct job job = {plan, args, VARIANT(block_scratch)(plan, work)};
	struct detector detector = detector_of(args, plan->size);

	exit_to_area(&job);
	if (args->model == PLICA_DETECTOR_POISSON)
		meet_poisson(&job, &detector);
	else
		meet_gaussian(&job, &detector);
	detector_results(sums, &detector);
	if (wants_difference(args))
		exit_from_area(&job);
	if (args->streaming)
		stream_end();
}
