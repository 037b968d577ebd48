/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The sweeps of the block kernels over one area in the L2 cache; everything element-wise is done
 * between two butterflies, in registers. With sub-pixel shifts:
 *
 *   1  along x   spectrum times ramp, back to x
 *   2  along y   back to y: A; times O; forward
 *   3  along x   forward: Psi; compared with the pattern; back to x
 *   4  along y   back to y: chi; times conj(O); forward
 *   5  along x   forward; times conj(ramp); added to the probe's sum
 *
 * Without shifts sweep 2 starts from the probe's wave and sweep 4 ends in a sum of waves. Sweep 3
 * is the caller's.
 */
#ifndef PLICA_NUM_KERNELS_SWEEPS_H
#define PLICA_NUM_KERNELS_SWEEPS_H

#include "num/kernels_block.h"

/** One exit wave. */
struct job {
	const struct block_plan *plan;
	const struct plica_exit_wave *args;
	struct block_scratch scratch;
};

INLINE struct cvec object_at(const struct job *job, size_t y, size_t block)
{
	const struct plica_planes *object = job->args->object;
	size_t at = (job->args->row + y) * object->stride + job->args->col + block * LANES;

	return planes_at(object, at);
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

INLINE void shift_spectrum(const struct job *job)
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
			x[q] = cscale(cload(job->args->probe +
					      pair_at(job, j + q * stage->stride, block)),
				broadcast(job->args->amplitude));
}

/* Sweep 2. */
INLINE void meet_object_of(const struct job *job, size_t radix, bool shifted)
{
	const struct block_plan *plan = job->plan;
	const struct block_stage *stage = &plan->stages.stage[0];
	bool counted = job->args->pattern.counts != NULL;
	size_t pixel_bytes = counted ? sizeof(uint16_t) : sizeof(float);
	const char *pattern = counted ? (const char *)job->args->pattern.counts
				      : (const char *)job->args->pattern.amplitudes;

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
				__builtin_prefetch(
					pattern + (block * plan->size + y) * LANES * pixel_bytes);
			}
			forward_out(job->scratch.strip, x, stage, radix, j);
		}
		strip_to_area(plan, &job->scratch, block);
	}
}

INLINE void meet_object(const struct job *job)
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

/* The sum of waves gets w chi conj(O). */
INLINE void add_to_wave(const struct job *job, size_t y, size_t block, struct cvec value)
{
	float *sum = job->args->probe_sum + pair_at(job, y, block);

	cstore(sum, cadd(cload(sum), cscale(value, broadcast(job->args->amplitude))));
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

INLINE void meet_conjugate(const struct job *job)
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

INLINE void add_spectrum(const struct job *job)
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

INLINE void prepare_ramps(struct job *job)
{
	VARIANT(block_ramps)(job->plan, &job->scratch, job->args->shift_y, job->args->shift_x,
		job->args->amplitude);
}

/** Sweeps 1 and 2. */
INLINE void exit_to_area(struct job *job)
{
	if (job->args->shifted) {
		prepare_ramps(job);
		shift_spectrum(job);
	}
	meet_object(job);
}

/** Sweeps 4 and 5; the ramps are prepared. */
INLINE void exit_from_area(const struct job *job)
{
	meet_conjugate(job);
	if (job->args->shifted && job->args->probe_sum != NULL)
		add_spectrum(job);
}

INLINE bool wants_difference(const struct plica_exit_wave *args)
{
	return args->difference != NULL || args->probe_sum != NULL;
}

#endif
