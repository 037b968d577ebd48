/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * UTF-8, one code point at a time (RFC 3629): overlong forms, surrogates and code points beyond
 * U+10FFFF are refused in both directions.
 */
#ifndef PLICA_FORMAT_UTF8_H
#define PLICA_FORMAT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Longest form of one code point, in bytes. */
#define PLICA_UTF8_SIZE 4

/** Decodes the code point at `text`, of which `size` >= 1 bytes are there; gives its length in
 * bytes, or 0 when it is malformed. */
size_t plica_utf8_decode(uint32_t *code_point, const char *text, size_t size);
/** Gives the number of bytes written, or 0 when the code point has no form. */
size_t plica_utf8_encode(char out[PLICA_UTF8_SIZE], uint32_t code_point);

#endif
