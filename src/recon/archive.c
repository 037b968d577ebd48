/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/archive.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "data/members.h"
#include "format/npz.h"

struct plica_archive {
	const struct plica_kernels *kernels;
	struct plica_npz *npz; /* NULL while saving */
	struct plica_members members;
	enum plica_status status;
	struct plica_error error;
};

enum plica_status plica_archive_create(
	struct plica_archive **out, const struct plica_kernels *kernels, struct plica_error *err)
{
	struct plica_archive *archive = NULL;
	enum plica_status status = PLICA_NEW(&archive, 1, err);

	if (status != PLICA_OK)
		return status;
	archive->kernels = kernels;
	*out = archive;
	return PLICA_OK;
}

enum plica_status plica_archive_open(struct plica_archive **out, const char *path,
	const struct plica_kernels *kernels, struct plica_error *err)
{
	enum plica_status status;
	struct plica_archive *archive = NULL;

	PLICA_TRY(plica_archive_create(&archive, kernels, err));
	PLICA_TRY(plica_npz_open(&archive->npz, path, err));
	*out = archive;
	archive = NULL;
out:
	plica_archive_free(archive);
	return status;
}

enum plica_status plica_archive_finish(
	struct plica_archive *archive, const char *path, struct plica_error *err)
{
	if (archive->status != PLICA_OK)
		return plica_error_set(err, archive->status, "%s", archive->error.text);
	if (path == NULL)
		return PLICA_OK;
	return plica_members_save(&archive->members, path, err);
}

void plica_archive_free(struct plica_archive *archive)
{
	if (archive == NULL)
		return;
	plica_npz_close(archive->npz);
	plica_members_release(&archive->members);
	plica_free(archive);
}

/* Reads a member and checks that it has `count` items of `dtype`. */
static enum plica_status read_member(struct plica_array *out, struct plica_archive *archive,
	const char *name, enum plica_dtype dtype, size_t count)
{
	struct plica_error *err = &archive->error;
	char found[128];
	enum plica_status status = plica_npz_read(out, archive->npz, name, err);

	if (status != PLICA_OK)
		return status;
	if (out->info.dtype == dtype && out->info.count == count)
		return PLICA_OK;
	plica_array_describe(found, sizeof(found), &out->info);
	plica_array_release(out);
	return plica_error_set(err, PLICA_ERR_DATA,
		"the checkpoint's '%s' is %s, expected %zu values of %s", name, found, count,
		plica_dtype_name(dtype));
}

/* Copies `count` items of `dtype` into the archive, or out of it. */
static void exchange(struct plica_archive *archive, const char *name, enum plica_dtype dtype,
	void *values, size_t count)
{
	struct plica_array array = {0};
	size_t bytes = count * plica_dtype_bytes(dtype);

	if (archive->status != PLICA_OK)
		return;
	if (archive->npz != NULL) {
		archive->status = read_member(&array, archive, name, dtype, count);
		if (archive->status == PLICA_OK)
			memcpy(values, array.data, bytes);
		plica_array_release(&array);
		return;
	}
	archive->status = plica_array_create(&array, dtype, 1, &count, &archive->error);
	if (archive->status != PLICA_OK)
		return;
	memcpy(array.data, values, bytes);
	plica_members_take(&archive->members, name, &array);
}

void plica_archive_floats(
	struct plica_archive *archive, const char *name, float *values, size_t count)
{
	exchange(archive, name, PLICA_DTYPE_F32, values, count);
}

void plica_archive_numbers(
	struct plica_archive *archive, const char *name, double *values, size_t count)
{
	exchange(archive, name, PLICA_DTYPE_F64, values, count);
}

void plica_archive_number(struct plica_archive *archive, const char *name, double *value)
{
	plica_archive_numbers(archive, name, value, 1);
}

void plica_archive_integer(struct plica_archive *archive, const char *name, long *value)
{
	int64_t wide = *value;

	exchange(archive, name, PLICA_DTYPE_I64, &wide, 1);
	*value = (long)wide;
}

/* Complex arrays are stored in natural order, which does not depend on the kernels' variant: an
 * array to be filled, and put in by put_complex, or one that was read. */
static void get_complex(
	struct plica_array *array, struct plica_archive *archive, const char *name, size_t count)
{
	*array = (struct plica_array){0};
	if (archive->status != PLICA_OK)
		return;
	if (archive->npz != NULL)
		archive->status = read_member(array, archive, name, PLICA_DTYPE_C64, count);
	else
		archive->status =
			plica_array_create(array, PLICA_DTYPE_C64, 1, &count, &archive->error);
}

static void put_complex(struct plica_array *array, struct plica_archive *archive, const char *name)
{
	if (archive->npz != NULL)
		plica_array_release(array);
	else
		plica_members_take(&archive->members, name, array);
}

void plica_archive_planes(
	struct plica_archive *archive, const char *name, struct plica_planes *planes)
{
	struct plica_array array;

	get_complex(&array, archive, name, planes->rows * planes->cols);
	if (array.data == NULL)
		return;
	if (archive->npz != NULL)
		plica_planes_from(planes, array.data);
	else
		plica_planes_to(array.data, planes);
	put_complex(&array, archive, name);
}

void plica_archive_waves(
	struct plica_archive *archive, const char *name, float *waves, size_t count)
{
	const struct plica_kernels *kernels = archive->kernels;
	size_t pixels = kernels->size * kernels->size;
	struct plica_array array;
	float _Complex *natural;

	get_complex(&array, archive, name, count * pixels);
	natural = array.data;
	for (size_t k = 0; natural != NULL && k < count; k++)
		if (archive->npz != NULL)
			kernels->table->wave_from(
				kernels, waves + k * kernels->wave_floats, natural + k * pixels);
		else
			kernels->table->wave_to(
				kernels, natural + k * pixels, waves + k * kernels->wave_floats);
	if (natural != NULL)
		put_complex(&array, archive, name);
}

static enum plica_status read_text(char **text, struct plica_archive *archive, const char *name)
{
	enum plica_status status;
	struct plica_error *err = &archive->error;
	struct plica_array array = {0};
	char *loaded = NULL;

	PLICA_TRY(plica_npz_read(&array, archive->npz, name, err));
	PLICA_TRY(plica_array_to_text(&loaded, &array, name, err));
	plica_free(*text);
	*text = loaded;
out:
	plica_array_release(&array);
	return status;
}

void plica_archive_text(struct plica_archive *archive, const char *name, char **text)
{
	if (archive->status != PLICA_OK)
		return;
	if (archive->npz != NULL)
		archive->status = read_text(text, archive, name);
	else
		archive->status =
			plica_members_text(&archive->members, name, *text, &archive->error);
}
