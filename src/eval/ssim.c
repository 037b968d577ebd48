/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/ssim.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "eval/filter.h"

#define SCALES 5

/* Local means of a, b, a a, b b, a b. */
enum { MEAN_A, MEAN_B, MEAN_AA, MEAN_BB, MEAN_AB, MOMENTS };

struct moments {
	double *map[MOMENTS];
	double *work;
	size_t count; /* of values in each map */
};

/* What one scale gives: the means of contrast times structure, and of luminance times both. */
struct scale {
	double structure;
	double all;
};

static void moments_release(struct moments *moments)
{
	for (size_t m = 0; m < MOMENTS; m++)
		plica_free(moments->map[m]);
	plica_free(moments->work);
}

static enum plica_status moments_init(
	struct moments *moments, size_t rows, size_t cols, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	memset(moments, 0, sizeof(*moments));
	for (size_t m = 0; m < MOMENTS; m++)
		PLICA_TRY(PLICA_NEW(&moments->map[m], rows * cols, err));
	PLICA_TRY(PLICA_NEW(&moments->work, rows * cols, err));
out:
	return status;
}

static void fill_moments(struct moments *moments, const struct plica_ssim_pair *pair,
	const struct plica_filter *filter)
{
	size_t rows = pair->rows;
	size_t cols = pair->cols;
	const double *a = pair->a;
	const double *b = pair->b;

	for (size_t i = 0; i < rows * cols; i++) {
		moments->map[MEAN_A][i] = a[i];
		moments->map[MEAN_B][i] = b[i];
		moments->map[MEAN_AA][i] = a[i] * a[i];
		moments->map[MEAN_BB][i] = b[i] * b[i];
		moments->map[MEAN_AB][i] = a[i] * b[i];
	}
	for (size_t m = 0; m < MOMENTS; m++)
		plica_filter_valid(
			moments->map[m], moments->work, moments->map[m], rows, cols, filter);
	moments->count = (rows - filter->taps + 1) * (cols - filter->taps + 1);
}

/* `covariance` turns the window's mean products into covariances: n / (n - 1), or 1. */
static struct scale mean_scale(const struct moments *moments, double range, double covariance)
{
	double c1 = 0.01 * range * 0.01 * range;
	double c2 = 0.03 * range * 0.03 * range;
	struct scale sum = {0.0, 0.0};

	for (size_t i = 0; i < moments->count; i++) {
		double a = moments->map[MEAN_A][i];
		double b = moments->map[MEAN_B][i];
		double variances = covariance * (moments->map[MEAN_AA][i] - a * a +
							moments->map[MEAN_BB][i] - b * b);
		double mixed = covariance * (moments->map[MEAN_AB][i] - a * b);
		double structure = (2.0 * mixed + c2) / (variances + c2);

		sum.structure += structure;
		sum.all += structure * (2.0 * a * b + c1) / (a * a + b * b + c1);
	}
	sum.structure /= (double)moments->count;
	sum.all /= (double)moments->count;
	return sum;
}

enum plica_status plica_ssim(
	double *out, const struct plica_ssim_pair *pair, struct plica_error *err)
{
	enum plica_status status;
	struct moments moments;
	struct plica_filter window;

	PLICA_TRY(moments_init(&moments, pair->rows, pair->cols, err));
	plica_filter_uniform(&window, PLICA_SSIM_LEAST_PX);
	fill_moments(&moments, pair, &window);
	*out = mean_scale(&moments, pair->range, 49.0 / 48.0).all;
out:
	moments_release(&moments);
	return status;
}

/* In place; a side of odd length keeps its last line, as a mean of that line with itself. */
static void halve(double *picture, size_t rows, size_t cols)
{
	size_t out_cols = (cols + 1) / 2;

	for (size_t y = 0; y < rows; y += 2) {
		const double *upper = picture + y * cols;
		const double *lower = y + 1 < rows ? upper + cols : upper;
		double *out = picture + y / 2 * out_cols;

		for (size_t x = 0; x < cols; x += 2) {
			size_t next = x + 1 < cols ? x + 1 : x;

			out[x / 2] = 0.25 * (upper[x] + upper[next] + lower[x] + lower[next]);
		}
	}
}

static double combine(const struct scale scales[SCALES])
{
	static const double exponent[SCALES] = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
	double product = pow(scales[SCALES - 1].all, exponent[SCALES - 1]);

	for (size_t j = 0; j + 1 < SCALES; j++)
		product *= pow(scales[j].structure, exponent[j]);
	return product;
}

enum plica_status plica_msssim(
	double *out, const struct plica_ssim_pair *pair, struct plica_error *err)
{
	enum plica_status status;
	struct moments moments;
	struct plica_filter window;
	struct scale scales[SCALES];
	double *a = NULL;
	double *b = NULL;
	struct plica_ssim_pair level = *pair;

	PLICA_TRY(moments_init(&moments, pair->rows, pair->cols, err));
	PLICA_TRY(PLICA_NEW(&a, pair->rows * pair->cols, err));
	PLICA_TRY(PLICA_NEW(&b, pair->rows * pair->cols, err));
	memcpy(a, pair->a, pair->rows * pair->cols * sizeof(*a));
	memcpy(b, pair->b, pair->rows * pair->cols * sizeof(*b));
	level.a = a;
	level.b = b;
	plica_filter_gaussian(&window, 11, 1.5);
	for (size_t j = 0; j < SCALES; j++) {
		fill_moments(&moments, &level, &window);
		scales[j] = mean_scale(&moments, level.range, 1.0);
		halve(a, level.rows, level.cols);
		halve(b, level.rows, level.cols);
		level.rows = (level.rows + 1) / 2;
		level.cols = (level.cols + 1) / 2;
	}
	*out = combine(scales);
out:
	moments_release(&moments);
	plica_free(a);
	plica_free(b);
	return status;
}
