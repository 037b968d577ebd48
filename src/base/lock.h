/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Exclusive locks between processes, on a file of their own.
 *
 * A lock belongs to an open descriptor (an open-file-description lock): it ends with the last
 * process that has the descriptor, however that process ends, kill -9 included. A child that is
 * given the descriptor therefore keeps the lock when its parent dies. The file stays.
 *
 * A lock is on the whole file or on one part of it: holders of different parts go side by side,
 * a holder of the whole is alone.
 */
#ifndef PLICA_BASE_LOCK_H
#define PLICA_BASE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "plica/error.h"

/**
 * Tries to take the lock on `path` (made when missing, its folder must exist). *descriptor is -1
 * when somebody else has it; otherwise it is to be given to plica_lock_release.
 */
PLICA_MUST_USE enum plica_status plica_lock_take(
	int *descriptor, const char *path, struct plica_error *err);
/** The same for part number `part`, below 2^62. */
PLICA_MUST_USE enum plica_status plica_lock_take_part(
	int *descriptor, const char *path, uint64_t part, struct plica_error *err);
/** Gives up our share of the lock; -1 is fine. */
void plica_lock_release(int descriptor);
/** Whether anybody has the lock at the moment; looks only, and so disturbs nobody. */
bool plica_lock_is_held(const char *path);

#endif
