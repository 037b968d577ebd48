/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/npy_dict.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the machine's order is written as '<'");

#define KEY_SIZE 32

struct cursor {
	const char *start;
	const char *next;
	const char *end;
	struct plica_error *err;
};

static enum plica_status damaged(const struct cursor *at, const char *expected)
{
	size_t byte = (size_t)(at->next - at->start);
	unsigned char found;

	if (at->next == at->end)
		return plica_error_set(at->err, PLICA_ERR_FORMAT,
			"the NPY header is damaged: it ends at byte %zu, expected %s", byte,
			expected);
	found = (unsigned char)*at->next;
	if (found < ' ' || found > '~')
		return plica_error_set(at->err, PLICA_ERR_FORMAT,
			"the NPY header is damaged: found byte 0x%02x at %zu, expected %s", found,
			byte, expected);
	return plica_error_set(at->err, PLICA_ERR_FORMAT,
		"the NPY header is damaged: found '%c' at byte %zu, expected %s", found, byte,
		expected);
}

static char peek(struct cursor *at)
{
	while (at->next < at->end && (*at->next == ' ' || *at->next == '\n'))
		at->next++;
	return at->next < at->end ? *at->next : '\0';
}

static bool accept(struct cursor *at, const char *word)
{
	size_t length = strlen(word);

	(void)peek(at);
	if ((size_t)(at->end - at->next) < length || memcmp(at->next, word, length) != 0)
		return false;
	at->next += length;
	return true;
}

static enum plica_status expect(struct cursor *at, const char *word)
{
	return accept(at, word) ? PLICA_OK : damaged(at, word);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static enum plica_status read_string(char out[KEY_SIZE], struct cursor *at)
{
	char quote = peek(at);
	size_t length = 0;

	if (quote != '\'' && quote != '"')
		return damaged(at, "a quoted word");
	at->next++;
	while (at->next < at->end && *at->next != quote) {
		if (*at->next < ' ' || *at->next > '~' || *at->next == '\\' ||
			length == KEY_SIZE - 1)
			return damaged(at, "a short word and a quote");
		out[length++] = *at->next++;
	}
	if (at->next == at->end)
		return damaged(at, "a quote");
	at->next++;
	out[length] = '\0';
	return PLICA_OK;
}

/* Digits from *next on, before `end`; false when there are none or the number overflows. */
static bool read_digits(size_t *out, const char **next, const char *end)
{
	const char *start = *next;
	size_t number = 0;

	while (*next < end && is_digit(**next)) {
		size_t digit = (size_t)(**next - '0');

		if (!plica_size_mul(&number, number, 10) || number > SIZE_MAX - digit)
			return false;
		number += digit;
		(*next)++;
	}
	*out = number;
	return *next > start;
}

static enum plica_status unsupported(const char *descr, struct plica_error *err)
{
	if (descr[0] == 'O' || (descr[0] != '\0' && descr[1] == 'O'))
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"it holds Python objects (a pickle), which are never read");
	return plica_error_set(err, PLICA_ERR_FORMAT, "its type '%s' is not supported", descr);
}

static bool has_two_orders(const struct plica_array_info *info)
{
	return info->dtype != PLICA_DTYPE_BYTES && plica_dtype_bytes(info->dtype) != 1;
}

/* A byte order, a letter and a number: <f4, |S12, >U7. */
static enum plica_status parse_descr(struct plica_npy_dict *dict, struct cursor *at)
{
	struct plica_array_info *info = &dict->info;
	char descr[KEY_SIZE];
	const char *digits = descr + 2;
	enum plica_status status;
	size_t bytes;

	if (peek(at) == '[' || peek(at) == '(' || peek(at) == '{')
		return plica_error_set(at->err, PLICA_ERR_FORMAT,
			"its type is structured, which is not supported");
	PLICA_TRY(read_string(descr, at));
	if (descr[0] == '\0' || strchr("<>=|", descr[0]) == NULL || descr[1] == '\0' ||
		!read_digits(&bytes, &digits, descr + strlen(descr)) || *digits != '\0')
		return unsupported(descr, at->err);
	if (descr[1] == 'U' && !plica_size_mul(&bytes, bytes, 4))
		return unsupported(descr, at->err);
	if (!plica_dtype_find(&info->dtype, descr[1], bytes))
		return unsupported(descr, at->err);
	if (descr[0] == '|' && has_two_orders(info))
		return unsupported(descr, at->err);
	info->item_bytes = bytes;
	dict->swapped = descr[0] == '>' && has_two_orders(info);
out:
	return status;
}

static enum plica_status parse_order(struct plica_npy_dict *dict, struct cursor *at)
{
	dict->fortran_order = accept(at, "True");
	return dict->fortran_order ? PLICA_OK : expect(at, "False");
}

static enum plica_status parse_extent(struct plica_array_info *info, struct cursor *at)
{
	size_t extent = 0;

	if (!is_digit(peek(at)))
		return damaged(at, "a number");
	if (!read_digits(&extent, &at->next, at->end))
		return plica_error_set(
			at->err, PLICA_ERR_FORMAT, "the size of its shape overflows");
	(void)accept(at, "L"); /* Python 2 wrote its long numbers so */
	if (info->dimensions < PLICA_ARRAY_DIMENSIONS)
		info->shape[info->dimensions] = extent;
	info->dimensions++;
	return PLICA_OK;
}

/* (), (3,) or (3, 4): one number alone has a comma, as Python's tuples do. */
static enum plica_status parse_shape(struct plica_npy_dict *dict, struct cursor *at)
{
	struct plica_array_info *info = &dict->info;
	enum plica_status status;
	bool comma = true;

	PLICA_TRY(expect(at, "("));
	while (!accept(at, ")")) {
		if (!comma)
			return damaged(at, "a comma or )");
		PLICA_TRY(parse_extent(info, at));
		comma = accept(at, ",");
	}
	if (info->dimensions == 1 && !comma)
		return plica_error_set(
			at->err, PLICA_ERR_FORMAT, "the shape in its header is not a tuple");
	if (info->dimensions > PLICA_ARRAY_DIMENSIONS)
		return plica_error_set(at->err, PLICA_ERR_FORMAT,
			"it has %d dimensions, at most %d are supported", info->dimensions,
			PLICA_ARRAY_DIMENSIONS);
out:
	return status;
}

static const struct key {
	const char *name;
	enum plica_status (*parse)(struct plica_npy_dict *dict, struct cursor *at);
} keys[] = {
	{"descr", parse_descr},
	{"fortran_order", parse_order},
	{"shape", parse_shape},
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static enum plica_status parse_entry(
	struct plica_npy_dict *dict, bool seen[KEY_COUNT], struct cursor *at)
{
	char name[KEY_SIZE];
	enum plica_status status;
	size_t i = 0;

	PLICA_TRY(read_string(name, at));
	while (i < KEY_COUNT && strcmp(keys[i].name, name) != 0)
		i++;
	if (i == KEY_COUNT)
		return plica_error_set(
			at->err, PLICA_ERR_FORMAT, "the NPY header has the unknown key '%s'", name);
	if (seen[i])
		return plica_error_set(
			at->err, PLICA_ERR_FORMAT, "the NPY header has '%s' twice", name);
	seen[i] = true;
	PLICA_TRY(expect(at, ":"));
	PLICA_TRY(keys[i].parse(dict, at));
out:
	return status;
}

enum plica_status plica_npy_dict_parse(
	struct plica_npy_dict *out, const char *text, size_t size, struct plica_error *err)
{
	struct cursor at = {.start = text, .next = text, .end = text + size, .err = err};
	struct plica_npy_dict dict = {.fortran_order = false};
	bool seen[KEY_COUNT] = {false};
	enum plica_status status;
	bool comma = true;

	PLICA_TRY(expect(&at, "{"));
	while (!accept(&at, "}")) {
		if (!comma)
			return damaged(&at, "a comma or }");
		PLICA_TRY(parse_entry(&dict, seen, &at));
		comma = accept(&at, ",");
	}
	if (peek(&at) != '\0' || at.next != at.end)
		return damaged(&at, "its end");
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (!seen[i])
			return plica_error_set(err, PLICA_ERR_FORMAT,
				"the NPY header lacks the key '%s'", keys[i].name);
	*out = dict;
out:
	return status;
}

enum plica_status plica_npy_dict_write(
	struct plica_text *out, const struct plica_array_info *info, struct plica_error *err)
{
	char kind = plica_dtype_kind(info->dtype);
	size_t number = kind == 'U' ? info->item_bytes / 4 : info->item_bytes;
	enum plica_status status;

	PLICA_TRY(plica_text_printf(out, err, "{'descr': '%c%c%zu', 'fortran_order': False, ",
		has_two_orders(info) ? '<' : '|', kind, number));
	PLICA_TRY(plica_text_add(out, "'shape': (", err));
	for (int i = 0; i < info->dimensions; i++)
		PLICA_TRY(plica_text_printf(out, err, "%s%zu", i > 0 ? ", " : "", info->shape[i]));
	PLICA_TRY(plica_text_add(out, info->dimensions == 1 ? ",), }" : "), }", err));
out:
	return status;
}
