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

/* What the shape of a probe should be, as far as it is known. */
static void expect_probe_shape(char *out, size_t size, size_t pattern_px)
{
	if (pattern_px == 0)
		(void)snprintf(out, size, "(N, N) or (modes, N, N)");
	else
		(void)snprintf(out, size, "(%zu, %zu) or (modes, %zu, %zu)", pattern_px, pattern_px,
			pattern_px, pattern_px);
}

static bool is_dark(const float complex *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (crealf(values[i]) != 0.0F || cimagf(values[i]) != 0.0F)
			return false;
	return true;
}

static enum plica_status take_probe(
	struct plica_reading *reading, const struct plica_array *array, struct plica_error *err)
{
	enum plica_status status;
	struct plica_dataset *dataset = reading->dataset;
	char found[128];
	char expected[128];

	plica_array_describe(found, sizeof(found), &array->info);
	if (!plica_dtype_is_complex(array->info.dtype))
		return plica_reading_find(
			reading, true, "probeGuess", "complex64 or complex128", err, "%s", found);
	if (!probe_shape_fits(&array->info, dataset->pattern_px)) {
		expect_probe_shape(expected, sizeof(expected), dataset->pattern_px);
		return plica_reading_find(reading, true, "probeGuess", expected, err, "%s", found);
	}
	dataset->probe_modes = array->info.dimensions == 3 ? array->info.shape[0] : 1;
	PLICA_TRY(take_complex(reading, &dataset->probe, array, "probeGuess", err));
	if (dataset->probe != NULL && is_dark(dataset->probe, array->info.count))
		status = plica_reading_find(
			reading, true, "probeGuess", "an illumination", err, "zero everywhere");
out:
	return status;
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

static bool mask_shape_fits(const struct plica_array_info *info, size_t side)
{
	char kind = plica_dtype_kind(info->dtype);

	return info->dimensions == 2 && info->shape[0] == side && info->shape[1] == side &&
	       (kind == 'b' || kind == 'i' || kind == 'u' || kind == 'f');
}

static enum plica_status take_mask(
	struct plica_reading *reading, const double *values, size_t count, struct plica_error *err)
{
	uint8_t *mask;
	size_t valid = 0;
	enum plica_status status = PLICA_NEW(&reading->dataset->mask, count, err);

	if (status != PLICA_OK)
		return status;
	mask = reading->dataset->mask;
	for (size_t i = 0; i < count; i++) {
		if (isnan(values[i]))
			return plica_reading_find(reading, true, "mask",
				"0 for a bad pixel, else another number", err, "NaN at pixel %zu",
				i);
		mask[i] = values[i] != 0.0;
		valid += mask[i];
	}
	if (valid == 0)
		return plica_reading_find(
			reading, true, "mask", "a valid pixel", err, "zero in every pixel");
	return PLICA_OK;
}

static enum plica_status read_mask(struct plica_reading *reading, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct plica_array array = {0};
	double *values = NULL;

	if (!plica_npz_has(reading->npz, "mask"))
		return PLICA_OK;
	PLICA_TRY(plica_reading_member(reading, &array, "mask", err));
	if (array.data == NULL)
		goto out;
	if (!mask_shape_fits(&array.info, reading->dataset->pattern_px)) {
		char found[128];

		plica_array_describe(found, sizeof(found), &array.info);
		status = plica_reading_find(
			reading, false, "mask", "real (N, N), ignored", err, "%s", found);
		goto out;
	}
	PLICA_TRY(PLICA_NEW(&values, array.info.count, err));
	PLICA_TRY(plica_array_to_double(values, &array, 0, array.info.count, "mask", err));
	PLICA_TRY(take_mask(reading, values, array.info.count, err));
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
	if (!plica_findings_have_error(reading->findings))
		PLICA_TRY(plica_reading_check(reading, err));
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
