/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/base_object.h"

#include <complex.h>
#include <math.h>

#include "base/memory.h"
#include "base/try.h"
#include "format/image.h"
#include "format/npz.h"

static enum plica_status check_values(
	const struct plica_field *field, size_t count, const char *name, struct plica_error *err)
{
	size_t zeros = 0;

	for (size_t i = 0; i < count; i++) {
		if (!isfinite(crealf(field->data[i])) || !isfinite(cimagf(field->data[i])))
			return plica_error_set(err, PLICA_ERR_DATA,
				"'%s' has a NaN or infinity in row %zu, column %zu", name,
				i / field->cols % field->rows, i % field->cols);
		zeros += cabsf(field->data[i]) > 0.0F ? 0 : 1;
	}
	if (zeros == count)
		return plica_error_set(err, PLICA_ERR_DATA, "'%s' is zero everywhere", name);
	return PLICA_OK;
}

/* What a member has to be. */
struct expectation {
	const char *name;
	int most_dimensions; /* those beyond the last two are modes */
	const char *shape;
};

static const struct expectation expected_object = {"objectGuess", 2, "complex (H, W)"};
static const struct expectation expected_probe = {
	"probeGuess", 3, "complex (N, N) or (modes, N, N)"};

static enum plica_status check_shape(const struct plica_array_info *info,
	const struct expectation *expected, struct plica_error *err)
{
	char found[128];

	if (plica_dtype_is_complex(info->dtype) && info->dimensions >= 2 &&
		info->dimensions <= expected->most_dimensions && info->count > 0)
		return PLICA_OK;
	plica_array_describe(found, sizeof(found), info);
	return plica_error_set(err, PLICA_ERR_DATA, "'%s' is %s, expected %s", expected->name,
		found, expected->shape);
}

/* `out` gets the shape of one mode, and the data of all of them. */
static enum plica_status convert(struct plica_field *out, const struct plica_array *array,
	const struct expectation *expected, struct plica_error *err)
{
	const struct plica_array_info *info = &array->info;
	struct plica_field field = {0};
	enum plica_status status;

	PLICA_TRY(check_shape(info, expected, err));
	field.rows = info->shape[info->dimensions - 2];
	field.cols = field.stride = info->shape[info->dimensions - 1];
	PLICA_TRY(PLICA_NEW(&field.data, info->count, err));
	PLICA_TRY(plica_array_to_complex(field.data, array, 0, info->count, expected->name, err));
	PLICA_TRY(check_values(&field, info->count, expected->name, err));
	*out = field;
	field.data = NULL;
out:
	plica_free(field.data);
	return status;
}

static enum plica_status load_member(struct plica_field *out, size_t *modes, const char *path,
	const struct expectation *expected, struct plica_error *err)
{
	struct plica_npz *npz = NULL;
	struct plica_array array = {0};
	enum plica_status status;

	PLICA_TRY(plica_npz_open(&npz, path, err));
	if (!plica_npz_has(npz, expected->name)) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': '%s' is missing, expected %s", path, expected->name,
			expected->shape);
		goto out;
	}
	PLICA_TRY(plica_npz_read(&array, npz, expected->name, err));
	status = convert(out, &array, expected, err);
	if (status != PLICA_OK)
		status = plica_error_context(err, status, "cannot use '%s'", path);
	else
		*modes = array.info.dimensions == 3 ? array.info.shape[0] : 1;
out:
	plica_array_release(&array);
	plica_npz_close(npz);
	return status;
}

enum plica_status plica_base_load_object(
	struct plica_field *out, const char *path, struct plica_error *err)
{
	size_t modes;

	return load_member(out, &modes, path, &expected_object, err);
}

enum plica_status plica_base_load_probe(
	struct plica_field *out, size_t *modes, const char *path, struct plica_error *err)
{
	struct plica_field probe = {0};
	enum plica_status status;

	PLICA_TRY(load_member(&probe, modes, path, &expected_probe, err));
	if (probe.rows != probe.cols) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': 'probeGuess' is of %zu x %zu px, expected a square", path,
			probe.rows, probe.cols);
		goto out;
	}
	*out = probe;
	probe.data = NULL;
out:
	plica_free(probe.data);
	return status;
}

/* A picture's gray values; rows = 0 without a path. */
struct gray {
	size_t rows, cols;
	float *value;
};

static enum plica_status load_gray(struct gray *out, const char *path, struct plica_error *err)
{
	if (path == NULL)
		return PLICA_OK;
	return plica_png_load_gray(&out->value, &out->rows, &out->cols, path, err);
}

static enum plica_status compose(struct plica_field *out, const struct gray *amplitude,
	const struct gray *phase, const struct plica_picture_ranges *ranges,
	struct plica_error *err)
{
	const struct gray *shape = amplitude->value != NULL ? amplitude : phase;
	size_t count = shape->rows * shape->cols;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&out->data, count, err));
	out->rows = shape->rows;
	out->cols = out->stride = shape->cols;
	for (size_t i = 0; i < count; i++) {
		double white = amplitude->value != NULL ? (double)amplitude->value[i] : 1.0;
		double turn = phase->value != NULL ? (double)phase->value[i] : 0.0;
		double modulus = ranges->low + (1.0 - ranges->low) * white;

		out->data[i] = CMPLXF((float)(modulus * cos(ranges->phase_rad * turn)),
			(float)(modulus * sin(ranges->phase_rad * turn)));
	}
out:
	return status;
}

enum plica_status plica_base_load_pictures(struct plica_field *out, const char *amplitude_png,
	const char *phase_png, const struct plica_picture_ranges *ranges, struct plica_error *err)
{
	struct gray amplitude = {0};
	struct gray phase = {0};
	enum plica_status status;

	PLICA_TRY(load_gray(&amplitude, amplitude_png, err));
	PLICA_TRY(load_gray(&phase, phase_png, err));
	if (amplitude.value != NULL && phase.value != NULL &&
		(amplitude.rows != phase.rows || amplitude.cols != phase.cols)) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"'%s' is of %zu x %zu px, expected the %zu x %zu px of '%s'", phase_png,
			phase.rows, phase.cols, amplitude.rows, amplitude.cols, amplitude_png);
		goto out;
	}
	PLICA_TRY(compose(out, &amplitude, &phase, ranges, err));
out:
	plica_free(amplitude.value);
	plica_free(phase.value);
	return status;
}
