/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/product.h"

#include <complex.h>
#include <math.h>

#include "base/memory.h"
#include "base/try.h"
#include "data/members.h"
#include "format/image.h"
#include "format/npz.h"

void plica_product_free(struct plica_product *product)
{
	if (product == NULL)
		return;
	plica_free(product->object);
	plica_free(product->object_raw);
	plica_free(product->probe);
	plica_free(product->background);
	plica_free(product->intensity);
	plica_free(product->y_px);
	plica_free(product->x_px);
	plica_free(product->position_map);
	plica_free(product->loss);
	plica_free(product->algorithm);
	plica_free(product->timestamp);
	plica_free(product->options_json);
	plica_free(product->input_json);
	plica_free(product->version);
	plica_free(product);
}

/* Reading: `npz` and the file's name, for messages. */
struct source {
	struct plica_npz *npz;
	const char *path;
};

static enum plica_status refuse(const struct source *source, const char *name,
	const struct plica_array *array, const char *expected, struct plica_error *err)
{
	char found[128];

	plica_array_describe(found, sizeof(found), &array->info);
	return plica_error_set(err, PLICA_ERR_DATA, "cannot use '%s': '%s' is %s, expected %s",
		source->path, name, found, expected);
}

/* Names the file before what a converter says of a member. */
static enum plica_status named(
	const struct source *source, enum plica_status status, struct plica_error *err)
{
	if (status == PLICA_OK)
		return status;
	return plica_error_context(err, status, "cannot use '%s'", source->path);
}

static enum plica_status check_finite(const struct source *source, const char *name,
	const float complex *values, size_t count, struct plica_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!isfinite(crealf(values[i])) || !isfinite(cimagf(values[i])))
			return plica_error_set(err, PLICA_ERR_DATA,
				"cannot use '%s': '%s' is NaN or infinite at pixel %zu, expected "
				"finite values",
				source->path, name, i);
	return PLICA_OK;
}

/* A complex member of 2 or 3 dimensions; `shape` gets (leading, rows, cols). */
static enum plica_status read_complex(float complex **out, size_t shape[3],
	const struct source *source, const char *name, struct plica_error *err)
{
	enum plica_status status;
	struct plica_array array = {0};
	float complex *values = NULL;
	int last;

	PLICA_TRY(plica_npz_read(&array, source->npz, name, err));
	last = array.info.dimensions - 1;
	if (!plica_dtype_is_complex(array.info.dtype) || (last != 1 && last != 2) ||
		array.info.count == 0) {
		status = refuse(source, name, &array, "complex, two or three dimensions", err);
		goto out;
	}
	shape[0] = last == 2 ? array.info.shape[0] : 1;
	shape[1] = array.info.shape[last - 1];
	shape[2] = array.info.shape[last];
	PLICA_TRY(PLICA_NEW(&values, array.info.count, err));
	PLICA_TRY(plica_array_to_complex(values, &array, 0, array.info.count, name, err));
	PLICA_TRY(check_finite(source, name, values, array.info.count, err));
	*out = values;
	values = NULL;
out:
	plica_free(values);
	plica_array_release(&array);
	return status;
}

/* What a network's files hold in the place of a complex object, the phase in radians. */
static const char *const polar_names[][2] = {
	{"reconstructed_amplitude", "reconstructed_phase"},
	{"object_amplitude", "object_phase"},
	{"amplitude", "phase"},
};

#define POLAR_COUNT (sizeof(polar_names) / sizeof(polar_names[0]))

/* A real picture; leading dimensions of length 1 do not count. */
static enum plica_status read_picture(double **out, size_t shape[2], const struct source *source,
	const char *name, struct plica_error *err)
{
	enum plica_status status;
	struct plica_array array = {0};
	double *values = NULL;
	int last;

	PLICA_TRY(plica_npz_read(&array, source->npz, name, err));
	last = array.info.dimensions - 1;
	if (plica_dtype_is_complex(array.info.dtype) || last < 1 || array.info.count == 0 ||
		array.info.shape[last - 1] * array.info.shape[last] != array.info.count) {
		status = refuse(source, name, &array, "one real picture", err);
		goto out;
	}
	shape[0] = array.info.shape[last - 1];
	shape[1] = array.info.shape[last];
	PLICA_TRY(PLICA_NEW(&values, array.info.count, err));
	PLICA_TRY(named(source,
		plica_array_to_double(values, &array, 0, array.info.count, name, err), err));
	*out = values;
	values = NULL;
out:
	plica_free(values);
	plica_array_release(&array);
	return status;
}

static enum plica_status join_polar(struct plica_product *product, const double *amplitude,
	const double *phase, struct plica_error *err)
{
	size_t count = product->object_rows * product->object_cols;
	enum plica_status status = PLICA_NEW(&product->object, count, err);

	for (size_t k = 0; k < count && status == PLICA_OK; k++)
		product->object[k] = CMPLXF((float)(amplitude[k] * cos(phase[k])),
			(float)(amplitude[k] * sin(phase[k])));
	return status;
}

static enum plica_status read_polar(struct plica_product *product, const struct source *source,
	const char *const names[2], struct plica_error *err)
{
	enum plica_status status;
	size_t shape[2][2] = {{0}};
	double *part[2] = {NULL, NULL};

	for (size_t i = 0; i < 2; i++)
		PLICA_TRY(read_picture(&part[i], shape[i], source, names[i], err));
	if (shape[0][0] != shape[1][0] || shape[0][1] != shape[1][1]) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': '%s' has %zu x %zu px, '%s' %zu x %zu", source->path,
			names[0], shape[0][0], shape[0][1], names[1], shape[1][0], shape[1][1]);
		goto out;
	}
	product->object_rows = shape[0][0];
	product->object_cols = shape[0][1];
	PLICA_TRY(join_polar(product, part[0], part[1], err));
	PLICA_TRY(check_finite(source, names[0], product->object, shape[0][0] * shape[0][1], err));
out:
	plica_free(part[0]);
	plica_free(part[1]);
	return status;
}

static enum plica_status read_object(
	struct plica_product *product, const struct source *source, struct plica_error *err)
{
	enum plica_status status;
	size_t shape[3] = {0};
	const char *name =
		plica_npz_has(source->npz, "reconstructed_object") ? "reconstructed_object" : "psi";

	for (size_t i = 0; i < POLAR_COUNT && !plica_npz_has(source->npz, name); i++)
		if (plica_npz_has(source->npz, polar_names[i][0]) &&
			plica_npz_has(source->npz, polar_names[i][1]))
			return read_polar(product, source, polar_names[i], err);
	if (!plica_npz_has(source->npz, name))
		return plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': 'reconstructed_object' is missing, expected a "
			"reconstruction (reconstructed_object, psi, or amplitude and phase)",
			source->path);
	PLICA_TRY(read_complex(&product->object, shape, source, name, err));
	if (shape[0] != 1) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': '%s' has %zu slices, expected one", source->path, name,
			shape[0]);
		goto out;
	}
	product->object_rows = shape[1];
	product->object_cols = shape[2];
out:
	return status;
}

/* What a denoised object was made from. */
static enum plica_status read_raw_object(
	struct plica_product *product, const struct source *source, struct plica_error *err)
{
	static const char name[] = "reconstructed_object_raw";
	size_t shape[3] = {0};
	enum plica_status status;

	if (!plica_npz_has(source->npz, name))
		return PLICA_OK;
	status = read_complex(&product->object_raw, shape, source, name, err);
	if (status != PLICA_OK)
		return status;
	if (shape[0] == 1 && shape[1] == product->object_rows && shape[2] == product->object_cols)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_DATA,
		"cannot use '%s': '%s' is %zu x %zu, expected %zu x %zu as the object",
		source->path, name, shape[1], shape[2], product->object_rows, product->object_cols);
}

static enum plica_status read_probe(
	struct plica_product *product, const struct source *source, struct plica_error *err)
{
	enum plica_status status;
	size_t shape[3] = {0};

	if (!plica_npz_has(source->npz, "reconstructed_probe"))
		return PLICA_OK;
	PLICA_TRY(read_complex(&product->probe, shape, source, "reconstructed_probe", err));
	if (shape[1] != shape[2]) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': 'reconstructed_probe' is %zu x %zu, expected a square",
			source->path, shape[1], shape[2]);
		goto out;
	}
	product->probe_modes = shape[0];
	product->probe_px = shape[1];
out:
	return status;
}

/* Anything of real numbers; *out stays NULL when the file has none. */
static enum plica_status read_vector(double **out, size_t *count, const struct source *source,
	const char *name, struct plica_error *err)
{
	enum plica_status status;
	struct plica_array array = {0};
	double *values = NULL;

	if (!plica_npz_has(source->npz, name))
		return PLICA_OK;
	PLICA_TRY(plica_npz_read(&array, source->npz, name, err));
	PLICA_TRY(PLICA_NEW(&values, array.info.count, err));
	PLICA_TRY(named(source,
		plica_array_to_double(values, &array, 0, array.info.count, name, err), err));
	*count = array.info.count;
	*out = values;
	values = NULL;
out:
	plica_free(values);
	plica_array_release(&array);
	return status;
}

static enum plica_status read_origin(
	struct plica_product *product, const struct source *source, struct plica_error *err)
{
	double *origin = NULL;
	size_t count = 0;
	enum plica_status status = read_vector(&origin, &count, source, "object_origin", err);

	if (status != PLICA_OK || origin == NULL)
		return status;
	if (count != 2 || !isfinite(origin[0]) || !isfinite(origin[1])) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': 'object_origin' has %zu entries, expected a finite row "
			"and "
			"column",
			source->path, count);
	} else {
		product->origin_y_px = origin[0];
		product->origin_x_px = origin[1];
	}
	plica_free(origin);
	return status;
}

static enum plica_status read_positions(
	struct plica_product *product, const struct source *source, struct plica_error *err)
{
	enum plica_status status;
	size_t rows = 0;
	size_t cols = 0;

	PLICA_TRY(read_vector(&product->y_px, &rows, source, "ycoords", err));
	PLICA_TRY(read_vector(&product->x_px, &cols, source, "xcoords", err));
	if (rows != cols) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': 'xcoords' has %zu entries, 'ycoords' %zu", source->path,
			cols, rows);
		goto out;
	}
	product->position_count = rows;
out:
	return status;
}

/* Photons, in whatever unit: patterns are made with their square roots. */
static enum plica_status check_photons(const struct source *source, const char *name,
	const double *values, size_t count, struct plica_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!(values[i] >= 0.0 && isfinite(values[i])))
			return plica_error_set(err, PLICA_ERR_DATA,
				"cannot use '%s': '%s' is %g at entry %zu, expected 0 or more",
				source->path, name, values[i], i);
	return PLICA_OK;
}

/* Of the probe's pixels; other sizes belong to no model of ours. */
static enum plica_status read_background(
	struct plica_product *product, const struct source *source, struct plica_error *err)
{
	static const char name[] = "reconstructed_background";
	enum plica_status status;
	double *values = NULL;
	size_t count = 0;
	size_t pixels = product->probe_px * product->probe_px;

	PLICA_TRY(read_vector(&values, &count, source, name, err));
	if (values == NULL)
		goto out;
	if (count != pixels) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': '%s' has %zu values, expected %zu as the probe",
			source->path, name, count, pixels);
		goto out;
	}
	PLICA_TRY(check_photons(source, name, values, count, err));
	PLICA_TRY(PLICA_NEW(&product->background, pixels, err));
	for (size_t k = 0; k < pixels; k++)
		product->background[k] = (float)values[k];
out:
	plica_free(values);
	return status;
}

static enum plica_status read_intensity(
	struct plica_product *product, const struct source *source, struct plica_error *err)
{
	static const char name[] = "intensity";
	size_t count = 0;
	enum plica_status status = read_vector(&product->intensity, &count, source, name, err);

	if (status != PLICA_OK || product->intensity == NULL)
		return status;
	if (count == product->position_count)
		return check_photons(source, name, product->intensity, count, err);
	return plica_error_set(err, PLICA_ERR_DATA,
		"cannot use '%s': '%s' has %zu entries, 'ycoords' %zu", source->path, name, count,
		product->position_count);
}

static enum plica_status read_text(
	char **out, const struct source *source, const char *name, struct plica_error *err)
{
	enum plica_status status;
	struct plica_array array = {0};

	if (!plica_npz_has(source->npz, name))
		return PLICA_OK;
	PLICA_TRY(plica_npz_read(&array, source->npz, name, err));
	PLICA_TRY(named(source, plica_array_to_text(out, &array, name, err), err));
out:
	plica_array_release(&array);
	return status;
}

static enum plica_status read_position_map(
	struct plica_product *product, const struct source *source, struct plica_error *err)
{
	enum plica_status status;
	double *values = NULL;
	size_t count = 0;

	PLICA_TRY(read_vector(&values, &count, source, "position_map", err));
	if (values == NULL)
		goto out;
	if (count != 4) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': 'position_map' has %zu entries, expected 4", source->path,
			count);
		goto out;
	}
	PLICA_TRY(PLICA_NEW(&product->position_map, 1, err));
	*product->position_map =
		(struct plica_position_map){values[0], values[1], values[2], values[3]};
out:
	plica_free(values);
	return status;
}

/* A single number, or what it is where there is none. */
static enum plica_status read_number(double *out, const struct source *source, const char *name,
	double otherwise, struct plica_error *err)
{
	double *value = NULL;
	size_t count = 0;
	enum plica_status status = read_vector(&value, &count, source, name, err);

	*out = count == 1 ? value[0] : otherwise;
	plica_free(value);
	return status;
}

static enum plica_status read_scalars(
	struct plica_product *product, const struct source *source, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(read_vector(&product->loss, &product->epoch_count, source, "loss", err));
	PLICA_TRY(read_number(&product->fourier_error, source, "fourier_error", (double)NAN, err));
	PLICA_TRY(read_number(&product->negative_counts, source, "negative_counts", 0.0, err));
	PLICA_TRY(read_text(&product->algorithm, source, "algorithm", err));
	PLICA_TRY(read_text(&product->timestamp, source, "timestamp", err));
	PLICA_TRY(read_text(&product->options_json, source, "options", err));
	PLICA_TRY(read_text(&product->input_json, source, "input", err));
	PLICA_TRY(read_text(&product->version, source, "plica_version", err));
out:
	return status;
}

enum plica_status plica_product_load(
	struct plica_product **out, const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct source source = {.path = path};
	struct plica_product *product = NULL;

	PLICA_TRY(PLICA_NEW(&product, 1, err));
	PLICA_TRY(plica_npz_open(&source.npz, path, err));
	PLICA_TRY(read_object(product, &source, err));
	PLICA_TRY(read_raw_object(product, &source, err));
	PLICA_TRY(read_probe(product, &source, err));
	PLICA_TRY(read_origin(product, &source, err));
	PLICA_TRY(read_positions(product, &source, err));
	PLICA_TRY(read_background(product, &source, err));
	PLICA_TRY(read_intensity(product, &source, err));
	PLICA_TRY(read_position_map(product, &source, err));
	PLICA_TRY(read_scalars(product, &source, err));
	*out = product;
	product = NULL;
out:
	plica_npz_close(source.npz);
	plica_product_free(product);
	return status;
}

static void view_arrays(
	struct plica_members *members, const struct plica_product *product, const double *origin)
{
	const size_t object[2] = {product->object_rows, product->object_cols};
	const size_t probe[3] = {product->probe_modes, product->probe_px, product->probe_px};
	const size_t pair = 2;
	const size_t map = 4;
	bool single = product->probe_modes == 1;

	plica_members_view(
		members, "reconstructed_object", PLICA_DTYPE_C64, product->object, 2, object);
	plica_members_view(members, "reconstructed_object_raw", PLICA_DTYPE_C64,
		product->object_raw, 2, object);
	plica_members_view(members, "object_origin", PLICA_DTYPE_F64, origin, 1, &pair);
	plica_members_view(members, "reconstructed_probe", PLICA_DTYPE_C64, product->probe,
		single ? 2 : 3, single ? probe + 1 : probe);
	plica_members_view(members, "reconstructed_background", PLICA_DTYPE_F32,
		product->background, 2, probe + 1);
	plica_members_view(members, "intensity", PLICA_DTYPE_F64, product->intensity, 1,
		&product->position_count);
	plica_members_view(
		members, "ycoords", PLICA_DTYPE_F64, product->y_px, 1, &product->position_count);
	plica_members_view(
		members, "xcoords", PLICA_DTYPE_F64, product->x_px, 1, &product->position_count);
	plica_members_view(
		members, "loss", PLICA_DTYPE_F64, product->loss, 1, &product->epoch_count);
	plica_members_view(
		members, "fourier_error", PLICA_DTYPE_F64, &product->fourier_error, 0, NULL);
	plica_members_view(
		members, "position_map", PLICA_DTYPE_F64, product->position_map, 1, &map);
	if (product->negative_counts > 0.0)
		plica_members_view(members, "negative_counts", PLICA_DTYPE_F64,
			&product->negative_counts, 0, NULL);
}

enum plica_status plica_product_save(
	const struct plica_product *product, const char *path, struct plica_error *err)
{
	enum plica_status status;
	const double origin[2] = {product->origin_y_px, product->origin_x_px};
	struct plica_members members = {0};

	view_arrays(&members, product, origin);
	PLICA_TRY(plica_members_text(&members, "algorithm", product->algorithm, err));
	PLICA_TRY(plica_members_text(&members, "timestamp", product->timestamp, err));
	PLICA_TRY(plica_members_text(&members, "options", product->options_json, err));
	PLICA_TRY(plica_members_text(&members, "input", product->input_json, err));
	PLICA_TRY(plica_members_text(&members, "plica_version", product->version, err));
	PLICA_TRY(plica_members_save(&members, path, err));
out:
	plica_members_release(&members);
	return status;
}

enum plica_status plica_product_save_picture(
	const struct plica_product *product, const char *path, struct plica_error *err)
{
	struct plica_field object =
		plica_field_of(product->object, product->object_rows, product->object_cols);
	struct plica_field probe =
		plica_field_of(product->probe, product->probe_px, product->probe_px);

	return plica_picture_save(path, &object, &probe, err);
}
