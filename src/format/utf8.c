/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/utf8.h"

/* Length, marker bits of the first byte and their mask, and the code points the length is for. */
static const struct form {
	unsigned char marker;
	unsigned char mask;
	uint32_t first;
	uint32_t last;
} forms[PLICA_UTF8_SIZE] = {
	{0x00, 0x80, 0x0, 0x7F},
	{0xC0, 0xE0, 0x80, 0x7FF},
	{0xE0, 0xF0, 0x800, 0xFFFF},
	{0xF0, 0xF8, 0x10000, 0x10FFFF},
};

static bool is_surrogate(uint32_t code_point)
{
	return code_point >= 0xD800 && code_point <= 0xDFFF;
}

static size_t form_of(unsigned char byte)
{
	size_t i = 0;

	while (i < PLICA_UTF8_SIZE && (byte & forms[i].mask) != forms[i].marker)
		i++;
	return i;
}

size_t plica_utf8_decode(uint32_t *code_point, const char *text, size_t size)
{
	const unsigned char *byte = (const unsigned char *)text;
	size_t form = form_of(byte[0]);
	uint32_t code;

	if (form >= PLICA_UTF8_SIZE || form >= size)
		return 0;
	code = byte[0] & (unsigned char)~forms[form].mask;
	for (size_t i = 1; i <= form; i++) {
		if ((byte[i] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (byte[i] & 0x3Fu);
	}
	if (code < forms[form].first || code > forms[form].last || is_surrogate(code))
		return 0;
	*code_point = code;
	return form + 1;
}

size_t plica_utf8_encode(char out[PLICA_UTF8_SIZE], uint32_t code_point)
{
	size_t form = 0;

	while (form < PLICA_UTF8_SIZE && code_point > forms[form].last)
		form++;
	if (form == PLICA_UTF8_SIZE || is_surrogate(code_point))
		return 0;
	for (size_t i = form; i > 0; i--) {
		out[i] = (char)(0x80 | (code_point & 0x3F));
		code_point >>= 6;
	}
	out[0] = (char)(forms[form].marker | code_point);
	return form + 1;
}
