/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The dictionary in an NPY header, "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }":
 * a strict grammar, no evaluation. The three keys stand in any order, each exactly once.
 */
#ifndef PLICA_FORMAT_NPY_DICT_H
#define PLICA_FORMAT_NPY_DICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "format/array.h"
#include "plica/error.h"

/** What the dictionary says; info.count is not set. */
struct plica_npy_dict {
	struct plica_array_info info;
	bool fortran_order;
	bool swapped; /**< the other byte order than this machine's */
};

/** Python objects, structured and unknown types and more than 4 dimensions are errors. */
PLICA_MUST_USE enum plica_status plica_npy_dict_parse(
	struct plica_npy_dict *out, const char *text, size_t size, struct plica_error *err);
/** Appends the dictionary of a C-order array in this machine's byte order. */
PLICA_MUST_USE enum plica_status plica_npy_dict_write(
	struct plica_text *out, const struct plica_array_info *info, struct plica_error *err);

#endif
