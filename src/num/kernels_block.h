/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Two-dimensional Fourier transforms of power-of-two size for the fused sweeps of the block
 * kernels. Vectors run across the transform, never along it: a pass takes LANES neighbouring
 * columns (or rows) at a time and computes LANES transforms at once.
 *
 * Order. The forward transform decimates in frequency: natural order in, *slots* out, without
 * ever being put in order; the inverse takes slots and gives natural order, by the mirrored
 * steps. With radices r0, r1, ..., 8 slot s has the frequency whose digits, read backwards in
 * the mixed radix, are those of s (struct block_plan, frequency[]). Real space is natural.
 *
 * Layouts, in floats; a *pair* is LANES real parts, then LANES imaginary parts.
 *   wave       [y][x block] pair, lanes along x; rows wave_pitch floats apart
 *   spectrum   [block of y slots][x slot] pair, lanes along the y slots
 *   pattern    [block of y slots][x slot][LANES]
 *   area       [block of y slots][x] pair, lanes along the y slots; blocks `pitch` floats apart:
 *              half-transformed, along y only; the transposition is on the way in and out of it
 *   strip      [y or y slot] pair, lanes along x: LANES columns under work, in the L1 cache
 */
#ifndef PLICA_NUM_KERNELS_BLOCK_H
#define PLICA_NUM_KERNELS_BLOCK_H

#include "num/kernels_butterfly.h"
#include "num/kernels_variants.h"

/** The name of one variant's own copy of an extern function. */
#define VARIANT_JOIN(name, variant) plica_##name##_##variant
#define VARIANT_EXPAND(name, variant) VARIANT_JOIN(name, variant)
#define VARIANT(name) VARIANT_EXPAND(name, PLICA_KERNELS_VARIANT)

/** Floats from one row of a wave to the next. Off the power of two, so that the rows of one
 * butterfly do not meet in the same lines of the first cache. */
INLINE size_t wave_pitch(size_t size)
{
	return 2 * size + 16;
}

/** The floats of a wave that are no pixel. */
INLINE void clear_padding(float *wave, size_t size)
{
	for (size_t y = 0; y < size; y++)
		memset(wave + y * wave_pitch(size) + 2 * size, 0,
			(wave_pitch(size) - 2 * size) * sizeof(*wave));
}

#define FORWARD (-1)
#define INVERSE 1

/** The last stage of every plan; its butterflies are on neighbouring slots. */
#define LAST_RADIX 8
#define MOST_STAGES 4
#define SMALLEST_SIZE 32
#define LARGEST_SIZE 1024
/** Floats enough for the twiddle factors of every stage. */
#define MOST_TWIDDLES(size) (3 * (size))

/** One stage: butterflies over elements j, j + stride, ... of blocks of radix * stride. */
struct block_stage {
	size_t radix;
	size_t stride;
	const float *twiddle; /**< [stride][radix - 1][2]: exp(-2 pi i j p / (radix stride)) */
};

/** All but the last one, which has no twiddle factors. */
struct block_stages {
	size_t count;
	struct block_stage stage[MOST_STAGES];
};

struct block_plan {
	size_t size;
	size_t pitch;
	struct block_stages stages;
	size_t frequency[LARGEST_SIZE]; /**< of each slot */
	float twiddles[MOST_TWIDDLES(LARGEST_SIZE)];
};

/** Areas and strips of one thread: one for an exit wave, three for a line search. */
#define MOST_AREAS 3

/** One thread's scratch. */
struct block_scratch {
	float *area; /**< the first of them, and the one that sweeps work on */
	float *strip;
	float *more_areas; /**< the others, area_floats apart; likewise the strips */
	float *more_strips;
	float *intensity; /**< as a pattern */
	float *ramp_y;    /**< [block of y slots] pair, times amplitude / size */
	float ramp_x[LAST_RADIX][2];
	struct block_stages shifted; /**< along x */
	float *twiddles;
	double *phasor_re;
	double *phasor_im;
};

INLINE size_t area_floats(const struct block_plan *plan)
{
	return plan->size / LANES * plan->pitch;
}

INLINE size_t strip_floats(const struct block_plan *plan)
{
	return plan->size * PAIR;
}

struct block_scratch VARIANT(block_scratch)(const struct block_plan *plan, void *work);
/**
 * Prepares the shift by (y, x) pixels, which is the product of exp(-2 pi i u shift) over both
 * axes. Along y it is a table. Along x it is a factor for every digit of the frequency: those of
 * the first stages go into the twiddle factors (which so become those of a fractional element,
 * j - x), that of the last digit stays and is negative from LAST_RADIX / 2 on.
 */
void VARIANT(block_ramps)(const struct block_plan *plan, struct block_scratch *scratch, double y,
	double x, float amplitude);

void VARIANT(block_exit_wave)(const struct plica_kernels *self, void *work,
	const struct plica_exit_wave *args, struct plica_exit_sums *sums);
void VARIANT(block_exit_mixture)(const struct plica_kernels *self, void *work,
	const struct plica_mixture *args, struct plica_exit_sums *sums);
void VARIANT(block_line_search)(const struct plica_kernels *self, void *work,
	const struct plica_line_search *args, double *objective);
void VARIANT(block_scatter)(const struct plica_kernels *self, struct plica_planes *sum,
	size_t first_row, size_t end_row, const struct plica_stored_waves *waves);
void VARIANT(block_scatter_power)(const struct plica_kernels *self, float *sum, size_t stride,
	size_t first_row, size_t end_row, const struct plica_stored_waves *waves);
void VARIANT(block_pair_sums)(const struct plica_kernels *self, double sums[PLICA_PAIR_SUMS],
	const struct plica_planes *object, const struct plica_planes *direction,
	const float *probe_direction, const struct plica_stored_waves *waves);
void VARIANT(block_position_sums)(const struct plica_kernels *self,
	double sums[PLICA_POSITION_SUMS], const struct plica_planes *slope_y,
	const struct plica_planes *slope_x, const struct plica_stored_waves *waves);

INLINE struct cvec planes_at(const struct plica_planes *planes, size_t at)
{
	return (struct cvec){load_anywhere(planes->re + at), load_anywhere(planes->im + at)};
}

/** Loads element j, j + stride, ... and does the inverse stage on them. */
INLINE void inverse_in(
	struct cvec *x, const float *block, const struct block_stage *stage, size_t radix, size_t j)
{
	const float *w = stage->twiddle + j * 2 * (radix - 1);

	x[0] = cload(block + j * PAIR);
	for (size_t p = 1; p < radix; p++)
		x[p] = cmul_conj(
			cload(block + (j + p * stage->stride) * PAIR), cbroadcast(w + 2 * (p - 1)));
	butterfly(x, radix, INVERSE);
}

/** Does the forward stage on elements j, j + stride, ... and stores them. */
INLINE void forward_out(
	float *block, struct cvec *x, const struct block_stage *stage, size_t radix, size_t j)
{
	const float *w = stage->twiddle + j * 2 * (radix - 1);

	butterfly(x, radix, FORWARD);
	cstore(block + j * PAIR, x[0]);
	for (size_t p = 1; p < radix; p++)
		cstore(block + (j + p * stage->stride) * PAIR,
			cmul(x[p], cbroadcast(w + 2 * (p - 1))));
}

INLINE void forward_stage_of(float *block, const struct block_stage *stage, size_t radix)
{
	for (size_t j = 0; j < stage->stride; j++) {
		struct cvec x[LARGEST_RADIX];

		for (size_t q = 0; q < radix; q++)
			x[q] = cload(block + (j + q * stage->stride) * PAIR);
		forward_out(block, x, stage, radix, j);
	}
}

INLINE void inverse_stage_of(float *block, const struct block_stage *stage, size_t radix)
{
	for (size_t j = 0; j < stage->stride; j++) {
		struct cvec x[LARGEST_RADIX];

		inverse_in(x, block, stage, radix, j);
		for (size_t q = 0; q < radix; q++)
			cstore(block + (j + q * stage->stride) * PAIR, x[q]);
	}
}

INLINE void forward_stage(float *block, const struct block_stage *stage)
{
	if (stage->radix == 8)
		forward_stage_of(block, stage, 8);
	else
		forward_stage_of(block, stage, 4);
}

INLINE void inverse_stage(float *block, const struct block_stage *stage)
{
	if (stage->radix == 8)
		inverse_stage_of(block, stage, 8);
	else
		inverse_stage_of(block, stage, 4);
}

/** The stages between the first and the last, of one of the first stage's outputs. */
INLINE void forward_inner(float *part, const struct block_stages *stages)
{
	for (size_t s = 1; s < stages->count; s++) {
		const struct block_stage *stage = &stages->stage[s];

		for (size_t start = 0; start < stages->stage[0].stride;
			start += stage->radix * stage->stride)
			forward_stage(part + start * PAIR, stage);
	}
}

/** The mirror image of forward_inner. */
INLINE void inverse_inner(float *part, const struct block_stages *stages)
{
	for (size_t s = stages->count; s-- > 1;) {
		const struct block_stage *stage = &stages->stage[s];

		for (size_t start = 0; start < stages->stage[0].stride;
			start += stage->radix * stage->stride)
			inverse_stage(part + start * PAIR, stage);
	}
}

INLINE void load_group(struct cvec x[LAST_RADIX], const float *from)
{
	for (size_t p = 0; p < LAST_RADIX; p++)
		x[p] = cload(from + p * PAIR);
}

INLINE void store_group(float *to, const struct cvec x[LAST_RADIX])
{
	for (size_t p = 0; p < LAST_RADIX; p++)
		cstore(to + p * PAIR, x[p]);
}

/** Where the columns of the area for y slots slot ... slot + 7 start, in x block `block`. */
INLINE float *area_at(const struct block_plan *plan, const struct block_scratch *scratch,
	size_t slot, size_t block)
{
	return scratch->area + slot / LANES * plan->pitch + block * LANES * PAIR + slot % LANES;
}

/** The last stage's inverse on eight slots, from the area into the strip. */
INLINE void group_from_area(float *to, const struct block_plan *plan, const float *columns)
{
	vec re[LAST_RADIX];
	vec im[LAST_RADIX];
	struct cvec x[LAST_RADIX];

	load_columns(re, columns, columns + plan->pitch);
	load_columns(im, columns + LANES, columns + plan->pitch + LANES);
	for (size_t p = 0; p < LAST_RADIX; p++)
		x[p] = (struct cvec){re[p], im[p]};
	butterfly8(x, INVERSE);
	store_group(to, x);
}

INLINE void group_to_area(float *columns, const struct block_plan *plan, const float *from)
{
	vec re[LAST_RADIX];
	vec im[LAST_RADIX];
	struct cvec x[LAST_RADIX];

	load_group(x, from);
	butterfly8(x, FORWARD);
	for (size_t p = 0; p < LAST_RADIX; p++) {
		re[p] = x[p].re;
		im[p] = x[p].im;
	}
	store_columns(columns, columns + plan->pitch, re);
	store_columns(columns + LANES, columns + plan->pitch + LANES, im);
}

/** From the area into the strip of one x block, all but the first stage. */
INLINE void strip_from_area(
	const struct block_plan *plan, const struct block_scratch *scratch, size_t block)
{
	size_t part = plan->stages.stage[0].stride;

	for (size_t start = 0; start < plan->size; start += part) {
		for (size_t slot = start; slot < start + part; slot += LAST_RADIX)
			group_from_area(scratch->strip + slot * PAIR, plan,
				area_at(plan, scratch, slot, block));
		inverse_inner(scratch->strip + start * PAIR, &plan->stages);
	}
}

/** From the strip, whose first stage is done, into the area. */
INLINE void strip_to_area(
	const struct block_plan *plan, const struct block_scratch *scratch, size_t block)
{
	size_t part = plan->stages.stage[0].stride;

	for (size_t start = 0; start < plan->size; start += part) {
		forward_inner(scratch->strip + start * PAIR, &plan->stages);
		for (size_t slot = start; slot < start + part; slot += LAST_RADIX)
			group_to_area(area_at(plan, scratch, slot, block), plan,
				scratch->strip + slot * PAIR);
	}
}

#endif
