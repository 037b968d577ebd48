/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * JSON values: built, read, written and looked up, on jansson, whose types stay inside json.c.
 *
 * A value is owned by the container it was put into; only a root is freed. Building functions
 * that run out of memory mark the root, and plica_json_save / plica_json_text then fail: so a
 * document is built without a check on each line. Members keep the order in which they were set.
 * Text is UTF-8; in a text that is not, each byte beyond ASCII becomes '?'. Whole numbers are
 * written as integers, other numbers with the fewest digits that read back the same. A root is
 * an object or an array.
 */
#ifndef PLICA_FORMAT_JSON_H
#define PLICA_FORMAT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "plica/error.h"

struct plica_json;

/** New roots; NULL when out of memory (every function below accepts NULL and then fails late). */
struct plica_json *plica_json_object(void);
struct plica_json *plica_json_array(void);
void plica_json_free(struct plica_json *root);

/** Set a member of an object. A NaN or infinite number becomes null. NULL text becomes null. */
void plica_json_set_text(struct plica_json *object, const char *key, const char *text);
void plica_json_set_number(struct plica_json *object, const char *key, double number);
void plica_json_set_integer(struct plica_json *object, const char *key, int64_t number);
void plica_json_set_bool(struct plica_json *object, const char *key, bool value);
void plica_json_set_null(struct plica_json *object, const char *key);
void plica_json_set_strings(
	struct plica_json *object, const char *key, const struct plica_strings *list);
/** A new, empty object or array as a member; borrowed. */
struct plica_json *plica_json_set_object(struct plica_json *object, const char *key);
struct plica_json *plica_json_set_array(struct plica_json *object, const char *key);
/** Moves `value` (a root) into the object. */
void plica_json_set(struct plica_json *object, const char *key, struct plica_json *value);

/** Append to an array. */
struct plica_json *plica_json_add_object(struct plica_json *array);
struct plica_json *plica_json_add_array(struct plica_json *array);
void plica_json_add_text(struct plica_json *array, const char *text);
void plica_json_add_number(struct plica_json *array, double number);
void plica_json_add_integer(struct plica_json *array, int64_t number);

/** Look-ups; borrowed, NULL or the given default when the member is missing or of another type. */
const struct plica_json *plica_json_get(const struct plica_json *object, const char *key);
const char *plica_json_get_text(const struct plica_json *object, const char *key);
double plica_json_get_number(const struct plica_json *object, const char *key, double otherwise);
bool plica_json_get_bool(const struct plica_json *object, const char *key, bool otherwise);
size_t plica_json_length(const struct plica_json *array);
const struct plica_json *plica_json_at(const struct plica_json *array, size_t index);
bool plica_json_is_object(const struct plica_json *value);
bool plica_json_is_array(const struct plica_json *value);
/** The value itself as text or number. */
const char *plica_json_text_of(const struct plica_json *value);
double plica_json_number_of(const struct plica_json *value, double otherwise);
/** Deep equality. */
bool plica_json_equal(const struct plica_json *a, const struct plica_json *b);
/** A deep copy as a new root; NULL in gives NULL. */
struct plica_json *plica_json_copy(const struct plica_json *value);

/** Parses; duplicate keys are errors. `subject` names the text in messages. */
PLICA_MUST_USE enum plica_status plica_json_parse(struct plica_json **out, const char *text,
	size_t size, const char *subject, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_json_load(
	struct plica_json **out, const char *path, struct plica_error *err);
/** Appends the document, indented by two, with a final newline. */
PLICA_MUST_USE enum plica_status plica_json_text(
	struct plica_text *out, const struct plica_json *root, struct plica_error *err);
/** The same on one line without a newline (hashing, event streams). */
PLICA_MUST_USE enum plica_status plica_json_line(
	struct plica_text *out, const struct plica_json *root, struct plica_error *err);
/** Writes a file atomically. */
PLICA_MUST_USE enum plica_status plica_json_save(
	const char *path, const struct plica_json *root, struct plica_error *err);
/** The same by plica_file_replace: without waiting for the disk. */
PLICA_MUST_USE enum plica_status plica_json_replace(
	const char *path, const struct plica_json *root, struct plica_error *err);

#endif
