/* SPDX-License-Identifier: BSD-3-Clause */
/** Whether two descriptions of an array say the same. */
#ifndef PLICA_FUZZ_SAME_INFO_H
#define PLICA_FUZZ_SAME_INFO_H

#include <stdbool.h>
#include <string.h>

#include "format/array.h"

/* Padding between the members says nothing. */
static inline bool same_info(const struct plica_array_info *a, const struct plica_array_info *b)
{
	return a->dtype == b->dtype && a->item_bytes == b->item_bytes &&
	       a->dimensions == b->dimensions && a->count == b->count &&
	       memcmp(a->shape, b->shape, (size_t)a->dimensions * sizeof(a->shape[0])) == 0;
}

#endif
