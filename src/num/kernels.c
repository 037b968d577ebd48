/* SPDX-License-Identifier: BSD-3-Clause */
#include "num/kernels.h"

#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"
#include "num/kernels_variants.h"

static const struct plica_kernel_table *const tables[] = {
#if defined(__x86_64__)
	&plica_kernels_avx512,
	&plica_kernels_avx2,
	&plica_kernels_sse2,
#else
	&plica_kernels_vector,
#endif
	&plica_kernels_fftw,
	&plica_kernels_fftw_double, /* never by itself: fftw is there for every size */
	NULL,
};

const struct plica_kernel_table *const *plica_kernel_tables(void)
{
	return tables;
}

static const struct plica_kernel_table *find_table(size_t size, const char *name)
{
	for (size_t i = 0; tables[i] != NULL; i++)
		if (tables[i]->supports(size) &&
			(name == NULL || strcmp(tables[i]->name, name) == 0))
			return tables[i];
	return NULL;
}

static enum plica_status no_such_table(size_t size, const char *name, struct plica_error *err)
{
	struct plica_text usable = {0};
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; tables[i] != NULL && status == PLICA_OK; i++)
		if (tables[i]->supports(size))
			status = plica_text_printf(&usable, err, "%s%s",
				usable.size == 0 ? "" : ", ", tables[i]->name);
	if (status == PLICA_OK)
		status = plica_error_set(err, PLICA_ERR_ARGUMENT,
			"no kernels '%s' for patterns of %zu x %zu on this machine: found %s",
			name == NULL ? "" : name, size, size, plica_text_string(&usable));
	plica_text_release(&usable);
	return status;
}

enum plica_status plica_kernels_create(
	struct plica_kernels **out, size_t size, const char *name, struct plica_error *err)
{
	enum plica_status status;
	struct plica_kernels *kernels = NULL;
	const struct plica_kernel_table *table = find_table(size, name);

	if (table == NULL)
		return no_such_table(size, name, err);
	PLICA_TRY(PLICA_NEW(&kernels, 1, err));
	kernels->table = table;
	kernels->size = size;
	PLICA_TRY(table->prepare(kernels, err));
	*out = kernels;
	kernels = NULL;
out:
	plica_kernels_free(kernels);
	return status;
}

void plica_kernels_free(struct plica_kernels *kernels)
{
	if (kernels == NULL)
		return;
	kernels->table->release(kernels);
	plica_free(kernels);
}

void plica_kernels_phasors(double *re, double *im, size_t count, double angle)
{
	double c = cos(angle);
	double s = sin(angle);

	re[0] = 1.0;
	im[0] = 0.0;
	/* By doubling: phasor(h + k) = phasor(h) phasor(k), and phasor(2 h) = phasor(h)^2. */
	for (size_t h = 1; h < count; h *= 2) {
		size_t end = 2 * h < count ? h : count - h;
		double square = c * c - s * s;

		for (size_t k = 0; k < end; k++) {
			re[h + k] = c * re[k] - s * im[k];
			im[h + k] = c * im[k] + s * re[k];
		}
		s = 2.0 * c * s;
		c = square;
	}
}

enum plica_status plica_planes_create(
	struct plica_planes *out, size_t rows, size_t cols, struct plica_error *err)
{
	enum plica_status status;
	struct plica_planes planes = {.rows = rows, .cols = cols};
	size_t floats;

	if (rows == 0 || cols == 0 || cols > SIZE_MAX / 2 ||
		!plica_size_mul(&floats, rows, cols + 3 * PLICA_PLANES_PAD))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"cannot make an object array of %zu x %zu", rows, cols);
	/* Odd, so that rows some power of two apart do not meet in the same lines of the cache. */
	planes.stride =
		((cols + 2 * PLICA_PLANES_PAD - 1) / PLICA_PLANES_PAD | 1) * PLICA_PLANES_PAD;
	PLICA_TRY(PLICA_NEW(&planes.re, rows * planes.stride, err));
	PLICA_TRY(PLICA_NEW(&planes.im, rows * planes.stride, err));
	*out = planes;
	planes = (struct plica_planes){0};
out:
	plica_planes_release(&planes);
	return status;
}

void plica_planes_release(struct plica_planes *planes)
{
	plica_free(planes->re);
	plica_free(planes->im);
	*planes = (struct plica_planes){0};
}

void plica_planes_from(struct plica_planes *planes, const float complex *natural)
{
	for (size_t y = 0; y < planes->rows; y++) {
		const float complex *row = natural + y * planes->cols;
		float *re = planes->re + y * planes->stride;
		float *im = planes->im + y * planes->stride;

		for (size_t x = 0; x < planes->cols; x++) {
			re[x] = crealf(row[x]);
			im[x] = cimagf(row[x]);
		}
	}
}

void plica_planes_to(float complex *natural, const struct plica_planes *planes)
{
	for (size_t y = 0; y < planes->rows; y++) {
		float complex *row = natural + y * planes->cols;
		const float *re = planes->re + y * planes->stride;
		const float *im = planes->im + y * planes->stride;

		for (size_t x = 0; x < planes->cols; x++)
			row[x] = CMPLXF(re[x], im[x]);
	}
}
