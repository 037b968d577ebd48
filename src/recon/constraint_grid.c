/* SPDX-License-Identifier: BSD-3-Clause */
/* Grid artefacts: what a regular scan prints on the object, at the harmonics of its period. */
#include <complex.h>
#include <math.h>

#include "recon/constraint.h"

/* The object's mean phase: phases are taken relative to it, so that they do not wrap there. */
static double mean_phase(const struct plica_planes *object)
{
	double re = 0.0, im = 0.0;

	for (size_t k = 0; k < object->rows * object->stride; k++) {
		re += (double)object->re[k];
		im += (double)object->im[k];
	}
	return atan2(im, re);
}

/* Is index k of n within `window` bins of a harmonic of the period? *order is which. */
static bool near_harmonic(long *order, size_t k, size_t n, double period_px, double window)
{
	double bins = (double)n / period_px; /* from one harmonic to the next */
	double bin = plica_fft_frequency(k, n) * (double)n;

	*order = lrint(bin / bins);
	return fabs(bin - (double)*order * bins) <= window;
}

static bool is_artifact(const struct plica_settings *settings, long order_y, long order_x)
{
	switch ((enum plica_grid_direction)settings->object.grid_artifacts.direction) {
	case PLICA_GRID_XY:
		return order_y != 0 || order_x != 0;
	case PLICA_GRID_X:
		return order_y == 0 && order_x != 0;
	case PLICA_GRID_Y:
		return order_y != 0 && order_x == 0;
	}
	return false;
}

static void remove_harmonics(
	float complex *spectrum, size_t rows, size_t cols, const struct plica_settings *settings)
{
	double window = (double)settings->object.grid_artifacts.window_size;

	for (size_t v = 0; v < rows; v++) {
		long order_y, order_x;

		if (!near_harmonic(
			    &order_y, v, rows, settings->object.grid_artifacts.period_y_px, window))
			continue;
		for (size_t u = 0; u < cols; u++)
			if (near_harmonic(&order_x, u, cols,
				    settings->object.grid_artifacts.period_x_px, window) &&
				is_artifact(settings, order_y, order_x))
				spectrum[v * cols + u] = 0.0F;
	}
}

/* Phase relative to `reference`, in (-pi, pi], or magnitude. */
static void take_component(
	float complex *to, const struct plica_planes *object, double reference, bool phase)
{
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * object->stride + x;
			double re = (double)object->re[k];
			double im = (double)object->im[k];

			to[y * object->cols + x] =
				(float)(phase ? remainder(atan2(im, re) - reference, 2.0 * M_PI)
					      : hypot(re, im));
		}
}

static void put_component(
	struct plica_planes *object, const float complex *from, double reference, bool phase)
{
	double scale = 1.0 / ((double)object->rows * (double)object->cols);

	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			size_t k = y * object->stride + x;
			double re = (double)object->re[k];
			double im = (double)object->im[k];
			double filtered = scale * (double)crealf(from[y * object->cols + x]);
			double magnitude = phase ? hypot(re, im) : fmax(filtered, 0.0);
			double angle = phase ? filtered + reference : atan2(im, re);

			object->re[k] = (float)(magnitude * cos(angle));
			object->im[k] = (float)(magnitude * sin(angle));
		}
}

bool plica_constrain_grid(struct plica_constraints *constraints)
{
	struct plica_planes *object = &constraints->problem->object;
	const struct plica_settings *settings = constraints->problem->settings;
	bool phase = settings->object.grid_artifacts.component == PLICA_GRID_PHASE;
	double reference = mean_phase(object);

	take_component(constraints->canvas, object, reference, phase);
	plica_fft_forward(constraints->fft, constraints->canvas);
	remove_harmonics(constraints->canvas, object->rows, object->cols, settings);
	plica_fft_inverse(constraints->fft, constraints->canvas);
	put_component(object, constraints->canvas, reference, phase);
	return true;
}
