/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/problem.h"

#include <complex.h>
#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/memory.h"
#include "base/range.h"
#include "base/try.h"
#include "optics/probe.h"
#include "recon/background.h"
#include "recon/bands.h"
#include "recon/exit.h"
#include "recon/intensity.h"
#include "recon/modes.h"
#include "recon/packing.h"

/* Canvas pixels beyond the outermost patch where positions stay. */
#define MARGIN 2
/* Probes whose powers, and sums of them, are far from the ends of single precision. */
#define LEAST_AMPLITUDE 1e-9
#define LARGEST_AMPLITUDE 1e9

static enum plica_status allocate(struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	size_t count = problem->count;
	size_t threads = (size_t)problem->threads;
	const struct plica_kernels *kernels = problem->kernels;

	PLICA_TRY(PLICA_NEW(&problem->work, threads, err));
	for (int i = 0; i < problem->threads; i++)
		PLICA_TRY(plica_allocate(&problem->work[i], 1, kernels->work_bytes, err));
	PLICA_TRY(PLICA_NEW(&problem->y_px, count, err));
	PLICA_TRY(PLICA_NEW(&problem->x_px, count, err));
	PLICA_TRY(PLICA_NEW(&problem->row, count, err));
	PLICA_TRY(PLICA_NEW(&problem->col, count, err));
	PLICA_TRY(PLICA_NEW(&problem->shift_y, count, err));
	PLICA_TRY(PLICA_NEW(&problem->shift_x, count, err));
	PLICA_TRY(PLICA_NEW(&problem->probe, problem->probe_floats, err));
	PLICA_TRY(PLICA_NEW(&problem->spectrum, problem->probe_floats, err));
	PLICA_TRY(
		PLICA_NEW(&problem->natural, problem->modes * problem->side * problem->side, err));
	PLICA_TRY(PLICA_NEW(&problem->mode, threads * problem->modes, err));
out:
	return status;
}

double plica_problem_margin_px(const struct plica_settings *settings)
{
	return settings->positions.optimizable ? MARGIN + ceil(settings->positions.max_correction)
					       : MARGIN;
}

/* One axis: where the canvas begins, and the scanned box on it. Returns the canvas size. */
static size_t lay_axis(
	double *origin, size_t roi[2], const double *position, const struct plica_problem *problem)
{
	double margin = plica_problem_margin_px(problem->settings);
	struct plica_range range = plica_range_of(position, problem->count);

	*origin = rint(range.low) - (double)(problem->side / 2) - margin;
	roi[0] = (size_t)(floor(range.low) - *origin);
	roi[1] = (size_t)(ceil(range.high) - *origin) + 1;
	return (size_t)(rint(range.high) - rint(range.low)) + problem->side + 2 * (size_t)margin;
}

void plica_problem_place(struct plica_problem *problem, size_t index)
{
	double half = (double)(problem->side / 2);
	double y = rint(problem->y_px[index]);
	double x = rint(problem->x_px[index]);

	problem->row[index] = (size_t)(y - half - problem->origin_y);
	problem->col[index] = (size_t)(x - half - problem->origin_x);
	problem->shift_y[index] = problem->y_px[index] - y;
	problem->shift_x[index] = problem->x_px[index] - x;
}

static void round_positions(struct plica_problem *problem)
{
	for (size_t i = 0; i < problem->count; i++) {
		problem->y_px[i] = rint(problem->y_px[i]);
		problem->x_px[i] = rint(problem->x_px[i]);
	}
}

bool plica_problem_is_shifted(
	const struct plica_dataset *dataset, const struct plica_settings *settings)
{
	if (settings->positions.optimizable)
		return true;
	if (settings->object.patch_interpolation == PLICA_INTERPOLATION_NEAREST)
		return false;
	for (size_t i = 0; i < dataset->pattern_count; i++)
		if (dataset->y_px[i] != rint(dataset->y_px[i]) ||
			dataset->x_px[i] != rint(dataset->x_px[i]))
			return true;
	return false;
}

static enum plica_status lay_out(
	struct plica_problem *problem, const struct plica_dataset *dataset, struct plica_error *err)
{
	size_t bytes = problem->count * sizeof(double);
	size_t rows, cols;

	memcpy(problem->y_px, dataset->y_px, bytes);
	memcpy(problem->x_px, dataset->x_px, bytes);
	if (problem->settings->object.patch_interpolation == PLICA_INTERPOLATION_NEAREST)
		round_positions(problem);
	rows = lay_axis(&problem->origin_y, problem->roi, problem->y_px, problem);
	cols = lay_axis(&problem->origin_x, problem->roi + 2, problem->x_px, problem);
	problem->shifted = plica_problem_is_shifted(dataset, problem->settings);
	for (size_t i = 0; i < problem->count; i++)
		plica_problem_place(problem, i);
	return plica_planes_create(&problem->object, rows, cols, err);
}

void plica_problem_flatten(struct plica_problem *problem)
{
	struct plica_planes *object = &problem->object;

	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			object->re[y * object->stride + x] = 1.0F;
			object->im[y * object->stride + x] = 0.0F;
		}
}

/* The dataset's object under the canvas; a pixel that it does not have stays 1. */
static enum plica_status copy_object(
	struct plica_problem *problem, const struct plica_dataset *dataset, struct plica_error *err)
{
	struct plica_planes *object = &problem->object;
	size_t margin = (size_t)plica_problem_margin_px(problem->settings);
	bool covered = true;

	if (dataset->object == NULL)
		return plica_error_set(err, PLICA_ERR_DATA,
			"cannot start from the dataset's object: it has no 'objectGuess'");
	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++) {
			double from_y = (double)y + problem->origin_y;
			double from_x = (double)x + problem->origin_x;
			float complex value;

			if (from_y < 0.0 || from_x < 0.0 ||
				from_y >= (double)dataset->object_rows ||
				from_x >= (double)dataset->object_cols) {
				covered = covered &&
					  (y < margin || x < margin || y + margin >= object->rows ||
						  x + margin >= object->cols);
				continue;
			}
			value = dataset->object[(size_t)from_y * dataset->object_cols +
						(size_t)from_x];
			object->re[y * object->stride + x] = crealf(value);
			object->im[y * object->stride + x] = cimagf(value);
		}
	if (!covered)
		return plica_error_set(err, PLICA_ERR_DATA,
			"cannot start from the dataset's object: 'objectGuess' is %zu x %zu and "
			"does "
			"not cover the scan",
			dataset->object_rows, dataset->object_cols);
	return PLICA_OK;
}

/* A guess that is scaled to the counts has any unit: one whose powers single precision does not
 * hold gets another. */
static void bring_into_range(float complex *probe, size_t count)
{
	double largest = 0.0;

	for (size_t i = 0; i < count; i++)
		largest = fmax(largest, cabs((double complex)probe[i]));
	if (largest >= LEAST_AMPLITUDE && largest <= LARGEST_AMPLITUDE)
		return;
	for (size_t i = 0; i < count; i++)
		probe[i] = (float complex)((double complex)probe[i] / largest);
}

static enum plica_status take_probe(
	struct plica_problem *problem, const struct plica_dataset *dataset, struct plica_error *err)
{
	size_t pixels = problem->side * problem->side;
	size_t given =
		dataset->probe_modes < problem->modes ? dataset->probe_modes : problem->modes;
	enum plica_status status;

	if (!(plica_probe_power(dataset->probe, given * pixels) > 0.0))
		return plica_error_set(err, PLICA_ERR_DATA,
			"'probeGuess' is zero everywhere, expected an illumination");
	memcpy(problem->natural, dataset->probe, given * pixels * sizeof(*problem->natural));
	if (problem->settings->rescale_probe_intensity)
		bring_into_range(problem->natural, given * pixels);
	status = plica_modes_complete(problem->natural, given, problem->modes, problem->side, err);
	if (status == PLICA_OK)
		plica_problem_modes_in(problem);
	return status;
}

/* As many as were asked for, or else as the file has. */
static enum plica_status count_modes(size_t *modes, const struct plica_dataset *dataset,
	const struct plica_settings *settings, struct plica_error *err)
{
	*modes = settings->probe.modes > 0 ? (size_t)settings->probe.modes : dataset->probe_modes;
	if (*modes <= PLICA_MOST_MODES)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_DATA,
		"'probeGuess' has %zu modes, expected at most %d (probe.modes takes fewer)", *modes,
		PLICA_MOST_MODES);
}

int plica_problem_threads(const struct plica_settings *settings)
{
	return settings->threads > 0 ? (int)settings->threads : omp_get_num_procs();
}

/* `own` is the dataset again when its patterns may be used up, else NULL. */
static enum plica_status create(struct plica_problem **out, const struct plica_dataset *dataset,
	struct plica_dataset *own, const struct plica_settings *settings, struct plica_error *err)
{
	enum plica_status status;
	struct plica_problem *problem = NULL;

	PLICA_TRY(PLICA_NEW(&problem, 1, err));
	problem->settings = settings;
	problem->threads = plica_problem_threads(settings);
	problem->count = dataset->pattern_count;
	problem->side = dataset->pattern_px;
	PLICA_TRY(plica_kernels_create(
		&problem->kernels, problem->side, plica_problem_kernels_name(settings), err));
	PLICA_TRY(count_modes(&problem->modes, dataset, settings, err));
	problem->probe_floats = problem->modes * problem->kernels->wave_floats;
	PLICA_TRY(allocate(problem, err));
	if (settings->diffraction_blur_px > 0.0)
		PLICA_TRY(plica_blur_create(&problem->blur, problem->kernels,
			settings->diffraction_blur_px, (size_t)problem->threads, err));
	PLICA_TRY(lay_out(problem, dataset, err));
	PLICA_TRY(plica_pack_patterns(problem, dataset, own, err));
	plica_problem_flatten(problem);
	problem->flat = settings->initial_object == PLICA_INITIAL_FLAT;
	if (!problem->flat)
		PLICA_TRY(copy_object(problem, dataset, err));
	PLICA_TRY(take_probe(problem, dataset, err));
	PLICA_TRY(plica_background_create(problem, err));
	PLICA_TRY(plica_intensity_create(problem, err));
	*out = problem;
	problem = NULL;
out:
	plica_problem_free(problem);
	return status;
}

const char *plica_problem_kernels_name(const struct plica_settings *settings)
{
	return settings->double_precision_fft ? "fftw-double" : NULL;
}

enum plica_status plica_problem_create(struct plica_problem **out,
	const struct plica_dataset *dataset, const struct plica_settings *settings,
	struct plica_error *err)
{
	return create(out, dataset, NULL, settings, err);
}

enum plica_status plica_problem_consume(struct plica_problem **out, struct plica_dataset **dataset,
	const struct plica_settings *settings, struct plica_error *err)
{
	enum plica_status status = create(out, *dataset, *dataset, settings, err);

	plica_dataset_free(*dataset);
	*dataset = NULL;
	return status;
}

void plica_problem_free(struct plica_problem *problem)
{
	if (problem == NULL)
		return;
	for (int i = 0; problem->work != NULL && i < problem->threads; i++)
		plica_free(problem->work[i]);
	plica_free(problem->work);
	plica_free(problem->patterns);
	plica_free(problem->y_px);
	plica_free(problem->x_px);
	plica_free(problem->row);
	plica_free(problem->col);
	plica_free(problem->shift_y);
	plica_free(problem->shift_x);
	plica_free(problem->probe);
	plica_free(problem->spectrum);
	plica_free(problem->natural);
	plica_free(problem->mode);
	plica_free(problem->background);
	plica_free(problem->background_scale);
	plica_free(problem->intensity);
	plica_blur_free(problem->blur);
	plica_planes_release(&problem->object);
	plica_kernels_free(problem->kernels);
	plica_free(problem);
}

void plica_problem_probe_changed(struct plica_problem *problem)
{
	const struct plica_kernels *kernels = problem->kernels;

	for (size_t k = 0; k < problem->probe_floats; k += kernels->wave_floats)
		kernels->table->forward(
			kernels, problem->work[0], problem->spectrum + k, problem->probe + k);
}

void plica_problem_scale_probe(struct plica_problem *problem, double factor)
{
	for (size_t k = 0; k < problem->probe_floats; k++)
		problem->probe[k] = (float)((double)problem->probe[k] * factor);
	plica_problem_probe_changed(problem);
}

void plica_problem_probe_power(const struct plica_problem *problem, float *power)
{
	const struct plica_kernels *kernels = problem->kernels;
	size_t side = problem->side;

	for (size_t k = 0; k < problem->probe_floats; k += kernels->wave_floats) {
		const struct plica_stored_waves mode = {.incident = problem->probe + k};

		kernels->table->scatter_power(kernels, power, side, 0, side, &mode);
	}
}

void plica_problem_modes_out(const struct plica_problem *problem)
{
	const struct plica_kernels *kernels = problem->kernels;
	size_t pixels = problem->side * problem->side;

	for (size_t m = 0; m < problem->modes; m++)
		kernels->table->wave_to(kernels, problem->natural + m * pixels,
			problem->probe + m * kernels->wave_floats);
}

void plica_problem_modes_in(struct plica_problem *problem)
{
	const struct plica_kernels *kernels = problem->kernels;
	size_t pixels = problem->side * problem->side;

	for (size_t m = 0; m < problem->modes; m++)
		kernels->table->wave_from(kernels, problem->probe + m * kernels->wave_floats,
			problem->natural + m * pixels);
	plica_problem_probe_changed(problem);
}

struct plica_pattern plica_problem_pattern(const struct plica_problem *problem, size_t index)
{
	size_t first = index * problem->kernels->pattern_floats;

	if (problem->counted)
		return (struct plica_pattern){.counts = (uint16_t *)problem->patterns + first};
	return (struct plica_pattern){.amplitudes = (float *)problem->patterns + first};
}

void plica_problem_sums(struct plica_problem *problem, struct plica_exit_sums *total)
{
	struct plica_exit_sums chunk[256];
	struct plica_exit_sums sums = {0};

	for (size_t first = 0; first < problem->count; first += 256) {
		size_t end = first + 256 < problem->count ? first + 256 : problem->count;

#pragma omp parallel for schedule(dynamic, 4) num_threads(problem->threads)
		for (size_t i = first; i < end; i++) {
			struct plica_exit args = plica_exit_of(problem, i);

			plica_exit_run(problem, &args, &chunk[i - first]);
		}
		for (size_t i = first; i < end; i++) { /* in position order, whatever the threads */
			sums.residual += chunk[i - first].residual;
			sums.modelled += chunk[i - first].modelled;
			sums.measured += chunk[i - first].measured;
		}
	}
	*total = sums;
}

static void illuminate_band(
	const struct plica_problem *problem, float *power, size_t modes, struct plica_band band)
{
	const struct plica_kernels *kernels = problem->kernels;
	size_t stride = problem->object.stride;
	struct plica_stored_waves mode = {0};

	memset(power + band.first * stride, 0, (band.end - band.first) * stride * sizeof(*power));
	for (size_t i = 0; i < problem->count; i++) {
		mode.row = problem->row[i];
		mode.col = problem->col[i];
		if (mode.row >= band.end || mode.row + problem->side <= band.first)
			continue;
		for (size_t m = 0; m < modes; m++) {
			mode.incident = problem->probe + m * kernels->wave_floats;
			kernels->table->scatter_power(
				kernels, power, stride, band.first, band.end, &mode);
		}
	}
}

void plica_problem_illumination(struct plica_problem *problem, float *power, size_t modes)
{
	size_t bands = plica_band_count(0, problem->object.rows);

#pragma omp parallel for schedule(dynamic, 1) num_threads(problem->threads)
	for (size_t k = 0; k < bands; k++)
		illuminate_band(problem, power, modes, plica_band(0, problem->object.rows, k));
}

/* Background and intensities, where the problem has them. */
static enum plica_status copy_nuisances(
	struct plica_product *product, const struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	const struct plica_kernels *kernels = problem->kernels;

	if (problem->background != NULL) {
		PLICA_TRY(PLICA_NEW(&product->background, problem->side * problem->side, err));
		kernels->table->pattern_to(kernels, product->background, problem->background);
	}
	if (problem->intensity != NULL) {
		PLICA_TRY(PLICA_NEW(&product->intensity, problem->count, err));
		for (size_t i = 0; i < problem->count; i++)
			product->intensity[i] = problem->intensity[i] * problem->intensity[i];
	}
out:
	return status;
}

static enum plica_status copy_positions(
	struct plica_product *product, const struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	size_t bytes = problem->count * sizeof(double);

	PLICA_TRY(PLICA_NEW(&product->y_px, problem->count, err));
	PLICA_TRY(PLICA_NEW(&product->x_px, problem->count, err));
	memcpy(product->y_px, problem->y_px, bytes);
	memcpy(product->x_px, problem->x_px, bytes);
	product->position_count = problem->count;
out:
	return status;
}

enum plica_status plica_problem_product(
	struct plica_product **out, const struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_product *product = NULL;
	const struct plica_planes *object = &problem->object;
	size_t probe_pixels = problem->modes * problem->side * problem->side;

	PLICA_TRY(PLICA_NEW(&product, 1, err));
	PLICA_TRY(PLICA_NEW(&product->object, object->rows * object->cols, err));
	PLICA_TRY(PLICA_NEW(&product->probe, probe_pixels, err));
	PLICA_TRY(copy_positions(product, problem, err));
	PLICA_TRY(copy_nuisances(product, problem, err));
	plica_planes_to(product->object, object);
	plica_problem_modes_out(problem);
	memcpy(product->probe, problem->natural, probe_pixels * sizeof(*product->probe));
	product->object_rows = object->rows;
	product->object_cols = object->cols;
	product->origin_y_px = problem->origin_y;
	product->origin_x_px = problem->origin_x;
	product->probe_modes = problem->modes;
	product->probe_px = problem->side;
	product->fourier_error = (double)NAN;
	product->negative_counts = (double)problem->negative_counts;
	*out = product;
	product = NULL;
out:
	plica_product_free(product);
	return status;
}
