/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/html.h"

#include <math.h>
#include <string.h>

#include "testing.h"

#define SPACE "\xe2\x80\xaf"
#define MINUS "\xe2\x88\x92"
#define DASH "\xe2\x80\x93"

/* Writes into a fresh page, compares what came out, and forgets it. */
#define assert_written(call, expected)                                                             \
	do {                                                                                       \
		struct plica_html html;                                                            \
		struct plica_error err;                                                            \
		plica_html_init(&html, &err);                                                      \
		call;                                                                              \
		assert_int_equal(html.status, PLICA_OK);                                           \
		assert_string_equal(plica_text_string(&html.text), (expected));                    \
		plica_html_release(&html);                                                         \
	} while (0)

static void text_cannot_become_markup(void **state)
{
	(void)state;
	assert_written(plica_html_text(&html, "<script>alert('x')</script>"),
		"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
	assert_written(
		plica_html_text(&html, "\" onload=\"x & y"), "&quot; onload=&quot;x &amp; y");
	assert_written(plica_html_text(&html, "&lt;"), "&amp;lt;");
	assert_written(plica_html_text(&html, NULL), "");
	assert_written(plica_html_text(&html, "two\nlines\tkept"), "two\nlines\tkept");
}

static void text_is_well_formed(void **state)
{
	(void)state;
	assert_written(plica_html_text(&html, "sch\xc3\xb6n \xf0\x9f\x94\xac"),
		"sch\xc3\xb6n \xf0\x9f\x94\xac");
	assert_written(plica_html_text(&html, "caf\xe9<"), "caf\xef\xbf\xbd&lt;");
	assert_written(plica_html_text(&html, "cut \xe2\x82"), "cut \xef\xbf\xbd\xef\xbf\xbd");
	assert_written(plica_html_text(&html, "bell\x07 escape\x1b[0m"),
		"bell\xef\xbf\xbd escape\xef\xbf\xbd[0m");
	/* An overlong '<' */
	assert_written(plica_html_text(&html, "\xc0\xbc"), "\xef\xbf\xbd\xef\xbf\xbd");
}

static void base64_has_its_padding(void **state)
{
	(void)state;
	assert_written(plica_html_base64(&html, "", 0), "");
	assert_written(plica_html_base64(&html, "M", 1), "TQ==");
	assert_written(plica_html_base64(&html, "Ma", 2), "TWE=");
	assert_written(plica_html_base64(&html, "Man", 3), "TWFu");
	assert_written(plica_html_base64(&html, "\xff\xfe\x00\x10", 4), "//4AEA==");
}

static void counts_have_thin_spaces(void **state)
{
	(void)state;
	assert_written(plica_html_count(&html, 0.0), "0");
	assert_written(plica_html_count(&html, 1000.0), "1000");
	assert_written(plica_html_count(&html, 10000.0), "10" SPACE "000");
	assert_written(plica_html_count(&html, -1234567.0), MINUS "1" SPACE "234" SPACE "567");
	assert_written(plica_html_count(&html, (double)NAN), DASH);
	assert_written(plica_html_count(&html, 1e20), "1.000e+20");
}

static void numbers_have_their_digits(void **state)
{
	(void)state;
	assert_written(plica_html_number(&html, 0.045678, 3), "0.0457");
	assert_written(plica_html_number(&html, 1.0, 3), "1.00");
	assert_written(plica_html_number(&html, -12345.6, 3), MINUS "12346");
	assert_written(plica_html_number(&html, 1.5e-7, 3), "1.50e-07");
	assert_written(plica_html_number(&html, 0.0, 3), "0.00");
	assert_written(plica_html_number(&html, (double)INFINITY, 3), DASH);
	assert_written(plica_html_decimal(&html, -0.0123, 3), MINUS "0.012");
	assert_written(plica_html_decimal(&html, -0.0001, 3), "0.000");
}

static void durations_and_sizes_are_readable(void **state)
{
	(void)state;
	assert_written(plica_html_duration(&html, 0.84), "0.8 s");
	assert_written(plica_html_duration(&html, 99.9), "99.9 s");
	assert_written(plica_html_duration(&html, 99.96), "1 min 40 s");
	assert_written(plica_html_duration(&html, 119.6), "2 min 00 s");
	assert_written(plica_html_duration(&html, 11225.0), "3 h 07 min");
	assert_written(plica_html_duration(&html, (double)NAN), DASH);
	assert_written(plica_html_bytes(&html, 312.4e6), "312 MB");
	assert_written(plica_html_bytes(&html, 1.36e9), "1.4 GB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_cannot_become_markup),
		cmocka_unit_test(text_is_well_formed),
		cmocka_unit_test(base64_has_its_padding),
		cmocka_unit_test(counts_have_thin_spaces),
		cmocka_unit_test(numbers_have_their_digits),
		cmocka_unit_test(durations_and_sizes_are_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
