/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

static enum plica_status reserve(struct plica_text *text, size_t more, struct plica_error *err)
{
	size_t needed = text->size + more + 1;
	size_t capacity = text->capacity > 0 ? text->capacity : 64;
	char *grown;

	if (needed <= text->capacity)
		return PLICA_OK;
	while (capacity < needed)
		capacity *= 2;
	grown = realloc(text->data, capacity);
	if (grown == NULL)
		return plica_error_set(
			err, PLICA_ERR_MEMORY, "cannot grow a text to %zu bytes", capacity);
	text->data = grown;
	text->capacity = capacity;
	return PLICA_OK;
}

enum plica_status plica_text_append(
	struct plica_text *text, const void *bytes, size_t size, struct plica_error *err)
{
	enum plica_status status = reserve(text, size, err);

	if (status != PLICA_OK)
		return status;
	if (size > 0)
		memcpy(text->data + text->size, bytes, size);
	text->size += size;
	text->data[text->size] = '\0';
	return PLICA_OK;
}

enum plica_status plica_text_add(
	struct plica_text *text, const char *string, struct plica_error *err)
{
	return plica_text_append(text, string, strlen(string), err);
}

static PLICA_PRINTF(3, 0) enum plica_status append_format(
	struct plica_text *text, struct plica_error *err, const char *format, va_list args)
{
	enum plica_status status;
	va_list again;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		return plica_error_set(err, PLICA_ERR_ARGUMENT, "cannot format '%s'", format);
	status = reserve(text, (size_t)length, err);
	if (status != PLICA_OK)
		return status;
	(void)vsnprintf(text->data + text->size, (size_t)length + 1, format, args);
	text->size += (size_t)length;
	return PLICA_OK;
}

enum plica_status plica_text_printf(
	struct plica_text *text, struct plica_error *err, const char *format, ...)
{
	enum plica_status status;
	va_list args;

	va_start(args, format);
	status = append_format(text, err, format, args);
	va_end(args);
	return status;
}

enum plica_status plica_text_base64(
	struct plica_text *text, const void *bytes, size_t size, struct plica_error *err)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *byte = bytes;
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < size && status == PLICA_OK; i += 3) {
		uint32_t word = (uint32_t)byte[i] << 16 |
				(i + 1 < size ? (uint32_t)byte[i + 1] << 8 : 0) |
				(i + 2 < size ? (uint32_t)byte[i + 2] : 0);
		const char group[4] = {digits[word >> 18], digits[word >> 12 & 63],
			i + 1 < size ? digits[word >> 6 & 63] : '=',
			i + 2 < size ? digits[word & 63] : '='};

		status = plica_text_append(text, group, sizeof(group), err);
	}
	return status;
}

const char *plica_text_string(const struct plica_text *text)
{
	return text->data != NULL ? text->data : "";
}

void plica_text_release(struct plica_text *text)
{
	free(text->data);
	*text = (struct plica_text){0};
}

enum plica_status plica_strings_add(
	struct plica_strings *list, const char *string, struct plica_error *err)
{
	enum plica_status status;
	char *copy = NULL;

	if (list->size + 2 > list->capacity) {
		size_t capacity = list->capacity > 0 ? list->capacity * 2 : 8;
		char **grown = realloc(list->item, capacity * sizeof(*grown));

		if (grown == NULL)
			return plica_error_set(
				err, PLICA_ERR_MEMORY, "cannot grow a list to %zu texts", capacity);
		list->item = grown;
		list->capacity = capacity;
	}
	status = plica_copy_text(&copy, string, err);
	if (status != PLICA_OK)
		return status;
	list->item[list->size++] = copy;
	list->item[list->size] = NULL;
	return PLICA_OK;
}

enum plica_status plica_strings_printf(
	struct plica_strings *list, struct plica_error *err, const char *format, ...)
{
	struct plica_text text = {0};
	enum plica_status status;
	va_list args;

	va_start(args, format);
	status = append_format(&text, err, format, args);
	va_end(args);
	if (status == PLICA_OK)
		status = plica_strings_add(list, plica_text_string(&text), err);
	plica_text_release(&text);
	return status;
}

bool plica_strings_contains(const struct plica_strings *list, const char *string)
{
	for (size_t i = 0; i < list->size; i++)
		if (strcmp(list->item[i], string) == 0)
			return true;
	return false;
}

void plica_strings_release(struct plica_strings *list)
{
	for (size_t i = 0; i < list->size; i++)
		plica_free(list->item[i]);
	free(list->item);
	*list = (struct plica_strings){0};
}

#define NAME_LENGTH 64

static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Levenshtein's distance with two rows; case does not count. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[NAME_LENGTH + 1];
	size_t columns = strlen(b);

	if (strlen(a) > NAME_LENGTH || columns > NAME_LENGTH)
		return NAME_LENGTH;
	for (size_t j = 0; j <= columns; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < columns; j++) {
			size_t cost = diagonal + (same_letter(a[i], b[j]) ? 0 : 1);

			diagonal = row[j + 1];
			row[j + 1] = smallest(row[j] + 1, diagonal + 1, cost);
		}
	}
	return row[columns];
}

const char *plica_nearest_name(const char *word, const char *const *names, size_t count)
{
	const char *nearest = NULL;
	size_t best = strlen(word) / 3 + 2;

	for (size_t i = 0; i < count; i++) {
		size_t distance = edit_distance(word, names[i]);

		if (distance < best) {
			best = distance;
			nearest = names[i];
		}
	}
	return nearest;
}
