/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/modes.h"

#include <complex.h>
#include <math.h>
#include <stdbool.h>

#include "num/hermitian.h"
#include "optics/probe.h"

/* Of all power, for a mode that was made; and what all of them together may take. */
#define SHARE 0.02
#define MOST_SHARE 0.5
/* A product that is this small once the modes before it are out of it is nothing new. */
#define NEW_POWER 1e-6
/* Powers of y and x in all beyond which nothing is looked for. */
#define MOST_POWERS 16

/* <a, b> */
static double complex inner(const float complex *a, const float complex *b, size_t pixels)
{
	double re = 0.0;
	double im = 0.0;

	for (size_t k = 0; k < pixels; k++) {
		double complex product = conj((double complex)a[k]) * (double complex)b[k];

		re += creal(product);
		im += cimag(product);
	}
	return CMPLX(re, im);
}

static void scale(float complex *mode, double factor, size_t pixels)
{
	for (size_t k = 0; k < pixels; k++)
		mode[k] *= (float)factor;
}

/* mode -= <other, mode> / <other, other> other */
static void take_out(float complex *mode, const float complex *other, size_t pixels)
{
	double power = plica_probe_power(other, pixels);
	double complex along;

	if (!(power > 0.0))
		return;
	along = inner(other, mode, pixels) / power;
	for (size_t k = 0; k < pixels; k++)
		mode[k] =
			(float complex)((double complex)mode[k] - along * (double complex)other[k]);
}

/* Where the power of mode 0 lies. */
struct place {
	double y_px, x_px, radius_px;
};

static struct place place_of(const float complex *mode, size_t side)
{
	double power = 0.0, y_sum = 0.0, x_sum = 0.0;

	for (size_t k = 0; k < side * side; k++) {
		double here = (double)(crealf(mode[k]) * crealf(mode[k]) +
				       cimagf(mode[k]) * cimagf(mode[k]));

		power += here;
		y_sum += here * (double)(k / side);
		x_sum += here * (double)(k % side);
	}
	return (struct place){
		y_sum / power, x_sum / power, plica_probe_rms_radius_px(mode, 1, side)};
}

/* out = y^a x^b P exp(-(y^2 + x^2) / 2), lengths in rms radii, of the power of P. */
static void fill_product(
	float complex *out, const float complex *mode, size_t side, const size_t powers[2])
{
	struct place place = place_of(mode, side);
	double radius = fmax(place.radius_px, 0.5);

	for (size_t k = 0; k < side * side; k++) {
		double y = ((double)(k / side) - place.y_px) / radius;
		double x = ((double)(k % side) - place.x_px) / radius;
		double factor = pow(y, (double)powers[0]) * pow(x, (double)powers[1]) *
				exp(-0.5 * (y * y + x * x));

		out[k] = (float)factor * mode[k];
	}
}

/* Fills modes[at] with the next product that is new, from `powers` on. */
static bool fill_next(float complex *modes, size_t at, size_t side, size_t powers[2])
{
	size_t pixels = side * side;
	float complex *mode = modes + at * pixels;

	while (powers[0] + powers[1] <= MOST_POWERS) {
		double before;

		fill_product(mode, modes, side, powers);
		before = plica_probe_power(mode, pixels);
		if (powers[0] > 0) {
			powers[0]--;
			powers[1]++;
		} else {
			powers[0] = powers[1] + 1;
			powers[1] = 0;
		}
		for (size_t m = 0; m < at; m++)
			take_out(mode, modes + m * pixels, pixels);
		if (plica_probe_power(mode, pixels) > NEW_POWER * before)
			return true;
	}
	return false;
}

enum plica_status plica_modes_complete(
	float complex *modes, size_t have, size_t want, size_t side, struct plica_error *err)
{
	size_t pixels = side * side;
	size_t made = want > have ? want - have : 0;
	double total = plica_probe_power(modes, have * pixels);
	double share = fmin(SHARE, MOST_SHARE / (double)(made > 0 ? made : 1));
	size_t powers[2] = {1, 0};

	for (size_t m = have; m < want; m++) {
		double power;

		if (!fill_next(modes, m, side, powers))
			return plica_error_set(err, PLICA_ERR_DATA,
				"cannot make %zu modes from 'probeGuess': it has room for %zu",
				want, m);
		power = plica_probe_power(modes + m * pixels, pixels);
		scale(modes + m * pixels, sqrt(share * total / power), pixels);
	}
	if (made > 0)
		scale(modes, sqrt(1.0 - share * (double)made), have * pixels);
	return PLICA_OK;
}

void plica_modes_diagonalise(float complex *modes, size_t count, size_t pixels)
{
	double complex gram[PLICA_MOST_MODES * PLICA_MOST_MODES];
	double complex vectors[PLICA_MOST_MODES * PLICA_MOST_MODES];
	double values[PLICA_MOST_MODES];

	for (size_t l = 0; l < count; l++)
		for (size_t m = l; m < count; m++)
			gram[l * count + m] = inner(modes + l * pixels, modes + m * pixels, pixels);
	plica_hermitian_eigen(vectors, values, gram, count);
	for (size_t k = 0; k < pixels; k++) {
		double complex mixed[PLICA_MOST_MODES];

		for (size_t m = 0; m < count; m++) {
			mixed[m] = 0.0;
			for (size_t l = 0; l < count; l++)
				mixed[m] += vectors[l * count + m] *
					    (double complex)modes[l * pixels + k];
		}
		for (size_t m = 0; m < count; m++)
			modes[m * pixels + k] = (float complex)mixed[m];
	}
}

static void swap(float complex *a, float complex *b, size_t pixels)
{
	for (size_t k = 0; k < pixels; k++) {
		float complex kept = a[k];

		a[k] = b[k];
		b[k] = kept;
	}
}

void plica_modes_sort(float complex *modes, size_t count, size_t pixels)
{
	for (size_t m = 0; m + 1 < count; m++)
		for (size_t l = count - 1; l > m; l--) {
			float complex *mode = modes + l * pixels;

			if (plica_probe_power(mode, pixels) >
				plica_probe_power(mode - pixels, pixels))
				swap(mode, mode - pixels, pixels);
		}
}

void plica_modes_gram_schmidt(float complex *modes, size_t count, size_t pixels)
{
	for (size_t m = 1; m < count; m++)
		for (size_t l = 0; l < m; l++)
			take_out(modes + m * pixels, modes + l * pixels, pixels);
}

void plica_modes_shares(double *share, const float complex *modes, size_t count, size_t pixels)
{
	double total = plica_probe_power(modes, count * pixels);

	for (size_t m = 0; m < count; m++)
		share[m] =
			total > 0.0 ? plica_probe_power(modes + m * pixels, pixels) / total : 0.0;
}
