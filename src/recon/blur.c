/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/blur.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

/* The kernel ends at so many sigma, where a Gaussian is below 4e-4 of its peak. */
#define REACH 4.0

static void fill_taps(float *taps, size_t radius, double sigma)
{
	double sum = 0.0;

	for (size_t t = 0; t <= radius; t++)
		sum += (t > 0 ? 2.0 : 1.0) * exp(-0.5 * (double)(t * t) / (sigma * sigma));
	for (size_t t = 0; t <= radius; t++)
		taps[t] = (float)(exp(-0.5 * (double)(t * t) / (sigma * sigma)) / sum);
}

enum plica_status plica_blur_create(struct plica_blur **out, const struct plica_kernels *kernels,
	double sigma_px, size_t threads, struct plica_error *err)
{
	enum plica_status status;
	struct plica_blur *blur = NULL;
	size_t side = kernels->size;

	PLICA_TRY(PLICA_NEW(&blur, 1, err));
	blur->kernels = kernels;
	/* no pixel is reached twice */
	blur->radius = (size_t)fmin(ceil(REACH * sigma_px), (double)((side - 1) / 2));
	PLICA_TRY(PLICA_NEW(&blur->taps, blur->radius + 1, err));
	PLICA_TRY(PLICA_NEW(&blur->fields, threads * 2 * side * side, err));
	fill_taps(blur->taps, blur->radius, sigma_px);
	*out = blur;
	blur = NULL;
out:
	plica_blur_free(blur);
	return status;
}

void plica_blur_free(struct plica_blur *blur)
{
	if (blur == NULL)
		return;
	plica_free(blur->taps);
	plica_free(blur->fields);
	plica_free(blur);
}

static void add_scaled(float *to, const float *from, float factor, size_t count)
{
	for (size_t k = 0; k < count; k++)
		to[k] += factor * from[k];
}

/* Along y: `to` from whole rows of `from`. */
static void blur_down(const struct plica_blur *blur, float *to, const float *from)
{
	size_t side = blur->kernels->size;

	memset(to, 0, side * side * sizeof(*to));
	for (size_t y = 0; y < side; y++)
		for (size_t t = 0; t <= blur->radius; t++) {
			float tap = blur->taps[t];

			add_scaled(to + y * side, from + (y + t) % side * side, tap, side);
			if (t > 0)
				add_scaled(to + y * side, from + (y + side - t) % side * side, tap,
					side);
		}
}

/* row[x] += factor from[x + shift], on a circle. */
static void add_rolled(float *row, const float *from, size_t shift, float factor, size_t side)
{
	add_scaled(row, from + shift, factor, side - shift);
	add_scaled(row + side - shift, from, factor, shift);
}

static void blur_along(const struct plica_blur *blur, float *to, const float *from)
{
	size_t side = blur->kernels->size;

	memset(to, 0, side * side * sizeof(*to));
	for (size_t y = 0; y < side * side; y += side)
		for (size_t t = 0; t <= blur->radius; t++) {
			add_rolled(to + y, from + y, t, blur->taps[t], side);
			if (t > 0)
				add_rolled(to + y, from + y, side - t, blur->taps[t], side);
		}
}

void plica_blur_apply(const struct plica_blur *blur, size_t thread, float *pattern)
{
	const struct plica_kernels *kernels = blur->kernels;
	size_t pixels = kernels->size * kernels->size;
	float *first = blur->fields + 2 * thread * pixels;
	float *second = first + pixels;

	kernels->table->pattern_to(kernels, first, pattern);
	blur_down(blur, second, first);
	blur_along(blur, first, second);
	kernels->table->pattern_from(kernels, pattern, first);
}
