/* SPDX-License-Identifier: BSD-3-Clause */
/* What is checked of a file whose members could all be read: how they go together. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "data/reading.h"
#include "format/json.h"

/* An object of more pixels than this is a wrong unit, not an object. */
#define OBJECT_PIXELS_LIMIT 4294967296.0
/* Beyond this size, an object that is a hundred times what all patches cover is one as well. */
#define OBJECT_PIXELS_UNASKED 67108864.0
#define OBJECT_SPARSENESS_LIMIT 100.0
/* Relative difference between the dose in the label and in the counts that is worth a word. */
#define DOSE_TOLERANCE 0.05

static void range_of(double *low, double *high, const double *values, size_t count)
{
	*low = *high = values[0];
	for (size_t i = 1; i < count; i++) {
		*low = values[i] < *low ? values[i] : *low;
		*high = values[i] > *high ? values[i] : *high;
	}
}

static bool is_too_large(const struct plica_dataset *dataset, double pixels)
{
	double covered = (double)dataset->pattern_count * (double)dataset->pattern_px *
			 (double)dataset->pattern_px;

	return pixels > OBJECT_PIXELS_LIMIT ||
	       (pixels > OBJECT_PIXELS_UNASKED && pixels > OBJECT_SPARSENESS_LIMIT * covered);
}

static enum plica_status check_extent(struct plica_reading *reading, struct plica_error *err)
{
	const struct plica_dataset *dataset = reading->dataset;
	double half = floor((double)dataset->pattern_px / 2.0);
	double rest = (double)dataset->pattern_px - half;
	double y0, y1, x0, x1;

	range_of(&y0, &y1, dataset->y_px, dataset->pattern_count);
	range_of(&x0, &x1, dataset->x_px, dataset->pattern_count);
	if (is_too_large(dataset, (y1 - y0 + 2 * rest) * (x1 - x0 + 2 * rest)))
		return plica_reading_find(reading, true, "xcoords, ycoords",
			"pixels of the object array", err,
			"so far apart (%.4g x %.4g px) that no object could hold them", y1 - y0,
			x1 - x0);
	if (dataset->object != NULL &&
		(y0 < half || x0 < half || y1 + rest > (double)dataset->object_rows ||
			x1 + rest > (double)dataset->object_cols))
		return plica_reading_find(reading, false, "objectGuess",
			"the whole scan (the canvas is made from the positions instead)", err,
			"%zu x %zu and does not cover the patches: rows %.1f to %.1f, columns %.1f "
			"to %.1f",
			dataset->object_rows, dataset->object_cols, y0 - half, y1 + rest, x0 - half,
			x1 + rest);
	return PLICA_OK;
}

/* Groups of C = gridsize^2 are drawn from K neighbours: without K >= C there are none. */
static enum plica_status check_groups(
	struct plica_reading *reading, const struct plica_json *metadata, struct plica_error *err)
{
	double gridsize = plica_json_get_number(metadata, "gridsize", 1.0);
	double neighbours = plica_json_get_number(metadata, "neighbor_count", 0.0);
	char expected[64];

	if (!(gridsize > 1.0) || neighbours >= gridsize * gridsize)
		return PLICA_OK;
	(void)snprintf(expected, sizeof(expected), "neighbor_count >= %g (gridsize %g squared)",
		gridsize * gridsize, gridsize);
	if (plica_json_get(metadata, "neighbor_count") == NULL)
		return plica_reading_find(
			reading, true, "_metadata", expected, err, "without neighbor_count");
	return plica_reading_find(reading, true, "_metadata", expected, err,
		"of a view with neighbor_count %g", neighbours);
}

static enum plica_status check_dose(
	struct plica_reading *reading, const struct plica_json *metadata, struct plica_error *err)
{
	double label = plica_json_get_number(metadata, "dose", NAN);
	double measured;

	if (!(label > 0.0))
		return PLICA_OK;
	measured = plica_dataset_mean_photons(reading->dataset);
	if (fabs(measured / label - 1.0) <= DOSE_TOLERANCE)
		return PLICA_OK;
	return plica_reading_find(reading, false, "_metadata",
		"the photons per exposure that the patterns hold", err,
		"labelled with a dose of %g, the patterns hold %g photons on average", label,
		measured);
}

static enum plica_status check_metadata(struct plica_reading *reading, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct plica_json *json = NULL;
	const char *text = reading->dataset->metadata_json;

	if (text == NULL)
		return PLICA_OK;
	PLICA_TRY(plica_json_parse(&json, text, strlen(text), "_metadata", err));
	PLICA_TRY(check_groups(reading, json, err));
	PLICA_TRY(check_dose(reading, json, err));
out:
	plica_json_free(json);
	return status;
}

/* Adds the power in the middle quarter and in the four corners; bad pixels do not count. */
static void add_power(
	double *middle, double *corners, const float *pattern, const struct plica_dataset *dataset)
{
	size_t side = dataset->pattern_px;

	for (size_t y = 0; y < side; y++)
		for (size_t x = 0; x < side; x++) {
			size_t k = y * side + x;
			bool in_y = 4 * y >= side && 4 * y < 3 * side;
			bool in_x = 4 * x >= side && 4 * x < 3 * side;
			double power = (double)pattern[k] * (double)pattern[k];

			if (dataset->mask != NULL && dataset->mask[k] == 0)
				continue;
			*middle += in_y && in_x ? power : 0.0;
			*corners += !in_y && !in_x ? power : 0.0;
		}
}

/* A missing fftshift leaves the corners brighter than the middle. */
static enum plica_status check_centre(struct plica_reading *reading, struct plica_error *err)
{
	const struct plica_dataset *dataset = reading->dataset;
	size_t step = dataset->pattern_count / 16 + 1;
	double middle = 0.0, corners = 0.0;
	float *pattern = NULL;
	enum plica_status status =
		PLICA_NEW(&pattern, dataset->pattern_px * dataset->pattern_px, err);

	if (status != PLICA_OK)
		return status;
	for (size_t i = 0; i < dataset->pattern_count; i += step) {
		plica_dataset_amplitudes(pattern, dataset, i);
		add_power(&middle, &corners, pattern, dataset);
	}
	plica_free(pattern);
	if (corners <= middle)
		return PLICA_OK;
	return plica_reading_find(reading, false, "diffraction",
		"the zero frequency at index N/2 (numpy.fft.fftshift)", err,
		"brighter in its corners than in its middle (%.3g : %.3g)", corners, middle);
}

/* An optional member, on which nothing depends: said to be ignored when its shape is wrong. */
static enum plica_status check_member(
	struct plica_reading *reading, const char *name, struct plica_error *err)
{
	struct plica_array_info info;
	struct plica_error cause;
	char found[128];

	if (plica_npz_info(&info, reading->npz, name, &cause) != PLICA_OK)
		return plica_reading_find(reading, false, name, "a plain array, ignored", err,
			"unreadable (%.180s)", cause.text);
	plica_array_describe(found, sizeof(found), &info);
	if (info.dimensions == 0 || info.shape[0] != reading->dataset->pattern_count)
		return plica_reading_find(
			reading, false, name, "one entry a pattern, ignored", err, "%s", found);
	if (strcmp(name, "Y") == 0 && !plica_dtype_is_complex(info.dtype))
		return plica_reading_find(reading, false, name, "complex patches, ignored", err,
			"%s: separate amplitude and phase, a legacy layout", found);
	if (strcmp(name, "Y_I") == 0)
		return plica_reading_find(reading, false, name, "complex patches in 'Y', ignored",
			err, "%s: separate amplitude and phase, a legacy layout", found);
	return PLICA_OK;
}

static enum plica_status check_optional(struct plica_reading *reading, struct plica_error *err)
{
	static const char *const names[] = {
		"Y", "Y_I", "scan_index", "xcoords_start", "ycoords_start", "filenames"};
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (plica_npz_has(reading->npz, names[i]))
			PLICA_TRY(check_member(reading, names[i], err));
out:
	return status;
}

enum plica_status plica_reading_check(struct plica_reading *reading, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(check_optional(reading, err));
	PLICA_TRY(check_extent(reading, err));
	PLICA_TRY(check_metadata(reading, err));
	PLICA_TRY(check_centre(reading, err));
out:
	return status;
}
