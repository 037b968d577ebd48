/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/residual.h"

#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "data/expose.h"
#include "format/json.h"

/* Over the valid pixels of one pattern; `distance` is complete after the second pass. */
struct sums {
	double measured, modelled, mixed; /* I, J, sqrt(I J) */
	double amplitude, distance;       /* sqrt(I), |sqrt(I) - sqrt(s J)| */
};

struct judgement {
	const struct plica_dataset *dataset;
	float *amplitude; /* a pattern for each thread */
	struct sums *sums;
	double root_scale;       /* sqrt(s); 0 in the first pass */
	const float *background; /* of the product; NULL: none */
	const double *beam;      /* intensities of the positions; NULL: all 1 */
};

/* Index in the transform's order, zero frequency first, of a pixel of a stored pattern. */
static size_t transform_index(size_t pixel, size_t n)
{
	size_t half = n - n / 2;

	return (pixel / n + half) % n * n + (pixel % n + half) % n;
}

static void add_pattern(void *context, size_t index, const double *intensity)
{
	const struct judgement *judgement = context;
	const struct plica_dataset *dataset = judgement->dataset;
	size_t n = dataset->pattern_px;
	float *amplitude = judgement->amplitude + (size_t)omp_get_thread_num() * n * n;
	double beam = judgement->beam != NULL ? judgement->beam[index] : 1.0;
	struct sums sums = {0};

	plica_dataset_amplitudes(amplitude, dataset, index);
	for (size_t k = 0; k < n * n; k++) {
		double found = (double)amplitude[k];
		double background =
			judgement->background != NULL ? (double)judgement->background[k] : 0.0;
		double modelled = beam * intensity[transform_index(k, n)] + background;
		double root = sqrt(modelled);

		if (dataset->mask != NULL && dataset->mask[k] == 0)
			continue;
		sums.measured += found * found;
		sums.modelled += modelled;
		sums.mixed += found * root;
		sums.amplitude += found;
		sums.distance += fabs(found - judgement->root_scale * root);
	}
	judgement->sums[index] = sums;
}

static struct sums total_of(const struct judgement *judgement)
{
	struct sums total = {0};

	for (size_t i = 0; i < judgement->dataset->pattern_count; i++) {
		const struct sums *sums = &judgement->sums[i];

		total.measured += sums->measured;
		total.modelled += sums->modelled;
		total.mixed += sums->mixed;
		total.amplitude += sums->amplitude;
		total.distance += sums->distance;
	}
	return total;
}

static double fourier_error(const struct sums *sums, double root_scale)
{
	double distance = sums->measured - 2.0 * root_scale * sums->mixed +
			  root_scale * root_scale * sums->modelled;

	return fmax(distance, 0.0) / sums->measured; /* rounding may go below 0 */
}

/* Positions on the product's own grid; owned by the scene. */
static enum plica_status place(struct plica_scene *scene, const struct plica_dataset *dataset,
	const struct plica_product *product, struct plica_error *err)
{
	bool own = product->position_count == dataset->pattern_count;
	const double *y = own ? product->y_px : dataset->y_px;
	const double *x = own ? product->x_px : dataset->x_px;
	double n = (double)dataset->pattern_px;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&scene->y_px, scene->count, err));
	PLICA_TRY(PLICA_NEW(&scene->x_px, scene->count, err));
	for (size_t i = 0; i < scene->count; i++) {
		double row, col;

		scene->y_px[i] = y[i] - product->origin_y_px;
		scene->x_px[i] = x[i] - product->origin_x_px;
		row = plica_patch_start(scene->y_px[i], dataset->pattern_px);
		col = plica_patch_start(scene->x_px[i], dataset->pattern_px);
		if (row >= 0.0 && col >= 0.0 && row + n <= (double)product->object_rows &&
			col + n <= (double)product->object_cols)
			continue;
		status = plica_error_set(err, PLICA_ERR_DATA,
			"the object does not hold the patch of pattern %zu (from row %.0f, column "
			"%.0f)",
			i, row, col);
		goto out;
	}
out:
	return status;
}

/* Options of ours, with the value at which the model of a pattern has no part in them. */
static const struct {
	const char *name;
	double neutral;
} detector_options[] = {
	{"diffraction_pattern_blur_sigma", 0.0},
	{"data.offset", 0.0},
	{"exclude_measured_pixels_below", -1.0},
};

static enum plica_status check_option(
	const struct plica_json *options, size_t i, struct plica_error *err)
{
	const char *name = detector_options[i].name;
	double neutral = detector_options[i].neutral;
	double value = plica_json_get_number(options, name, neutral);

	if (value == neutral)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_DATA,
		"the reconstruction has option '%s' = %g, which is not modelled here", name, value);
}

/* Data that were changed on their way into the engine, and a blur, would count as misfit. */
static enum plica_status check_detector(
	const struct plica_product *product, struct plica_error *err)
{
	const char *text = product->options_json;
	struct plica_json *options = NULL;
	enum plica_status status = PLICA_OK;

	/* options of another program, in whatever form, are not ours to judge */
	if (text == NULL ||
		plica_json_parse(&options, text, strlen(text), "options", NULL) != PLICA_OK)
		return PLICA_OK;
	for (size_t i = 0; i < sizeof(detector_options) / sizeof(detector_options[0]); i++)
		PLICA_TRY(check_option(options, i, err));
out:
	plica_json_free(options);
	return status;
}

static enum plica_status make_scene(struct plica_scene *scene, const struct plica_dataset *dataset,
	const struct plica_product *product, struct plica_error *err)
{
	if (product->probe == NULL)
		return plica_error_set(err, PLICA_ERR_DATA,
			"the reconstruction has no probe to make patterns with");
	if (product->probe_px != dataset->pattern_px)
		return plica_error_set(err, PLICA_ERR_DATA,
			"the reconstruction's probe has %zu x %zu px, the patterns have %zu x %zu",
			product->probe_px, product->probe_px, dataset->pattern_px,
			dataset->pattern_px);
	*scene = (struct plica_scene){.object_rows = product->object_rows,
		.object_cols = product->object_cols,
		.object = product->object,
		.probe_modes = product->probe_modes,
		.pattern_px = product->probe_px,
		.probe = product->probe,
		.count = dataset->pattern_count};
	return place(scene, dataset, product, err);
}

static enum plica_status allocate(struct judgement *judgement, struct plica_residual *residual,
	const struct plica_dataset *dataset, struct plica_error *err)
{
	size_t count = dataset->pattern_count;
	size_t pixels = dataset->pattern_px * dataset->pattern_px;
	enum plica_status status;

	residual->pattern_count = count;
	judgement->dataset = dataset;
	PLICA_TRY(PLICA_NEW(&residual->pattern_r_factor, count, err));
	PLICA_TRY(PLICA_NEW(&residual->pattern_fourier_error, count, err));
	PLICA_TRY(PLICA_NEW(&judgement->sums, count, err));
	PLICA_TRY(PLICA_NEW(&judgement->amplitude, (size_t)omp_get_max_threads() * pixels, err));
out:
	return status;
}

static void fill(struct plica_residual *residual, const struct judgement *judgement)
{
	struct sums total = total_of(judgement);

	residual->scale = judgement->root_scale * judgement->root_scale;
	residual->r_factor = total.distance / total.amplitude;
	residual->fourier_error = fourier_error(&total, judgement->root_scale);
	for (size_t i = 0; i < residual->pattern_count; i++) {
		const struct sums *sums = &judgement->sums[i];

		residual->pattern_r_factor[i] = sums->distance / sums->amplitude;
		residual->pattern_fourier_error[i] = fourier_error(sums, judgement->root_scale);
	}
}

enum plica_status plica_dataset_residual(struct plica_residual *out,
	const struct plica_dataset *dataset, const struct plica_product *product,
	struct plica_error *err)
{
	struct plica_residual residual = {0};
	struct judgement judgement = {0};
	struct plica_scene scene = {0};
	struct sums total;
	enum plica_status status;

	PLICA_TRY(check_detector(product, err));
	PLICA_TRY(make_scene(&scene, dataset, product, err));
	PLICA_TRY(allocate(&judgement, &residual, dataset, err));
	judgement.background = product->background;
	if (product->position_count == dataset->pattern_count)
		judgement.beam = product->intensity;
	PLICA_TRY(plica_scene_expect(&scene, add_pattern, &judgement, err));
	total = total_of(&judgement);
	if (!(total.measured > 0.0 && total.modelled > 0.0)) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"no photon in any valid pixel of %zu patterns, measured or modelled",
			dataset->pattern_count);
		goto out;
	}
	judgement.root_scale = total.mixed / total.modelled;
	PLICA_TRY(plica_scene_expect(&scene, add_pattern, &judgement, err));
	fill(&residual, &judgement);
	*out = residual;
	residual = (struct plica_residual){0};
out:
	plica_residual_release(&residual);
	plica_free(judgement.sums);
	plica_free(judgement.amplitude);
	plica_free(scene.y_px);
	plica_free(scene.x_px);
	return status;
}

void plica_residual_release(struct plica_residual *residual)
{
	plica_free(residual->pattern_r_factor);
	plica_free(residual->pattern_fourier_error);
	*residual = (struct plica_residual){0};
}
