/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The state of a run as named arrays, for checkpoints. What belongs to a state is said once, in one
 * function that serves for both directions:
 *
 *     static void archive(void *state, struct plica_archive *archive)
 *     {
 *             plica_archive_planes(archive, "direction", &state->direction);
 *             plica_archive_number(archive, "step", &state->step);
 *     }
 *
 * Saving copies, loading overwrites; every value comes back bit by bit. The first failure is kept
 * in the archive and makes the calls after it do nothing.
 */
#ifndef PLICA_RECON_ARCHIVE_H
#define PLICA_RECON_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "num/kernels.h"
#include "plica/error.h"

struct plica_archive;

/** An archive to be filled. `kernels` convert waves and must outlive it. */
PLICA_MUST_USE enum plica_status plica_archive_create(
	struct plica_archive **out, const struct plica_kernels *kernels, struct plica_error *err);
/** An archive to be read from `path`. */
PLICA_MUST_USE enum plica_status plica_archive_open(struct plica_archive **out, const char *path,
	const struct plica_kernels *kernels, struct plica_error *err);
/** Writes what was put in, atomically, if nothing failed; NULL path: only reports. */
PLICA_MUST_USE enum plica_status plica_archive_finish(
	struct plica_archive *archive, const char *path, struct plica_error *err);
void plica_archive_free(struct plica_archive *archive);

/** Object-sized planes, `count` waves one after the other, floats, numbers; sizes must be those
 * that were saved. */
void plica_archive_planes(
	struct plica_archive *archive, const char *name, struct plica_planes *planes);
void plica_archive_waves(
	struct plica_archive *archive, const char *name, float *waves, size_t count);
void plica_archive_floats(
	struct plica_archive *archive, const char *name, float *values, size_t count);
void plica_archive_numbers(
	struct plica_archive *archive, const char *name, double *values, size_t count);
void plica_archive_number(struct plica_archive *archive, const char *name, double *value);
void plica_archive_integer(struct plica_archive *archive, const char *name, long *value);
/** A text: saving stores *text, loading replaces it by a new one (plica_free). */
void plica_archive_text(struct plica_archive *archive, const char *name, char **text);

#endif
