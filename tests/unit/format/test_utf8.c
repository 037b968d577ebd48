/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/utf8.h"

#include <string.h>

#include "testing.h"

static const struct {
	const char *bytes;
	uint32_t code_point;
} pairs[] = {
	{"\x01", 0x1},
	{"\x7F", 0x7F},
	{"\xC2\x80", 0x80},
	{"\xDF\xBF", 0x7FF},
	{"\xE0\xA0\x80", 0x800},
	{"\xED\x9F\xBF", 0xD7FF},
	{"\xEE\x80\x80", 0xE000},
	{"\xEF\xBF\xBF", 0xFFFF},
	{"\xF0\x90\x80\x80", 0x10000},
	{"\xF4\x8F\xBF\xBF", 0x10FFFF},
};

static void both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t length = strlen(pairs[i].bytes);
		char bytes[PLICA_UTF8_SIZE];
		uint32_t code_point = 0;

		assert_int_equal(plica_utf8_decode(&code_point, pairs[i].bytes, length), length);
		assert_int_equal(code_point, pairs[i].code_point);
		assert_int_equal(plica_utf8_encode(bytes, pairs[i].code_point), length);
		assert_memory_equal(bytes, pairs[i].bytes, length);
		for (size_t cut = 1; cut < length; cut++)
			assert_int_equal(plica_utf8_decode(&code_point, pairs[i].bytes, cut), 0);
	}
}

static void malformed_is_refused(void **state)
{
	static const char *const malformed[] = {
		"\x80",             /* a continuation first */
		"\xC0\x80",         /* overlong */
		"\xC1\xBF",         /* overlong */
		"\xE0\x9F\xBF",     /* overlong */
		"\xF0\x8F\xBF\xBF", /* overlong */
		"\xED\xA0\x80",     /* a surrogate */
		"\xF4\x90\x80\x80", /* beyond the last */
		"\xF8\x88\x80\x80", /* five bytes */
		"\xC3(",            /* no continuation */
		"\xFF",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		uint32_t code_point = 7;

		assert_int_equal(
			plica_utf8_decode(&code_point, malformed[i], strlen(malformed[i])), 0);
		assert_int_equal(code_point, 7);
	}
}

static void code_points_without_form_are_refused(void **state)
{
	char bytes[PLICA_UTF8_SIZE];

	(void)state;
	assert_int_equal(plica_utf8_encode(bytes, 0xD800), 0);
	assert_int_equal(plica_utf8_encode(bytes, 0xDFFF), 0);
	assert_int_equal(plica_utf8_encode(bytes, 0x110000), 0);
	assert_int_equal(plica_utf8_encode(bytes, UINT32_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways),
		cmocka_unit_test(malformed_is_refused),
		cmocka_unit_test(code_points_without_form_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
