/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * numpy's NPZ archives (a ZIP of NPY members), on libzip: stored and deflated members.
 *
 * Reading is defensive: members are read once through with their declared size as a bound, a
 * member that inflates to more or less than it declares, that is declared larger than
 * PLICA_NPZ_MEMBER_LIMIT or more than 1100 times its compressed size (deflate cannot do better:
 * a lie), is an error; nothing is allocated before these checks. So are members that overlap, two
 * members of one name, and encryption. A handle serves one thread at a time.
 */
#ifndef PLICA_FORMAT_NPZ_H
#define PLICA_FORMAT_NPZ_H

#include <stdbool.h>
#include <stddef.h>

#include "format/array.h"
#include "plica/error.h"

/** Largest member that is read, in bytes. */
#define PLICA_NPZ_MEMBER_LIMIT ((size_t)1 << 40)
/** Most bytes that a compressed byte may stand for. */
#define PLICA_NPZ_RATIO_LIMIT 1100

struct plica_npz;

PLICA_MUST_USE enum plica_status plica_npz_open(
	struct plica_npz **out, const char *path, struct plica_error *err);
/** The same from bytes in memory, which must outlive the handle (fuzzing, tests). */
PLICA_MUST_USE enum plica_status plica_npz_open_bytes(struct plica_npz **out, const void *bytes,
	size_t size, const char *subject, struct plica_error *err);
void plica_npz_close(struct plica_npz *npz);

/** Number of members that end in ".npy"; names are given without that ending. */
size_t plica_npz_count(const struct plica_npz *npz);
const char *plica_npz_name(const struct plica_npz *npz, size_t index);
bool plica_npz_has(const struct plica_npz *npz, const char *name);
/** Type and shape of a member, from its header alone. */
PLICA_MUST_USE enum plica_status plica_npz_info(struct plica_array_info *out, struct plica_npz *npz,
	const char *name, struct plica_error *err);
/** Reads a member; messages read "cannot read 'file.npz': 'name': ...". */
PLICA_MUST_USE enum plica_status plica_npz_read(
	struct plica_array *out, struct plica_npz *npz, const char *name, struct plica_error *err);

struct plica_npz_writer;

/** Starts an archive; nothing stands under `path` until the commit. */
PLICA_MUST_USE enum plica_status plica_npz_create(
	struct plica_npz_writer **out, const char *path, struct plica_error *err);
/**
 * Adds a member; `array` must stay alive and unchanged until the commit. Members are stored
 * with a fixed time stamp, so that equal content gives equal bytes; `deflate` compresses.
 */
PLICA_MUST_USE enum plica_status plica_npz_add(struct plica_npz_writer *writer, const char *name,
	const struct plica_array *array, bool deflate, struct plica_error *err);
/** Writes the archive atomically; frees the writer in every case. */
PLICA_MUST_USE enum plica_status plica_npz_commit(
	struct plica_npz_writer *writer, struct plica_error *err);
/** Gives an archive up before its commit; NULL is fine. */
void plica_npz_abandon(struct plica_npz_writer *writer);

#endif
