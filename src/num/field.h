/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Complex 2-D fields: a view on somebody's memory. Row-major; element (y, x) is
 * data[y * stride + x]. A view owns nothing.
 */
#ifndef PLICA_NUM_FIELD_H
#define PLICA_NUM_FIELD_H

#include <stddef.h>

struct plica_field {
	size_t rows;
	size_t cols;
	size_t stride; /**< elements from one row to the next, >= cols */
	float _Complex *data;
};

/** A view on `rows` x `cols` contiguous elements. */
static inline struct plica_field plica_field_of(float _Complex *data, size_t rows, size_t cols)
{
	return (struct plica_field){.rows = rows, .cols = cols, .stride = cols, .data = data};
}

static inline float _Complex *plica_field_at(const struct plica_field *field, size_t y, size_t x)
{
	return field->data + y * field->stride + x;
}

#endif
