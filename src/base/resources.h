/* SPDX-License-Identifier: BSD-3-Clause */
/** What the machine, or the cage that the process lives in, can still give. */
#ifndef PLICA_BASE_RESOURCES_H
#define PLICA_BASE_RESOURCES_H

#include <stddef.h>

/**
 * Bytes of memory that may still be taken: the least of what the kernel calls available, what the
 * memory limits of the process' control groups (version 1 or 2, and all above it) leave, counting
 * file pages that can be dropped, and the limit on the address space (ulimit -v). `root` is
 * prefixed to /proc and /sys: "" but in tests. SIZE_MAX where nothing is known.
 */
size_t plica_memory_available(const char *root);

#endif
