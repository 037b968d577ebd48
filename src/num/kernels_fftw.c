/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The plain variant: FFTW and loops, for every size. Waves, spectra and patterns are natural and
 * interleaved; frequencies and detector pixels have their zero at index 0.
 */
#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "num/fft.h"
#include "num/kernels_log.h"
#include "num/kernels_variants.h"

/* Loops over pixels go by blocks, whose quantities stand in arrays of this length. */
#define BLOCK 64
/* Every sum over pixels has this many double accumulators; pixel i goes to i modulo LANES. */
#define LANES 8
#define LARGEST_SIZE 32768
/* Keeps the ratio of the amplitudes finite where the model gives no light. */
#define TINY_AMPLITUDE 1e-9f

/* One thread's scratch, laid out in `work`. */
struct scratch {
	float complex *wave;
	float complex *ramp_y; /* exp(-2 pi i u delta) of every frequency */
	float complex *ramp_x;
	double *phasor_re; /* N/2 + 1 each */
	double *phasor_im;
};

static size_t round_up(size_t count, size_t multiple)
{
	return (count + multiple - 1) / multiple * multiple;
}

static struct scratch scratch_in(const struct plica_kernels *self, void *work)
{
	size_t ramp = round_up(self->size, 8);
	float complex *complexes = work;
	double *doubles;

	complexes += round_up(self->size * self->size, 8);
	doubles = (double *)(void *)(complexes + 2 * ramp);
	return (struct scratch){
		.wave = work,
		.ramp_y = complexes,
		.ramp_x = complexes + ramp,
		.phasor_re = doubles,
		.phasor_im = doubles + ramp,
	};
}

static size_t scratch_bytes(size_t size)
{
	size_t ramp = round_up(size, 8);

	return (round_up(size * size, 8) + 2 * ramp) * sizeof(float complex) +
	       2 * ramp * sizeof(double);
}

static bool supports(size_t size)
{
	return size > 0 && size <= LARGEST_SIZE;
}

static enum plica_status prepare(struct plica_kernels *self, struct plica_error *err)
{
	size_t pixels = self->size * self->size;
	struct plica_fft *fft = NULL;
	enum plica_status status = plica_fft_create(&fft, self->size, self->size, err);

	if (status != PLICA_OK)
		return status;
	self->plan = fft;
	/* Rounded up: arrays of several waves keep every one of them aligned. */
	self->wave_floats = round_up(2 * pixels, 16);
	self->pattern_floats = round_up(pixels, 16);
	self->work_bytes = scratch_bytes(self->size);
	return PLICA_OK;
}

static void release(struct plica_kernels *self)
{
	plica_fft_free(self->plan);
}

static const float complex *as_complex(const float *wave)
{
	return (const float complex *)(const void *)wave;
}

static float complex *as_complex_out(float *wave)
{
	return (float complex *)(void *)wave;
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
	(void)work;
	memmove(spectrum, wave, self->wave_floats * sizeof(*wave));
	plica_fft_forward(self->plan, as_complex_out(spectrum));
	scale(as_complex_out(spectrum), self->size * self->size, 1.0f / (float)self->size);
}

static void inverse(
	const struct plica_kernels *self, void *work, float *wave, const float *spectrum)
{
	(void)work;
	memmove(wave, spectrum, self->wave_floats * sizeof(*wave));
	plica_fft_inverse(self->plan, as_complex_out(wave));
	scale(as_complex_out(wave), self->size * self->size, 1.0f / (float)self->size);
}

/* Even N: the Nyquist frequency is -1/2, as plica_fft_frequency has it. */
static void fill_ramp(float complex *ramp, const struct scratch *scratch, size_t size, double shift,
	double factor)
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

static void fill_ramps(
	const struct scratch *scratch, size_t size, const struct plica_exit_wave *args)
{
	/* The unitary transform's 1/N goes with one of the two. */
	fill_ramp(scratch->ramp_y, scratch, size, args->shift_y, 1.0 / (double)size);
	fill_ramp(scratch->ramp_x, scratch, size, args->shift_x, 1.0);
}

/* wave = F^-1[spectrum ramp] */
static void shift_probe(const struct plica_kernels *self, const struct scratch *scratch,
	float complex *wave, const float complex *spectrum)
{
	size_t size = self->size;

	for (size_t y = 0; y < size; y++)
		for (size_t x = 0; x < size; x++)
			wave[y * size + x] =
				spectrum[y * size + x] * (scratch->ramp_y[y] * scratch->ramp_x[x]);
	plica_fft_inverse(self->plan, wave);
}

/* sum += F[wave] conj(ramp); `wave` is lost. */
static void add_unshifted(const struct plica_kernels *self, const struct scratch *scratch,
	float complex *sum, float complex *wave)
{
	size_t size = self->size;

	plica_fft_forward(self->plan, wave);
	for (size_t y = 0; y < size; y++)
		for (size_t x = 0; x < size; x++)
			sum[y * size + x] +=
				wave[y * size + x] * conjf(scratch->ramp_y[y] * scratch->ramp_x[x]);
}

/* wave = incident O */
static void multiply_object(const struct plica_kernels *self, const struct plica_exit_wave *args,
	float complex *wave, const float complex *incident)
{
	size_t size = self->size;

	for (size_t y = 0; y < size; y++) {
		size_t first = (args->row + y) * args->object->stride + args->col;
		const float *re = args->object->re + first;
		const float *im = args->object->im + first;

		for (size_t x = 0; x < size; x++)
			wave[y * size + x] = incident[y * size + x] * CMPLXF(re[x], im[x]);
	}
}

/* wave = chi conj(O) */
static void multiply_conjugate(const struct plica_kernels *self, const struct plica_exit_wave *args,
	float complex *wave, const float complex *chi)
{
	size_t size = self->size;

	for (size_t y = 0; y < size; y++) {
		size_t first = (args->row + y) * args->object->stride + args->col;
		const float *re = args->object->re + first;
		const float *im = args->object->im + first;

		for (size_t x = 0; x < size; x++)
			wave[y * size + x] = chi[y * size + x] * CMPLXF(re[x], -im[x]);
	}
}

static void add(float complex *sum, const float complex *wave, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sum[i] += wave[i];
}

static void add_to_lanes(double lanes[LANES], const float values[BLOCK])
{
	for (size_t i = 0; i < BLOCK; i += LANES)
		for (size_t j = 0; j < LANES; j++)
			lanes[j] += (double)values[i + j];
}

static double sum_of_lanes(const double lanes[LANES])
{
	return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
	       ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/* A block of detector pixels; past the last pixel they are invalid. */
struct detector_block {
	float power[BLOCK]; /* |Psi|^2 */
	float amplitude[BLOCK];
	float residual[BLOCK]; /* (|Psi| - amplitude)^2, 0 where invalid */
	float poisson[BLOCK];
	float factor[BLOCK]; /* what Psi is multiplied by to give F chi */
};

struct detector_sums {
	double residual[LANES];
	double modelled[LANES];
	double measured[LANES];
	double poisson[LANES];
};

static void load_block(struct detector_block *block, const float complex *wave,
	const float *pattern, size_t count, float power_scale)
{
	for (size_t i = 0; i < count; i++) {
		float re = crealf(wave[i]);
		float im = cimagf(wave[i]);

		block->power[i] = (re * re + im * im) * power_scale;
	}
	memcpy(block->amplitude, pattern, count * sizeof(*pattern));
	for (size_t i = count; i < BLOCK; i++) {
		block->power[i] = 0.0f;
		block->amplitude[i] = -1.0f;
	}
}

static void compare_gaussian(struct detector_block *block, float step)
{
	for (size_t i = 0; i < BLOCK; i++) {
		float modulus = sqrtf(block->power[i]);
		float amplitude = block->amplitude[i];
		float difference = modulus - amplitude;
		float factor = -step * difference / (modulus + TINY_AMPLITUDE);
		bool valid = amplitude >= 0.0f;

		block->residual[i] = valid ? difference * difference : 0.0f;
		block->factor[i] = valid ? factor : 0.0f;
	}
}

static void compare_poisson(struct detector_block *block, float step, float epsilon)
{
	for (size_t i = 0; i < BLOCK; i++) {
		float amplitude = block->amplitude[i];
		float difference = sqrtf(block->power[i]) - amplitude;
		float counts = amplitude * amplitude + epsilon;
		float expected = block->power[i] + epsilon;
		float factor = step * (counts - expected) / expected;
		float likelihood = expected - counts * plica_log(expected);
		bool valid = amplitude >= 0.0f;

		block->residual[i] = valid ? difference * difference : 0.0f;
		block->factor[i] = valid ? factor : 0.0f;
		block->poisson[i] = valid ? likelihood : 0.0f;
	}
}

static void sum_block(struct detector_sums *sums, struct detector_block *block)
{
	float measured[BLOCK];

	for (size_t i = 0; i < BLOCK; i++) {
		float amplitude = block->amplitude[i];
		bool valid = amplitude >= 0.0f;

		block->power[i] = valid ? block->power[i] : 0.0f;
		measured[i] = valid ? amplitude * amplitude : 0.0f;
	}
	add_to_lanes(sums->residual, block->residual);
	add_to_lanes(sums->modelled, block->power);
	add_to_lanes(sums->measured, measured);
}

/* wave (F's, not normalised) becomes its own difference; `scale` makes it the unitary F chi. */
static void detector_step(const struct plica_kernels *self, const struct plica_exit_wave *args,
	float complex *wave, struct plica_exit_sums *out)
{
	struct detector_block block;
	struct detector_sums sums = {0};
	size_t pixels = self->size * self->size;
	float power_scale = 1.0f / (float)pixels;
	bool poisson = args->model == PLICA_DETECTOR_POISSON;

	for (size_t first = 0; first < pixels; first += BLOCK) {
		size_t count = pixels - first < BLOCK ? pixels - first : BLOCK;

		load_block(&block, wave + first, args->pattern + first, count, power_scale);
		if (poisson) {
			compare_poisson(&block, args->step, args->epsilon);
			add_to_lanes(sums.poisson, block.poisson);
		} else {
			compare_gaussian(&block, args->step);
		}
		sum_block(&sums, &block);
		for (size_t i = 0; i < count; i++)
			wave[first + i] *= block.factor[i] * power_scale;
	}
	out->residual = sum_of_lanes(sums.residual);
	out->modelled = sum_of_lanes(sums.modelled);
	out->measured = sum_of_lanes(sums.measured);
	out->poisson = sum_of_lanes(sums.poisson);
}

static void add_to_probe(const struct plica_kernels *self, const struct scratch *scratch,
	const struct plica_exit_wave *args, const float complex *chi)
{
	float complex *sum = as_complex_out(args->probe_sum);

	multiply_conjugate(self, args, scratch->wave, chi);
	if (args->shifted)
		add_unshifted(self, scratch, sum, scratch->wave);
	else
		add(sum, scratch->wave, self->size * self->size);
}

/* A, made in place in the caller's wave or in the scratch. */
static const float complex *incident_wave(const struct plica_kernels *self,
	const struct scratch *scratch, const struct plica_exit_wave *args)
{
	float complex *incident = scratch->wave;

	if (args->incident != NULL)
		incident = as_complex_out(args->incident);
	if (args->shifted) {
		fill_ramps(scratch, self->size, args);
		shift_probe(self, scratch, incident, as_complex(args->probe));
		return incident;
	}
	if (args->incident != NULL)
		memcpy(incident, args->probe, self->wave_floats * sizeof(float));
	return as_complex(args->probe);
}

static void exit_wave(const struct plica_kernels *self, void *work,
	const struct plica_exit_wave *args, struct plica_exit_sums *sums)
{
	struct scratch scratch = scratch_in(self, work);
	const float complex *incident = incident_wave(self, &scratch, args);
	float complex *wave = scratch.wave;

	multiply_object(self, args, wave, incident);
	plica_fft_forward(self->plan, wave);
	detector_step(self, args, wave, sums);
	if (args->difference == NULL && args->probe_sum == NULL)
		return;
	plica_fft_inverse(self->plan, wave);
	if (args->difference != NULL)
		memcpy(args->difference, wave, self->wave_floats * sizeof(float));
	if (args->probe_sum != NULL)
		add_to_probe(self, &scratch, args, wave);
}

static void scatter(const struct plica_kernels *self, struct plica_planes *sum, size_t first_row,
	size_t end_row, const struct plica_stored_waves *waves)
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

static void scatter_power(const struct plica_kernels *self, float *sum, size_t stride,
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

static void pair_sums(const struct plica_kernels *self, double sums[PLICA_PAIR_SUMS],
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

const struct plica_kernel_table plica_kernels_fftw = {
	.name = "fftw",
	.supports = supports,
	.prepare = prepare,
	.release = release,
	.wave_from = wave_from,
	.wave_to = wave_to,
	.spectrum_to = wave_to,
	.pattern_from = pattern_from,
	.pattern_to = pattern_to,
	.forward = forward,
	.inverse = inverse,
	.exit_wave = exit_wave,
	.scatter = scatter,
	.scatter_power = scatter_power,
	.pair_sums = pair_sums,
};
