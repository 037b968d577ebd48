/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

bool plica_size_mul(size_t *out, size_t a, size_t b)
{
	size_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return false;
	*out = product;
	return true;
}

/* From this size on a block is worth pages of two megabytes. */
#define HUGE_BYTES ((size_t)8 << 20)

/* The whole pages of a block; returns their size. */
static size_t whole_pages(char **first, void *block, size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t skipped = (page - (uintptr_t)block % page) % page;

	*first = (char *)block + skipped;
	return bytes > skipped ? (bytes - skipped) / page * page : 0;
}

/* Asks for large pages: the first touch of a small one costs as much as filling it. */
static void prefer_huge_pages(void *block, size_t bytes)
{
	char *first;
	size_t whole = whole_pages(&first, block, bytes);

	if (bytes >= HUGE_BYTES)
		(void)madvise(first, whole, MADV_HUGEPAGE); /* a wish */
}

/* Aligns what malloc gave, and notes before the block where that began. */
static void *align(void *given, size_t bytes)
{
	char *block = (char *)given + PLICA_ALIGNMENT - (uintptr_t)given % PLICA_ALIGNMENT;

	memcpy(block - sizeof(given), &given, sizeof(given));
	prefer_huge_pages(block, bytes);
	return block;
}

/* NULL, with the reason in `err`, when there is no such block. */
static void *allocate(size_t count, size_t size, bool zeroed, struct plica_error *err)
{
	size_t bytes;
	void *given;

	if (!plica_size_mul(&bytes, count, size) || bytes > SIZE_MAX / 2) {
		(void)plica_error_set(err, PLICA_ERR_MEMORY,
			"cannot allocate %zu items of %zu bytes: the size overflows", count, size);
		return NULL;
	}
	bytes = (bytes + PLICA_ALIGNMENT) / PLICA_ALIGNMENT * PLICA_ALIGNMENT;
	/* calloc, since it knows which pages come fresh and zero from the system */
	given = zeroed ? calloc(1, bytes + PLICA_ALIGNMENT) : malloc(bytes + PLICA_ALIGNMENT);
	if (given != NULL)
		return align(given, bytes);
	(void)plica_error_set(
		err, PLICA_ERR_MEMORY, "cannot allocate %zu bytes: out of memory", bytes);
	return NULL;
}

static enum plica_status take(void **out, void *block)
{
	if (block == NULL)
		return PLICA_ERR_MEMORY;
	*out = block;
	return PLICA_OK;
}

enum plica_status plica_allocate(void **out, size_t count, size_t size, struct plica_error *err)
{
	return take(out, allocate(count, size, true, err));
}

enum plica_status plica_allocate_unset(
	void **out, size_t count, size_t size, struct plica_error *err)
{
	return take(out, allocate(count, size, false, err));
}

void plica_free(void *block)
{
	void *given;

	if (block == NULL)
		return;
	memcpy(&given, (char *)block - sizeof(given), sizeof(given));
	free(given);
}

void plica_forget(void *block, size_t bytes)
{
	char *first;
	size_t whole = whole_pages(&first, block, bytes);

	if (whole > 0)
		(void)madvise(first, whole, MADV_DONTNEED); /* at worst the pages stay */
}

enum plica_status plica_copy_text(char **out, const char *text, struct plica_error *err)
{
	size_t bytes = strlen(text) + 1;
	void *copy = NULL;
	enum plica_status status = plica_allocate(&copy, bytes, 1, err);

	if (status != PLICA_OK)
		return status;
	memcpy(copy, text, bytes);
	*out = copy;
	return PLICA_OK;
}
