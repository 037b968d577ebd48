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
	return y * wave_pitch(job->plan->size) + block * PAIR;
}

INLINE void put(const struct job *job, float *wave, size_t y, size_t block, struct cvec value)
{
	float *to;

	if (wave == NULL)
		return;
	to = wave + pair_at(job, y, block);
	if (job->args->streaming) {
		store_streaming(to, value.re);
		store_streaming(to + LANES, value.im);
	} else {
		cstore(to, value);
	}
}

/* The ramps' part that the twiddle factors do not hold, for every group of one block. */
INLINE void load_ramps(struct cvec ramp[LAST_RADIX], const struct job *job, size_t block)
{
	struct cvec along_y = cload(job->scratch.ramp_y + block * PAIR);

	for (size_t p = 0; p < LAST_RADIX; p++)
		ramp[p] = cmul(along_y, cbroadcast(job->scratch.ramp_x[p]));
}

/* Sweep 1. */
INLINE void shift_group(float *rows, const float *spectrum, const struct cvec ramp[LAST_RADIX])
{
	struct cvec x[LAST_RADIX];

	load_group(x, spectrum);
	for (size_t p = 0; p < LAST_RADIX; p++)
		x[p] = cmul(x[p], ramp[p]);
	butterfly8(x, INVERSE);
	store_group(rows, x);
}

static void shift_spectrum(const struct job *job)
{
	const struct block_plan *plan = job->plan;
	const struct block_stages *stages = &job->scratch.shifted;
	size_t part = stages->stage[0].stride;

	for (size_t block = 0; block < plan->size / LANES; block++) {
		const float *spectrum = job->args->probe + block * plan->size * PAIR;
		float *rows = job->scratch.area + block * plan->pitch;
		struct cvec ramp[LAST_RADIX];

		load_ramps(ramp, job, block);
		for (size_t start = 0; start < plan->size; start += part) {
			for (size_t slot = start; slot < start + part; slot += LAST_RADIX)
				shift_group(rows + slot * PAIR, spectrum + slot * PAIR, ramp);
			inverse_inner(rows + start * PAIR, stages);
		}
		inverse_stage(rows, &stages->stage[0]);
	}
}

/* A at rows j, j + stride, ...: the last butterfly of its transform, or the probe itself. */
INLINE void incident_in(
	struct cvec *x, const struct job *job, size_t block, size_t j, size_t radix, bool shifted)
{
	const struct block_stage *stage = &job->plan->stages.stage[0];

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
	const struct block_stage *stage = &plan->stages.stage[0];

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
	bool eight = job->plan->stages.stage[0].radix == 8;

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

INLINE void compare_group(const struct detector *detector, struct partial_sums *sums, float *rows,
	const float *pattern, bool poisson)
{
	struct cvec x[LAST_RADIX];

	load_group(x, rows);
	butterfly8(x, FORWARD);
	for (size_t p = 0; p < LAST_RADIX; p++) {
		vec power = (x[p].re * x[p].re + x[p].im * x[p].im) * detector->scale;
		vec amplitude = load(pattern + p * LANES);

		x[p] = cscale(x[p], compare(detector, sums, power, amplitude, poisson));
	}
	butterfly8(x, INVERSE);
	store_group(rows, x);
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
	const struct block_stages *stages = &plan->stages;
	size_t part = stages->stage[0].stride;

	for (size_t block = 0; block < plan->size / LANES; block++) {
		const float *pattern = job->args->pattern + block * plan->size * LANES;
		float *rows = job->scratch.area + block * plan->pitch;
		struct partial_sums sums = {0};

		forward_stage(rows, &stages->stage[0]);
		for (size_t start = 0; start < plan->size; start += part) {
			forward_inner(rows + start * PAIR, stages);
			for (size_t slot = start; slot < start + part; slot += LAST_RADIX)
				compare_group(detector, &sums, rows + slot * PAIR,
					pattern + slot * LANES, poisson);
			inverse_inner(rows + start * PAIR, stages);
		}
		inverse_stage(rows, &stages->stage[0]);
		flush(detector, &sums);
	}
}

static void meet_detector(const struct job *job, struct plica_exit_sums *sums)
{
	float scale = 1.0f / (float)(job->plan->size * job->plan->size);
	struct detector detector = {
		.scale = broadcast(scale),
		.step = broadcast(job->args->step * scale),
		.epsilon = broadcast(job->args->epsilon),
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
	const struct block_stage *stage = &plan->stages.stage[0];
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
	if (job->plan->stages.stage[0].radix == 8)
		meet_conjugate_of(job, 8);
	else
		meet_conjugate_of(job, 4);
}

/* Sweep 5. */
INLINE void add_group(float *sum, const float *rows, const struct cvec ramp[LAST_RADIX])
{
	struct cvec x[LAST_RADIX];

	load_group(x, rows);
	butterfly8(x, FORWARD);
	for (size_t p = 0; p < LAST_RADIX; p++) {
		float *to = sum + p * PAIR;

		cstore(to, cadd(cload(to), cmul_conj(x[p], ramp[p])));
	}
}

static void add_spectrum(const struct job *job)
{
	const struct block_plan *plan = job->plan;
	const struct block_stages *stages = &job->scratch.shifted;
	size_t part = stages->stage[0].stride;

	for (size_t block = 0; block < plan->size / LANES; block++) {
		float *sum = job->args->probe_sum + block * plan->size * PAIR;
		float *rows = job->scratch.area + block * plan->pitch;
		struct cvec ramp[LAST_RADIX];

		load_ramps(ramp, job, block);
		forward_stage(rows, &stages->stage[0]);
		for (size_t start = 0; start < plan->size; start += part) {
			forward_inner(rows + start * PAIR, stages);
			for (size_t slot = start; slot < start + part; slot += LAST_RADIX)
				add_group(sum + slot * PAIR, rows + slot * PAIR, ramp);
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
	if (job.back)
		meet_conjugate(&job);
	if (args->shifted && args->probe_sum != NULL)
		add_spectrum(&job);
	if (args->streaming)
		stream_end();
}
