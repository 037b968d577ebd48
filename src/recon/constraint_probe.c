/* SPDX-License-Identifier: BSD-3-Clause */
/* Constraints on where the probe is. A mode is looked at in natural order, one after the other. */
#include <complex.h>
#include <math.h>
#include <string.h>

#include "recon/constraint.h"

/* Gaussians of the shrink-wrapped support: of the amplitude, and of the mask's rim. */
#define AMPLITUDE_RADIUS 2
#define AMPLITUDE_SIGMA 3.0
#define MASK_RADIUS 1
#define MASK_SIGMA 2.0
#define MOST_RADIUS 2

static float *mode_wave(const struct plica_constraints *constraints, size_t mode)
{
	const struct plica_problem *problem = constraints->problem;

	return problem->probe + mode * problem->kernels->wave_floats;
}

static void take_mode(struct plica_constraints *constraints, size_t mode)
{
	const struct plica_kernels *kernels = constraints->problem->kernels;

	kernels->table->wave_to(kernels, constraints->natural, mode_wave(constraints, mode));
}

static void put_mode(struct plica_constraints *constraints, size_t mode)
{
	const struct plica_kernels *kernels = constraints->problem->kernels;

	kernels->table->wave_from(kernels, mode_wave(constraints, mode), constraints->natural);
}

/* A Gaussian of 2 radius + 1 taps along one axis: `step` from pixel to pixel, clamped at the rim. */
static void blur_axis(
	float *to, const float *from, size_t side, bool down, const double *taps, long radius)
{
	for (size_t y = 0; y < side; y++)
		for (size_t x = 0; x < side; x++) {
			long at = (long)(down ? y : x);
			double sum = 0.0;

			for (long t = -radius; t <= radius; t++) {
				long moved = at + t < 0 ? 0 : at + t;
				size_t place = moved < (long)side ? (size_t)moved : side - 1;

				sum += taps[t + radius] *
				       (double)from[down ? place * side + x : y * side + place];
			}
			to[y * side + x] = (float)sum;
		}
}

static void blur(float *values, float *scratch, size_t side, long radius, double sigma)
{
	double taps[2 * MOST_RADIUS + 1];
	double sum = 0.0;

	for (long t = -radius; t <= radius; t++) {
		taps[t + radius] = exp(-0.5 * (double)(t * t) / (sigma * sigma));
		sum += taps[t + radius];
	}
	for (long t = 0; t <= 2 * radius; t++)
		taps[t] /= sum;
	blur_axis(scratch, values, side, true, taps, radius);
	blur_axis(values, scratch, side, false, taps, radius);
}

/* Sets to 0 what lies outside the given ellipse or rectangle. */
static void cut_fixed(struct plica_constraints *constraints)
{
	const struct plica_settings *settings = constraints->problem->settings;
	size_t side = constraints->problem->side;
	double middle = (double)(side / 2);
	double half_y = settings->probe.support_constraint.half_height_px;
	double half_x = settings->probe.support_constraint.half_width_px;
	bool ellipse =
		settings->probe.support_constraint.fixed_probe_support == PLICA_SUPPORT_ELLIPSE;

	for (size_t k = 0; k < side * side; k++) {
		double y = (double)(k / side) - middle -
			   settings->probe.support_constraint.center_y_px;
		double x = (double)(k % side) - middle -
			   settings->probe.support_constraint.center_x_px;
		double v = fabs(y) / half_y;
		double u = fabs(x) / half_x;

		if (ellipse ? v * v + u * u > 1.0 : fmax(v, u) > 1.0)
			constraints->natural[k] = 0.0F;
	}
}

/* Shrink-wrap: keeps where the blurred amplitude is above a part of its maximum, softly. */
static void cut_dark(struct plica_constraints *constraints, double threshold)
{
	size_t side = constraints->problem->side;
	float *mask = constraints->pixels[0];
	float *scratch = constraints->pixels[1];
	float largest = 0.0F;

	for (size_t k = 0; k < side * side; k++)
		mask[k] = cabsf(constraints->natural[k]);
	blur(mask, scratch, side, AMPLITUDE_RADIUS, AMPLITUDE_SIGMA);
	for (size_t k = 0; k < side * side; k++)
		largest = fmaxf(largest, mask[k]);
	for (size_t k = 0; k < side * side; k++)
		mask[k] = mask[k] > (float)threshold * largest ? 1.0F : 0.0F;
	blur(mask, scratch, side, MASK_RADIUS, MASK_SIGMA);
	for (size_t k = 0; k < side * side; k++)
		constraints->natural[k] *= mask[k];
}

bool plica_constrain_support(struct plica_constraints *constraints)
{
	const struct plica_settings *settings = constraints->problem->settings;
	double threshold = settings->probe.support_constraint.threshold;

	for (size_t mode = 0; mode < constraints->problem->modes; mode++) {
		take_mode(constraints, mode);
		if (settings->probe.support_constraint.fixed_probe_support != PLICA_SUPPORT_NONE)
			cut_fixed(constraints);
		if (threshold > 0.0)
			cut_dark(constraints, threshold);
		put_mode(constraints, mode);
	}
	plica_problem_probe_changed(constraints->problem);
	return true;
}

/* How far the centre of mass of some modes' intensity is from pixel N/2, in whole pixels. */
static void measure_offset(
	struct plica_constraints *constraints, long offset[2], size_t first, size_t end)
{
	size_t side = constraints->problem->side;
	double middle = (double)(side / 2);
	double power = 0.0, y = 0.0, x = 0.0;

	for (size_t mode = first; mode < end; mode++) {
		take_mode(constraints, mode);
		for (size_t k = 0; k < side * side; k++) {
			double a = (double)cabsf(constraints->natural[k]);

			power += a * a;
			y += a * a * ((double)(k / side) - middle);
			x += a * a * ((double)(k % side) - middle);
		}
	}
	offset[0] = power > 0.0 ? lrint(y / power) : 0;
	offset[1] = power > 0.0 ? lrint(x / power) : 0;
}

/* Index i + offset, on a circle of n. */
static size_t around(size_t i, long offset, size_t n)
{
	long place = ((long)i + offset) % (long)n;

	return (size_t)(place < 0 ? place + (long)n : place);
}

static void roll_mode(struct plica_constraints *constraints, const long offset[2])
{
	size_t side = constraints->problem->side;
	float complex *natural = constraints->natural;
	float *re = constraints->pixels[0];
	float *im = constraints->pixels[1];

	for (size_t k = 0; k < side * side; k++) {
		re[k] = crealf(natural[k]);
		im[k] = cimagf(natural[k]);
	}
	for (size_t y = 0; y < side; y++)
		for (size_t x = 0; x < side; x++) {
			size_t from =
				around(y, offset[0], side) * side + around(x, offset[1], side);

			natural[y * side + x] = CMPLXF(re[from], im[from]);
		}
}

/* Index i + offset, held within [0, n). */
static size_t within(size_t i, long offset, size_t n)
{
	long place = (long)i + offset;

	if (place < 0)
		return 0;
	return place < (long)n ? (size_t)place : n - 1;
}

static void move_object(struct plica_constraints *constraints, const long offset[2])
{
	const struct plica_planes *object = &constraints->problem->object;
	const struct plica_planes *copy = &constraints->planes;
	size_t bytes = object->rows * object->stride * sizeof(float);

	memcpy(copy->re, object->re, bytes);
	memcpy(copy->im, object->im, bytes);
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t to = y * object->stride + x;
			size_t from = within(y, offset[0], object->rows) * object->stride +
				      within(x, offset[1], object->cols);

			object->re[to] = copy->re[from];
			object->im[to] = copy->im[from];
		}
}

/* Rolls one mode, by its own offset if it has to have one; did it move? */
static bool center_mode(struct plica_constraints *constraints, size_t mode, const long common[2])
{
	long offset[2] = {common[0], common[1]};

	if (constraints->problem->settings->probe.center_constraint.modes_individually)
		measure_offset(constraints, offset, mode, mode + 1);
	if (offset[0] == 0 && offset[1] == 0)
		return false;
	take_mode(constraints, mode);
	roll_mode(constraints, offset);
	put_mode(constraints, mode);
	return true;
}

bool plica_constrain_center(struct plica_constraints *constraints)
{
	struct plica_problem *problem = constraints->problem;
	const struct plica_settings *settings = problem->settings;
	size_t end = settings->probe.center_constraint.use_total_intensity ? problem->modes : 1;
	bool moved = false;
	long offset[2];

	measure_offset(constraints, offset, 0, end);
	for (size_t mode = 0; mode < problem->modes; mode++)
		moved = center_mode(constraints, mode, offset) || moved;
	if (offset[0] != 0 || offset[1] != 0)
		move_object(constraints, offset);
	if (moved)
		plica_problem_probe_changed(problem);
	return moved;
}
