/* SPDX-License-Identifier: BSD-3-Clause */
/* The plain variant's sums over stored waves. */
#include "num/kernels_fftw.h"

void plica_fftw_scatter(const struct plica_kernels *self, struct plica_planes *sum,
	size_t first_row, size_t end_row, const struct plica_stored_waves *waves)
{
	struct plica_row_range range = plica_rows_in(waves->row, self->size, first_row, end_row);

	for (size_t y = range.first; y < range.end; y++) {
		const float complex *a = as_complex(waves->incident) + y * self->size;
		const float complex *chi = as_complex(waves->difference) + y * self->size;
		float *re = sum->re + (waves->row + y) * sum->stride + waves->col;
		float *im = sum->im + (waves->row + y) * sum->stride + waves->col;

		for (size_t x = 0; x < self->size; x++) {
			float complex product = conjf(a[x]) * chi[x];

			re[x] += crealf(product);
			im[x] += cimagf(product);
		}
	}
}

void plica_fftw_scatter_power(const struct plica_kernels *self, float *sum, size_t stride,
	size_t first_row, size_t end_row, const struct plica_stored_waves *waves)
{
	struct plica_row_range range = plica_rows_in(waves->row, self->size, first_row, end_row);

	for (size_t y = range.first; y < range.end; y++) {
		const float complex *a = as_complex(waves->incident) + y * self->size;
		float *target = sum + (waves->row + y) * stride + waves->col;

		for (size_t x = 0; x < self->size; x++) {
			float re = crealf(a[x]);
			float im = cimagf(a[x]);

			target[x] += re * re + im * im;
		}
	}
}

static float real_product(float complex a, float complex b)
{
	return crealf(a) * crealf(b) + cimagf(a) * cimagf(b);
}

/* The pixels of one row that pair_sums reads. */
struct pair_row {
	const float *object_re;
	const float *object_im;
	const float *direction_re;
	const float *direction_im;
	const float complex *incident;
	const float complex *difference;
	const float complex *probe_direction;
};

static void pair_products(float products[PLICA_PAIR_SUMS][BLOCK], const struct pair_row *row,
	size_t first, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t x = first + i;
		float complex u =
			CMPLXF(row->direction_re[x], row->direction_im[x]) * row->incident[x];
		float complex v =
			CMPLXF(row->object_re[x], row->object_im[x]) * row->probe_direction[x];

		products[0][i] = real_product(u, u);
		products[1][i] = real_product(v, v);
		products[2][i] = real_product(u, v);
		products[3][i] = cimagf(u) * crealf(v) - crealf(u) * cimagf(v);
		products[4][i] = real_product(u, row->difference[x]);
		products[5][i] = real_product(v, row->difference[x]);
	}
}

void plica_fftw_pair_sums(const struct plica_kernels *self, double sums[PLICA_PAIR_SUMS],
	const struct plica_planes *object, const struct plica_planes *direction,
	const float *probe_direction, const struct plica_stored_waves *waves)
{
	double lanes[PLICA_PAIR_SUMS][LANES] = {{0}};
	size_t size = self->size;

	for (size_t y = 0; y < size; y++) {
		size_t in_object = (waves->row + y) * object->stride + waves->col;
		size_t in_direction = (waves->row + y) * direction->stride + waves->col;
		struct pair_row pixels = {
			.object_re = object->re + in_object,
			.object_im = object->im + in_object,
			.direction_re = direction->re + in_direction,
			.direction_im = direction->im + in_direction,
			.incident = as_complex(waves->incident) + y * size,
			.difference = as_complex(waves->difference) + y * size,
			.probe_direction = as_complex(probe_direction) + y * size,
		};

		for (size_t first = 0; first < size; first += BLOCK) {
			float products[PLICA_PAIR_SUMS][BLOCK] = {{0}};
			size_t count = size - first < BLOCK ? size - first : BLOCK;

			pair_products(products, &pixels, first, count);
			for (size_t i = 0; i < PLICA_PAIR_SUMS; i++)
				add_to_lanes(lanes[i], products[i]);
		}
	}
	for (size_t i = 0; i < PLICA_PAIR_SUMS; i++)
		sums[i] = sum_of_lanes(lanes[i]);
}

/* The products of position_sums at BLOCK pixels or less of one row, which starts at `at` on the
 * planes. */
static void position_products(float products[PLICA_POSITION_SUMS][BLOCK],
	const struct plica_planes *const slope[2], size_t at, const float complex *incident,
	const float complex *difference, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		float complex y = planes_at(slope[0], at + i) * incident[i];
		float complex x = planes_at(slope[1], at + i) * incident[i];

		products[0][i] = real_product(y, y);
		products[1][i] = real_product(x, x);
		products[2][i] = real_product(y, x);
		products[3][i] = real_product(y, difference[i]);
		products[4][i] = real_product(x, difference[i]);
	}
}

void plica_fftw_position_sums(const struct plica_kernels *self, double sums[PLICA_POSITION_SUMS],
	const struct plica_planes *slope_y, const struct plica_planes *slope_x,
	const struct plica_stored_waves *waves)
{
	const struct plica_planes *const slope[2] = {slope_y, slope_x};
	double lanes[PLICA_POSITION_SUMS][LANES] = {{0}};
	size_t size = self->size;

	for (size_t y = 0; y < size; y++)
		for (size_t first = 0; first < size; first += BLOCK) {
			float products[PLICA_POSITION_SUMS][BLOCK] = {{0}};
			size_t count = size - first < BLOCK ? size - first : BLOCK;
			size_t at = (waves->row + y) * slope_y->stride + waves->col + first;

			position_products(products, slope, at,
				as_complex(waves->incident) + y * size + first,
				as_complex(waves->difference) + y * size + first, count);
			for (size_t i = 0; i < PLICA_POSITION_SUMS; i++)
				add_to_lanes(lanes[i], products[i]);
		}
	for (size_t i = 0; i < PLICA_POSITION_SUMS; i++)
		sums[i] = sum_of_lanes(lanes[i]);
}
