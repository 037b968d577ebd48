/* SPDX-License-Identifier: BSD-3-Clause */
#include "num/kernels_fftw.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

#define LARGEST_SIZE 32768

static size_t round_up(size_t count, size_t multiple)
{
	return (count + multiple - 1) / multiple * multiple;
}

static const struct fftw_plan *plan_of(const struct plica_kernels *self)
{
	return self->plan;
}

struct fftw_scratch plica_fftw_scratch(const struct plica_kernels *self, void *work)
{
	size_t wave = self->wave_floats / 2;
	size_t ramp = round_up(self->size, 8);
	struct fftw_scratch scratch;
	float complex *complexes = work;

	for (size_t k = 0; k < 3; k++)
		scratch.wave[k] = complexes + k * wave;
	scratch.ramp_y = complexes + 3 * wave;
	scratch.ramp_x = scratch.ramp_y + ramp;
	scratch.phasor_re = (double *)(void *)(scratch.ramp_x + ramp);
	scratch.phasor_im = scratch.phasor_re + ramp;
	scratch.intensity = (float *)(void *)(scratch.phasor_im + ramp);
	scratch.fine =
		plan_of(self)->fine != NULL
			? (double complex *)(void *)(scratch.intensity + self->pattern_floats)
			: NULL;
	return scratch;
}

static size_t scratch_bytes(const struct plica_kernels *self)
{
	size_t ramp = round_up(self->size, 8);

	return (3 * self->wave_floats + self->pattern_floats) * sizeof(float) +
	       2 * ramp * (sizeof(float complex) + sizeof(double)) +
	       (plan_of(self)->fine != NULL ? self->wave_floats * sizeof(double) : 0);
}

static bool supports(size_t size)
{
	return size > 0 && size <= LARGEST_SIZE;
}

static void release(struct plica_kernels *self)
{
	struct fftw_plan *plan = self->plan;

	if (plan == NULL)
		return;
	plica_fft_free(plan->single);
	plica_fft_double_free(plan->fine);
	plica_free(plan);
}

static enum plica_status prepare_of(struct plica_kernels *self, bool fine, struct plica_error *err)
{
	enum plica_status status;
	size_t size = self->size;
	struct fftw_plan *plan = NULL;

	PLICA_TRY(PLICA_NEW(&plan, 1, err));
	self->plan = plan; /* released with the kernels */
	if (fine)
		PLICA_TRY(plica_fft_double_create(&plan->fine, size, size, err));
	else
		PLICA_TRY(plica_fft_create(&plan->single, size, size, err));
	/* Rounded up: arrays of several waves keep every one of them aligned. */
	self->wave_floats = round_up(2 * size * size, 16);
	self->pattern_floats = round_up(size * size, 16);
	self->work_bytes = scratch_bytes(self);
out:
	return status;
}

static enum plica_status prepare(struct plica_kernels *self, struct plica_error *err)
{
	return prepare_of(self, false, err);
}

static enum plica_status prepare_double(struct plica_kernels *self, struct plica_error *err)
{
	return prepare_of(self, true, err);
}

static void widen(double complex *to, const float complex *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to[i] = (double complex)from[i];
}

static void narrow(float complex *to, const double complex *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		to[i] = (float complex)from[i];
}

void plica_fftw_forward(
	const struct plica_kernels *self, const struct fftw_scratch *scratch, float complex *wave)
{
	const struct fftw_plan *plan = plan_of(self);
	size_t pixels = self->size * self->size;

	if (scratch->fine == NULL) {
		plica_fft_forward(plan->single, wave);
		return;
	}
	widen(scratch->fine, wave, pixels);
	plica_fft_double_forward(plan->fine, scratch->fine);
	narrow(wave, scratch->fine, pixels);
}

void plica_fftw_inverse(
	const struct plica_kernels *self, const struct fftw_scratch *scratch, float complex *wave)
{
	const struct fftw_plan *plan = plan_of(self);
	size_t pixels = self->size * self->size;

	if (scratch->fine == NULL) {
		plica_fft_inverse(plan->single, wave);
		return;
	}
	widen(scratch->fine, wave, pixels);
	plica_fft_double_inverse(plan->fine, scratch->fine);
	narrow(wave, scratch->fine, pixels);
}

static void wave_from(const struct plica_kernels *self, float *wave, const float complex *natural)
{
	memcpy(wave, natural, self->size * self->size * sizeof(*natural));
}

static void wave_to(const struct plica_kernels *self, float complex *natural, const float *wave)
{
	memcpy(natural, wave, self->size * self->size * sizeof(*natural));
}

/* The inverse of "zero frequency at N/2" is a roll by -(N/2), also for odd N. */
static void pattern_from(const struct plica_kernels *self, float *pattern, const float *natural)
{
	size_t size = self->size;
	size_t origin = size / 2;

	for (size_t y = 0; y < size; y++) {
		const float *row = natural + (y + origin) % size * size;

		memcpy(pattern + y * size, row + origin, (size - origin) * sizeof(*row));
		memcpy(pattern + y * size + size - origin, row, origin * sizeof(*row));
	}
}

static void pattern_to(const struct plica_kernels *self, float *natural, const float *pattern)
{
	size_t size = self->size;
	size_t origin = size / 2;

	for (size_t y = 0; y < size; y++) {
		float *row = natural + (y + origin) % size * size;

		memcpy(row + origin, pattern + y * size, (size - origin) * sizeof(*row));
		memcpy(row, pattern + y * size + size - origin, origin * sizeof(*row));
	}
}

static void scale(float complex *wave, size_t count, float factor)
{
	for (size_t i = 0; i < count; i++)
		wave[i] *= factor;
}

static void forward(
	const struct plica_kernels *self, void *work, float *spectrum, const float *wave)
{
	const struct fftw_scratch scratch = plica_fftw_scratch(self, work);

	memmove(spectrum, wave, self->wave_floats * sizeof(*wave));
	plica_fftw_forward(self, &scratch, as_complex_out(spectrum));
	scale(as_complex_out(spectrum), self->size * self->size, 1.0f / (float)self->size);
}

static void inverse(
	const struct plica_kernels *self, void *work, float *wave, const float *spectrum)
{
	const struct fftw_scratch scratch = plica_fftw_scratch(self, work);

	memmove(wave, spectrum, self->wave_floats * sizeof(*wave));
	plica_fftw_inverse(self, &scratch, as_complex_out(wave));
	scale(as_complex_out(wave), self->size * self->size, 1.0f / (float)self->size);
}

/* Even N: the Nyquist frequency is -1/2, as plica_fft_frequency has it. */
static void fill_ramp(float complex *ramp, const struct fftw_scratch *scratch, size_t size,
	double shift, double factor)
{
	const double *re = scratch->phasor_re;
	const double *im = scratch->phasor_im;

	plica_kernels_phasors(scratch->phasor_re, scratch->phasor_im, size / 2 + 1,
		-2.0 * M_PI * shift / (double)size);
	for (size_t k = 0; k < (size + 1) / 2; k++)
		ramp[k] = CMPLXF((float)(factor * re[k]), (float)(factor * im[k]));
	for (size_t k = 1; k <= size / 2; k++)
		ramp[size - k] = CMPLXF((float)(factor * re[k]), (float)(-factor * im[k]));
}

void plica_fftw_ramps(const struct fftw_scratch *scratch, size_t size, double shift_y,
	double shift_x, float amplitude)
{
	/* The amplitude and the unitary transform's 1/N go with one of the two. */
	fill_ramp(scratch->ramp_y, scratch, size, shift_y, (double)amplitude / (double)size);
	fill_ramp(scratch->ramp_x, scratch, size, shift_x, 1.0);
}

void plica_fftw_shift(const struct plica_kernels *self, const struct fftw_scratch *scratch,
	float complex *wave, const float complex *spectrum)
{
	size_t size = self->size;

	for (size_t y = 0; y < size; y++)
		for (size_t x = 0; x < size; x++)
			wave[y * size + x] =
				spectrum[y * size + x] * (scratch->ramp_y[y] * scratch->ramp_x[x]);
	plica_fftw_inverse(self, scratch, wave);
}

/* sum += F[wave] conj(ramp); `wave` is lost. */
static void add_unshifted(const struct plica_kernels *self, const struct fftw_scratch *scratch,
	float complex *sum, float complex *wave)
{
	size_t size = self->size;

	plica_fftw_forward(self, scratch, wave);
	for (size_t y = 0; y < size; y++)
		for (size_t x = 0; x < size; x++)
			sum[y * size + x] +=
				wave[y * size + x] * conjf(scratch->ramp_y[y] * scratch->ramp_x[x]);
}

/* wave = incident O */
static void multiply_object(const struct plica_exit_wave *args, size_t size, float complex *wave,
	const float complex *incident)
{
	for (size_t y = 0; y < size; y++) {
		size_t at = (args->row + y) * args->object->stride + args->col;

		for (size_t x = 0; x < size; x++)
			wave[y * size + x] =
				incident[y * size + x] * planes_at(args->object, at + x);
	}
}

/* wave = chi conj(O) */
static void multiply_conjugate(const struct plica_exit_wave *args, size_t size, float complex *wave,
	const float complex *chi)
{
	for (size_t y = 0; y < size; y++) {
		size_t at = (args->row + y) * args->object->stride + args->col;

		for (size_t x = 0; x < size; x++)
			wave[y * size + x] =
				chi[y * size + x] * conjf(planes_at(args->object, at + x));
	}
}

/* A, made in place in the caller's wave or in the scratch. */
static const float complex *incident_wave(const struct plica_kernels *self,
	const struct fftw_scratch *scratch, const struct plica_exit_wave *args)
{
	float complex *incident = scratch->wave[0];
	const float complex *probe = as_complex(args->probe);

	if (args->incident != NULL)
		incident = as_complex_out(args->incident);
	if (args->shifted) {
		plica_fftw_ramps(
			scratch, self->size, args->shift_y, args->shift_x, args->amplitude);
		plica_fftw_shift(self, scratch, incident, probe);
	} else {
		for (size_t i = 0; i < self->size * self->size; i++)
			incident[i] = args->amplitude * probe[i];
	}
	return incident;
}

/* scratch->wave[0] = Psi, but for the transform's 1/N */
static void arrive(const struct plica_kernels *self, const struct fftw_scratch *scratch,
	const struct plica_exit_wave *args)
{
	float complex *wave = scratch->wave[0];

	multiply_object(args, self->size, wave, incident_wave(self, scratch, args));
	plica_fftw_forward(self, scratch, wave);
}

/* scratch->intensity += |Psi|^2, or = for the first mode */
static void add_intensity(
	const struct plica_kernels *self, const struct fftw_scratch *scratch, bool first)
{
	const float complex *wave = scratch->wave[0];
	size_t pixels = self->size * self->size;
	float scale = 1.0f / (float)pixels;

	for (size_t i = 0; i < pixels; i++) {
		float re = crealf(wave[i]);
		float im = cimagf(wave[i]);
		float before = first ? 0.0f : scratch->intensity[i];

		scratch->intensity[i] = before + (re * re + im * im) * scale;
	}
}

static void add_to_probe(const struct plica_kernels *self, const struct fftw_scratch *scratch,
	const struct plica_exit_wave *args)
{
	float complex *wave = scratch->wave[0];
	float complex *sum = as_complex_out(args->probe_sum);

	multiply_conjugate(args, self->size, wave, wave);
	if (args->shifted)
		add_unshifted(self, scratch, sum, wave);
	else
		for (size_t i = 0; i < self->size * self->size; i++)
			sum[i] += args->amplitude * wave[i];
}

/* From Psi and its factor to chi and what follows. */
static void depart(const struct plica_kernels *self, const struct fftw_scratch *scratch,
	const struct plica_exit_wave *args)
{
	float complex *wave = scratch->wave[0];
	size_t pixels = self->size * self->size;
	float scale = 1.0f / (float)pixels;

	for (size_t i = 0; i < pixels; i++)
		wave[i] *= scratch->intensity[i] * scale;
	plica_fftw_inverse(self, scratch, wave);
	if (args->difference != NULL)
		memcpy(args->difference, wave, pixels * sizeof(*wave));
	if (args->probe_sum != NULL)
		add_to_probe(self, scratch, args);
}

static void exit_wave(const struct plica_kernels *self, void *work,
	const struct plica_exit_wave *args, struct plica_exit_sums *sums)
{
	struct fftw_scratch scratch = plica_fftw_scratch(self, work);
	const struct plica_mixture single = {.mode = args, .modes = 1};

	arrive(self, &scratch, args);
	add_intensity(self, &scratch, true);
	plica_fftw_compare(self, &single, scratch.intensity, sums);
	if (args->difference != NULL || args->probe_sum != NULL)
		depart(self, &scratch, args);
}

/* chi of one mode, whose Psi waits in its place. */
static void finish_mode(const struct plica_kernels *self, const struct fftw_scratch *scratch,
	const struct plica_exit_wave *mode)
{
	memcpy(scratch->wave[0], mode->difference,
		self->size * self->size * sizeof(*scratch->wave[0]));
	if (mode->shifted)
		plica_fftw_ramps(
			scratch, self->size, mode->shift_y, mode->shift_x, mode->amplitude);
	depart(self, scratch, mode);
}

static void exit_mixture(const struct plica_kernels *self, void *work,
	const struct plica_mixture *args, struct plica_exit_sums *sums)
{
	struct fftw_scratch scratch = plica_fftw_scratch(self, work);

	for (size_t m = 0; m < args->modes; m++) {
		const struct plica_exit_wave *mode = &args->mode[m];

		arrive(self, &scratch, mode);
		add_intensity(self, &scratch, m == 0);
		if (mode->difference != NULL)
			memcpy(mode->difference, scratch.wave[0],
				self->size * self->size * sizeof(*scratch.wave[0]));
	}
	if (args->detector != NULL)
		args->detector(args->detector_context, scratch.intensity, false);
	plica_fftw_compare(self, args, scratch.intensity, sums);
	if (args->detector != NULL)
		args->detector(args->detector_context, scratch.intensity, true);
	for (size_t m = 0; m < args->modes; m++)
		if (args->mode[m].difference != NULL)
			finish_mode(self, &scratch, &args->mode[m]);
}

/* All but the name and the precision of the transforms. */
#define PLAIN_FUNCTIONS                                                                            \
	.supports = supports, .release = release, .wave_from = wave_from, .wave_to = wave_to,      \
	.spectrum_to = wave_to, .pattern_from = pattern_from, .pattern_to = pattern_to,            \
	.forward = forward, .inverse = inverse, .exit_wave = exit_wave,                            \
	.exit_mixture = exit_mixture, .line_search = plica_fftw_line_search,                       \
	.scatter = plica_fftw_scatter, .scatter_power = plica_fftw_scatter_power,                  \
	.pair_sums = plica_fftw_pair_sums, .position_sums = plica_fftw_position_sums,

const struct plica_kernel_table plica_kernels_fftw = {
	.name = "fftw", .prepare = prepare, PLAIN_FUNCTIONS};

const struct plica_kernel_table plica_kernels_fftw_double = {
	.name = "fftw-double", .prepare = prepare_double, PLAIN_FUNCTIONS};
