/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Growable text, and lists of texts (warnings, argument vectors).
 *
 *     struct plica_text text = {0};
 *     PLICA_TRY(plica_text_printf(&text, err, "%zu patterns", n));
 *     ...
 *     plica_text_release(&text);
 */
#ifndef PLICA_BASE_TEXT_H
#define PLICA_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "plica/error.h"

/** `data` is NUL-terminated (NULL while empty); `size` does not count the zero. */
struct plica_text {
	char *data;
	size_t size;
	size_t capacity;
};

PLICA_MUST_USE enum plica_status plica_text_append(
	struct plica_text *text, const void *bytes, size_t size, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_text_add(
	struct plica_text *text, const char *string, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_text_printf(struct plica_text *text, struct plica_error *err,
	const char *format, ...) PLICA_PRINTF(3, 4);

/** Appends `size` bytes in base64 (RFC 4648), padded. */
PLICA_MUST_USE enum plica_status plica_text_base64(
	struct plica_text *text, const void *bytes, size_t size, struct plica_error *err);

/** The content as a C string, never NULL; valid until the next change. */
const char *plica_text_string(const struct plica_text *text);
void plica_text_release(struct plica_text *text);

/** A list of texts; item[size] is NULL once something was added, as execve wants it. */
struct plica_strings {
	char **item;
	size_t size;
	size_t capacity;
};

PLICA_MUST_USE enum plica_status plica_strings_add(
	struct plica_strings *list, const char *string, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_strings_printf(struct plica_strings *list,
	struct plica_error *err, const char *format, ...) PLICA_PRINTF(3, 4);
bool plica_strings_contains(const struct plica_strings *list, const char *string);
void plica_strings_release(struct plica_strings *list);

/**
 * The entry of `names` (count of them) nearest to `word` by edit distance, for "did you
 * mean"; NULL when none is near enough to be a slip of the pen.
 */
const char *plica_nearest_name(const char *word, const char *const *names, size_t count);

#endif
