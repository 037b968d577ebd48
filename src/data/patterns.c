/* SPDX-License-Identifier: BSD-3-Clause */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "data/dataset.h"
#include "data/reading.h"

#define PATTERNS_EXPECTED "(n, N, N) real amplitudes, or integer photon counts"
/* Above this mean, floating-point "amplitudes" that are all whole numbers look like counts. */
#define WHOLE_NUMBERS_MAX_AMPLITUDE 40.0
/* The squares of larger amplitudes, and their sums, overflow in single precision. */
#define LARGEST_AMPLITUDE 1e15

static const char *pattern_member(const struct plica_reading *reading)
{
	if (plica_npz_has(reading->npz, "diffraction"))
		return "diffraction";
	return plica_npz_has(reading->npz, "diff3d") ? "diff3d" : NULL;
}

/* The ancestor's files also hold (N, N, n): known by the number of positions, never guessed. */
static bool is_pattern_last(const struct plica_array_info *info, size_t positions)
{
	const size_t *shape = info->shape;

	return shape[0] == shape[1] && shape[1] != shape[2] && shape[2] == positions;
}

static enum plica_status check_shape(struct plica_reading *reading,
	const struct plica_array_info *info, const char *name, bool *good, struct plica_error *err)
{
	char found[128];
	const size_t *shape = info->shape;
	bool real = plica_dtype_is_float(info->dtype) || plica_dtype_is_integer(info->dtype);

	*good = false;
	plica_array_describe(found, sizeof(found), info);
	if (info->dimensions != 3 || !real)
		return plica_reading_find(reading, true, name, PATTERNS_EXPECTED, err, "%s", found);
	if (info->count == 0)
		return plica_reading_find(
			reading, true, name, "at least one pattern", err, "%s", found);
	if (shape[1] != shape[2] && !is_pattern_last(info, reading->coordinate_count))
		return plica_reading_find(
			reading, true, name, "square patterns (n, N, N)", err, "%s", found);
	*good = true;
	return PLICA_OK;
}

/* (N, N, n) to (n, N, N), item by item of whatever size. */
static enum plica_status move_pattern_axis(struct plica_array *array, struct plica_error *err)
{
	struct plica_array moved = {.info = array->info};
	size_t pixels = array->info.shape[0] * array->info.shape[1];
	size_t count = array->info.shape[2];
	size_t bytes = array->info.item_bytes;
	enum plica_status status =
		plica_allocate(&moved.data, array->info.count, array->info.item_bytes, err);

	if (status != PLICA_OK)
		return status;
	for (size_t pixel = 0; pixel < pixels; pixel++)
		for (size_t i = 0; i < count; i++)
			memcpy((char *)moved.data + (i * pixels + pixel) * bytes,
				(const char *)array->data + (pixel * count + i) * bytes, bytes);
	moved.info.shape[0] = count;
	moved.info.shape[1] = moved.info.shape[2] = array->info.shape[0];
	plica_array_release(array);
	*array = moved;
	return PLICA_OK;
}

/* What a scan over all values found. */
struct value_sums {
	size_t not_finite;
	size_t negative;
	double largest;
	bool whole; /* every finite value is a whole number */
};

static bool are_whole(const double *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (isfinite(values[i]) && values[i] != trunc(values[i]))
			return false;
	return true;
}

/* Without a branch, so that it takes no longer than the values' way from memory. */
static void add_values(struct value_sums *sums, const double *values, size_t count)
{
	double not_finite = 0.0; /* counts as wide as the values, for the vector units */
	double negative = 0.0;
	double largest = sums->largest;

#pragma omp simd reduction(+ : not_finite, negative) reduction(max : largest)
	for (size_t i = 0; i < count; i++) {
		bool finite = fabs(values[i]) <= DBL_MAX;
		double value = finite ? values[i] : 0.0;

		not_finite += finite ? 0.0 : 1.0;
		negative += value < 0.0 ? 1.0 : 0.0;
		largest = value > largest ? value : largest;
	}
	sums->not_finite += (size_t)not_finite;
	sums->negative += (size_t)negative;
	sums->largest = largest;
	sums->whole = sums->whole && are_whole(values, count); /* most are known at once */
}

static enum plica_status scan_values(struct value_sums *sums, const struct plica_array *array,
	const char *name, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	double values[2048]; /* which stay in the first cache */
	size_t most = sizeof(values) / sizeof(values[0]);

	*sums = (struct value_sums){.whole = true};
	for (size_t first = 0; first < array->info.count; first += most) {
		size_t left = array->info.count - first;
		size_t count = left < most ? left : most;

		PLICA_TRY(plica_array_to_double(values, array, first, count, name, err));
		add_values(sums, values, count);
	}
out:
	return status;
}

static enum plica_status report_values(struct plica_reading *reading, const char *name,
	const struct value_sums *sums, bool counts, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	if (sums->not_finite > 0)
		PLICA_TRY(plica_reading_find(reading, true, name, "finite values", err,
			"NaN or infinite in %zu pixel%s", sums->not_finite,
			sums->not_finite == 1 ? "" : "s"));
	if (sums->negative > 0)
		PLICA_TRY(plica_reading_find(reading, true, name, "values >= 0", err,
			"negative in %zu pixel%s", sums->negative, sums->negative == 1 ? "" : "s"));
	if (sums->largest <= 0.0 && sums->not_finite == 0)
		PLICA_TRY(plica_reading_find(
			reading, true, name, "some photons", err, "zero in every pixel"));
	if (!counts && sums->largest > LARGEST_AMPLITUDE)
		PLICA_TRY(plica_reading_find(reading, true, name, "amplitudes up to 1e+15", err,
			"%g in its brightest pixel", sums->largest));
	if (counts)
		PLICA_TRY(plica_reading_find(reading, false, name,
			"amplitudes (float); the square root is taken when a pattern is used", err,
			"of integer type: taken as photon counts"));
	else if (sums->whole && sums->largest > WHOLE_NUMBERS_MAX_AMPLITUDE &&
		 sums->largest <= LARGEST_AMPLITUDE)
		PLICA_TRY(plica_reading_find(reading, false, name,
			"amplitudes: store counts with an integer type", err,
			"made of whole numbers up to %g: are these counts? taken as amplitudes",
			sums->largest));
out:
	return status;
}

/* Stored types that a dataset keeps as they are; counts are not negative, whatever their sign bit
 * could say (the caller has made sure of that). */
static bool keep_type(enum plica_pattern_type *type, enum plica_dtype dtype)
{
	static const struct {
		enum plica_dtype dtype;
		enum plica_pattern_type type;
	} kept[] = {
		{PLICA_DTYPE_F16, PLICA_PATTERN_F16},
		{PLICA_DTYPE_F32, PLICA_PATTERN_F32},
		{PLICA_DTYPE_F64, PLICA_PATTERN_F64},
		{PLICA_DTYPE_U8, PLICA_PATTERN_U8},
		{PLICA_DTYPE_U16, PLICA_PATTERN_U16},
		{PLICA_DTYPE_U32, PLICA_PATTERN_U32},
		{PLICA_DTYPE_I8, PLICA_PATTERN_U8},
		{PLICA_DTYPE_I16, PLICA_PATTERN_U16},
		{PLICA_DTYPE_I32, PLICA_PATTERN_U32},
	};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (kept[i].dtype == dtype) {
			*type = kept[i].type;
			return true;
		}
	return false;
}

/* 64-bit counts become uint32, in their own memory, of which half goes. */
static enum plica_status narrow_counts(
	struct plica_array *array, const char *name, struct plica_error *err)
{
	enum plica_status status;
	double *values = NULL;
	uint32_t *narrow = array->data;
	size_t pixels = array->info.shape[1] * array->info.shape[2];
	size_t bytes = array->info.count * sizeof(*narrow);

	PLICA_TRY(PLICA_NEW(&values, pixels, err));
	for (size_t first = 0; first < array->info.count; first += pixels) {
		PLICA_TRY(plica_array_to_double(values, array, first, pixels, name, err));
		for (size_t k = 0; k < pixels; k++)
			narrow[first + k] = (uint32_t)values[k];
	}
	plica_forget((char *)array->data + bytes, bytes);
out:
	plica_free(values);
	return status;
}

static enum plica_status take_values(struct plica_reading *reading, struct plica_array *array,
	const char *name, const struct value_sums *sums, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct plica_dataset *dataset = reading->dataset;
	bool counts = plica_dtype_is_integer(array->info.dtype);

	if (counts && sums->largest > (double)UINT32_MAX)
		return plica_reading_find(reading, true, name, "at most 4294967295 counts", err,
			"%g in its brightest pixel", sums->largest);
	if (counts && sums->negative > 0)
		return PLICA_OK; /* already a finding */
	if (!keep_type(&dataset->pattern_type, array->info.dtype)) {
		PLICA_TRY(narrow_counts(array, name, err));
		dataset->pattern_type = PLICA_PATTERN_U32;
	}
	dataset->pattern_kind = counts ? PLICA_PATTERN_INTENSITY : PLICA_PATTERN_AMPLITUDE;
	dataset->pattern_count = array->info.shape[0];
	dataset->pattern_px = array->info.shape[1];
	dataset->patterns = array->data;
	array->data = NULL; /* ownership has moved to the dataset */
out:
	return status;
}

static enum plica_status read_checked(struct plica_reading *reading, struct plica_array *array,
	const char *name, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct value_sums sums;
	bool good = false;
	char found[128];

	PLICA_TRY(check_shape(reading, &array->info, name, &good, err));
	if (!good)
		goto out;
	if (is_pattern_last(&array->info, reading->coordinate_count)) {
		plica_array_describe(found, sizeof(found), &array->info);
		PLICA_TRY(plica_reading_find(reading, false, name, "(n, N, N)", err,
			"%s: the legacy layout (N, N, n), converted", found));
		PLICA_TRY(move_pattern_axis(array, err));
	}
	PLICA_TRY(scan_values(&sums, array, name, err));
	PLICA_TRY(report_values(
		reading, name, &sums, plica_dtype_is_integer(array->info.dtype), err));
	PLICA_TRY(take_values(reading, array, name, &sums, err));
out:
	return status;
}

enum plica_status plica_reading_patterns(struct plica_reading *reading, struct plica_error *err)
{
	enum plica_status status;
	struct plica_array array = {0};
	const char *name = pattern_member(reading);

	if (name == NULL)
		return plica_reading_find(
			reading, true, "diffraction", PATTERNS_EXPECTED, err, "missing");
	if (strcmp(name, "diff3d") == 0)
		PLICA_TRY(plica_reading_find(reading, false, name, "'diffraction'", err,
			"the legacy name of the patterns, taken for them"));
	PLICA_TRY(plica_reading_member(reading, &array, name, err));
	if (array.data != NULL)
		PLICA_TRY(read_checked(reading, &array, name, err));
out:
	plica_array_release(&array);
	return status;
}
