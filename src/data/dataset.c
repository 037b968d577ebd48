/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/dataset.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/range.h"
#include "base/try.h"
#include "data/contract.h"
#include "data/dataset.h"
#include "data/findings.h"
#include "data/members.h"
#include "optics/probe.h"

/* A pattern of this side and eight bytes a pixel has a size that does not overflow. */
#define LARGEST_SIDE ((size_t)1 << 30)

static const size_t type_bytes[] = {
	[PLICA_PATTERN_F16] = 2,
	[PLICA_PATTERN_F32] = 4,
	[PLICA_PATTERN_F64] = 8,
	[PLICA_PATTERN_U8] = 1,
	[PLICA_PATTERN_U16] = 2,
	[PLICA_PATTERN_U32] = 4,
};

static const enum plica_dtype type_dtype[] = {
	[PLICA_PATTERN_F16] = PLICA_DTYPE_F16,
	[PLICA_PATTERN_F32] = PLICA_DTYPE_F32,
	[PLICA_PATTERN_F64] = PLICA_DTYPE_F64,
	[PLICA_PATTERN_U8] = PLICA_DTYPE_U8,
	[PLICA_PATTERN_U16] = PLICA_DTYPE_U16,
	[PLICA_PATTERN_U32] = PLICA_DTYPE_U32,
};

size_t plica_pattern_bytes(const struct plica_dataset *dataset)
{
	return dataset->pattern_px * dataset->pattern_px * type_bytes[dataset->pattern_type];
}

/* Allocates everything whose size the four numbers decide; the type is set by the caller. */
static enum plica_status allocate_parts(struct plica_dataset *dataset, struct plica_error *err)
{
	enum plica_status status;
	size_t n = dataset->pattern_count;
	size_t pixels, probe_pixels, object_pixels;

	if (!plica_size_mul(&object_pixels, dataset->object_rows, dataset->object_cols))
		return plica_error_set(err, PLICA_ERR_MEMORY, "an object of %zu x %zu is too large",
			dataset->object_rows, dataset->object_cols);
	if (dataset->pattern_px > LARGEST_SIDE ||
		!plica_size_mul(&pixels, dataset->pattern_px, dataset->pattern_px) ||
		!plica_size_mul(&probe_pixels, dataset->probe_modes, pixels))
		return plica_error_set(err, PLICA_ERR_MEMORY,
			"%zu probe modes of %zu x %zu are too large", dataset->probe_modes,
			dataset->pattern_px, dataset->pattern_px);
	PLICA_TRY(plica_allocate(&dataset->patterns, n, plica_pattern_bytes(dataset), err));
	PLICA_TRY(PLICA_NEW(&dataset->y_px, n, err));
	PLICA_TRY(PLICA_NEW(&dataset->x_px, n, err));
	PLICA_TRY(PLICA_NEW(&dataset->probe, probe_pixels, err));
	if (object_pixels > 0)
		PLICA_TRY(PLICA_NEW(&dataset->object, object_pixels, err));
out:
	return status;
}

static enum plica_status create_like(
	struct plica_dataset **out, const struct plica_dataset *shape, struct plica_error *err)
{
	enum plica_status status;
	struct plica_dataset *dataset = NULL;

	PLICA_TRY(PLICA_NEW(&dataset, 1, err));
	dataset->pattern_count = shape->pattern_count;
	dataset->pattern_px = shape->pattern_px;
	dataset->pattern_kind = shape->pattern_kind;
	dataset->pattern_type = shape->pattern_type;
	dataset->probe_modes = shape->probe_modes;
	dataset->object_rows = shape->object_rows;
	dataset->object_cols = shape->object_cols;
	PLICA_TRY(allocate_parts(dataset, err));
	*out = dataset;
	dataset = NULL;
out:
	plica_dataset_free(dataset);
	return status;
}

enum plica_status plica_dataset_create(struct plica_dataset **out, size_t pattern_count,
	size_t pattern_px, size_t probe_modes, size_t object_rows, size_t object_cols,
	struct plica_error *err)
{
	struct plica_dataset shape = {
		.pattern_count = pattern_count,
		.pattern_px = pattern_px,
		.pattern_kind = PLICA_PATTERN_AMPLITUDE,
		.pattern_type = PLICA_PATTERN_F32,
		.probe_modes = probe_modes,
		.object_rows = object_rows,
		.object_cols = object_cols,
	};

	return create_like(out, &shape, err);
}

void plica_dataset_free(struct plica_dataset *dataset)
{
	if (dataset == NULL)
		return;
	plica_free(dataset->path);
	plica_free(dataset->patterns);
	plica_free(dataset->y_px);
	plica_free(dataset->x_px);
	plica_free(dataset->probe);
	plica_free(dataset->object);
	plica_free(dataset->mask);
	plica_free(dataset->metadata_json);
	for (size_t i = 0; i < dataset->note_count; i++)
		plica_free(dataset->notes[i]);
	plica_free(dataset->notes);
	plica_free(dataset);
}

enum plica_status plica_dataset_set_metadata(
	struct plica_dataset *dataset, const char *json, struct plica_error *err)
{
	char *copy = NULL;
	enum plica_status status = plica_copy_text(&copy, json, err);

	if (status != PLICA_OK)
		return status;
	plica_free(dataset->metadata_json);
	dataset->metadata_json = copy;
	return PLICA_OK;
}

/* What does not belong to single patterns. */
static enum plica_status copy_common(
	struct plica_dataset *to, const struct plica_dataset *from, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	size_t pixels = from->pattern_px * from->pattern_px;

	memcpy(to->probe, from->probe, from->probe_modes * pixels * sizeof(*to->probe));
	if (from->object != NULL)
		memcpy(to->object, from->object,
			from->object_rows * from->object_cols * sizeof(*to->object));
	if (from->path != NULL)
		PLICA_TRY(plica_copy_text(&to->path, from->path, err));
	if (from->metadata_json != NULL)
		PLICA_TRY(plica_dataset_set_metadata(to, from->metadata_json, err));
	if (from->mask != NULL) {
		PLICA_TRY(PLICA_NEW(&to->mask, pixels, err));
		memcpy(to->mask, from->mask, pixels);
	}
out:
	return status;
}

enum plica_status plica_dataset_select(struct plica_dataset **out,
	const struct plica_dataset *dataset, const size_t *indices, size_t count,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_dataset shape = *dataset;
	struct plica_dataset *selected = NULL;
	size_t bytes = plica_pattern_bytes(dataset);

	for (size_t i = 0; i < count; i++)
		if (indices[i] >= dataset->pattern_count)
			return plica_error_set(err, PLICA_ERR_ARGUMENT,
				"cannot select pattern %zu of %zu", indices[i],
				dataset->pattern_count);
	shape.pattern_count = count;
	PLICA_TRY(create_like(&selected, &shape, err));
	PLICA_TRY(copy_common(selected, dataset, err));
	for (size_t i = 0; i < count; i++) {
		const char *from = (const char *)dataset->patterns + indices[i] * bytes;

		memcpy((char *)selected->patterns + i * bytes, from, bytes);
		selected->y_px[i] = dataset->y_px[indices[i]];
		selected->x_px[i] = dataset->x_px[indices[i]];
	}
	*out = selected;
	selected = NULL;
out:
	plica_dataset_free(selected);
	return status;
}

void plica_dataset_amplitudes(float *out, const struct plica_dataset *dataset, size_t index)
{
	size_t pixels = dataset->pattern_px * dataset->pattern_px;
	struct plica_array stored = {
		.info = {.dtype = type_dtype[dataset->pattern_type],
			.item_bytes = type_bytes[dataset->pattern_type],
			.count = dataset->pattern_count * pixels},
		.data = dataset->patterns,
	};
	/* cannot fail: the type is a real one by construction */
	enum plica_status status =
		plica_array_to_float(out, &stored, index * pixels, pixels, "diffraction", NULL);

	(void)status;
	if (dataset->pattern_kind == PLICA_PATTERN_INTENSITY)
		for (size_t i = 0; i < pixels; i++)
			out[i] = sqrtf(out[i]);
}

/* Photons of a pattern's valid pixels. */
static double photons_of(const float *amplitudes, const uint8_t *mask, size_t pixels)
{
	double photons = 0.0;

#pragma omp simd reduction(+ : photons)
	for (size_t k = 0; k < pixels; k++) {
		bool valid = mask == NULL || mask[k] != 0;

		photons += valid ? (double)amplitudes[k] * (double)amplitudes[k] : 0.0;
	}
	return photons;
}

double plica_dataset_mean_photons(const struct plica_dataset *dataset)
{
	size_t pixels = dataset->pattern_px * dataset->pattern_px;
	float *amplitudes = NULL;
	double total = 0.0;

	if (PLICA_NEW(&amplitudes, pixels, NULL) != PLICA_OK)
		return NAN;
	for (size_t i = 0; i < dataset->pattern_count; i++) {
		plica_dataset_amplitudes(amplitudes, dataset, i);
		total += photons_of(amplitudes, dataset->mask, pixels);
	}
	plica_free(amplitudes);
	return total / (double)dataset->pattern_count;
}

/* Moves the findings that are warnings into the dataset's notes. */
static enum plica_status keep_notes(struct plica_dataset *dataset,
	const struct plica_findings *findings, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	PLICA_TRY(PLICA_NEW(&dataset->notes, findings->count + 1, err));
	for (size_t i = 0; i < findings->count; i++) {
		PLICA_TRY(plica_copy_text(
			&dataset->notes[dataset->note_count], findings->item[i].message, err));
		dataset->note_count++;
	}
out:
	return status;
}

double plica_dataset_probe_diameter_px(const struct plica_dataset *dataset)
{
	return plica_probe_diameter_px(dataset->probe, dataset->probe_modes, dataset->pattern_px);
}

double plica_dataset_photons_per_px(const struct plica_dataset *dataset)
{
	double diameter = plica_dataset_probe_diameter_px(dataset);
	double area = (plica_extent_of(dataset->y_px, dataset->pattern_count) + diameter) *
		      (plica_extent_of(dataset->x_px, dataset->pattern_count) + diameter);

	return plica_dataset_mean_photons(dataset) * (double)dataset->pattern_count / area;
}

static enum plica_status first_error(
	const struct plica_findings *findings, const char *path, struct plica_error *err)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct plica_finding *finding = &findings->item[i];

		if (!finding->is_error)
			continue;
		if (strcmp(finding->found, PLICA_FOUND_UNREADABLE) == 0) /* names the file itself */
			return plica_error_set(err, PLICA_ERR_FORMAT, "%s", finding->message);
		return plica_error_set(
			err, PLICA_ERR_DATA, "cannot use '%s': %s", path, finding->message);
	}
	return PLICA_OK;
}

enum plica_status plica_dataset_load(
	struct plica_dataset **out, const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_findings findings = {0};
	struct plica_dataset *dataset = NULL;

	PLICA_TRY(plica_contract_read(&dataset, &findings, path, err));
	PLICA_TRY(first_error(&findings, path, err));
	PLICA_TRY(plica_copy_text(&dataset->path, path, err));
	PLICA_TRY(keep_notes(dataset, &findings, err));
	*out = dataset;
	dataset = NULL;
out:
	plica_findings_release(&findings);
	plica_dataset_free(dataset);
	return status;
}

static enum plica_status take_patterns(
	struct plica_members *members, const struct plica_dataset *dataset, struct plica_error *err)
{
	struct plica_array amplitudes = {0};
	size_t side = dataset->pattern_px;
	const size_t shape[3] = {dataset->pattern_count, side, side};
	enum plica_status status = plica_array_create(&amplitudes, PLICA_DTYPE_F32, 3, shape, err);

	if (status != PLICA_OK)
		return status;
	for (size_t i = 0; i < dataset->pattern_count; i++)
		plica_dataset_amplitudes((float *)amplitudes.data + i * side * side, dataset, i);
	plica_members_take(members, "diffraction", &amplitudes);
	return PLICA_OK;
}

static void view_arrays(struct plica_members *members, const struct plica_dataset *dataset)
{
	size_t side = dataset->pattern_px;
	const size_t probe[3] = {dataset->probe_modes, side, side};
	const size_t object[2] = {dataset->object_rows, dataset->object_cols};
	const size_t *count = &dataset->pattern_count;
	bool single = dataset->probe_modes == 1;

	plica_members_view(members, "probeGuess", PLICA_DTYPE_C64, dataset->probe, single ? 2 : 3,
		single ? probe + 1 : probe);
	plica_members_view(members, "objectGuess", PLICA_DTYPE_C64, dataset->object, 2, object);
	plica_members_view(members, "xcoords", PLICA_DTYPE_F64, dataset->x_px, 1, count);
	plica_members_view(members, "ycoords", PLICA_DTYPE_F64, dataset->y_px, 1, count);
	plica_members_view(members, "mask", PLICA_DTYPE_U8, dataset->mask, 2, probe + 1);
}

enum plica_status plica_dataset_save(
	const struct plica_dataset *dataset, const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_members members = {0};

	PLICA_TRY(take_patterns(&members, dataset, err));
	view_arrays(&members, dataset);
	PLICA_TRY(plica_members_text(&members, "_metadata", dataset->metadata_json, err));
	PLICA_TRY(plica_members_save(&members, path, err));
out:
	plica_members_release(&members);
	return status;
}
