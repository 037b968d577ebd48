/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/integral.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "optics/probe.h"

/* Nodes of the grid in rms radii of the probe, but not closer than pixels. */
#define SPACING 0.7
/* lambda without noise; the noise's part of the variance comes to it. */
#define LEAST_LAMBDA 0.03
#define ITERATIONS 6

void plica_integral_release(struct plica_integral *integral)
{
	plica_fft_free(integral->fft);
	plica_free(integral->weight);
	plica_free(integral->measured);
	plica_free(integral->slope);
	plica_free(integral->square);
	plica_free(integral->phase);
	plica_free(integral->residual);
	plica_free(integral->direction);
	plica_free(integral->product);
	plica_free(integral->work);
}

static size_t nodes_on(size_t pixels, double spacing)
{
	return plica_fft_fast_size((size_t)ceil((double)pixels / spacing) + 1);
}

static void fill_spectra(struct plica_integral *integral, double sigma)
{
	double radian = 2.0 * M_PI / integral->spacing;

	for (size_t k = 0; k < integral->nodes; k++) {
		double y = radian * plica_fft_frequency(k / integral->cols, integral->rows);
		double x = radian * plica_fft_frequency(k % integral->cols, integral->cols);
		double square = y * y + x * x;

		integral->square[k] = (float)square;
		integral->slope[k] =
			(float complex)(CMPLX(-x, y) * exp(-0.5 * sigma * sigma * square));
	}
}

enum plica_status plica_integral_create(
	struct plica_integral *integral, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	double sigma;

	*integral = (struct plica_integral){0};
	plica_problem_modes_out(problem);
	sigma = plica_probe_rms_radius_px(problem->natural, problem->modes, problem->side);
	integral->spacing = fmax(1.0, SPACING * sigma);
	integral->rows = nodes_on(problem->object.rows, integral->spacing);
	integral->cols = nodes_on(problem->object.cols, integral->spacing);
	integral->nodes = integral->rows * integral->cols;
	PLICA_TRY(plica_fft_create(&integral->fft, integral->rows, integral->cols, err));
	PLICA_TRY(PLICA_NEW(&integral->weight, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->measured, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->slope, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->square, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->phase, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->residual, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->direction, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->product, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->work, integral->nodes, err));
	fill_spectra(integral, sigma);
out:
	if (status != PLICA_OK)
		plica_integral_release(integral);
	return status;
}

/* Each position goes to the four nodes around it. */
static void take_position(struct plica_integral *integral, double y, double x, double complex g)
{
	double down = y - floor(y);
	double right = x - floor(x);
	double part[4] = {(1.0 - down) * (1.0 - right), (1.0 - down) * right, down * (1.0 - right),
		down * right};
	size_t first = (size_t)y * integral->cols + (size_t)x;

	for (size_t i = 0; i < 4; i++) {
		size_t node = first + i / 2 * integral->cols + i % 2;

		integral->weight[node] += (float)part[i];
		integral->measured[node] += (float complex)(part[i] * g);
	}
}

static void take_deflections(struct plica_integral *integral, const struct plica_problem *problem,
	const struct plica_deflections *deflections)
{
	double noise = deflections->noise / (deflections->variance - deflections->noise);
	size_t used = 0;

	memset(integral->weight, 0, integral->nodes * sizeof(*integral->weight));
	memset(integral->measured, 0, integral->nodes * sizeof(*integral->measured));
	for (size_t i = 0; i < problem->count; i++)
		take_position(integral, (problem->y_px[i] - problem->origin_y) / integral->spacing,
			(problem->x_px[i] - problem->origin_x) / integral->spacing,
			CMPLX(deflections->y[i], deflections->x[i]));
	for (size_t k = 0; k < integral->nodes; k++)
		used += integral->weight[k] > 0.0F;
	integral->density = (float)problem->count / (float)used;
	integral->lambda = (float)(LEAST_LAMBDA + noise);
}

/* work = F^-1[s phi]: both components of the smoothed gradient, as one complex number. */
static void differentiate(struct plica_integral *integral, const float _Complex *phase)
{
	for (size_t k = 0; k < integral->nodes; k++)
		integral->work[k] = integral->slope[k] * phase[k] / (float)integral->nodes;
	plica_fft_inverse(integral->fft, integral->work);
}

/* The index of -k. */
static size_t opposite(const struct plica_integral *integral, size_t k)
{
	size_t row = (integral->rows - k / integral->cols) % integral->rows;
	size_t col = (integral->cols - k % integral->cols) % integral->cols;

	return row * integral->cols + col;
}

/* out = conj(s) F work, the adjoint, of which a real phase sees the Hermitian part. */
static void integrate(struct plica_integral *integral, float _Complex *out)
{
	plica_fft_forward(integral->fft, integral->work);
	for (size_t k = 0; k < integral->nodes; k++)
		integral->work[k] *= conjf(integral->slope[k]);
	for (size_t k = 0; k < integral->nodes; k++)
		out[k] = 0.5F * (integral->work[k] + conjf(integral->work[opposite(integral, k)]));
}

/* product = (A' n A + lambda n |k|^2) direction */
static void multiply(struct plica_integral *integral)
{
	differentiate(integral, integral->direction);
	for (size_t k = 0; k < integral->nodes; k++)
		integral->work[k] *= integral->weight[k];
	integrate(integral, integral->product);
	for (size_t k = 0; k < integral->nodes; k++)
		integral->product[k] += integral->density * integral->lambda * integral->square[k] *
					integral->direction[k];
}

static double dot(const float _Complex *a, const float _Complex *b, size_t count)
{
	double sum = 0.0;

	for (size_t k = 0; k < count; k++)
		sum += (double)crealf(conjf(a[k]) * b[k]);
	return sum;
}

/* The inverse of the operator if the scan covered everything evenly; work = M residual. */
static double precondition(struct plica_integral *integral)
{
	integral->work[0] = 0.0F;
	for (size_t k = 1; k < integral->nodes; k++) {
		float gain = crealf(integral->slope[k] * conjf(integral->slope[k]));

		integral->work[k] =
			integral->residual[k] /
			(integral->density * (gain + integral->lambda * integral->square[k]));
	}
	return dot(integral->residual, integral->work, integral->nodes);
}

static void solve(struct plica_integral *integral)
{
	double product, next;

	for (size_t k = 0; k < integral->nodes; k++)
		integral->work[k] = integral->measured[k];
	integrate(integral, integral->residual);
	memset(integral->phase, 0, integral->nodes * sizeof(*integral->phase));
	product = precondition(integral);
	for (size_t k = 0; k < integral->nodes; k++)
		integral->direction[k] = integral->work[k];
	for (int i = 0; i < ITERATIONS && product > 0.0; i++) {
		float step;

		multiply(integral);
		step = (float)(product /
			       dot(integral->direction, integral->product, integral->nodes));
		for (size_t k = 0; k < integral->nodes; k++) {
			integral->phase[k] += step * integral->direction[k];
			integral->residual[k] -= step * integral->product[k];
		}
		next = precondition(integral);
		for (size_t k = 0; k < integral->nodes; k++)
			integral->direction[k] = integral->work[k] +
						 (float)(next / product) * integral->direction[k];
		product = next;
	}
}

/* The part of the nodes' mean deflections that the phase leaves. */
static double unexplained(struct plica_integral *integral)
{
	double left = 0.0;
	double all = 0.0;

	differentiate(integral, integral->phase);
	for (size_t k = 0; k < integral->nodes; k++) {
		float weight = integral->weight[k];
		float complex rest = integral->measured[k] - weight * integral->work[k];

		if (!(weight > 0.0F))
			continue;
		left += (double)(crealf(rest * conjf(rest)) / weight);
		all += (double)(crealf(integral->measured[k] * conjf(integral->measured[k])) /
				weight);
	}
	return all > 0.0 ? left / all : 1.0;
}

double plica_integral_solve(struct plica_integral *integral, const struct plica_problem *problem,
	const struct plica_deflections *deflections)
{
	take_deflections(integral, problem, deflections);
	solve(integral);
	return unexplained(integral);
}

/* The phase between the nodes, at a pixel of the canvas. */
static float phase_at(const struct plica_integral *integral, size_t row, size_t col)
{
	float y = (float)((double)row / integral->spacing);
	float x = (float)((double)col / integral->spacing);
	float down = y - floorf(y);
	float right = x - floorf(x);
	const float _Complex *above = integral->work + (size_t)y * integral->cols + (size_t)x;
	const float _Complex *below = above + integral->cols;

	return (1.0F - down) * ((1.0F - right) * crealf(above[0]) + right * crealf(above[1])) +
	       down * ((1.0F - right) * crealf(below[0]) + right * crealf(below[1]));
}

void plica_integral_turn(struct plica_problem *problem, struct plica_integral *integral)
{
	struct plica_planes *object = &problem->object;

	for (size_t k = 0; k < integral->nodes; k++)
		integral->work[k] = integral->phase[k] / (float)integral->nodes;
	plica_fft_inverse(integral->fft, integral->work);
#pragma omp parallel for schedule(static) num_threads(problem->threads)
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * object->stride + x;
			float phase = phase_at(integral, y, x);
			float re = object->re[k];
			float im = object->im[k];

			object->re[k] = re * cosf(phase) - im * sinf(phase);
			object->im[k] = re * sinf(phase) + im * cosf(phase);
		}
}
