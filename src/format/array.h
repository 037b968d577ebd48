/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * A typed n-dimensional array as NPY files hold it: 0 to 4 dimensions, always C order and the
 * machine's byte order in memory (the readers convert). The array owns its data.
 */
#ifndef PLICA_FORMAT_ARRAY_H
#define PLICA_FORMAT_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

#include "plica/error.h"

#define PLICA_ARRAY_DIMENSIONS 4

enum plica_dtype {
	PLICA_DTYPE_BOOL,
	PLICA_DTYPE_I8,
	PLICA_DTYPE_I16,
	PLICA_DTYPE_I32,
	PLICA_DTYPE_I64,
	PLICA_DTYPE_U8,
	PLICA_DTYPE_U16,
	PLICA_DTYPE_U32,
	PLICA_DTYPE_U64,
	PLICA_DTYPE_F16,
	PLICA_DTYPE_F32,
	PLICA_DTYPE_F64,
	PLICA_DTYPE_C64,     /**< float complex */
	PLICA_DTYPE_C128,    /**< double complex */
	PLICA_DTYPE_UNICODE, /**< item_bytes / 4 code points of 32 bits, zero-padded */
	PLICA_DTYPE_BYTES,   /**< item_bytes bytes, zero-padded */
};

/** Type, shape and size, without the data. */
struct plica_array_info {
	enum plica_dtype dtype;
	size_t item_bytes;
	int dimensions;
	size_t shape[PLICA_ARRAY_DIMENSIONS];
	size_t count; /**< product of the shape; 1 for 0-d */
};

struct plica_array {
	struct plica_array_info info;
	void *data; /**< info.count * info.item_bytes bytes, aligned; NULL when released */
};

/** Bytes of one item of a numeric type; 0 for the two string types. */
size_t plica_dtype_bytes(enum plica_dtype dtype);
/** numpy's name: "float32", "complex64", "str", ... */
const char *plica_dtype_name(enum plica_dtype dtype);
/** numpy's letter: b, i, u, f, c, U or S. */
char plica_dtype_kind(enum plica_dtype dtype);
/** The type with that letter and size (any size for strings); false when there is none. */
PLICA_MUST_USE bool plica_dtype_find(enum plica_dtype *out, char kind, size_t item_bytes);
bool plica_dtype_is_complex(enum plica_dtype dtype);
/** Signed or unsigned; bool is neither integer nor float. */
bool plica_dtype_is_integer(enum plica_dtype dtype);
bool plica_dtype_is_float(enum plica_dtype dtype);

/** "float32 (1024, 64, 64)", for messages. */
void plica_array_describe(char *out, size_t size, const struct plica_array_info *info);

/** Sets info->count from the shape and gives the size of the data; an error when it overflows,
 * even where another dimension is zero. */
PLICA_MUST_USE enum plica_status plica_array_measure(
	size_t *bytes, struct plica_array_info *info, struct plica_error *err);
/** Allocates an array of any type whose data the caller fills at once (it is not zeroed). */
PLICA_MUST_USE enum plica_status plica_array_allocate(
	struct plica_array *out, const struct plica_array_info *info, struct plica_error *err);
/** Allocates a zeroed array; `shape` has `dimensions` entries. Not for strings. */
PLICA_MUST_USE enum plica_status plica_array_create(struct plica_array *out, enum plica_dtype dtype,
	int dimensions, const size_t *shape, struct plica_error *err);
/** A 0-d unicode array holding `utf8`, as numpy.array("text"); wrong UTF-8 is an error. */
PLICA_MUST_USE enum plica_status plica_array_from_text(
	struct plica_array *out, const char *utf8, struct plica_error *err);
void plica_array_release(struct plica_array *array);

/**
 * Converts `count` items from `first` on to double; real numeric types and bool only (complex and
 * strings are an error that names `subject`, the array's name).
 */
PLICA_MUST_USE enum plica_status plica_array_to_double(double *out, const struct plica_array *array,
	size_t first, size_t count, const char *subject, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_array_to_float(float *out, const struct plica_array *array,
	size_t first, size_t count, const char *subject, struct plica_error *err);
/** Converts complex64 or complex128 items; anything else is an error that names `subject`. */
PLICA_MUST_USE enum plica_status plica_array_to_complex(float _Complex *out,
	const struct plica_array *array, size_t first, size_t count, const char *subject,
	struct plica_error *err);
/** The UTF-8 text of a 0-d or 1-element string array without its padding, to be freed with
 * plica_free; wrong code points, wrong UTF-8 and a zero inside the text are errors. */
PLICA_MUST_USE enum plica_status plica_array_to_text(
	char **out, const struct plica_array *array, const char *subject, struct plica_error *err);

#endif
