/* SPDX-License-Identifier: BSD-3-Clause */
#include "optics/probe.h"

#include <complex.h>
#include <math.h>

#include "base/try.h"
#include "num/fft.h"

/* Width of the pupil's edges, in Fourier pixels: hard ones ring across the whole array. */
#define PUPIL_EDGE 2.0

/* A single bright pixel is not a point. */
#define LEAST_DIAMETER_PX 1.0

double plica_probe_defocus_rad(double diameter_px, double pupil_fraction)
{
	return 0.5 * M_PI * pupil_fraction * diameter_px;
}

double plica_probe_power(const float complex *probe, size_t count)
{
	double power = 0.0;

	for (size_t i = 0; i < count; i++) {
		double re = (double)crealf(probe[i]);
		double im = (double)cimagf(probe[i]);

		power += re * re + im * im;
	}
	return power;
}

static float complex phasor(double angle_rad)
{
	return CMPLXF((float)cos(angle_rad), (float)sin(angle_rad));
}

/* 1 well inside `radius`, 0 well outside, a half cosine of the given width between. */
static double soft_disc(double r, double radius, double width)
{
	double depth = (radius - r) / fmax(width, 1e-6);

	if (depth >= 0.5)
		return 1.0;
	return depth <= -0.5 ? 0.0 : 0.5 + 0.5 * sin(M_PI * depth);
}

/* The probe's real amplitude at a distance from its centre; not for zone plates. */
static double amplitude_at(const struct plica_probe_model *model, double r_px)
{
	double ratio = 2.0 * r_px / model->diameter_px;

	if (model->kind == PLICA_PROBE_DISC)
		return soft_disc(r_px, 0.5 * model->diameter_px, model->edge_px);
	return exp2(-ratio * ratio);
}

static void fill_amplitude(float complex *out, size_t n, const struct plica_probe_model *model)
{
	double centre = (double)(n / 2);

	for (size_t y = 0; y < n; y++)
		for (size_t x = 0; x < n; x++)
			out[y * n + x] = (float)amplitude_at(
				model, hypot((double)y - centre, (double)x - centre));
}

static double pupil_at(const struct plica_probe_model *model, double radius, size_t n)
{
	double outer = model->pupil_fraction * (double)n;
	double inner = model->stop_fraction * outer;
	double open = soft_disc(radius, outer, PUPIL_EDGE);

	return inner > 0.0 ? open * (1.0 - soft_disc(radius, inner, PUPIL_EDGE)) : open;
}

/* The annulus, in the transform's order; its linear phase moves the image to [N/2, N/2]. */
static void fill_pupil(float complex *out, size_t n, const struct plica_probe_model *model)
{
	for (size_t y = 0; y < n; y++) {
		double ky = plica_fft_frequency(y, n);

		for (size_t x = 0; x < n; x++) {
			double kx = plica_fft_frequency(x, n);
			double open = pupil_at(model, hypot(ky, kx) * (double)n, n);
			double turns = (ky + kx) * (double)(n / 2);

			out[y * n + x] = (float)open * phasor(-2.0 * M_PI * turns);
		}
	}
}

static void apply_defocus(float complex *spectrum, size_t n, const struct plica_probe_model *model)
{
	double scale = model->defocus_rad / (model->pupil_fraction * model->pupil_fraction);

	for (size_t y = 0; y < n; y++) {
		double ky = plica_fft_frequency(y, n);

		for (size_t x = 0; x < n; x++) {
			double kx = plica_fft_frequency(x, n);

			spectrum[y * n + x] *= phasor(scale * (ky * ky + kx * kx));
		}
	}
}

static enum plica_status normalise(float complex *out, size_t count, struct plica_error *err)
{
	double power = plica_probe_power(out, count);

	if (!(power > 0.0) || !isfinite(power))
		return plica_error_set(err, PLICA_ERR_NUMERIC,
			"the probe has a power of %g, expected more than 0", power);
	for (size_t i = 0; i < count; i++)
		out[i] *= (float)(1.0 / sqrt(power));
	return PLICA_OK;
}

enum plica_status plica_probe_fill(float complex *out, size_t pattern_px,
	const struct plica_probe_model *model, struct plica_error *err)
{
	struct plica_fft *fft = NULL;
	enum plica_status status;

	PLICA_TRY(plica_fft_create(&fft, pattern_px, pattern_px, err));
	if (model->kind == PLICA_PROBE_ZONE_PLATE) {
		fill_pupil(out, pattern_px, model);
	} else {
		fill_amplitude(out, pattern_px, model);
		plica_fft_forward(fft, out);
	}
	apply_defocus(out, pattern_px, model);
	plica_fft_inverse(fft, out);
	PLICA_TRY(normalise(out, pattern_px * pattern_px, err));
out:
	plica_fft_free(fft);
	return status;
}

static double intensity(const float complex *probe, size_t modes, size_t pixels, size_t i)
{
	double sum = 0.0;

	for (size_t m = 0; m < modes; m++)
		sum += plica_probe_power(probe + m * pixels + i, 1);
	return sum;
}

/* Moments of the intensity: its sum, and the centre of mass. */
struct moments {
	double power, y_px, x_px;
};

static struct moments moments_of(const float complex *probe, size_t modes, size_t n)
{
	struct moments moments = {0.0, 0.0, 0.0};

	for (size_t i = 0; i < n * n; i++) {
		double value = intensity(probe, modes, n * n, i);

		moments.power += value;
		moments.y_px += value * (double)(i / n);
		moments.x_px += value * (double)(i % n);
	}
	if (moments.power > 0.0) {
		moments.y_px /= moments.power;
		moments.x_px /= moments.power;
	}
	return moments;
}

/* A pixel at distance r counts fully when r + 1/2 is inside, not at all when r - 1/2 is outside. */
static double power_within(const float complex *probe, size_t modes, size_t n,
	const struct moments *centre, double radius_px)
{
	double sum = 0.0;

	for (size_t i = 0; i < n * n; i++) {
		double r = hypot((double)(i / n) - centre->y_px, (double)(i % n) - centre->x_px);

		sum += intensity(probe, modes, n * n, i) *
		       fmin(fmax(radius_px - r + 0.5, 0.0), 1.0);
	}
	return sum;
}

double plica_probe_diameter_px(const float complex *probe, size_t modes, size_t pattern_px)
{
	const struct moments centre = moments_of(probe, modes, pattern_px);
	double low = 0.0;
	double high = 2.0 * (double)pattern_px;

	if (!(centre.power > 0.0))
		return 0.0;
	while (high - low > 1e-6 * high && high > 0.25 * LEAST_DIAMETER_PX) {
		double middle = 0.5 * (low + high);
		double within = power_within(probe, modes, pattern_px, &centre, middle);

		if (within < 0.5 * centre.power)
			low = middle;
		else
			high = middle;
	}
	return fmax(2.0 * sqrt(2.0) * 0.5 * (low + high), LEAST_DIAMETER_PX);
}

double plica_probe_rms_radius_px(const float complex *probe, size_t modes, size_t pattern_px)
{
	const struct moments centre = moments_of(probe, modes, pattern_px);
	double sum = 0.0;

	if (!(centre.power > 0.0))
		return 0.0;
	for (size_t i = 0; i < pattern_px * pattern_px; i++) {
		double y = (double)(i / pattern_px) - centre.y_px;
		double x = (double)(i % pattern_px) - centre.x_px;

		sum += intensity(probe, modes, pattern_px * pattern_px, i) * (y * y + x * x);
	}
	return sqrt(0.5 * sum / centre.power);
}
