/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool plica_size_mul(size_t *out, size_t a, size_t b)
{
	size_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return false;
	*out = product;
	return true;
}

/* NULL, with the reason in `err`, when there is no such block. */
static void *allocate(size_t *bytes, size_t count, size_t size, struct plica_error *err)
{
	void *block;

	if (!plica_size_mul(bytes, count, size) || *bytes > SIZE_MAX / 2) {
		(void)plica_error_set(err, PLICA_ERR_MEMORY,
			"cannot allocate %zu items of %zu bytes: the size overflows", count, size);
		return NULL;
	}
	*bytes = (*bytes + PLICA_ALIGNMENT) / PLICA_ALIGNMENT * PLICA_ALIGNMENT;
	block = aligned_alloc(PLICA_ALIGNMENT, *bytes);
	if (block == NULL)
		(void)plica_error_set(
			err, PLICA_ERR_MEMORY, "cannot allocate %zu bytes: out of memory", *bytes);
	return block;
}

enum plica_status plica_allocate(void **out, size_t count, size_t size, struct plica_error *err)
{
	size_t bytes = 0;
	void *block = allocate(&bytes, count, size, err);

	if (block == NULL)
		return PLICA_ERR_MEMORY;
	memset(block, 0, bytes);
	*out = block;
	return PLICA_OK;
}

enum plica_status plica_allocate_unset(
	void **out, size_t count, size_t size, struct plica_error *err)
{
	size_t bytes = 0;
	void *block = allocate(&bytes, count, size, err);

	if (block == NULL)
		return PLICA_ERR_MEMORY;
	*out = block;
	return PLICA_OK;
}

void plica_free(void *block)
{
	free(block);
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
