/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/reconstruct.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/range.h"
#include "base/resources.h"
#include "base/try.h"
#include "data/dataset.h"
#include "num/kernels.h"
#include "recon/packing.h"
#include "recon/problem.h"

/* A stride that is padded (num/kernels.h). */
#define STRIDE_PAD 32.0
/* Program, libraries, plans and stacks. */
#define BASE_BYTES 11e6
#define GIGABYTE 1e9

/* What an engine keeps. A canvas is one real number for each pixel of the object. */
struct engine_needs {
	const char *name;
	double canvases;
	double boost_canvases;     /* with low_frequency_boost */
	double compact_canvases;   /* with compact batches */
	double momentum_canvases;  /* with momentum besides (recon/acceleration.c) */
	double positions_canvases; /* with positions.optimizable */
	double other_positions;    /* whose waves it keeps besides a batch's, or instead */
	double probes;             /* the sums of a pass's blocks, and what is as large as they */
	bool has_batches;
};

/* LSQML: G 2, W, scale. rPIE: G 2, W. ML: two passes of 3, four vectors of 2, two of them again in
 * a checkpoint. */
static const struct engine_needs table[] = {
	{"LSQML", 4.0, 4.0, 2.0, 12.0, 4.0, 0.0, 24.0, true},
	{"rPIE", 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 24.0, true},
	{"ePIE", 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 24.0, true},
	{"ML", 18.0, 2.0, 0.0, 0.0, 4.0, 64.0, 40.0, false},
};

static const struct engine_needs *needs_of(const struct plica_settings *settings)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].name, settings->algorithm) == 0)
			return &table[i];
	return &table[0];
}

static double extent(const double *position, size_t count)
{
	struct plica_range range = plica_range_of(position, count);

	return rint(range.high) - rint(range.low);
}

/* Pixels of the canvas, its padding included. */
static double canvas_pixels(
	const struct plica_dataset *dataset, const struct plica_settings *settings)
{
	double beyond = (double)dataset->pattern_px + 2.0 * plica_problem_margin_px(settings);

	return (extent(dataset->y_px, dataset->pattern_count) + beyond) *
	       (extent(dataset->x_px, dataset->pattern_count) + beyond + STRIDE_PAD);
}

/* Scratch of options: constraints (recon/constraint.c), momentum of PIE, denoising at the end. */
static double option_canvases(const struct plica_settings *settings)
{
	double canvases = 0.0;

	if (settings->mpie.feedback > 0.0)
		canvases += 4.0;
	if (settings->object.illumination == PLICA_PIE_SCAN)
		canvases += 1.0;
	if (settings->object.remove_object_probe_ambiguity.enabled)
		canvases += 1.0;
	if (settings->object.smoothness.alpha > 0.0 || settings->probe.center_constraint.enabled)
		canvases += 2.0;
	if (settings->object.grid_artifacts.enabled)
		canvases += 2.0;
	if (settings->object.tv.weight > 0.0)
		canvases += 16.0;
	if (settings->denoise == PLICA_DENOISE_AUTO)
		canvases += 18.0;
	if (settings->positions.optimizable && settings->positions.affine.enabled &&
		settings->positions.affine.apply)
		canvases += 4.0;
	return canvases;
}

/* The object, what the engine makes of it, and the product at the end. */
static double canvas_count(const struct plica_settings *settings)
{
	const struct engine_needs *needs = needs_of(settings);
	double canvases = 2.0 + 2.0 + needs->canvases + option_canvases(settings);

	if (settings->low_frequency_boost.enabled)
		canvases += needs->boost_canvases;
	if (settings->batching_mode == PLICA_BATCHING_COMPACT)
		canvases += needs->compact_canvases;
	if (settings->batching_mode == PLICA_BATCHING_COMPACT && settings->momentum.gain > 0.0)
		canvases += needs->momentum_canvases;
	if (settings->positions.optimizable)
		canvases += needs->positions_canvases;
	return canvases;
}

/* Positions whose two waves are stored at a time. */
static double stored_positions(
	const struct plica_dataset *dataset, const struct plica_settings *settings)
{
	const struct engine_needs *needs = needs_of(settings);
	double batch = needs->has_batches ? (double)settings->batch_size
					  : (double)settings->start.batch_size;
	double count = (double)dataset->pattern_count;

	return fmin(batch, count) + fmin(needs->other_positions, count);
}

/* A and chi, or chi alone where A is the probe (recon/pass.h). */
static double waves_of_position(
	const struct plica_dataset *dataset, const struct plica_settings *settings)
{
	bool differs = plica_problem_is_shifted(dataset, settings) ||
		       settings->opr_mode_weights.optimize_intensity_variation;

	return differs ? 2.0 : 1.0;
}

static double mode_count(const struct plica_dataset *dataset, const struct plica_settings *settings)
{
	return settings->probe.modes > 0 ? (double)settings->probe.modes
					 : (double)dataset->probe_modes;
}

/* Patterns that each thread needs beside the kernels' scratch (recon/blur.h, recon/loss.h). */
static double thread_patterns(const struct plica_settings *settings)
{
	return (settings->diffraction_blur_px > 0.0 ? 2.0 : 0.0) +
	       (settings->displayed_loss != PLICA_LOSS_MSE_SQRT ? 3.0 : 0.0);
}

static double dataset_bytes(const struct plica_dataset *dataset)
{
	double pixels = (double)dataset->pattern_px * (double)dataset->pattern_px;

	return (double)dataset->pattern_count * (double)plica_pattern_bytes(dataset) +
	       (double)dataset->object_rows * (double)dataset->object_cols * 8.0 +
	       (double)dataset->probe_modes * pixels * 8.0;
}

enum plica_status plica_forecast_memory(struct plica_forecast *out,
	const struct plica_dataset *dataset, const struct plica_settings *settings, bool consumes,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_kernels *kernels = NULL;
	double threads = (double)plica_problem_threads(settings);
	double wave, made;
	bool counted;

	PLICA_TRY(plica_settings_check(settings, err));
	PLICA_TRY(plica_kernels_create(
		&kernels, dataset->pattern_px, plica_problem_kernels_name(settings), err));
	PLICA_TRY(plica_are_counts(&counted, dataset, settings, err));
	wave = mode_count(dataset, settings) * (double)kernels->wave_floats * sizeof(float);
	*out = (struct plica_forecast){
		.patterns = (double)dataset->pattern_count *
			    (double)plica_packed_bytes(kernels, counted),
		.object = canvas_count(settings) * canvas_pixels(dataset, settings) * sizeof(float),
		.waves = waves_of_position(dataset, settings) *
			 stored_positions(dataset, settings) * wave,
		.scratch =
			BASE_BYTES + needs_of(settings)->probes * wave +
			threads * ((double)kernels->work_bytes +
					  thread_patterns(settings) *
						  (double)kernels->pattern_floats * sizeof(float)),
		.available = (double)plica_memory_available(""),
	};
	/* a dataset that is consumed is gone before anything but the patterns is made */
	made = out->patterns + out->object + out->waves + out->scratch;
	out->dataset = dataset_bytes(dataset);
	if (consumes)
		out->dataset = fmax(0.0, out->dataset - (made - BASE_BYTES));
	out->total = out->dataset + made;
out:
	plica_kernels_free(kernels);
	return status;
}

/* The largest batch that fits, 0 if none does: beside the dataset, or after one that is consumed,
 * which must have had room itself. */
static long batch_that_fits(const struct plica_forecast *forecast, double limit,
	const struct plica_dataset *dataset, const struct plica_settings *settings, bool consumes)
{
	double per_position = forecast->waves / stored_positions(dataset, settings);
	double others = forecast->total - forecast->waves - (consumes ? forecast->dataset : 0.0);
	double left = limit - others;

	if (!needs_of(settings)->has_batches || left < per_position ||
		(consumes && dataset_bytes(dataset) + BASE_BYTES > limit))
		return 0;
	return (long)(left / per_position);
}

enum plica_status plica_reconstruct_check(const struct plica_dataset *dataset,
	const struct plica_settings *settings, double memory_bytes, bool consumes,
	struct plica_error *err)
{
	struct plica_forecast forecast;
	enum plica_status status =
		plica_forecast_memory(&forecast, dataset, settings, consumes, err);
	double most;
	long batch;
	char advice[64] = "no batch size would fit";

	if (status != PLICA_OK)
		return status;
	/* the dataset is here already: it does not have to be found any more */
	most = memory_bytes > 0.0 ? memory_bytes : forecast.available + dataset_bytes(dataset);
	if (forecast.total <= most)
		return PLICA_OK;
	batch = batch_that_fits(&forecast, most, dataset, settings, consumes);
	if (batch > 0)
		(void)snprintf(advice, sizeof(advice), "batch_size %ld would fit", batch);
	return plica_error_set(err, PLICA_ERR_MEMORY,
		"the run needs %.3g GB (data set %.2g, patterns %.2g, object %.2g, exit waves "
		"%.2g, scratch %.2g), there are %.3g GB: %s",
		forecast.total / GIGABYTE, forecast.dataset / GIGABYTE,
		forecast.patterns / GIGABYTE, forecast.object / GIGABYTE, forecast.waves / GIGABYTE,
		forecast.scratch / GIGABYTE, most / GIGABYTE, advice);
}
