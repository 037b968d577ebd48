/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/contract.h"

#include <complex.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "data/dataset.h"
#include "data/reading.h"
#include "format/json.h"

/* An object of more pixels than this is a wrong unit, not an object. */
#define OBJECT_PIXELS_LIMIT 4294967296.0
/* Relative difference between the dose in the label and in the counts that is worth a word. */
#define DOSE_TOLERANCE 0.05

enum plica_status plica_reading_find(struct plica_reading *reading, bool is_error,
	const char *field, const char *expected, struct plica_error *err, const char *found, ...)
{
	struct plica_finding_text text;
	char message[sizeof(text) + 64];
	va_list args;

	(void)snprintf(text.field, sizeof(text.field), "%s", field);
	(void)snprintf(text.expected, sizeof(text.expected), "%s", expected);
	va_start(args, found);
	(void)vsnprintf(text.found, sizeof(text.found), found, args);
	va_end(args);
	if (strcmp(text.found, "missing") == 0) {
		(void)snprintf(message, sizeof(message), "'%s' is missing, expected %s", text.field,
			text.expected);
		return plica_findings_add(reading->findings, is_error, &text, message, err);
	}
	return plica_findings_add(reading->findings, is_error, &text, NULL, err);
}

/* Turns a failed read of one member into a finding; running out of memory stays a failure. */
static enum plica_status keep_failure(struct plica_reading *reading, enum plica_status status,
	const char *field, const struct plica_error *cause, struct plica_error *err)
{
	struct plica_finding_text text = {
		.found = PLICA_FOUND_UNREADABLE, .expected = "an NPY array"};

	if (status == PLICA_ERR_MEMORY)
		return plica_error_set(err, status, "%s", cause->text);
	(void)snprintf(text.field, sizeof(text.field), "%s", field);
	return plica_findings_add(reading->findings, true, &text, cause->text, err);
}

enum plica_status plica_reading_member(struct plica_reading *reading, struct plica_array *out,
	const char *name, struct plica_error *err)
{
	struct plica_error cause = {0};
	enum plica_status status = plica_npz_read(out, reading->npz, name, &cause);

	if (status == PLICA_OK)
		return PLICA_OK;
	*out = (struct plica_array){0};
	return keep_failure(reading, status, name, &cause, err);
}

static enum plica_status missing(struct plica_reading *reading, const char *name,
	const char *expected, struct plica_error *err)
{
	return plica_reading_find(reading, true, name, expected, err, "missing");
}

static bool all_finite(const float complex *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isfinite(crealf(values[i])) || !isfinite(cimagf(values[i])))
			return false;
	return true;
}

/* Copies a complex member out; `*out` stays NULL when the values are no good. */
static enum plica_status take_complex(struct plica_reading *reading, float complex **out,
	const struct plica_array *array, const char *name, struct plica_error *err)
{
	enum plica_status status;
	float complex *values = NULL;

	PLICA_TRY(PLICA_NEW(&values, array->info.count, err));
	PLICA_TRY(plica_array_to_complex(values, array, 0, array->info.count, name, err));
	if (!all_finite(values, array->info.count)) {
		status = plica_reading_find(
			reading, true, name, "finite values", err, "NaN or infinite in places");
		goto out;
	}
	*out = values;
	values = NULL;
out:
	plica_free(values);
	return status;
}

static bool probe_shape_fits(const struct plica_array_info *info, size_t pattern_px)
{
	int last = info->dimensions - 1;

	if ((last != 1 && last != 2) || info->count == 0)
		return false;
	return info->shape[last] == info->shape[last - 1] &&
	       (pattern_px == 0 || info->shape[last] == pattern_px);
}

static enum plica_status take_probe(
	struct plica_reading *reading, const struct plica_array *array, struct plica_error *err)
{
	struct plica_dataset *dataset = reading->dataset;
	char found[128];
	char expected[128];

	plica_array_describe(found, sizeof(found), &array->info);
	if (!plica_dtype_is_complex(array->info.dtype))
		return plica_reading_find(
			reading, true, "probeGuess", "complex64 or complex128", err, "%s", found);
	if (!probe_shape_fits(&array->info, dataset->pattern_px)) {
		(void)snprintf(expected, sizeof(expected), "(%zu, %zu) or (modes, %zu, %zu)",
			dataset->pattern_px, dataset->pattern_px, dataset->pattern_px,
			dataset->pattern_px);
		return plica_reading_find(reading, true, "probeGuess", expected, err, "%s", found);
	}
	dataset->probe_modes = array->info.dimensions == 3 ? array->info.shape[0] : 1;
	return take_complex(reading, &dataset->probe, array, "probeGuess", err);
}

static enum plica_status read_probe(struct plica_reading *reading, struct plica_error *err)
{
	enum plica_status status;
	struct plica_array array = {0};

	if (!plica_npz_has(reading->npz, "probeGuess"))
		return missing(reading, "probeGuess", "(N, N) or (modes, N, N) complex", err);
	PLICA_TRY(plica_reading_member(reading, &array, "probeGuess", err));
	if (array.data != NULL)
		PLICA_TRY(take_probe(reading, &array, err));
out:
	plica_array_release(&array);
	return status;
}

static enum plica_status take_object(
	struct plica_reading *reading, const struct plica_array *array, struct plica_error *err)
{
	struct plica_dataset *dataset = reading->dataset;
	char found[128];

	plica_array_describe(found, sizeof(found), &array->info);
	if (!plica_dtype_is_complex(array->info.dtype) || array->info.dimensions != 2 ||
		array->info.count == 0)
		return plica_reading_find(
			reading, true, "objectGuess", "(H, W) complex", err, "%s", found);
	dataset->object_rows = array->info.shape[0];
	dataset->object_cols = array->info.shape[1];
	return take_complex(reading, &dataset->object, array, "objectGuess", err);
}

static enum plica_status read_object(struct plica_reading *reading, struct plica_error *err)
{
	enum plica_status status;
	struct plica_array array = {0};

	if (!plica_npz_has(reading->npz, "objectGuess"))
		return missing(reading, "objectGuess", "(H, W) complex", err);
	PLICA_TRY(plica_reading_member(reading, &array, "objectGuess", err));
	if (array.data != NULL)
		PLICA_TRY(take_object(reading, &array, err));
out:
	plica_array_release(&array);
	return status;
}

static enum plica_status take_coordinates(struct plica_reading *reading, double **out,
	const struct plica_array *array, const char *name, struct plica_error *err)
{
	enum plica_status status;
	size_t count = array->info.count;
	double *values = NULL;
	bool real = plica_dtype_is_float(array->info.dtype) ||
		    plica_dtype_is_integer(array->info.dtype);
	char found[128];

	plica_array_describe(found, sizeof(found), &array->info);
	if (!real || array->info.dimensions != 1)
		return plica_reading_find(reading, true, name, "(n,) real", err, "%s", found);
	if (reading->dataset->pattern_count != 0 && count != reading->dataset->pattern_count)
		return plica_reading_find(reading, true, name, "as many as patterns", err,
			"%zu entries, 'diffraction' has %zu", count,
			reading->dataset->pattern_count);
	PLICA_TRY(PLICA_NEW(&values, count, err));
	PLICA_TRY(plica_array_to_double(values, array, 0, count, name, err));
	for (size_t i = 0; i < count; i++)
		if (!isfinite(values[i])) {
			status = plica_reading_find(reading, true, name, "finite values", err,
				"NaN or infinite at entry %zu", i);
			goto out;
		}
	*out = values;
	values = NULL;
out:
	plica_free(values);
	return status;
}

static enum plica_status read_coordinates(
	struct plica_reading *reading, double **out, const char *name, struct plica_error *err)
{
	enum plica_status status;
	struct plica_array array = {0};

	if (!plica_npz_has(reading->npz, name))
		return missing(reading, name, "(n,) real, in pixels of the object array", err);
	PLICA_TRY(plica_reading_member(reading, &array, name, err));
	if (array.data != NULL)
		PLICA_TRY(take_coordinates(reading, out, &array, name, err));
out:
	plica_array_release(&array);
	return status;
}

static void range_of(double *low, double *high, const double *values, size_t count)
{
	*low = *high = values[0];
	for (size_t i = 1; i < count; i++) {
		*low = values[i] < *low ? values[i] : *low;
		*high = values[i] > *high ? values[i] : *high;
	}
}

static enum plica_status check_extent(struct plica_reading *reading, struct plica_error *err)
{
	const struct plica_dataset *dataset = reading->dataset;
	double half = floor((double)dataset->pattern_px / 2.0);
	double rest = (double)dataset->pattern_px - half;
	double y0, y1, x0, x1;

	range_of(&y0, &y1, dataset->y_px, dataset->pattern_count);
	range_of(&x0, &x1, dataset->x_px, dataset->pattern_count);
	if ((y1 - y0 + 2 * rest) * (x1 - x0 + 2 * rest) > OBJECT_PIXELS_LIMIT)
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

static enum plica_status read_mask(struct plica_reading *reading, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct plica_array array = {0};
	size_t side = reading->dataset->pattern_px;
	double *values = NULL;

	if (!plica_npz_has(reading->npz, "mask"))
		return PLICA_OK;
	PLICA_TRY(plica_reading_member(reading, &array, "mask", err));
	if (array.data == NULL)
		goto out;
	if (array.info.dimensions != 2 || array.info.shape[0] != side ||
		array.info.shape[1] != side || plica_dtype_is_complex(array.info.dtype)) {
		char found[128];

		plica_array_describe(found, sizeof(found), &array.info);
		status = plica_reading_find(
			reading, false, "mask", "(N, N), ignored", err, "%s", found);
		goto out;
	}
	PLICA_TRY(PLICA_NEW(&values, array.info.count, err));
	PLICA_TRY(plica_array_to_double(values, &array, 0, array.info.count, "mask", err));
	PLICA_TRY(PLICA_NEW(&reading->dataset->mask, array.info.count, err));
	for (size_t i = 0; i < array.info.count; i++)
		reading->dataset->mask[i] = values[i] != 0.0;
out:
	plica_free(values);
	plica_array_release(&array);
	return status;
}

static enum plica_status take_metadata(
	struct plica_reading *reading, const struct plica_array *array, struct plica_error *err)
{
	enum plica_status status;
	struct plica_error cause;
	struct plica_json *json = NULL;
	char *text = NULL;

	if (plica_array_to_text(&text, array, "_metadata", &cause) != PLICA_OK)
		return plica_reading_find(reading, false, "_metadata",
			"one string of JSON, ignored", err, "not text");
	if (plica_json_parse(&json, text, strlen(text), "_metadata", &cause) != PLICA_OK) {
		status = plica_reading_find(reading, false, "_metadata", "JSON, ignored", err,
			"not JSON (%.150s)", cause.text);
		goto out;
	}
	PLICA_TRY(plica_dataset_set_metadata(reading->dataset, text, err));
out:
	plica_json_free(json);
	plica_free(text);
	return status;
}

static enum plica_status read_metadata(struct plica_reading *reading, struct plica_error *err)
{
	enum plica_status status;
	struct plica_array array = {0};

	if (!plica_npz_has(reading->npz, "_metadata"))
		return PLICA_OK;
	PLICA_TRY(plica_reading_member(reading, &array, "_metadata", err));
	if (array.data != NULL)
		PLICA_TRY(take_metadata(reading, &array, err));
out:
	plica_array_release(&array);
	return status;
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
	double measured = plica_dataset_mean_photons(reading->dataset);

	if (!(label > 0.0) || fabs(measured / label - 1.0) <= DOSE_TOLERANCE)
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

/* Power in the middle quarter against that in the four corners: tells a missing fftshift. */
static enum plica_status check_centre(struct plica_reading *reading, struct plica_error *err)
{
	const struct plica_dataset *dataset = reading->dataset;
	size_t side = dataset->pattern_px;
	size_t step = dataset->pattern_count / 16 + 1;
	double middle = 0.0, corners = 0.0;
	float *pattern = NULL;
	enum plica_status status = PLICA_NEW(&pattern, side * side, err);

	if (status != PLICA_OK)
		return status;
	for (size_t i = 0; i < dataset->pattern_count; i += step) {
		plica_dataset_amplitudes(pattern, dataset, i);
		for (size_t y = 0; y < side; y++)
			for (size_t x = 0; x < side; x++) {
				bool in_y = 4 * y >= side && 4 * y < 3 * side;
				bool in_x = 4 * x >= side && 4 * x < 3 * side;
				double power = (double)pattern[y * side + x] *
					       (double)pattern[y * side + x];

				middle += in_y && in_x ? power : 0.0;
				corners += !in_y && !in_x ? power : 0.0;
			}
	}
	plica_free(pattern);
	if (corners <= middle)
		return PLICA_OK;
	return plica_reading_find(reading, false, "diffraction",
		"the zero frequency at index N/2 (numpy.fft.fftshift)", err,
		"brighter in its corners than in its middle (%.3g : %.3g)", corners, middle);
}

/* Optional members that nothing depends on: said to be ignored when their shape is wrong. */
static enum plica_status check_optional(struct plica_reading *reading, struct plica_error *err)
{
	static const char *const names[] = {
		"Y", "scan_index", "xcoords_start", "ycoords_start", "filenames"};
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct plica_array_info info;
		struct plica_error cause;
		char found[128];

		if (!plica_npz_has(reading->npz, names[i]))
			continue;
		if (plica_npz_info(&info, reading->npz, names[i], &cause) != PLICA_OK) {
			PLICA_TRY(plica_reading_find(reading, false, names[i],
				"a plain array, ignored", err, "unreadable (%.180s)", cause.text));
			continue;
		}
		plica_array_describe(found, sizeof(found), &info);
		if (info.dimensions == 0 || info.shape[0] != reading->dataset->pattern_count)
			PLICA_TRY(plica_reading_find(reading, false, names[i],
				"one entry a pattern, ignored", err, "%s", found));
		else if (strcmp(names[i], "Y") == 0 && !plica_dtype_is_complex(info.dtype))
			PLICA_TRY(plica_reading_find(reading, false, names[i],
				"complex patches, ignored", err,
				"%s: separate amplitude and phase, a legacy layout", found));
	}
out:
	return status;
}

static void note_coordinate_count(struct plica_reading *reading)
{
	struct plica_array_info info;

	if (plica_npz_has(reading->npz, "xcoords") &&
		plica_npz_info(&info, reading->npz, "xcoords", NULL) == PLICA_OK)
		reading->coordinate_count = info.count;
}

static enum plica_status read_members(struct plica_reading *reading, struct plica_error *err)
{
	enum plica_status status;
	struct plica_dataset *dataset = reading->dataset;

	note_coordinate_count(reading);
	PLICA_TRY(plica_reading_patterns(reading, err));
	PLICA_TRY(read_probe(reading, err));
	PLICA_TRY(read_object(reading, err));
	PLICA_TRY(read_coordinates(reading, &dataset->x_px, "xcoords", err));
	PLICA_TRY(read_coordinates(reading, &dataset->y_px, "ycoords", err));
	if (plica_findings_have_error(reading->findings))
		goto out;
	PLICA_TRY(read_mask(reading, err));
	PLICA_TRY(read_metadata(reading, err));
	PLICA_TRY(check_optional(reading, err));
	PLICA_TRY(check_extent(reading, err));
	PLICA_TRY(check_metadata(reading, err));
	PLICA_TRY(check_centre(reading, err));
out:
	return status;
}

enum plica_status plica_contract_read(struct plica_dataset **out, struct plica_findings *findings,
	const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_error cause = {0};
	struct plica_reading reading = {.findings = findings};

	PLICA_TRY(PLICA_NEW(&reading.dataset, 1, err));
	status = plica_npz_open(&reading.npz, path, &cause);
	if (status != PLICA_OK) {
		status = keep_failure(&reading, status, "file", &cause, err);
		if (status != PLICA_OK)
			goto out;
	} else {
		PLICA_TRY(read_members(&reading, err));
	}
	*out = reading.dataset;
	reading.dataset = NULL;
out:
	plica_npz_close(reading.npz);
	plica_dataset_free(reading.dataset);
	return status;
}

enum plica_status plica_dataset_validate(
	struct plica_findings *out, const char *path, struct plica_error *err)
{
	struct plica_findings findings = {0};
	struct plica_dataset *dataset = NULL;
	enum plica_status status = plica_contract_read(&dataset, &findings, path, err);

	plica_dataset_free(dataset);
	if (status != PLICA_OK) {
		plica_findings_release(&findings);
		return status;
	}
	*out = findings;
	return PLICA_OK;
}
