/* SPDX-License-Identifier: BSD-3-Clause */
/* The block kernels: plan, converters, transforms, and their table. */
#include "num/kernels_block.h"

#include <complex.h>

#include "base/memory.h"
#include "base/try.h"

/* Floats between the area's blocks, beyond their length: off the power of two, so that the
 * blocks of one column do not meet in the same lines of the cache. */
#define PITCH_PAD (LANES * PAIR)

#define VARIANT_TEXT_OF(name) #name
#define VARIANT_TEXT(name) VARIANT_TEXT_OF(name)

static bool supports(size_t size)
{
	bool power_of_two = (size & (size - 1)) == 0;

	return power_of_two && size >= SMALLEST_SIZE && size <= LARGEST_SIZE && VARIANT(usable)();
}

/* The first of the radices 4 and 8 that make `length`, a power of two:
 * 64 = 8 8, 128 = 4 4 8, 256 = 8 4 8, 512 = 8 8 8. */
static size_t first_radix(size_t length)
{
	return length == 8 || length == 32 || length == 64 ? 8 : 4;
}

static void choose_stages(struct block_stages *stages, size_t size)
{
	size_t stride = size;

	while (stride > LAST_RADIX) {
		size_t radix = first_radix(stride / LAST_RADIX);

		stride /= radix;
		stages->stage[stages->count++] =
			(struct block_stage){.radix = radix, .stride = stride};
	}
}

static void fill_twiddles(struct block_stages *stages, float *twiddles)
{
	for (size_t s = 0; s < stages->count; s++) {
		struct block_stage *stage = &stages->stage[s];
		double unit = -2.0 * M_PI / (double)(stage->radix * stage->stride);

		stage->twiddle = twiddles;
		for (size_t j = 0; j < stage->stride; j++)
			for (size_t p = 1; p < stage->radix; p++) {
				*twiddles++ = (float)cos(unit * (double)(j * p));
				*twiddles++ = (float)sin(unit * (double)(j * p));
			}
	}
}

/* The digits of the slot, read the other way round. */
static size_t frequency_of(const struct block_stages *stages, size_t slot)
{
	size_t frequency = 0;
	size_t weight = 1;

	for (size_t s = 0; s < stages->count; s++) {
		frequency += slot / stages->stage[s].stride * weight;
		slot %= stages->stage[s].stride;
		weight *= stages->stage[s].radix;
	}
	return frequency + slot * weight;
}

static size_t work_bytes(const struct block_plan *plan)
{
	size_t floats = MOST_AREAS * (area_floats(plan) + strip_floats(plan)) + 2 * plan->size +
			MOST_TWIDDLES(plan->size) + plan->size * plan->size;

	return floats * sizeof(float) + 2 * plan->size * sizeof(double);
}

struct block_scratch VARIANT(block_scratch)(const struct block_plan *plan, void *work)
{
	struct block_scratch scratch = {.area = work, .shifted = plan->stages};
	double *phasors;

	scratch.strip = scratch.area + area_floats(plan);
	scratch.ramp_y = scratch.strip + strip_floats(plan);
	scratch.twiddles = scratch.ramp_y + 2 * plan->size;
	phasors = (double *)(void *)(scratch.twiddles + MOST_TWIDDLES(plan->size));
	scratch.phasor_re = phasors;
	scratch.phasor_im = phasors + plan->size;
	scratch.intensity = (float *)(void *)(phasors + 2 * plan->size);
	scratch.more_areas = scratch.intensity + plan->size * plan->size;
	scratch.more_strips = scratch.more_areas + (MOST_AREAS - 1) * area_floats(plan);
	return scratch;
}

static enum plica_status prepare(struct plica_kernels *self, struct plica_error *err)
{
	struct block_plan *plan = NULL;
	enum plica_status status = PLICA_NEW(&plan, 1, err);

	if (status != PLICA_OK)
		return status;
	plan->size = self->size;
	plan->pitch = self->size * PAIR + PITCH_PAD;
	choose_stages(&plan->stages, plan->size);
	fill_twiddles(&plan->stages, plan->twiddles);
	for (size_t slot = 0; slot < plan->size; slot++)
		plan->frequency[slot] = frequency_of(&plan->stages, slot);
	self->plan = plan;
	self->pattern_floats = self->size * self->size;
	self->wave_floats = self->size * wave_pitch(self->size);
	self->work_bytes = work_bytes(plan);
	return PLICA_OK;
}

static void release(struct plica_kernels *self)
{
	plica_free(self->plan);
}

static void ramp_along_y(const struct block_plan *plan, const struct block_scratch *scratch,
	double shift, double factor)
{
	size_t size = plan->size;

	plica_kernels_phasors(scratch->phasor_re, scratch->phasor_im, size / 2 + 1,
		-2.0 * M_PI * shift / (double)size);
	for (size_t slot = 0; slot < size; slot++) {
		float *pair = scratch->ramp_y + slot / LANES * PAIR + slot % LANES;
		size_t k = plan->frequency[slot];
		bool negative = k >= size / 2;
		size_t at = negative ? size - k : k;

		pair[0] = (float)(factor * scratch->phasor_re[at]);
		pair[LANES] = (float)((negative ? -factor : factor) * scratch->phasor_im[at]);
	}
}

/* The twiddle factors of element j - shift in place of j; returns the end of the table. */
static float *shift_stage(
	struct block_stage *stage, const struct block_scratch *scratch, float *to, double shift)
{
	const float *from = stage->twiddle;
	const double *re = scratch->phasor_re;
	const double *im = scratch->phasor_im;

	plica_kernels_phasors(scratch->phasor_re, scratch->phasor_im, stage->radix,
		2.0 * M_PI * shift / (double)(stage->radix * stage->stride));
	stage->twiddle = to;
	for (size_t j = 0; j < stage->stride; j++)
		for (size_t p = 1; p < stage->radix; p++, from += 2, to += 2) {
			to[0] = from[0] * (float)re[p] - from[1] * (float)im[p];
			to[1] = from[0] * (float)im[p] + from[1] * (float)re[p];
		}
	return to;
}

void VARIANT(block_ramps)(const struct block_plan *plan, struct block_scratch *scratch, double y,
	double x, float amplitude)
{
	float *to = scratch->twiddles;

	ramp_along_y(plan, scratch, y, (double)amplitude / (double)plan->size);
	scratch->shifted = plan->stages;
	for (size_t s = 0; s < plan->stages.count; s++)
		to = shift_stage(&scratch->shifted.stage[s], scratch, to, x);
	plica_kernels_phasors(scratch->phasor_re, scratch->phasor_im, LAST_RADIX / 2 + 1,
		-2.0 * M_PI * x / LAST_RADIX);
	for (size_t p = 0; p < LAST_RADIX; p++) {
		bool negative = p >= LAST_RADIX / 2;
		size_t at = negative ? LAST_RADIX - p : p;

		scratch->ramp_x[p][0] = (float)scratch->phasor_re[at];
		scratch->ramp_x[p][1] =
			(float)(negative ? -scratch->phasor_im[at] : scratch->phasor_im[at]);
	}
}

/* The wave's real part of pixel (y, x); its imaginary part is LANES further on. */
static size_t wave_index(size_t size, size_t y, size_t x)
{
	return wave_pitch(size) * y + x / LANES * PAIR + x % LANES;
}

/* The spectrum's real part of a pair of slots; its imaginary part is LANES further on. */
static size_t spectrum_index(size_t size, size_t slot_y, size_t slot_x)
{
	return slot_y / LANES * size * PAIR + slot_x * PAIR + slot_y % LANES;
}

static void wave_from(const struct plica_kernels *self, float *wave, const float complex *natural)
{
	for (size_t y = 0; y < self->size; y++)
		for (size_t x = 0; x < self->size; x++) {
			float *pair = wave + wave_index(self->size, y, x);

			pair[0] = crealf(natural[y * self->size + x]);
			pair[LANES] = cimagf(natural[y * self->size + x]);
		}
}

static void wave_to(const struct plica_kernels *self, float complex *natural, const float *wave)
{
	for (size_t y = 0; y < self->size; y++)
		for (size_t x = 0; x < self->size; x++) {
			const float *pair = wave + wave_index(self->size, y, x);

			natural[y * self->size + x] = CMPLXF(pair[0], pair[LANES]);
		}
}

static void spectrum_to(
	const struct plica_kernels *self, float complex *natural, const float *spectrum)
{
	const struct block_plan *plan = self->plan;
	size_t size = self->size;

	for (size_t slot_y = 0; slot_y < size; slot_y++)
		for (size_t slot_x = 0; slot_x < size; slot_x++) {
			const float *pair = spectrum + spectrum_index(size, slot_y, slot_x);

			natural[plan->frequency[slot_y] * size + plan->frequency[slot_x]] =
				CMPLXF(pair[0], pair[LANES]);
		}
}

/* Where the pixel of these slots is stored. */
static size_t stored_at(const struct block_plan *plan, size_t slot_y, size_t slot_x)
{
	return slot_y / LANES * plan->size * LANES + slot_x * LANES + slot_y % LANES;
}

/* Which pixel of a natural pattern belongs to these slots. */
static size_t pixel_of(const struct block_plan *plan, size_t slot_y, size_t slot_x)
{
	size_t origin = plan->size / 2;
	size_t y = (plan->frequency[slot_y] + origin) % plan->size;
	size_t x = (plan->frequency[slot_x] + origin) % plan->size;

	return y * plan->size + x;
}

static void pattern_from(const struct plica_kernels *self, float *pattern, const float *natural)
{
	const struct block_plan *plan = self->plan;

	for (size_t slot_y = 0; slot_y < plan->size; slot_y++)
		for (size_t slot_x = 0; slot_x < plan->size; slot_x++)
			pattern[stored_at(plan, slot_y, slot_x)] =
				natural[pixel_of(plan, slot_y, slot_x)];
}

static void pattern_to(const struct plica_kernels *self, float *natural, const float *pattern)
{
	const struct block_plan *plan = self->plan;

	for (size_t slot_y = 0; slot_y < plan->size; slot_y++)
		for (size_t slot_x = 0; slot_x < plan->size; slot_x++)
			natural[pixel_of(plan, slot_y, slot_x)] =
				pattern[stored_at(plan, slot_y, slot_x)];
}

/* Along y, from the wave into the area. */
INLINE void wave_to_area(const struct block_plan *plan, const struct block_scratch *scratch,
	const float *wave, size_t radix)
{
	const struct block_stage *stage = &plan->stages.stage[0];

	for (size_t block = 0; block < plan->size / LANES; block++) {
		for (size_t j = 0; j < stage->stride; j++) {
			struct cvec x[LARGEST_RADIX];

			for (size_t q = 0; q < radix; q++)
				x[q] = cload(wave + block * PAIR +
					     (j + q * stage->stride) * wave_pitch(plan->size));
			forward_out(scratch->strip, x, stage, radix, j);
		}
		strip_to_area(plan, scratch, block);
	}
}

/* Along y, from the area into the wave. */
INLINE void wave_from_area(const struct block_plan *plan, const struct block_scratch *scratch,
	float *wave, size_t radix)
{
	const struct block_stage *stage = &plan->stages.stage[0];

	for (size_t block = 0; block < plan->size / LANES; block++) {
		strip_from_area(plan, scratch, block);
		for (size_t j = 0; j < stage->stride; j++) {
			struct cvec x[LARGEST_RADIX];

			inverse_in(x, scratch->strip, stage, radix, j);
			for (size_t q = 0; q < radix; q++)
				cstore(wave + block * PAIR +
						(j + q * stage->stride) * wave_pitch(plan->size),
					x[q]);
		}
	}
}

INLINE void scale_group(struct cvec x[LAST_RADIX], float factor)
{
	for (size_t p = 0; p < LAST_RADIX; p++)
		x[p] = cscale(x[p], broadcast(factor));
}

/* Along x, one block of y slots. */
static void spectrum_from_area(float *spectrum, const struct block_plan *plan, float *rows)
{
	size_t part = plan->stages.stage[0].stride;

	forward_stage(rows, &plan->stages.stage[0]);
	for (size_t start = 0; start < plan->size; start += part) {
		forward_inner(rows + start * PAIR, &plan->stages);
		for (size_t slot = start; slot < start + part; slot += LAST_RADIX) {
			struct cvec x[LAST_RADIX];

			load_group(x, rows + slot * PAIR);
			butterfly8(x, FORWARD);
			scale_group(x, 1.0f / (float)plan->size);
			store_group(spectrum + slot * PAIR, x);
		}
	}
}

static void spectrum_to_area(float *rows, const struct block_plan *plan, const float *spectrum)
{
	size_t part = plan->stages.stage[0].stride;

	for (size_t start = 0; start < plan->size; start += part) {
		for (size_t slot = start; slot < start + part; slot += LAST_RADIX) {
			struct cvec x[LAST_RADIX];

			load_group(x, spectrum + slot * PAIR);
			scale_group(x, 1.0f / (float)plan->size);
			butterfly8(x, INVERSE);
			store_group(rows + slot * PAIR, x);
		}
		inverse_inner(rows + start * PAIR, &plan->stages);
	}
	inverse_stage(rows, &plan->stages.stage[0]);
}

static void forward(
	const struct plica_kernels *self, void *work, float *spectrum, const float *wave)
{
	const struct block_plan *plan = self->plan;
	struct block_scratch scratch = VARIANT(block_scratch)(plan, work);

	if (plan->stages.stage[0].radix == 8)
		wave_to_area(plan, &scratch, wave, 8);
	else
		wave_to_area(plan, &scratch, wave, 4);
	for (size_t block = 0; block < plan->size / LANES; block++)
		spectrum_from_area(spectrum + block * plan->size * PAIR, plan,
			scratch.area + block * plan->pitch);
	memset(spectrum + 2 * self->pattern_floats, 0,
		(self->wave_floats - 2 * self->pattern_floats) * sizeof(*spectrum));
}

static void inverse(
	const struct plica_kernels *self, void *work, float *wave, const float *spectrum)
{
	const struct block_plan *plan = self->plan;
	struct block_scratch scratch = VARIANT(block_scratch)(plan, work);

	for (size_t block = 0; block < plan->size / LANES; block++)
		spectrum_to_area(scratch.area + block * plan->pitch, plan,
			spectrum + block * plan->size * PAIR);
	if (plan->stages.stage[0].radix == 8)
		wave_from_area(plan, &scratch, wave, 8);
	else
		wave_from_area(plan, &scratch, wave, 4);
	clear_padding(wave, plan->size);
}

const struct plica_kernel_table VARIANT(kernels) = {
	.name = VARIANT_TEXT(PLICA_KERNELS_VARIANT),
	.supports = supports,
	.prepare = prepare,
	.release = release,
	.wave_from = wave_from,
	.wave_to = wave_to,
	.spectrum_to = spectrum_to,
	.pattern_from = pattern_from,
	.pattern_to = pattern_to,
	.forward = forward,
	.inverse = inverse,
	.exit_wave = VARIANT(block_exit_wave),
	.exit_mixture = VARIANT(block_exit_mixture),
	.line_search = VARIANT(block_line_search),
	.scatter = VARIANT(block_scatter),
	.scatter_power = VARIANT(block_scatter_power),
	.pair_sums = VARIANT(block_pair_sums),
	.position_sums = VARIANT(block_position_sums),
};
