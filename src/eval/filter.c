/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/filter.h"

#include <math.h>

#include "base/memory.h"
#include "base/try.h"

void plica_filter_uniform(struct plica_filter *out, size_t taps)
{
	out->taps = taps;
	for (size_t k = 0; k < taps; k++)
		out->weight[k] = 1.0 / (double)taps;
}

void plica_filter_gaussian(struct plica_filter *out, size_t taps, double sigma)
{
	double centre = ((double)taps - 1.0) / 2.0;
	double sum = 0.0;

	out->taps = taps;
	for (size_t k = 0; k < taps; k++) {
		double distance = ((double)k - centre) / sigma;

		out->weight[k] = exp(-0.5 * distance * distance);
		sum += out->weight[k];
	}
	for (size_t k = 0; k < taps; k++)
		out->weight[k] /= sum;
}

static void filter_row(
	double *out, const double *in, size_t out_cols, const struct plica_filter *filter)
{
	for (size_t x = 0; x < out_cols; x++) {
		double sum = 0.0;

		for (size_t k = 0; k < filter->taps; k++)
			sum += filter->weight[k] * in[x + k];
		out[x] = sum;
	}
}

static void add_row(double *out, const double *in, size_t cols, double weight)
{
	for (size_t x = 0; x < cols; x++)
		out[x] += weight * in[x];
}

void plica_filter_valid(double *out, double *work, const double *in, size_t rows, size_t cols,
	const struct plica_filter *filter)
{
	size_t out_rows = rows - filter->taps + 1;
	size_t out_cols = cols - filter->taps + 1;

	for (size_t y = 0; y < rows; y++)
		filter_row(work + y * out_cols, in + y * cols, out_cols, filter);
	for (size_t i = 0; i < out_rows * out_cols; i++)
		out[i] = 0.0;
	for (size_t y = 0; y < out_rows; y++)
		for (size_t k = 0; k < filter->taps; k++)
			add_row(out + y * out_cols, work + (y + k) * out_cols, out_cols,
				filter->weight[k]);
}

size_t plica_reflect(ptrdiff_t i, size_t n)
{
	ptrdiff_t period = 2 * (ptrdiff_t)n;
	ptrdiff_t k = i % period;

	if (k < 0)
		k += period;
	return (size_t)(k < (ptrdiff_t)n ? k : period - 1 - k);
}

enum plica_status plica_filter_smooth(
	double *picture, size_t rows, size_t cols, double sigma, struct plica_error *err)
{
	enum plica_status status;
	struct plica_filter filter;
	size_t reach = (size_t)(4.0 * sigma + 0.5);
	size_t wide_rows = rows + 2 * reach;
	size_t wide_cols = cols + 2 * reach;
	double *wide = NULL;
	double *work = NULL;

	PLICA_TRY(PLICA_NEW(&wide, wide_rows * wide_cols, err));
	PLICA_TRY(PLICA_NEW(&work, wide_rows * cols, err));
	plica_filter_gaussian(&filter, 2 * reach + 1, sigma);
	for (size_t y = 0; y < wide_rows; y++)
		for (size_t x = 0; x < wide_cols; x++)
			wide[y * wide_cols + x] =
				picture[plica_reflect((ptrdiff_t)y - (ptrdiff_t)reach, rows) *
						cols +
					plica_reflect((ptrdiff_t)x - (ptrdiff_t)reach, cols)];
	plica_filter_valid(picture, work, wide, wide_rows, wide_cols, &filter);
out:
	plica_free(wide);
	plica_free(work);
	return status;
}
