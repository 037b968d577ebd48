/* SPDX-License-Identifier: BSD-3-Clause */
/* The position step of LSQML, literally and in double precision. */
#include <complex.h>
#include <math.h>

#include "base/memory.h"
#include "lsqml_reference.h"
#include "testing.h"

static struct plica_error err;

/* dO/dy or dO/dx by the antisymmetric stencil of eighth order. */
static double complex slope(const struct reference *reference, long y, long x, int axis)
{
	static const double weight[4] = {4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0};
	double complex sum = 0.0;

	for (int d = 1; d <= 4; d++) {
		long dy = axis == 0 ? d : 0, dx = axis == 1 ? d : 0;

		sum += weight[d - 1] *
		       (reference->object[(size_t)((y + dy) * (long)reference->cols + x + dx)] -
			       reference->object[(
				       size_t)((y - dy) * (long)reference->cols + x - dx)]);
	}
	return sum;
}

/* yy, xx, yx of Re X* X and y, x of Re X* chi. */
static void find_sums(double sums[5], const struct reference *reference, size_t i,
	const double complex *incident, const double complex *difference)
{
	for (size_t k = 0; k < reference->side * reference->side; k++) {
		long y = reference->row[i] + (long)(k / reference->side);
		long x = reference->col[i] + (long)(k % reference->side);
		double complex by_y = incident[k] * slope(reference, y, x, 0);
		double complex by_x = incident[k] * slope(reference, y, x, 1);

		sums[0] += creal(conj(by_y) * by_y);
		sums[1] += creal(conj(by_x) * by_x);
		sums[2] += creal(conj(by_y) * by_x);
		sums[3] += creal(conj(by_y) * difference[k]);
		sums[4] += creal(conj(by_x) * difference[k]);
	}
}

/* min(limit, 10 mean |x - mean x|) of one axis. */
static double limit_of(
	const struct reference *reference, const double (*update)[2], size_t count, int axis)
{
	double mean = 0.0, deviation = 0.0;

	for (size_t b = 0; b < count; b++)
		mean += update[b][axis] / (double)count;
	for (size_t b = 0; b < count; b++)
		deviation += fabs(update[b][axis] - mean) / (double)count;
	return fmin(reference->settings->positions.update_magnitude_limit, 10.0 * deviation);
}

void reference_find_moves(
	const struct reference *reference, double (*update)[2], const struct reference_waves *waves)
{
	size_t pixels = reference->side * reference->side;
	double(*sums)[5] = NULL;
	double damping = 0.0;

	assert_ok(PLICA_NEW(&sums, waves->count, &err));
	for (size_t b = 0; b < waves->count; b++) {
		find_sums(sums[b], reference, waves->positions[b], waves->incident + b * pixels,
			waves->difference + b * pixels);
		damping += 0.05 * 0.5 * (sums[b][0] + sums[b][1]) / (double)waves->count;
	}
	for (size_t b = 0; b < waves->count; b++) {
		double yy = sums[b][0] + damping, xx = sums[b][1] + damping, yx = sums[b][2];
		double lr = reference->settings->positions.step_size;
		double determinant = yy * xx - yx * yx;

		if (determinant == 0.0) /* a flat object: nothing is known */
			continue;
		update[b][0] = lr * (xx * sums[b][3] - yx * sums[b][4]) / determinant;
		update[b][1] = lr * (yy * sums[b][4] - yx * sums[b][3]) / determinant;
	}
	plica_free(sums);
}

void reference_move(
	struct reference *reference, const double (*update)[2], const struct reference_waves *waves)
{
	double half = floor((double)reference->side / 2.0);
	double limit[2];

	for (int axis = 0; axis < 2; axis++)
		limit[axis] = limit_of(reference, update, waves->count, axis);
	for (size_t b = 0; b < waves->count; b++) {
		size_t i = waves->positions[b];
		double y, x;

		reference->y_px[i] += fmax(-limit[0], fmin(limit[0], update[b][0]));
		reference->x_px[i] += fmax(-limit[1], fmin(limit[1], update[b][1]));
		y = nearbyint(reference->y_px[i]);
		x = nearbyint(reference->x_px[i]);
		reference->row[i] = lrint(y - half - reference->origin_y);
		reference->col[i] = lrint(x - half - reference->origin_x);
		reference->shift_y[i] = reference->y_px[i] - y;
		reference->shift_x[i] = reference->x_px[i] - x;
	}
}
