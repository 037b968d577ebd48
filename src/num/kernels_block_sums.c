/* SPDX-License-Identifier: BSD-3-Clause */
/* The block kernels that read stored waves: scatter and pair sums. Bound by the loads. */
#include "num/kernels_block.h"

/* Floats by which stored waves are fetched ahead: they come from memory in one long stream, which
 * the machine's own prefetcher does not follow among the object's rows. */
#define AHEAD 512
#define LINE_FLOATS 16

/* Vectors added in float before the sums go to double. */
#define FLOAT_ROWS 4

INLINE void prefetch_ahead(const float *pair)
{
	for (size_t i = 0; i < PAIR; i += LINE_FLOATS)
		__builtin_prefetch(pair + AHEAD + i);
}

void VARIANT(block_scatter)(const struct plica_kernels *self, struct plica_planes *sum,
	size_t first_row, size_t end_row, const struct plica_stored_waves *waves)
{
	struct plica_row_range range = plica_rows_in(waves->row, self->size, first_row, end_row);

	for (size_t y = range.first; y < range.end; y++) {
		const float *a = waves->incident + y * wave_pitch(self->size);
		const float *chi = waves->difference + y * wave_pitch(self->size);
		float *re = sum->re + (waves->row + y) * sum->stride + waves->col;
		float *im = sum->im + (waves->row + y) * sum->stride + waves->col;

		for (size_t x = 0; x < self->size; x += LANES) {
			struct cvec product = cmul_conj(cload(chi + 2 * x), cload(a + 2 * x));

			prefetch_ahead(a + 2 * x);
			prefetch_ahead(chi + 2 * x);
			store_anywhere(re + x, load_anywhere(re + x) + product.re);
			store_anywhere(im + x, load_anywhere(im + x) + product.im);
		}
	}
}

void VARIANT(block_scatter_power)(const struct plica_kernels *self, float *sum, size_t stride,
	size_t first_row, size_t end_row, const struct plica_stored_waves *waves)
{
	struct plica_row_range range = plica_rows_in(waves->row, self->size, first_row, end_row);

	for (size_t y = range.first; y < range.end; y++) {
		const float *wave = waves->incident + y * wave_pitch(self->size);
		float *target = sum + (waves->row + y) * stride + waves->col;

		for (size_t x = 0; x < self->size; x += LANES) {
			struct cvec a = cload(wave + 2 * x);
			vec power = a.re * a.re + a.im * a.im;

			store_anywhere(target + x, load_anywhere(target + x) + power);
		}
	}
}

/* The pixels of one row that pair_sums reads. */
struct pair_row {
	const float *object_re;
	const float *object_im;
	const float *direction_re;
	const float *direction_im;
	const float *incident;
	const float *difference;
	const float *probe_direction;
};

/* sums += the products of plica_kernels' pair_sums at the LANES pixels from x on */
INLINE void add_pair(vec sums[PLICA_PAIR_SUMS], const struct pair_row *row, size_t x)
{
	struct cvec a = cload(row->incident + 2 * x);
	struct cvec chi = cload(row->difference + 2 * x);
	struct cvec probe = cload(row->probe_direction + 2 * x);
	struct cvec direction = {
		load_anywhere(row->direction_re + x), load_anywhere(row->direction_im + x)};
	struct cvec object = {load_anywhere(row->object_re + x), load_anywhere(row->object_im + x)};
	struct cvec u = cmul(a, direction);
	struct cvec v = cmul(probe, object);

	prefetch_ahead(row->incident + 2 * x);
	prefetch_ahead(row->difference + 2 * x);
	sums[0] += u.re * u.re + u.im * u.im;
	sums[1] += v.re * v.re + v.im * v.im;
	sums[2] += u.re * v.re + u.im * v.im;
	sums[3] += u.im * v.re - u.re * v.im;
	sums[4] += u.re * chi.re + u.im * chi.im;
	sums[5] += v.re * chi.re + v.im * chi.im;
}

void VARIANT(block_pair_sums)(const struct plica_kernels *self, double sums[PLICA_PAIR_SUMS],
	const struct plica_planes *object, const struct plica_planes *direction,
	const float *probe_direction, const struct plica_stored_waves *waves)
{
	struct lane_sums totals[PLICA_PAIR_SUMS] = {0};
	size_t size = self->size;

	for (size_t y = 0; y < size; y += FLOAT_ROWS) {
		vec partial[PLICA_PAIR_SUMS] = {0};

		for (size_t z = y; z < y + FLOAT_ROWS; z++) {
			size_t in_object = (waves->row + z) * object->stride + waves->col;
			size_t in_direction = (waves->row + z) * direction->stride + waves->col;
			struct pair_row pixels = {
				.object_re = object->re + in_object,
				.object_im = object->im + in_object,
				.direction_re = direction->re + in_direction,
				.direction_im = direction->im + in_direction,
				.incident = waves->incident + z * wave_pitch(size),
				.difference = waves->difference + z * wave_pitch(size),
				.probe_direction = probe_direction + z * wave_pitch(size),
			};

			for (size_t x = 0; x < size; x += LANES)
				add_pair(partial, &pixels, x);
		}
		for (size_t i = 0; i < PLICA_PAIR_SUMS; i++)
			add_to_lanes(&totals[i], partial[i]);
	}
	for (size_t i = 0; i < PLICA_PAIR_SUMS; i++)
		sums[i] = sum_of_lanes(&totals[i]);
}

/* sums += the products of plica_kernels' position_sums at LANES pixels */
INLINE void add_position(vec sums[PLICA_POSITION_SUMS], struct cvec a, struct cvec chi,
	struct cvec slope_y, struct cvec slope_x)
{
	struct cvec y = cmul(a, slope_y);
	struct cvec x = cmul(a, slope_x);

	sums[0] += y.re * y.re + y.im * y.im;
	sums[1] += x.re * x.re + x.im * x.im;
	sums[2] += y.re * x.re + y.im * x.im;
	sums[3] += y.re * chi.re + y.im * chi.im;
	sums[4] += x.re * chi.re + x.im * chi.im;
}

void VARIANT(block_position_sums)(const struct plica_kernels *self,
	double sums[PLICA_POSITION_SUMS], const struct plica_planes *slope_y,
	const struct plica_planes *slope_x, const struct plica_stored_waves *waves)
{
	struct lane_sums totals[PLICA_POSITION_SUMS] = {0};

	for (size_t y = 0; y < self->size; y++) {
		vec partial[PLICA_POSITION_SUMS] = {0};
		size_t at = (waves->row + y) * slope_y->stride + waves->col;
		const float *a = waves->incident + y * wave_pitch(self->size);
		const float *chi = waves->difference + y * wave_pitch(self->size);

		for (size_t x = 0; x < self->size; x += LANES) {
			prefetch_ahead(a + 2 * x);
			prefetch_ahead(chi + 2 * x);
			add_position(partial, cload(a + 2 * x), cload(chi + 2 * x),
				planes_at(slope_y, at + x), planes_at(slope_x, at + x));
		}
		for (size_t i = 0; i < PLICA_POSITION_SUMS; i++)
			add_to_lanes(&totals[i], partial[i]);
	}
	for (size_t i = 0; i < PLICA_POSITION_SUMS; i++)
		sums[i] = sum_of_lanes(&totals[i]);
}
