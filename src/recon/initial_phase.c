/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/initial_phase.h"

#include <complex.h>
#include <math.h>

#include "base/memory.h"
#include "base/try.h"
#include "num/fft.h"
#include "optics/probe.h"
#include "recon/deflection.h"
#include "recon/exit.h"
#include "recon/floor.h"

/* Nodes of the grid in rms radii of the probe, but not closer than pixels. */
#define SPACING 0.7
/* lambda without noise; the noise's part of the variance comes to it. */
#define LEAST_LAMBDA 0.03
#define ITERATIONS 6
/* What the phase must take away of a flat object's misfit above the counting floor. Errors of the
 * probe and strong absorption look like a phase too, but not in whole patterns. */
#define LEAST_GAIN 0.075
/* Positions that tell. */
#define SAMPLE ((size_t)64)

/* Arrays of rows x cols nodes; the unknown is the phase's spectrum. */
struct grid {
	size_t rows, cols, nodes;
	double spacing; /* px */
	float density;  /* n, the positions a node of the scan */
	float lambda;
	struct plica_fft *fft;
	float *weight;            /* positions at a node */
	float _Complex *measured; /* sums of their g_y + i g_x */
	float _Complex *slope;    /* s = i (k_y + i k_x) exp(-(sigma k)^2 / 2) */
	float *square;            /* |k|^2 */
	float _Complex *phase, *residual, *direction, *product;
	float _Complex *work;
};

static void release(struct grid *grid)
{
	plica_fft_free(grid->fft);
	plica_free(grid->weight);
	plica_free(grid->measured);
	plica_free(grid->slope);
	plica_free(grid->square);
	plica_free(grid->phase);
	plica_free(grid->residual);
	plica_free(grid->direction);
	plica_free(grid->product);
	plica_free(grid->work);
}

static size_t nodes_on(size_t pixels, double spacing)
{
	return plica_fft_fast_size((size_t)ceil((double)pixels / spacing) + 1);
}

static void fill_spectra(struct grid *grid, double sigma)
{
	double radian = 2.0 * M_PI / grid->spacing;

	for (size_t k = 0; k < grid->nodes; k++) {
		double y = radian * plica_fft_frequency(k / grid->cols, grid->rows);
		double x = radian * plica_fft_frequency(k % grid->cols, grid->cols);
		double square = y * y + x * x;

		grid->square[k] = (float)square;
		grid->slope[k] = (float complex)(CMPLX(-x, y) * exp(-0.5 * sigma * sigma * square));
	}
}

static enum plica_status create(struct grid *grid, const struct plica_problem *problem,
	double sigma, struct plica_error *err)
{
	enum plica_status status;

	grid->spacing = fmax(1.0, SPACING * sigma);
	grid->rows = nodes_on(problem->object.rows, grid->spacing);
	grid->cols = nodes_on(problem->object.cols, grid->spacing);
	grid->nodes = grid->rows * grid->cols;
	PLICA_TRY(plica_fft_create(&grid->fft, grid->rows, grid->cols, err));
	PLICA_TRY(PLICA_NEW(&grid->weight, grid->nodes, err));
	PLICA_TRY(PLICA_NEW(&grid->measured, grid->nodes, err));
	PLICA_TRY(PLICA_NEW(&grid->slope, grid->nodes, err));
	PLICA_TRY(PLICA_NEW(&grid->square, grid->nodes, err));
	PLICA_TRY(PLICA_NEW(&grid->phase, grid->nodes, err));
	PLICA_TRY(PLICA_NEW(&grid->residual, grid->nodes, err));
	PLICA_TRY(PLICA_NEW(&grid->direction, grid->nodes, err));
	PLICA_TRY(PLICA_NEW(&grid->product, grid->nodes, err));
	PLICA_TRY(PLICA_NEW(&grid->work, grid->nodes, err));
	fill_spectra(grid, sigma);
out:
	return status;
}

/* Each position goes to the four nodes around it. */
static void take_position(struct grid *grid, double y, double x, double complex g)
{
	double down = y - floor(y);
	double right = x - floor(x);
	double part[4] = {(1.0 - down) * (1.0 - right), (1.0 - down) * right, down * (1.0 - right),
		down * right};
	size_t first = (size_t)y * grid->cols + (size_t)x;

	for (size_t i = 0; i < 4; i++) {
		size_t node = first + i / 2 * grid->cols + i % 2;

		grid->weight[node] += (float)part[i];
		grid->measured[node] += (float complex)(part[i] * g);
	}
}

static void take_deflections(struct grid *grid, const struct plica_problem *problem,
	const struct plica_deflections *deflections)
{
	double noise = deflections->noise / (deflections->variance - deflections->noise);
	size_t used = 0;

	for (size_t i = 0; i < problem->count; i++)
		take_position(grid, (problem->y_px[i] - problem->origin_y) / grid->spacing,
			(problem->x_px[i] - problem->origin_x) / grid->spacing,
			CMPLX(deflections->y[i], deflections->x[i]));
	for (size_t k = 0; k < grid->nodes; k++)
		used += grid->weight[k] > 0.0F;
	grid->density = (float)problem->count / (float)used;
	grid->lambda = (float)(LEAST_LAMBDA + noise);
}

/* work = F^-1[s phi]: both components of the smoothed gradient, as one complex number. */
static void differentiate(struct grid *grid, const float _Complex *phase)
{
	for (size_t k = 0; k < grid->nodes; k++)
		grid->work[k] = grid->slope[k] * phase[k] / (float)grid->nodes;
	plica_fft_inverse(grid->fft, grid->work);
}

/* The index of -k. */
static size_t opposite(const struct grid *grid, size_t k)
{
	size_t row = (grid->rows - k / grid->cols) % grid->rows;
	size_t col = (grid->cols - k % grid->cols) % grid->cols;

	return row * grid->cols + col;
}

/* out = conj(s) F work, the adjoint, of which a real phase sees the Hermitian part. */
static void integrate(struct grid *grid, float _Complex *out)
{
	plica_fft_forward(grid->fft, grid->work);
	for (size_t k = 0; k < grid->nodes; k++)
		grid->work[k] *= conjf(grid->slope[k]);
	for (size_t k = 0; k < grid->nodes; k++)
		out[k] = 0.5F * (grid->work[k] + conjf(grid->work[opposite(grid, k)]));
}

/* product = (A' n A + lambda n |k|^2) direction */
static void multiply(struct grid *grid)
{
	differentiate(grid, grid->direction);
	for (size_t k = 0; k < grid->nodes; k++)
		grid->work[k] *= grid->weight[k];
	integrate(grid, grid->product);
	for (size_t k = 0; k < grid->nodes; k++)
		grid->product[k] +=
			grid->density * grid->lambda * grid->square[k] * grid->direction[k];
}

static double dot(const float _Complex *a, const float _Complex *b, size_t count)
{
	double sum = 0.0;

	for (size_t k = 0; k < count; k++)
		sum += (double)crealf(conjf(a[k]) * b[k]);
	return sum;
}

/* The inverse of the operator if the scan covered everything evenly; work = M residual. */
static double precondition(struct grid *grid)
{
	grid->work[0] = 0.0F;
	for (size_t k = 1; k < grid->nodes; k++) {
		float gain = crealf(grid->slope[k] * conjf(grid->slope[k]));

		grid->work[k] = grid->residual[k] /
				(grid->density * (gain + grid->lambda * grid->square[k]));
	}
	return dot(grid->residual, grid->work, grid->nodes);
}

static void solve(struct grid *grid)
{
	double product, next;

	for (size_t k = 0; k < grid->nodes; k++)
		grid->work[k] = grid->measured[k];
	integrate(grid, grid->residual);
	product = precondition(grid);
	for (size_t k = 0; k < grid->nodes; k++)
		grid->direction[k] = grid->work[k];
	for (int i = 0; i < ITERATIONS && product > 0.0; i++) {
		float step;

		multiply(grid);
		step = (float)(product / dot(grid->direction, grid->product, grid->nodes));
		for (size_t k = 0; k < grid->nodes; k++) {
			grid->phase[k] += step * grid->direction[k];
			grid->residual[k] -= step * grid->product[k];
		}
		next = precondition(grid);
		for (size_t k = 0; k < grid->nodes; k++)
			grid->direction[k] =
				grid->work[k] + (float)(next / product) * grid->direction[k];
		product = next;
	}
}

/* The phase between the nodes, at a pixel of the canvas. */
static float phase_at(const struct grid *grid, size_t row, size_t col)
{
	float y = (float)((double)row / grid->spacing);
	float x = (float)((double)col / grid->spacing);
	float down = y - floorf(y);
	float right = x - floorf(x);
	const float _Complex *above = grid->work + (size_t)y * grid->cols + (size_t)x;
	const float _Complex *below = above + grid->cols;

	return (1.0F - down) * ((1.0F - right) * crealf(above[0]) + right * crealf(above[1])) +
	       down * ((1.0F - right) * crealf(below[0]) + right * crealf(below[1]));
}

static void turn_object(struct plica_problem *problem, struct grid *grid)
{
	struct plica_planes *object = &problem->object;

	for (size_t k = 0; k < grid->nodes; k++)
		grid->work[k] = grid->phase[k] / (float)grid->nodes;
	plica_fft_inverse(grid->fft, grid->work);
#pragma omp parallel for schedule(static) num_threads(problem->threads)
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * object->stride + x;
			float phase = phase_at(grid, y, x);
			float re = object->re[k];
			float im = object->im[k];

			object->re[k] = re * cosf(phase) - im * sinf(phase);
			object->im[k] = re * sinf(phase) + im * cosf(phase);
		}
}

/* Every stride-th position tells for all. */
static size_t sample_stride(const struct plica_problem *problem)
{
	return (problem->count + SAMPLE - 1) / SAMPLE;
}

/* Of the sample: residual and measured, each its mean over the valid pixels. */
static struct plica_exit_sums measure(struct plica_problem *problem)
{
	size_t stride = sample_stride(problem);
	size_t count = (problem->count + stride - 1) / stride;
	double pixels = (double)count * problem->valid_pixels;
	struct plica_exit_sums sums[SAMPLE];
	struct plica_exit_sums mean = {0};

#pragma omp parallel for schedule(dynamic, 1) num_threads(problem->threads)
	for (size_t i = 0; i < count; i++) {
		struct plica_exit args = plica_exit_of(problem, i * stride);

		plica_exit_run(problem, &args, &sums[i]);
	}
	for (size_t i = 0; i < count; i++) { /* in order, whatever the threads */
		mean.residual += sums[i].residual / pixels;
		mean.measured += sums[i].measured / pixels;
	}
	return mean;
}

/* Is the object, turned, clearly better than flat? If it is worse than no object at all, that means
 * nothing. */
static bool is_better(struct plica_problem *problem, double flat)
{
	double floor = plica_counting_floor(problem, sample_stride(problem));
	struct plica_exit_sums turned = measure(problem);

	return flat > floor && turned.residual < turned.measured &&
	       flat - turned.residual > LEAST_GAIN * (flat - floor);
}

static enum plica_status try_phase(struct plica_problem *problem,
	const struct plica_deflections *deflections, struct plica_error *err)
{
	enum plica_status status;
	double flat = measure(problem).residual;
	struct grid grid = {0};
	double sigma;

	plica_problem_modes_out(problem);
	sigma = plica_probe_rms_radius_px(problem->natural, problem->modes, problem->side);
	PLICA_TRY(create(&grid, problem, sigma, err));
	take_deflections(&grid, problem, deflections);
	solve(&grid);
	turn_object(problem, &grid);
	problem->flat = !is_better(problem, flat);
	if (problem->flat)
		plica_problem_flatten(problem);
out:
	release(&grid);
	return status;
}

enum plica_status plica_initial_phase(struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_deflections deflections = {0};

	PLICA_TRY(plica_deflections_measure(&deflections, problem, err));
	if (deflections.variance > 2.0 * deflections.noise)
		PLICA_TRY(try_phase(problem, &deflections, err));
out:
	plica_deflections_release(&deflections);
	return status;
}
