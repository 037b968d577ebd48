/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/expose.h"

#include <complex.h>
#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "base/try.h"
#include "format/json.h"
#include "num/fft.h"
#include "optics/probe.h"
#include "plica/simulate.h"

double plica_patch_start(double coordinate_px, size_t pattern_px)
{
	return rint(coordinate_px) - (double)(pattern_px / 2);
}

/* What every pattern is made from. */
struct exposure {
	const struct plica_scene *scene;
	struct plica_fft *fft;
	float complex *spectrum; /* of each mode of the probe, over N^2 */
	struct work *work;       /* one a thread */
	int threads;
};

struct work {
	float complex *wave;
	float complex *ramp; /* of the shift: N along y, N along x */
	double *intensity;
};

static size_t pixels_of(const struct plica_scene *scene)
{
	return scene->pattern_px * scene->pattern_px;
}

static void release_exposure(struct exposure *exposure)
{
	plica_fft_free(exposure->fft);
	plica_free(exposure->spectrum);
	for (int t = 0; t < exposure->threads && exposure->work != NULL; t++) {
		plica_free(exposure->work[t].wave);
		plica_free(exposure->work[t].ramp);
		plica_free(exposure->work[t].intensity);
	}
	plica_free(exposure->work);
}

static enum plica_status allocate_work(struct exposure *exposure, struct plica_error *err)
{
	size_t pixels = pixels_of(exposure->scene);
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&exposure->work, (size_t)exposure->threads, err));
	for (int t = 0; t < exposure->threads; t++) {
		struct work *work = &exposure->work[t];

		PLICA_TRY(PLICA_NEW(&work->wave, pixels, err));
		PLICA_TRY(PLICA_NEW(&work->ramp, 2 * exposure->scene->pattern_px, err));
		PLICA_TRY(PLICA_NEW(&work->intensity, pixels, err));
	}
out:
	return status;
}

/* To be released whether it succeeds or not. */
static enum plica_status prepare_exposure(
	struct exposure *out, const struct plica_scene *scene, struct plica_error *err)
{
	enum plica_status status;
	size_t pixels = pixels_of(scene);

	out->scene = scene;
	out->threads = scene->threads > 0 ? scene->threads : omp_get_max_threads();
	PLICA_TRY(allocate_work(out, err));
	PLICA_TRY(plica_fft_create(&out->fft, scene->pattern_px, scene->pattern_px, err));
	PLICA_TRY(PLICA_NEW(&out->spectrum, scene->probe_modes * pixels, err));
	for (size_t m = 0; m < scene->probe_modes; m++) {
		float complex *mode = out->spectrum + m * pixels;

		/* through a work array, which has the alignment that the plan was made for */
		memcpy(out->work[0].wave, scene->probe + m * pixels, pixels * sizeof(*mode));
		plica_fft_forward(out->fft, out->work[0].wave);
		for (size_t i = 0; i < pixels; i++)
			mode[i] = out->work[0].wave[i] / (float)pixels;
	}
out:
	return status;
}

/* exp(-2 pi i u delta) along both axes, for the shift forward by the fraction of position i. */
static void make_ramps(struct work *work, const struct plica_scene *scene, size_t i)
{
	const double fraction[2] = {
		scene->y_px[i] - rint(scene->y_px[i]), scene->x_px[i] - rint(scene->x_px[i])};
	size_t n = scene->pattern_px;

	for (size_t axis = 0; axis < 2; axis++)
		for (size_t k = 0; k < n; k++) {
			double angle = -2.0 * M_PI * plica_fft_frequency(k, n) * fraction[axis];

			work->ramp[axis * n + k] = CMPLXF((float)cos(angle), (float)sin(angle));
		}
}

/* wave = (T_delta P_mode) O: the shifted probe, times the patch. */
static void make_exit_wave(
	struct work *work, const struct exposure *exposure, size_t mode, size_t i)
{
	const struct plica_scene *scene = exposure->scene;
	size_t n = scene->pattern_px;
	size_t row = (size_t)plica_patch_start(scene->y_px[i], n);
	size_t col = (size_t)plica_patch_start(scene->x_px[i], n);
	const float complex *spectrum = exposure->spectrum + mode * n * n;

	for (size_t y = 0; y < n; y++)
		for (size_t x = 0; x < n; x++)
			work->wave[y * n + x] =
				spectrum[y * n + x] * work->ramp[y] * work->ramp[n + x];
	plica_fft_inverse(exposure->fft, work->wave);
	for (size_t y = 0; y < n; y++) {
		const float complex *object = scene->object + (row + y) * scene->object_cols + col;

		for (size_t x = 0; x < n; x++)
			work->wave[y * n + x] *= object[x];
	}
}

static double exit_photons(struct work *work, const struct exposure *exposure, size_t i)
{
	double sum = 0.0;

	make_ramps(work, exposure->scene, i);
	for (size_t m = 0; m < exposure->scene->probe_modes; m++) {
		make_exit_wave(work, exposure, m, i);
		sum += plica_probe_power(work->wave, pixels_of(exposure->scene));
	}
	return sum;
}

enum plica_status plica_scene_mean_photons(
	double *out, const struct plica_scene *scene, struct plica_error *err)
{
	struct exposure exposure = {0};
	double *photons = NULL;
	enum plica_status status;
	double sum = 0.0;

	PLICA_TRY(prepare_exposure(&exposure, scene, err));
	PLICA_TRY(PLICA_NEW(&photons, scene->count, err));
#pragma omp parallel for schedule(static) num_threads(exposure.threads)
	for (size_t i = 0; i < scene->count; i++)
		photons[i] = exit_photons(&exposure.work[omp_get_thread_num()], &exposure, i);
	for (size_t i = 0; i < scene->count; i++) /* in one order for any number of threads */
		sum += photons[i];
	*out = sum / (double)scene->count;
out:
	plica_free(photons);
	release_exposure(&exposure);
	return status;
}

/* Expected counts per photon of dose, in the transform's order. */
static void make_intensity(struct work *work, const struct exposure *exposure, size_t i)
{
	size_t pixels = pixels_of(exposure->scene);

	make_ramps(work, exposure->scene, i);
	memset(work->intensity, 0, pixels * sizeof(*work->intensity));
	for (size_t m = 0; m < exposure->scene->probe_modes; m++) {
		make_exit_wave(work, exposure, m, i);
		plica_fft_forward(exposure->fft, work->wave);
		for (size_t k = 0; k < pixels; k++)
			work->intensity[k] += plica_probe_power(&work->wave[k], 1) / (double)pixels;
	}
}

enum plica_status plica_scene_expect(const struct plica_scene *scene, plica_scene_visit *visit,
	void *context, struct plica_error *err)
{
	struct exposure exposure = {0};
	enum plica_status status;

	PLICA_TRY(prepare_exposure(&exposure, scene, err));
#pragma omp parallel for schedule(static) num_threads(exposure.threads)
	for (size_t i = 0; i < scene->count; i++) {
		struct work *work = &exposure.work[omp_get_thread_num()];

		make_intensity(work, &exposure, i);
		visit(context, i, work->intensity);
	}
out:
	release_exposure(&exposure);
	return status;
}

/* How many photons: `master` are drawn for a frame, and `dose` of them kept on average. */
struct photons {
	double dose, master;
	uint64_t seed;
};

/* The streams of a pattern: what it draws depends on nothing else. */
struct draw {
	struct plica_random photons, thinning;
	const struct photons *wanted;
};

static double draw_count(struct draw *draw, double intensity)
{
	const struct photons *wanted = draw->wanted;
	unsigned int count = plica_random_poisson(&draw->photons, wanted->master * intensity);

	if (wanted->dose < wanted->master && count > 0)
		count = plica_random_binomial(
			&draw->thinning, count, wanted->dose / wanted->master);
	return count;
}

/* Counts to amplitudes, zero frequency to [N/2, N/2]. The numbers of a pattern come from its own
 * stream, in the order of the result's pixels. */
static void draw_pattern(float *out, const struct work *work, size_t n, struct draw *draw)
{
	size_t half = n - n / 2;

	for (size_t y = 0; y < n; y++) {
		const double *row = work->intensity + (y + half) % n * n;

		for (size_t x = 0; x < n; x++)
			out[y * n + x] = (float)sqrt(draw_count(draw, row[(x + half) % n]));
	}
}

static void expose_pattern(struct plica_dataset *dataset, const struct exposure *exposure, size_t i,
	const struct photons *wanted)
{
	struct work *work = &exposure->work[omp_get_thread_num()];
	struct draw draw = {.wanted = wanted};
	float *pattern = (float *)dataset->patterns + i * pixels_of(exposure->scene);

	make_intensity(work, exposure, i);
	plica_random_start(&draw.photons, wanted->seed, PLICA_RANDOM_PHOTONS, i);
	plica_random_start(&draw.thinning, wanted->seed, PLICA_RANDOM_THINNING, i);
	draw_pattern(pattern, work, dataset->pattern_px, &draw);
}

static void copy_scene(
	struct plica_dataset *dataset, const struct plica_scene *scene, double dose_photons)
{
	size_t probe_values = scene->probe_modes * pixels_of(scene);
	float scale = (float)sqrt(dose_photons);

	memcpy(dataset->y_px, scene->y_px, scene->count * sizeof(*scene->y_px));
	memcpy(dataset->x_px, scene->x_px, scene->count * sizeof(*scene->x_px));
	memcpy(dataset->object, scene->object,
		scene->object_rows * scene->object_cols * sizeof(*scene->object));
	for (size_t i = 0; i < probe_values; i++)
		dataset->probe[i] = scale * scene->probe_guess[i];
}

/* A data set without a photon is none: no reader takes it. */
static enum plica_status check_light(double measured_photons, const struct photons *wanted,
	const struct plica_scene *scene, struct plica_error *err)
{
	if (measured_photons > 0.0)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_DATA,
		"no photon was drawn in %zu pattern%s at a dose of %g photons per exposure",
		scene->count, scene->count == 1 ? "" : "s", wanted->dose);
}

static enum plica_status describe(struct plica_dataset *dataset, const struct plica_scene *scene,
	const struct photons *wanted, struct plica_error *err)
{
	double measured = plica_dataset_mean_photons(dataset);
	struct plica_json *json = NULL;
	struct plica_text text = {0};
	enum plica_status status;

	PLICA_TRY(check_light(measured, wanted, scene, err));
	PLICA_TRY(plica_json_parse(&json, scene->description_json, strlen(scene->description_json),
		"description of the scene", err));
	plica_json_set_number(json, "dose", wanted->dose);
	if (wanted->dose < wanted->master)
		plica_json_set_number(json, "thinned_from_dose", wanted->master);
	plica_json_set_number(json, "dose_measured", measured);
	plica_json_set_integer(json, "simulation_seed", (int64_t)wanted->seed);
	PLICA_TRY(plica_json_line(&text, json, err));
	PLICA_TRY(plica_dataset_set_metadata(dataset, text.data, err));
out:
	plica_text_release(&text);
	plica_json_free(json);
	return status;
}

static enum plica_status check_photons(const struct photons *wanted, struct plica_error *err)
{
	if (!(wanted->dose > 0.0 && wanted->dose <= PLICA_DOSE_LIMIT))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"'dose' is %g, expected more than 0, at most %g photons per exposure",
			wanted->dose, PLICA_DOSE_LIMIT);
	if (!(wanted->master >= wanted->dose && wanted->master <= PLICA_DOSE_LIMIT))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the dose of the master is %g, expected %g to %g photons per exposure",
			wanted->master, wanted->dose, PLICA_DOSE_LIMIT);
	return PLICA_OK;
}

enum plica_status plica_scene_expose(struct plica_dataset **out, const struct plica_scene *scene,
	double dose_photons, uint64_t seed, struct plica_error *err)
{
	return plica_scene_expose_thinned(out, scene, dose_photons, dose_photons, seed, err);
}

enum plica_status plica_scene_expose_thinned(struct plica_dataset **out,
	const struct plica_scene *scene, double dose_photons, double master_photons, uint64_t seed,
	struct plica_error *err)
{
	const struct photons wanted = {dose_photons, master_photons, seed};
	struct plica_dataset *dataset = NULL;
	struct exposure exposure = {0};
	enum plica_status status;

	PLICA_TRY(check_photons(&wanted, err));
	PLICA_TRY(prepare_exposure(&exposure, scene, err));
	PLICA_TRY(plica_dataset_create(&dataset, scene->count, scene->pattern_px,
		scene->probe_modes, scene->object_rows, scene->object_cols, err));
	copy_scene(dataset, scene, dose_photons);
#pragma omp parallel for schedule(static) num_threads(exposure.threads)
	for (size_t i = 0; i < scene->count; i++)
		expose_pattern(dataset, &exposure, i, &wanted);
	PLICA_TRY(describe(dataset, scene, &wanted, err));
	*out = dataset;
	dataset = NULL;
out:
	plica_dataset_free(dataset);
	release_exposure(&exposure);
	return status;
}
