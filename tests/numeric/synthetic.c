/* SPDX-License-Identifier: BSD-3-Clause */
#include "synthetic.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "testing.h"

#define WAVES 24

static struct plica_error err;

struct synthetic_params synthetic_defaults(void)
{
	return (struct synthetic_params){
		.side = 32, .per_axis = 8, .step_px = 4.0, .jitter_px = 0.8, .photons = 1e4};
}

/* Amplitude 0.75 to 1, phase within 0.6 rad: a sum of waves of 5 px and more. */
static void make_object(struct synthetic *synthetic)
{
	struct plica_random random;
	double wave[WAVES][4];

	plica_random_start(&random, 11, PLICA_RANDOM_TEST, 0);
	for (size_t w = 0; w < WAVES; w++) {
		wave[w][0] = 0.4 * (plica_random_uniform(&random) - 0.5);
		wave[w][1] = 0.4 * (plica_random_uniform(&random) - 0.5);
		wave[w][2] = plica_random_uniform(&random);
		wave[w][3] = plica_random_uniform(&random);
	}
	for (size_t y = 0; y < synthetic->rows; y++)
		for (size_t x = 0; x < synthetic->cols; x++) {
			double a = 0.0, p = 0.0;

			for (size_t w = 0; w < WAVES; w++) {
				double turns = wave[w][0] * (double)y + wave[w][1] * (double)x;

				a += cos(2.0 * M_PI * (turns + wave[w][2])) / sqrt(WAVES);
				p += cos(2.0 * M_PI * (turns + wave[w][3])) / sqrt(WAVES);
			}
			a = 0.875 + 0.125 * tanh(a);
			p = 0.6 * tanh(p);
			synthetic->object[y * synthetic->cols + x] = CMPLX(a * cos(p), a * sin(p));
		}
}

/* A Gaussian with a curved, slightly astigmatic phase, centred at N/2. */
static void make_probe(
	double complex *probe, const struct synthetic_params *params, double curvature)
{
	size_t side = params->side;
	double radius = (double)side / 6.0;
	double middle = floor((double)side / 2.0);
	double power = 0.0;
	struct plica_random random;

	plica_random_start(&random, 13, PLICA_RANDOM_TEST, 0);
	for (size_t k = 0; k < side * side; k++) {
		double v = ((double)(k / side) - middle) / radius;
		double u = ((double)(k % side) - middle) / radius;
		double a = exp(-0.5 * (v * v + u * u));
		double p = curvature * (v * v + 1.3 * u * u) + 0.4 * u * v * v;

		if (params->diffuse)
			p += 2.0 * plica_random_uniform(&random);
		probe[k] = CMPLX(a * cos(p), a * sin(p));
		power += a * a;
	}
	for (size_t k = 0; k < side * side; k++)
		probe[k] *= sqrt(params->photons / power);
}

void synthetic_shift(double complex *out, const double complex *field, size_t side, double dy,
	double dx, const struct plica_fft_double *fft)
{
	memmove(out, field, side * side * sizeof(*out));
	plica_fft_double_forward(fft, out);
	for (size_t v = 0; v < side; v++)
		for (size_t u = 0; u < side; u++) {
			double turns = plica_fft_frequency(v, side) * dy +
				       plica_fft_frequency(u, side) * dx;

			out[v * side + u] *=
				CMPLX(cos(2.0 * M_PI * turns), -sin(2.0 * M_PI * turns)) /
				(double)(side * side);
		}
	plica_fft_double_inverse(fft, out);
}

static void place(struct synthetic *synthetic, const struct synthetic_params *params)
{
	struct plica_dataset *dataset = synthetic->dataset;
	double margin = (double)params->side / 2.0 + params->jitter_px + 3.0;
	struct plica_random random;

	plica_random_start(&random, 12, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < dataset->pattern_count; i++) {
		double y = margin + params->step_px * (double)(i / params->per_axis);
		double x = margin + params->step_px * (double)(i % params->per_axis);

		y += params->jitter_px * (2.0 * plica_random_uniform(&random) - 1.0);
		x += params->jitter_px * (2.0 * plica_random_uniform(&random) - 1.0);
		dataset->y_px[i] = params->whole ? rint(y) : y;
		dataset->x_px[i] = params->whole ? rint(x) : x;
	}
}

/* |F(T_delta P . O)| with the zero frequency moved to N/2. */
static void expose(float *pattern, const struct synthetic *synthetic, size_t i,
	const struct plica_fft_double *fft)
{
	size_t side = synthetic->side;
	double y = synthetic->dataset->y_px[i];
	double x = synthetic->dataset->x_px[i];
	size_t row = (size_t)rint(y) - side / 2;
	size_t col = (size_t)rint(x) - side / 2;
	double complex *wave = NULL;

	assert_ok(PLICA_NEW(&wave, side * side, &err));
	synthetic_shift(wave, synthetic->probe, side, y - rint(y), x - rint(x), fft);
	for (size_t k = 0; k < side * side; k++)
		wave[k] *= synthetic->object[(row + k / side) * synthetic->cols + col + k % side];
	plica_fft_double_forward(fft, wave);
	for (size_t v = 0; v < side; v++)
		for (size_t u = 0; u < side; u++) {
			size_t to = (v + side / 2) % side * side + (u + side / 2) % side;

			pattern[to] = (float)(cabs(wave[v * side + u]) / (double)side);
		}
	plica_free(wave);
}

static void fill_dataset(struct synthetic *synthetic, const struct synthetic_params *params)
{
	struct plica_dataset *dataset = synthetic->dataset;
	size_t pixels = params->side * params->side;
	struct plica_fft_double *fft = NULL;
	double complex *guess = NULL;

	assert_ok(PLICA_NEW(&guess, pixels, &err));
	assert_ok(plica_fft_double_create(&fft, params->side, params->side, &err));
	make_probe(guess, params, 0.8 - params->guess_error);
	for (size_t k = 0; k < pixels; k++)
		dataset->probe[k] = (float complex)guess[k];
	for (size_t k = 0; k < synthetic->rows * synthetic->cols; k++)
		dataset->object[k] = (float complex)synthetic->object[k];
	for (size_t i = 0; i < dataset->pattern_count; i++)
		expose((float *)dataset->patterns + i * pixels, synthetic, i, fft);
	plica_free(guess);
	plica_fft_double_free(fft);
}

void synthetic_init(struct synthetic *synthetic, const struct synthetic_params *params)
{
	double scan = params->step_px * (double)(params->per_axis - 1);
	size_t rows = params->side + (size_t)ceil(scan + 2.0 * params->jitter_px) + 8;
	size_t cols = rows + 5;

	*synthetic = (struct synthetic){.side = params->side, .rows = rows, .cols = cols};
	assert_ok(PLICA_NEW(&synthetic->object, rows * cols, &err));
	assert_ok(PLICA_NEW(&synthetic->probe, params->side * params->side, &err));
	assert_ok(plica_dataset_create(&synthetic->dataset, params->per_axis * params->per_axis,
		params->side, 1, rows, cols, &err));
	make_object(synthetic);
	make_probe(synthetic->probe, params, 0.8);
	place(synthetic, params);
	fill_dataset(synthetic, params);
}

void synthetic_release(struct synthetic *synthetic)
{
	plica_free(synthetic->object);
	plica_free(synthetic->probe);
	plica_dataset_free(synthetic->dataset);
}

double synthetic_error_moved(
	const struct synthetic *synthetic, const struct plica_product *product, long dy, long dx)
{
	const struct plica_dataset *dataset = synthetic->dataset;
	size_t last = dataset->pattern_count - 1;
	size_t row0 = (size_t)dataset->y_px[0] + 1, row1 = (size_t)dataset->y_px[last];
	size_t col0 = (size_t)dataset->x_px[0] + 1, col1 = (size_t)dataset->x_px[last];
	double complex rt = 0.0;
	double rr = 0.0, tt = 0.0;

	for (size_t y = row0; y < row1; y++)
		for (size_t x = col0; x < col1; x++) {
			size_t row = (size_t)((double)y - product->origin_y_px) - (size_t)dy;
			size_t col = (size_t)((double)x - product->origin_x_px) - (size_t)dx;
			double complex t = synthetic->object[y * synthetic->cols + x];
			double complex r;

			assert_true(row < product->object_rows && col < product->object_cols);
			r = (double complex)product->object[row * product->object_cols + col];
			rt += conj(r) * t;
			rr += creal(r) * creal(r) + cimag(r) * cimag(r);
			tt += creal(t) * creal(t) + cimag(t) * cimag(t);
		}
	/* min over f of |f r - t|^2 / |t|^2 */
	return sqrt(fmax(0.0, 1.0 - creal(rt * conj(rt)) / (rr * tt)));
}

double synthetic_error(const struct synthetic *synthetic, const struct plica_product *product)
{
	return synthetic_error_moved(synthetic, product, 0, 0);
}
