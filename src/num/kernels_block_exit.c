/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The block kernels' exit wave: five sweeps over one area in the L2 cache, everything else done
 * between two butterflies, in registers. With sub-pixel shifts:
 *
 *   1  along x   spectrum times ramp, back to x
 *   2  along y   back to y: A; times O; forward
 *   3  along x   forward: Psi; compared with the pattern; back to x
 *   4  along y   back to y: chi; times conj(O); forward
 *   5  along x   forward; times conj(ramp); added to the probe's sum
 *
 * Without shifts sweep 2 starts from the probe's wave and sweep 4 ends in a sum of waves.
 */
#include "num/kernels_block.h"

/* Keeps the ratio of the amplitudes finite where the model gives no light. */
#define TINY_AMPLITUDE 1e-9f

/* One call. */
struct job {
	const struct block_plan *plan;
	const struct plica_exit_wave *args;
	struct block_scratch scratch;
	bool back; /* chi is wanted, not the sums alone */
};

/* The detector's constants and sums. */
struct detector {
	vec scale; /* of |transform|^2 to |Psi|^2 */
	vec step;  /* times that scale, for the way back */
	vec epsilon;
	struct lane_sums residual;
	struct lane_sums modelled;
	struct lane_sums measured;
	struct lane_sums poisson;
};

/* What is summed in float over one block of slots. */
struct partial_sums {
	vec residual;
	vec modelled;
	vec measured;
	vec poisson;
};

INLINE struct cvec object_at(const struct job *job, size_t y, size_t block)
{
	const struct plica_planes *object = job->args->object;
	size_t at = (job->args->row + y) * object->stride + job->args->col + block * LANES;

	return (struct cvec){load_anywhere(object->re + at), load_anywhere(object->im + at)};
}

INLINE size_t pair_at(const struct job *job, size_t y, size_t block)
{
	return y * 2 * job->plan->size + block * PAIR;
}

INLINE void put(const struct job *job, float *wave, size_t y, size_t block, struct cvec value)
{
	if (wave != NULL)
		cstore(wave + pair_at(job, y, block), value);
}

/* Sweep 1. */
static void shift_spectrum(const struct job *job)
{
	const struct block_plan *plan = job->plan;

	for (size_t block = 0; block < plan->size / LANES; block++) {
		const float *spectrum = job->args->probe + block * plan->size * PAIR;
		struct cvec ramp_y = cload(job->scratch.ramp_y + block * PAIR);
		float *rows = job->scratch.area + block * plan->pitch;

		for (size_t slot = 0; slot < plan->size; slot += LAST_RADIX) {
			struct cvec x[LAST_RADIX];

			load_group(x, spectrum + slot * PAIR);
			for (size_t p = 0; p < LAST_RADIX; p++) {
				const float *ramp_x = job->scratch.ramp_x + 2 * (slot + p);

				x[p] = cmul(x[p], cmul(ramp_y, cbroadcast(ramp_x)));
			}
			butterfly8(x, INVERSE);
			store_group(rows + slot * PAIR, x);
		}
		inverse_stages(plan, 0, rows);
	}
}

/* A at rows j, j + stride, ...: the last butterfly of its transform, or the probe itself. */
INLINE void incident_in(
	struct cvec *x, const struct job *job, size_t block, size_t j, size_t radix, bool shifted)
{
	const struct block_stage *stage = &job->plan->stage[0];

	if (shifted)
		inverse_in(x, job->scratch.strip, stage, radix, j);
	else
		for (size_t q = 0; q < radix; q++)
			x[q] = cload(job->args->probe + pair_at(job, j + q * stage->stride, block));
}

/* Sweep 2. */
INLINE void meet_object_of(const struct job *job, size_t radix, bool shifted)
{
	const struct block_plan *plan = job->plan;
	const struct block_stage *stage = &plan->stage[0];

	for (size_t block = 0; block < plan->size / LANES; block++) {
		if (shifted)
			strip_from_area(plan, &job->scratch, block);
		for (size_t j = 0; j < stage->stride; j++) {
			struct cvec x[LARGEST_RADIX];

			incident_in(x, job, block, j, radix, shifted);
			for (size_t q = 0; q < radix; q++) {
				size_t y = j + q * stage->stride;

				put(job, job->args->incident, y, block, x[q]);
				x[q] = cmul(x[q], object_at(job, y, block));
			}
			forward_out(job->scratch.strip, x, stage, radix, j);
		}
		strip_to_area(plan, &job->scratch, block);
	}
}

static void meet_object(const struct job *job)
{
	bool eight = job->plan->stage[0].radix == 8;

	if (job->args->shifted && eight)
		meet_object_of(job, 8, true);
	else if (job->args->shifted)
		meet_object_of(job, 4, true);
	else if (eight)
		meet_object_of(job, 8, false);
	else
		meet_object_of(job, 4, false);
}

/* The factor of Psi that makes it F chi, and the sums, at LANES pixels; spec C.1, C.2. */
INLINE vec compare(const struct detector *detector, struct partial_sums *sums, vec power,
	vec amplitude, bool poisson)
{
	vec zero = {0};
	ivec valid = amplitude >= zero;
	vec modulus = square_root(power);
	vec difference = where(valid, modulus - amplitude);
	vec known = where(valid, amplitude);
	vec counts = known * known + detector->epsilon;
	vec expected = power + detector->epsilon;

	sums->residual += difference * difference;
	sums->modelled += where(valid, power);
	sums->measured += known * known;
	if (!poisson)
		return -detector->step * difference / (modulus + TINY_AMPLITUDE);
	sums->poisson += where(valid, expected - counts * natural_log(expected));
	return where(valid, detector->step * (counts - expected) / expected);
}

INLINE void compare_group(const struct detector *detector, struct partial_sums *sums,
	struct cvec x[LAST_RADIX], const float *pattern, bool poisson)
{
	for (size_t p = 0; p < LAST_RADIX; p++) {
		vec power = (x[p].re * x[p].re + x[p].im * x[p].im) * detector->scale;
		vec amplitude = load(pattern + p * LANES);

		x[p] = cscale(x[p], compare(detector, sums, power, amplitude, poisson));
	}
}

static void flush(struct detector *detector, const struct partial_sums *sums)
{
	add_to_lanes(&detector->residual, sums->residual);
	add_to_lanes(&detector->modelled, sums->modelled);
	add_to_lanes(&detector->measured, sums->measured);
	add_to_lanes(&detector->poisson, sums->poisson);
}

/* Sweep 3. */
INLINE void meet_detector_of(const struct job *job, struct detector *detector, bool poisson)
{
	const struct block_plan *plan = job->plan;

	for (size_t block = 0; block < plan->size / LANES; block++) {
		const float *pattern = job->args->pattern + block * plan->size * LANES;
		float *rows = job->scratch.area + block * plan->pitch;
		struct partial_sums sums = {0};

		forward_stages(plan, 0, rows);
		for (size_t slot = 0; slot < plan->size; slot += LAST_RADIX) {
			struct cvec x[LAST_RADIX];

			load_group(x, rows + slot * PAIR);
			butterfly8(x, FORWARD);
			compare_group(detector, &sums, x, pattern + slot * LANES, poisson);
			butterfly8(x, INVERSE);
			store_group(rows + slot * PAIR, x);
		}
		flush(detector, &sums);
		if (job->back)
			inverse_stages(plan, 0, rows);
	}
}

static void meet_detector(const struct job *job, struct plica_exit_sums *sums)
{
	float scale = 1.0f / (float)(job->plan->size * job->plan->size);
	struct detector detector = {
		.scale = (vec){0} + scale,
		.step = (vec){0} + job->args->step * scale,
		.epsilon = (vec){0} + job->args->epsilon,
	};

	if (job->args->model == PLICA_DETECTOR_POISSON)
		meet_detector_of(job, &detector, true);
	else
		meet_detector_of(job, &detector, false);
	sums->residual = sum_of_lanes(&detector.residual);
	sums->modelled = sum_of_lanes(&detector.modelled);
	sums->measured = sum_of_lanes(&detector.measured);
	sums->poisson = sum_of_lanes(&detector.poisson);
}

/* The sum of waves gets chi conj(O). */
INLINE void add_to_wave(const struct job *job, size_t y, size_t block, struct cvec value)
{
	float *sum = job->args->probe_sum + pair_at(job, y, block);

	cstore(sum, cadd(cload(sum), value));
}

/* Sweep 4. */
INLINE void meet_conjugate_of(const struct job *job, size_t radix)
{
	const struct block_plan *plan = job->plan;
	const struct block_stage *stage = &plan->stage[0];
	float *strip = job->scratch.strip;
	bool to_wave = job->args->probe_sum != NULL && !job->args->shifted;
	bool to_spectrum = job->args->probe_sum != NULL && job->args->shifted;

	for (size_t block = 0; block < plan->size / LANES; block++) {
		strip_from_area(plan, &job->scratch, block);
		for (size_t j = 0; j < stage->stride; j++) {
			struct cvec x[LARGEST_RADIX];

			inverse_in(x, strip, stage, radix, j);
			for (size_t q = 0; q < radix; q++) {
				size_t y = j + q * stage->stride;

				put(job, job->args->difference, y, block, x[q]);
				x[q] = cmul_conj(x[q], object_at(job, y, block));
				if (to_wave)
					add_to_wave(job, y, block, x[q]);
			}
			if (to_spectrum)
				forward_out(strip, x, stage, radix, j);
		}
		if (to_spectrum)
			strip_to_area(plan, &job->scratch, block);
	}
}

static void meet_conjugate(const struct job *job)
{
	if (job->plan->stage[0].radix == 8)
		meet_conjugate_of(job, 8);
	else
		meet_conjugate_of(job, 4);
}

/* Sweep 5. */
static void add_spectrum(const struct job *job)
{
	const struct block_plan *plan = job->plan;

	for (size_t block = 0; block < plan->size / LANES; block++) {
		float *sum = job->args->probe_sum + block * plan->size * PAIR;
		struct cvec ramp_y = cload(job->scratch.ramp_y + block * PAIR);
		float *rows = job->scratch.area + block * plan->pitch;

		forward_stages(plan, 0, rows);
		for (size_t slot = 0; slot < plan->size; slot += LAST_RADIX) {
			struct cvec x[LAST_RADIX];

			load_group(x, rows + slot * PAIR);
			butterfly8(x, FORWARD);
			for (size_t p = 0; p < LAST_RADIX; p++) {
				const float *ramp_x = job->scratch.ramp_x + 2 * (slot + p);
				struct cvec ramp = cmul(ramp_y, cbroadcast(ramp_x));
				float *to = sum + (slot + p) * PAIR;

				cstore(to, cadd(cload(to), cmul_conj(x[p], ramp)));
			}
		}
	}
}

void VARIANT(block_exit_wave)(const struct plica_kernels *self, void *work,
	const struct plica_exit_wave *args, struct plica_exit_sums *sums)
{
	struct job job = {
		.plan = self->plan,
		.args = args,
		.scratch = VARIANT(block_scratch)(self->plan, work),
		.back = args->difference != NULL || args->probe_sum != NULL,
	};

	if (args->shifted) {
		VARIANT(block_ramps)(job.plan, &job.scratch, args->shift_y, args->shift_x);
		shift_spectrum(&job);
	}
	meet_object(&job);
	meet_detector(&job, sums);
	if (!job.back)
		return;
	meet_conjugate(&job);
	if (args->shifted && args->probe_sum != NULL)
		add_spectrum(&job);
}
