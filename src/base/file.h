/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Files as a whole: read with a limit, written atomically (temporary file in the same folder,
 * fsync, rename), so that a reader or a crash at any moment sees the old file or the new one.
 */
#ifndef PLICA_BASE_FILE_H
#define PLICA_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "plica/error.h"

/** A file being written; nothing stands under `path` until plica_file_commit. */
struct plica_file {
	char *path;      /**< the final name */
	char *temporary; /**< the name while it is written, in the same folder */
	int descriptor;
};

/** Starts an atomic write; the folder must exist. Discards nothing that exists already. */
PLICA_MUST_USE enum plica_status plica_file_create(
	struct plica_file *file, const char *path, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_file_write(
	struct plica_file *file, const void *bytes, size_t size, struct plica_error *err);
/** fsync, rename onto the final name, fsync of the folder; releases `file` in every case. */
PLICA_MUST_USE enum plica_status plica_file_commit(
	struct plica_file *file, struct plica_error *err);
/** Removes the temporary file of an unfinished write; nothing to do after a commit. */
void plica_file_discard(struct plica_file *file);

/** Writes a whole file atomically. */
PLICA_MUST_USE enum plica_status plica_file_save(
	const char *path, const void *bytes, size_t size, struct plica_error *err);

/**
 * The same without waiting for the disk: whole for whoever reads it, but a power cut may leave the
 * old file, the new one or an empty one. For small files that are written often, whose reader can
 * do without them; plica_folder_sync makes them durable in bulk.
 */
PLICA_MUST_USE enum plica_status plica_file_replace(
	const char *path, const void *bytes, size_t size, struct plica_error *err);
/** Waits until everything written so far to the file system of a folder is on its disk. */
void plica_folder_sync(const char *path);

/** Appends the content of `path` to `out`; an error when it is larger than `limit` bytes. */
PLICA_MUST_USE enum plica_status plica_file_read(
	struct plica_text *out, const char *path, size_t limit, struct plica_error *err);

/**
 * Opens a regular file for reading (never a folder, a pipe or a device, on which a reader could
 * wait for ever) and gives its size; the caller closes the descriptor.
 */
PLICA_MUST_USE enum plica_status plica_file_open(
	int *descriptor, uint64_t *size, const char *path, struct plica_error *err);
/** What distinguishes one state of a file from another, as far as its folder tells. */
struct plica_file_state {
	uint64_t device, inode, size;
	int64_t written_ns;
};

/** All zero for a file that is not there. */
struct plica_file_state plica_file_state(const char *path);
bool plica_file_state_equal(const struct plica_file_state *a, const struct plica_file_state *b);
/** read(2) until `size` bytes have come; fewer, in `got`, at the end of the file. */
PLICA_MUST_USE enum plica_status plica_descriptor_read(
	size_t *got, int descriptor, void *buffer, size_t size, struct plica_error *err);

/** Removes the temporary files that writers which were killed left in a folder; those of writers at
 * work, of this machine at least, stay. */
void plica_folder_clean(const char *path);

bool plica_file_exists(const char *path);
/** Makes a folder and its parents, as mkdir -p. */
PLICA_MUST_USE enum plica_status plica_make_folders(const char *path, struct plica_error *err);
/** "folder/name" (no slash added after a trailing one), to be freed with plica_free. */
PLICA_MUST_USE enum plica_status plica_path_join(
	char **out, const char *folder, const char *name, struct plica_error *err);
/** The part of `path` after its last slash. */
const char *plica_path_name(const char *path);

#endif
