/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/metadata.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"
#include "format/npz.h"

enum plica_status plica_metadata_load(
	struct plica_json **out, const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_npz *npz = NULL;
	struct plica_array array = {0};
	char *text = NULL;

	*out = NULL;
	PLICA_TRY(plica_npz_open(&npz, path, err));
	if (!plica_npz_has(npz, "_metadata"))
		goto out;
	PLICA_TRY(plica_npz_read(&array, npz, "_metadata", err));
	PLICA_TRY(plica_array_to_text(&text, &array, "_metadata", err));
	/* other tools write other things there: what is not JSON says nothing to us */
	if (plica_json_parse(out, text, strlen(text), path, NULL) != PLICA_OK)
		*out = NULL;
out:
	plica_free(text);
	plica_array_release(&array);
	plica_npz_close(npz);
	return status;
}

enum plica_status plica_metadata_add(struct plica_dataset *dataset,
	void (*add)(struct plica_json *metadata, const void *context), const void *context,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_json *json = NULL;
	struct plica_text text = {0};
	const char *old = dataset->metadata_json != NULL ? dataset->metadata_json : "{}";

	PLICA_TRY(plica_json_parse(&json, old, strlen(old), "_metadata", err));
	add(json, context);
	PLICA_TRY(plica_json_line(&text, json, err));
	PLICA_TRY(plica_dataset_set_metadata(dataset, text.data, err));
out:
	plica_text_release(&text);
	plica_json_free(json);
	return status;
}

static void add_key(struct plica_json *metadata, const void *key)
{
	plica_json_set_text(metadata, PLICA_GENERATED_KEY, key);
}

enum plica_status plica_metadata_mark(
	struct plica_dataset *dataset, const char *key, const char *path, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_metadata_add(dataset, add_key, key, err));
	plica_free(dataset->path);
	dataset->path = NULL;
	PLICA_TRY(plica_copy_text(&dataset->path, path, err));
out:
	return status;
}

enum plica_freshness plica_metadata_freshness(const char *path, const char *key)
{
	struct plica_json *json = NULL;
	const char *found;
	enum plica_freshness freshness = PLICA_FRESH_FOREIGN;

	if (!plica_file_exists(path))
		return PLICA_FRESH_MISSING;
	if (plica_metadata_load(&json, path, NULL) != PLICA_OK)
		return PLICA_FRESH_FOREIGN;
	found = plica_json_get_text(json, PLICA_GENERATED_KEY);
	if (found != NULL)
		freshness = strcmp(found, key) == 0 ? PLICA_FRESH_SAME : PLICA_FRESH_OLD;
	plica_json_free(json);
	return freshness;
}

enum plica_status plica_metadata_key(
	char key[PLICA_SHA256_SIZE], struct plica_json *root, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text line = {0};

	PLICA_TRY(plica_json_line(&line, root, err));
	PLICA_TRY(plica_sha256_bytes(key, line.data, line.size, err));
out:
	plica_text_release(&line);
	plica_json_free(root);
	return status;
}
