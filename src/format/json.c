/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/json.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/try.h"

/* Largest file that is read: a manifest of a million jobs fits. */
#define FILE_LIMIT ((size_t)256 << 20)
/* Beyond 2^53 a double does not hold every integer. */
#define EXACT_INTEGER 9007199254740992.0

/* A `struct plica_json` is a json_t under another name: it exists only as a pointer. */

static struct plica_json *wrap(json_t *value)
{
	return (struct plica_json *)value;
}

static json_t *unwrap(struct plica_json *value)
{
	return (json_t *)value;
}

static const json_t *peek(const struct plica_json *value)
{
	return (const json_t *)value;
}

/* jansson's iterators take a json_t that is not const, though they change nothing in it. */
static json_t *iterable(const json_t *value)
{
	return (json_t *)(uintptr_t)value;
}

/*
 * The mark of a container in which something is missing: one reference too many. It needs no
 * memory, and nothing else in this file shares a container.
 */
static void mark(json_t *container)
{
	if (container != NULL)
		json_incref(container);
}

static bool is_marked(const json_t *value)
{
	return (json_is_object(value) || json_is_array(value)) && value->refcount > 1;
}

static bool is_complete(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t index;

	if (value == NULL || is_marked(value))
		return false;
	json_object_foreach(iterable(value), key, member) if (!is_complete(member)) return false;
	json_array_foreach(value, index, member) if (!is_complete(member)) return false;
	return true;
}

static void unmark(json_t *value)
{
	const char *key;
	json_t *member;
	size_t index;

	while (is_marked(value))
		json_decref(value);
	json_object_foreach(value, key, member) unmark(member);
	json_array_foreach(value, index, member) unmark(member);
}

struct plica_json *plica_json_object(void)
{
	return wrap(json_object());
}

struct plica_json *plica_json_array(void)
{
	return wrap(json_array());
}

void plica_json_free(struct plica_json *root)
{
	if (root == NULL)
		return;
	unmark(unwrap(root));
	json_decref(unwrap(root));
}

/* JSON is UTF-8; in a text that is not (a file name, a log), the bytes beyond ASCII become '?'. */
static json_t *repaired_text(const char *text)
{
	char *copy = strdup(text);
	json_t *value;

	if (copy == NULL)
		return NULL;
	for (char *next = copy; *next != '\0'; next++)
		if ((unsigned char)*next >= 0x80)
			*next = '?';
	value = json_string(copy);
	free(copy);
	return value;
}

static json_t *text_value(const char *text)
{
	json_t *value;

	if (text == NULL)
		return json_null();
	value = json_string(text);
	return value != NULL ? value : repaired_text(text);
}

/* Whole numbers are stored as integers: a dose reads 1000 and not 1000.0. */
static json_t *number_value(double number)
{
	if (!isfinite(number))
		return json_null();
	if (number == floor(number) && fabs(number) < EXACT_INTEGER &&
		!(number == 0 && signbit(number)))
		return json_integer((json_int_t)number);
	return json_real(number);
}

/* The new member, or NULL, in which case the object is marked. */
static json_t *set(struct plica_json *object, const char *key, json_t *value)
{
	if (json_object_set_new(unwrap(object), key, value) == 0)
		return value;
	mark(unwrap(object));
	return NULL;
}

void plica_json_set_text(struct plica_json *object, const char *key, const char *text)
{
	(void)set(object, key, text_value(text));
}

void plica_json_set_number(struct plica_json *object, const char *key, double number)
{
	(void)set(object, key, number_value(number));
}

void plica_json_set_integer(struct plica_json *object, const char *key, int64_t number)
{
	(void)set(object, key, json_integer(number));
}

void plica_json_set_bool(struct plica_json *object, const char *key, bool value)
{
	(void)set(object, key, json_boolean(value));
}

void plica_json_set_null(struct plica_json *object, const char *key)
{
	(void)set(object, key, json_null());
}

void plica_json_set_strings(
	struct plica_json *object, const char *key, const struct plica_strings *list)
{
	struct plica_json *array = plica_json_set_array(object, key);

	for (size_t i = 0; i < list->size; i++)
		plica_json_add_text(array, list->item[i]);
}

struct plica_json *plica_json_set_object(struct plica_json *object, const char *key)
{
	return wrap(set(object, key, json_object()));
}

struct plica_json *plica_json_set_array(struct plica_json *object, const char *key)
{
	return wrap(set(object, key, json_array()));
}

void plica_json_set(struct plica_json *object, const char *key, struct plica_json *value)
{
	(void)set(object, key, unwrap(value));
}

static json_t *add(struct plica_json *array, json_t *value)
{
	if (json_array_append_new(unwrap(array), value) == 0)
		return value;
	mark(unwrap(array));
	return NULL;
}

struct plica_json *plica_json_add_object(struct plica_json *array)
{
	return wrap(add(array, json_object()));
}

struct plica_json *plica_json_add_array(struct plica_json *array)
{
	return wrap(add(array, json_array()));
}

void plica_json_add_text(struct plica_json *array, const char *text)
{
	(void)add(array, text_value(text));
}

void plica_json_add_number(struct plica_json *array, double number)
{
	(void)add(array, number_value(number));
}

void plica_json_add_integer(struct plica_json *array, int64_t number)
{
	(void)add(array, json_integer(number));
}

const struct plica_json *plica_json_get(const struct plica_json *object, const char *key)
{
	return wrap(json_object_get(peek(object), key));
}

const char *plica_json_get_text(const struct plica_json *object, const char *key)
{
	return plica_json_text_of(plica_json_get(object, key));
}

double plica_json_get_number(const struct plica_json *object, const char *key, double otherwise)
{
	return plica_json_number_of(plica_json_get(object, key), otherwise);
}

bool plica_json_get_bool(const struct plica_json *object, const char *key, bool otherwise)
{
	const json_t *value = json_object_get(peek(object), key);

	return json_is_boolean(value) ? json_is_true(value) : otherwise;
}

size_t plica_json_length(const struct plica_json *array)
{
	return json_array_size(peek(array));
}

const struct plica_json *plica_json_at(const struct plica_json *array, size_t index)
{
	return wrap(json_array_get(peek(array), index));
}

bool plica_json_is_object(const struct plica_json *value)
{
	return json_is_object(peek(value));
}

bool plica_json_is_array(const struct plica_json *value)
{
	return json_is_array(peek(value));
}

const char *plica_json_text_of(const struct plica_json *value)
{
	return json_string_value(peek(value));
}

double plica_json_number_of(const struct plica_json *value, double otherwise)
{
	return json_is_number(peek(value)) ? json_number_value(peek(value)) : otherwise;
}

bool plica_json_equal(const struct plica_json *a, const struct plica_json *b)
{
	return json_equal(peek(a), peek(b)) == 1;
}

struct plica_json *plica_json_copy(const struct plica_json *value)
{
	/* A copy has no marks, so an incomplete document gives none. */
	return is_complete(peek(value)) ? wrap(json_deep_copy(peek(value))) : NULL;
}

enum plica_status plica_json_parse(struct plica_json **out, const char *text, size_t size,
	const char *subject, struct plica_error *err)
{
	json_error_t error;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);

	if (root == NULL)
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"cannot parse '%s' as JSON: line %d, column %d: %s", subject, error.line,
			error.column, error.text);
	*out = wrap(root);
	return PLICA_OK;
}

enum plica_status plica_json_load(
	struct plica_json **out, const char *path, struct plica_error *err)
{
	struct plica_text text = {0};
	enum plica_status status;

	PLICA_TRY(plica_file_read(&text, path, FILE_LIMIT, err));
	PLICA_TRY(plica_json_parse(out, plica_text_string(&text), text.size, path, err));
out:
	plica_text_release(&text);
	return status;
}

/*
 * The writer is our own: jansson's writes every real number with 17 digits or the same number
 * of digits for all, and differently from release to release.
 */
struct writer {
	struct plica_text *text;
	bool indented;
	struct plica_error *err;
};

static enum plica_status write_value(const struct writer *writer, const json_t *value, int depth);

static enum plica_status write_break(const struct writer *writer, int depth)
{
	if (!writer->indented)
		return PLICA_OK;
	return plica_text_printf(writer->text, writer->err, "\n%*s", 2 * depth, "");
}

/* The shortest of 15 to 17 digits that reads back as the same number, and as a real one. */
static enum plica_status write_real(const struct writer *writer, double number)
{
	char digits[40];

	for (int precision = 15; precision <= 17; precision++) {
		(void)snprintf(digits, sizeof(digits), "%.*g", precision, number);
		if (strtod(digits, NULL) == number)
			break;
	}
	for (char *next = digits; *next != '\0'; next++)
		if (*next == ',') /* the decimal sign of the locale */
			*next = '.';
	return plica_text_printf(writer->text, writer->err, "%s%s", digits,
		strpbrk(digits, ".e") != NULL ? "" : ".0");
}

/* What is left to jansson: strings with their escapes, integers and the three words. */
static enum plica_status write_scalar(const struct writer *writer, const json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY);
	enum plica_status status;

	if (text == NULL)
		return plica_error_set(writer->err, PLICA_ERR_MEMORY, "cannot write a JSON value");
	status = plica_text_add(writer->text, text, writer->err);
	free(text);
	return status;
}

static enum plica_status write_key(const struct writer *writer, const char *key)
{
	json_t *text = json_string(key);
	enum plica_status status = write_scalar(writer, text);

	json_decref(text);
	if (status == PLICA_OK)
		status = plica_text_add(writer->text, writer->indented ? ": " : ":", writer->err);
	return status;
}

static enum plica_status write_object(const struct writer *writer, const json_t *object, int depth)
{
	enum plica_status status;
	const char *separator = "{";
	const char *key;
	json_t *member;

	json_object_foreach(iterable(object), key, member)
	{
		PLICA_TRY(plica_text_add(writer->text, separator, writer->err));
		PLICA_TRY(write_break(writer, depth + 1));
		PLICA_TRY(write_key(writer, key));
		PLICA_TRY(write_value(writer, member, depth + 1));
		separator = ",";
	}
	if (*separator == '{')
		return plica_text_add(writer->text, "{}", writer->err);
	PLICA_TRY(write_break(writer, depth));
	PLICA_TRY(plica_text_add(writer->text, "}", writer->err));
out:
	return status;
}

static bool has_containers(const json_t *array)
{
	const json_t *member;
	size_t index;

	json_array_foreach(array, index,
		member) if (json_is_object(member) || json_is_array(member)) return true;
	return false;
}

/* Lists of plain values (a command, a loss curve) stay on one line. */
static enum plica_status write_array(const struct writer *writer, const json_t *array, int depth)
{
	bool broken = writer->indented && has_containers(array);
	const char *comma = writer->indented && !broken ? ", " : ",";
	enum plica_status status;
	const json_t *member;
	size_t index;

	PLICA_TRY(plica_text_add(writer->text, "[", writer->err));
	json_array_foreach(array, index, member)
	{
		if (index > 0)
			PLICA_TRY(plica_text_add(writer->text, comma, writer->err));
		if (broken)
			PLICA_TRY(write_break(writer, depth + 1));
		PLICA_TRY(write_value(writer, member, depth + 1));
	}
	if (broken)
		PLICA_TRY(write_break(writer, depth));
	PLICA_TRY(plica_text_add(writer->text, "]", writer->err));
out:
	return status;
}

static enum plica_status write_value(const struct writer *writer, const json_t *value, int depth)
{
	if (json_is_object(value))
		return write_object(writer, value, depth);
	if (json_is_array(value))
		return write_array(writer, value, depth);
	if (json_is_real(value))
		return write_real(writer, json_real_value(value));
	return write_scalar(writer, value);
}

static enum plica_status write_document(const struct writer *writer, const struct plica_json *root)
{
	if (!is_complete(peek(root)))
		return plica_error_set(writer->err, PLICA_ERR_MEMORY,
			"cannot write a JSON document: a member could not be added while it was "
			"built "
			"(out of memory)");
	return write_value(writer, peek(root), 0);
}

enum plica_status plica_json_text(
	struct plica_text *out, const struct plica_json *root, struct plica_error *err)
{
	struct writer writer = {.text = out, .indented = true, .err = err};
	enum plica_status status = write_document(&writer, root);

	return status == PLICA_OK ? plica_text_add(out, "\n", err) : status;
}

enum plica_status plica_json_line(
	struct plica_text *out, const struct plica_json *root, struct plica_error *err)
{
	struct writer writer = {.text = out, .indented = false, .err = err};

	return write_document(&writer, root);
}

enum plica_status plica_json_save(
	const char *path, const struct plica_json *root, struct plica_error *err)
{
	struct plica_text text = {0};
	enum plica_status status;

	PLICA_TRY(plica_json_text(&text, root, err));
	PLICA_TRY(plica_file_save(path, text.data, text.size, err));
out:
	plica_text_release(&text);
	return status;
}

enum plica_status plica_json_replace(
	const char *path, const struct plica_json *root, struct plica_error *err)
{
	struct plica_text text = {0};
	enum plica_status status;

	PLICA_TRY(plica_json_text(&text, root, err));
	PLICA_TRY(plica_file_replace(path, text.data, text.size, err));
out:
	plica_text_release(&text);
	return status;
}
