/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * numpy's NPY format, versions 1, 2 and 3: the header parser and writer, on a byte stream.
 *
 * The header is data from strangers: it is parsed by a strict grammar (the three keys descr,
 * fortran_order and shape, each once), nothing in it is executed, every size is checked for
 * overflow and against the bytes that are there before anything is allocated. Object-typed
 * (pickled) and structured arrays are refused by name.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
#ifndef PLICA_FORMAT_NPY_H
#define PLICA_FORMAT_NPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "format/array.h"
#include "plica/error.h"

/** Where bytes come from. */
struct plica_npy_source {
	/** Reads `size` bytes; fewer, in `got`, at the end of the stream only. */
	enum plica_status (*read)(
		size_t *got, void *context, void *buffer, size_t size, struct plica_error *err);
	void *context;
	uint64_t size; /**< bytes that the stream holds in all, header included */
};

struct plica_npy_header {
	struct plica_array_info info;
	bool fortran_order;
	bool swapped;        /**< the other byte order than this machine's */
	size_t header_bytes; /**< from the start of the stream to the first item */
};

/**
 * Parses the header and checks that the stream holds exactly the array it promises. Messages
 * start with `subject`, the array's name, in quotes; NULL leaves it out.
 */
PLICA_MUST_USE enum plica_status plica_npy_read_header(struct plica_npy_header *out,
	const struct plica_npy_source *source, const char *subject, struct plica_error *err);
/**
 * Header and data, converted to C order and native byte order; float16 stays float16. The stream
 * is read once through and to its end, so that its own check (a CRC) takes place.
 */
PLICA_MUST_USE enum plica_status plica_npy_read(struct plica_array *out,
	const struct plica_npy_source *source, const char *subject, struct plica_error *err);
/** Appends a version 1.0 header for a C-order little-endian array, padded to 64 bytes. */
PLICA_MUST_USE enum plica_status plica_npy_write_header(
	struct plica_text *out, const struct plica_array_info *info, struct plica_error *err);

/** A whole .npy file. Writing is atomic. */
PLICA_MUST_USE enum plica_status plica_npy_load(
	struct plica_array *out, const char *path, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_npy_save(
	const char *path, const struct plica_array *array, struct plica_error *err);

#endif
