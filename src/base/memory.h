/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Memory whose size cannot overflow. Blocks are zeroed and aligned to PLICA_ALIGNMENT
 * bytes (a cache line, and the widest vector), and are freed with plica_free. Pages that are never
 * touched cost nothing; large blocks ask for large pages.
 */
#ifndef PLICA_BASE_MEMORY_H
#define PLICA_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "plica/error.h"

#define PLICA_ALIGNMENT 64

/** Writes a * b to `out`; false, with `out` untouched, when it overflows. */
PLICA_MUST_USE bool plica_size_mul(size_t *out, size_t a, size_t b);

/**
 * Allocates count * size zeroed bytes into *out (a `void *` object: pass `&pointer` through
 * PLICA_NEW). At least one byte is allocated, so success never gives NULL.
 */
PLICA_MUST_USE enum plica_status plica_allocate(
	void **out, size_t count, size_t size, struct plica_error *err);

/**
 * The same without the zeros, for memory that is filled at once: pages that stay untouched cost
 * nothing, so that a size which turns out to be a lie does no harm.
 */
PLICA_MUST_USE enum plica_status plica_allocate_unset(
	void **out, size_t count, size_t size, struct plica_error *err);

/** Frees a block of plica_allocate; NULL is fine. */
void plica_free(void *block);

/** Gives the pages of a part of a block back before all of it is freed: what stood there is lost. */
void plica_forget(void *block, size_t bytes);

/** A NUL-terminated copy of `text`, to be freed with plica_free. */
PLICA_MUST_USE enum plica_status plica_copy_text(
	char **out, const char *text, struct plica_error *err);

/** Allocates `count` zeroed items of the type that *pointer points to. */
#define PLICA_NEW(pointer, count, err)                                                             \
	plica_allocate((void **)(void *)(pointer), (count), sizeof(**(pointer)), (err))

#endif
