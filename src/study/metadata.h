/* SPDX-License-Identifier: BSD-3-Clause */
/** The _metadata of data sets, and the key in it that tells what a generated one was made from. */
#ifndef PLICA_STUDY_METADATA_H
#define PLICA_STUDY_METADATA_H

#include "base/hash.h"
#include "format/json.h"
#include "plica/dataset.h"

/** The member of _metadata, and of the JSON files beside it, that holds the key. */
#define PLICA_GENERATED_KEY "generated_key"

/** The parsed _metadata of an NPZ file; NULL, with PLICA_OK, when it has none that is JSON. */
PLICA_MUST_USE enum plica_status plica_metadata_load(
	struct plica_json **out, const char *path, struct plica_error *err);

/** Adds the key to a dataset's metadata, and `path` as where it is (for what is cut from it). */
PLICA_MUST_USE enum plica_status plica_metadata_mark(
	struct plica_dataset *dataset, const char *key, const char *path, struct plica_error *err);
/** Adds whatever `add` sets. */
PLICA_MUST_USE enum plica_status plica_metadata_add(struct plica_dataset *dataset,
	void (*add)(struct plica_json *metadata, const void *context), const void *context,
	struct plica_error *err);

enum plica_freshness {
	PLICA_FRESH_MISSING, /**< no such file */
	PLICA_FRESH_SAME,    /**< generated, with this very key */
	PLICA_FRESH_OLD,     /**< generated, from something else */
	PLICA_FRESH_FOREIGN, /**< not generated, or not to be read: not ours to replace */
};

enum plica_freshness plica_metadata_freshness(const char *path, const char *key);

/** The hash of a JSON document: `root` is freed. */
PLICA_MUST_USE enum plica_status plica_metadata_key(
	char key[PLICA_SHA256_SIZE], struct plica_json *root, struct plica_error *err);

#endif
