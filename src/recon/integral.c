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
/* Of the mean; darker positions count as this. */
#define LEAST_TRANSMISSION 0.01

void plica_integral_release(struct plica_integral *integral)
{
	plica_fft_free(integral->fft);
	plica_free(integral->weight);
	plica_free(integral->measured);
	plica_free(integral->smooth);
	plica_free(integral->slope);
	plica_free(integral->bend);
	plica_free(integral->bent);
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

/* M (yy, yx, xy, xx) of all modes, from the phase steps between neighbours. */
static void measure_curvature(double matrix[4], const struct plica_problem *problem)
{
	size_t side = problem->side;
	size_t pixels = side * side;
	double middle = (double)(side / 2);
	double sums[4] = {0.0};
	double power = 0.0;

	for (size_t k = 0; k < problem->modes * pixels; k++) {
		size_t row = k % pixels / side;
		size_t col = k % side;
		double complex here = problem->natural[k];

		power += creal(here * conj(here));
		for (size_t axis = 0; axis < 2; axis++) {
			double along = axis == 0 ? 0.5 : 0.0;
			double complex next;
			double current;

			if ((axis == 0 ? row : col) + 1 == side)
				continue;
			next = problem->natural[k + (axis == 0 ? side : 1)];
			current = cabs(here * next) * carg(conj(here) * next);
			sums[2 * axis] += current * ((double)row + along - middle);
			sums[2 * axis + 1] += current * ((double)col + 0.5 - along - middle);
		}
	}
	for (size_t i = 0; i < 4; i++)
		matrix[i] = power > 0.0 ? sums[i] / power : 0.0;
}

static void fill_spectra(struct plica_integral *integral, double sigma, const double m[4])
{
	double radian = 2.0 * M_PI / integral->spacing;

	for (size_t k = 0; k < integral->nodes; k++) {
		double y = radian * plica_fft_frequency(k / integral->cols, integral->rows);
		double x = radian * plica_fft_frequency(k % integral->cols, integral->cols);
		double square = y * y + x * x;
		double smooth = exp(-0.5 * sigma * sigma * square);

		integral->square[k] = (float)square;
		integral->smooth[k] = (float)smooth;
		integral->slope[k] = (float complex)(CMPLX(-x, y) * smooth);
		integral->bend[k] = (float complex)(
			CMPLX(-(m[2] * y + m[3] * x), m[0] * y + m[1] * x) * smooth);
	}
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

/* re[i] + i im[i] of each position; `noise` is its share of the variance. */
static void take_positions(struct plica_integral *integral, const struct plica_problem *problem,
	const double *re, const double *im, double noise)
{
	size_t used = 0;

	memset(integral->weight, 0, integral->nodes * sizeof(*integral->weight));
	memset(integral->measured, 0, integral->nodes * sizeof(*integral->measured));
	for (size_t i = 0; i < problem->count; i++)
		take_position(integral, (problem->y_px[i] - problem->origin_y) / integral->spacing,
			(problem->x_px[i] - problem->origin_x) / integral->spacing,
			CMPLX(re[i], im[i]));
	for (size_t k = 0; k < integral->nodes; k++)
		used += integral->weight[k] > 0.0F;
	integral->density = (float)problem->count / (float)used;
	integral->lambda = (float)(LEAST_LAMBDA + noise);
}

/* work = F^-1[s phi], s the factor: with the slope both components of the smoothed gradient, as one
 * complex number. */
static void differentiate(struct plica_integral *integral, const float _Complex *phase)
{
	for (size_t k = 0; k < integral->nodes; k++)
		integral->work[k] = integral->factor[k] * phase[k] / (float)integral->nodes;
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
		integral->work[k] *= conjf(integral->factor[k]);
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
		float gain = crealf(integral->factor[k] * conjf(integral->factor[k]));

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

/* ln T of the positions, less its mean, and its variance's share of noise. */
static double log_transmission(double *out, const struct plica_deflections *deflections)
{
	double count = (double)deflections->count;
	double photons = 0.0;
	double mean = 0.0;
	double variance = 0.0;
	double noise = 0.0;

	for (size_t i = 0; i < deflections->count; i++)
		photons += deflections->photons[i] / count;
	for (size_t i = 0; i < deflections->count; i++) {
		double least = fmax(deflections->photons[i], LEAST_TRANSMISSION * photons);

		out[i] = log(least);
		mean += out[i] / count;
		noise += 1.0 / (least * count);
	}
	for (size_t i = 0; i < deflections->count; i++) {
		out[i] -= mean;
		variance += out[i] * out[i] / count;
	}
	return variance > 0.0 ? noise / variance : 1.0;
}

/* What the probe's curvature makes of the object's absorption. */
static void find_bent(struct plica_integral *integral, const struct plica_problem *problem,
	const double *logs, double noise, double sigma)
{
	double complex mean = 0.0;

	if (noise > 0.5)
		return; /* all of it may be */
	integral->factor = integral->smooth;
	take_positions(integral, problem, logs, logs + problem->count, noise / (1.0 - noise));
	integral->lambda *= (float)(sigma * sigma);
	solve(integral);
	integral->factor = integral->bend;
	differentiate(integral, integral->phase);
	for (size_t k = 0; k < integral->nodes; k++)
		mean += (double complex)(integral->weight[k] * integral->work[k]);
	mean /= (double)problem->count;
	for (size_t k = 0; k < integral->nodes; k++)
		integral->bent[k] = integral->work[k] - (float complex)mean;
}

static enum plica_status allocate(struct plica_integral *integral,
	const struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;

	integral->rows = nodes_on(problem->object.rows, integral->spacing);
	integral->cols = nodes_on(problem->object.cols, integral->spacing);
	integral->nodes = integral->rows * integral->cols;
	PLICA_TRY(plica_fft_create(&integral->fft, integral->rows, integral->cols, err));
	PLICA_TRY(PLICA_NEW(&integral->weight, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->measured, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->smooth, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->slope, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->bend, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->bent, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->square, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->phase, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->residual, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->direction, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->product, integral->nodes, err));
	PLICA_TRY(PLICA_NEW(&integral->work, integral->nodes, err));
out:
	return status;
}

enum plica_status plica_integral_create(struct plica_integral *integral,
	struct plica_problem *problem, const struct plica_deflections *deflections,
	struct plica_error *err)
{
	enum plica_status status;
	double curvature[4];
	double *logs = NULL; /* and zeros */
	double sigma;

	*integral = (struct plica_integral){0};
	plica_problem_modes_out(problem);
	sigma = plica_probe_rms_radius_px(problem->natural, problem->modes, problem->side);
	integral->spacing = fmax(1.0, SPACING * sigma);
	PLICA_TRY(allocate(integral, problem, err));
	PLICA_TRY(PLICA_NEW(&logs, 2 * problem->count, err));
	measure_curvature(curvature, problem);
	fill_spectra(integral, sigma, curvature);
	if (deflections != NULL)
		find_bent(integral, problem, logs, log_transmission(logs, deflections), sigma);
out:
	plica_free(logs);
	if (status != PLICA_OK)
		plica_integral_release(integral);
	return status;
}

double plica_integral_solve(struct plica_integral *integral, const struct plica_problem *problem,
	const struct plica_deflections *deflections)
{
	integral->factor = integral->slope;
	take_positions(integral, problem, deflections->y, deflections->x,
		deflections->noise / (deflections->variance - deflections->noise));
	for (size_t k = 0; k < integral->nodes; k++)
		integral->measured[k] -= integral->weight[k] * integral->bent[k];
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
