/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/members.h"

#include <assert.h>
#include <string.h>

#include "base/try.h"
#include "format/npz.h"

static struct plica_array *append(struct plica_members *members, const char *name, bool owned)
{
	assert(members->count < PLICA_MEMBERS_MOST);
	members->item[members->count].name = name;
	members->item[members->count].owned = owned;
	return &members->item[members->count++].array;
}

void plica_members_view(struct plica_members *members, const char *name, enum plica_dtype dtype,
	const void *data, int dimensions, const size_t *shape)
{
	struct plica_array *array;

	if (data == NULL)
		return;
	array = append(members, name, false);
	array->info = (struct plica_array_info){.dtype = dtype,
		.item_bytes = plica_dtype_bytes(dtype),
		.dimensions = dimensions,
		.count = 1};
	for (int i = 0; i < dimensions; i++) {
		array->info.shape[i] = shape[i];
		array->info.count *= shape[i];
	}
	memcpy(&array->data, &data, sizeof(data)); /* writers only read */
}

enum plica_status plica_members_text(
	struct plica_members *members, const char *name, const char *text, struct plica_error *err)
{
	struct plica_array array = {0};
	enum plica_status status;

	if (text == NULL)
		return PLICA_OK;
	status = plica_array_from_text(&array, text, err);
	if (status == PLICA_OK)
		plica_members_take(members, name, &array);
	return status;
}

void plica_members_take(struct plica_members *members, const char *name, struct plica_array *array)
{
	*append(members, name, true) = *array;
	*array = (struct plica_array){0};
}

enum plica_status plica_members_save(
	const struct plica_members *members, const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_npz_writer *writer = NULL;

	PLICA_TRY(plica_npz_create(&writer, path, err));
	for (size_t i = 0; i < members->count; i++)
		PLICA_TRY(plica_npz_add(
			writer, members->item[i].name, &members->item[i].array, false, err));
	status = plica_npz_commit(writer, err);
	writer = NULL;
out:
	plica_npz_abandon(writer);
	return status;
}

void plica_members_release(struct plica_members *members)
{
	for (size_t i = 0; i < members->count; i++)
		if (members->item[i].owned)
			plica_array_release(&members->item[i].array);
	members->count = 0;
}
