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

static enum plica_status allocate(
	void **out, size_t *bytes, size_t count, size_t size, struct plica_error *err)
{
	void *block;

	if (!plica_size_mul(bytes, count, size) || *bytes > SIZE_MAX / 2)
		return plica_error_set(err, PLICA_ERR_MEMORY,
			"cannot allocate %zu items of %zu bytes: the size overflows", count, size);
	*bytes = (*bytes + PLICA_ALIGNMENT) / PLICA_ALIGNMENT * PLICA_ALIGNMENT;
	block = aligned_alloc(PLICA_ALIGNMENT, *bytes);
	if (block == NULL)
		return plica_error_set(
			err, PLICA_ERR_MEMORY, "cannot allocate %zu bytes: out of memory", *bytes);
	*out = block;
	return PLICA_OK;
}

enum plica_status plica_allocate(void **out, size_t count, size_t size, struct plica_error *err)
{
	size_t bytes = 0;
	enum plica_status status = allocate(out, &bytes, count, size, err);

	if (status == PLICA_OK)
		memset(*out, 0, bytes);
	return status;
}

enum plica_status plica_allocate_unset(
	void **out, size_t count, size_t size, struct plica_error *err)
{
	size_t bytes = 0;

	return allocate(out, &bytes, count, size, err);
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
