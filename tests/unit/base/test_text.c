/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/text.h"

#include <string.h>

#include "testing.h"

static void text_grows(void **state)
{
	struct plica_text text = {0};
	struct plica_error err;

	(void)state;
	assert_string_equal(plica_text_string(&text), "");
	for (int i = 0; i < 1000; i++)
		assert_ok(plica_text_printf(&text, &err, "%d,", i % 10));
	assert_int_equal(text.size, 2000);
	assert_memory_equal(text.data, "0,1,2,3,", 8);
	assert_int_equal(text.data[text.size], '\0');
	plica_text_release(&text);
	assert_null(text.data);
}

static void strings_end_with_null(void **state)
{
	struct plica_strings list = {0};
	struct plica_error err;

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_ok(plica_strings_printf(&list, &err, "item %d", i));
	assert_int_equal(list.size, 20);
	assert_null(list.item[20]);
	assert_true(plica_strings_contains(&list, "item 19"));
	assert_false(plica_strings_contains(&list, "item"));
	plica_strings_release(&list);
}

static void nearest_name_forgives_slips_only(void **state)
{
	static const char *const names[] = {"num_epochs", "batch_size", "noise_model"};

	(void)state;
	assert_string_equal(plica_nearest_name("num_epoch", names, 3), "num_epochs");
	assert_string_equal(plica_nearest_name("Batch_Size", names, 3), "batch_size");
	assert_string_equal(plica_nearest_name("nosie_model", names, 3), "noise_model");
	assert_null(plica_nearest_name("wavelength", names, 3));
}

/* The examples of RFC 4648. */
static void base64_is_that_of_the_rfc(void **state)
{
	static const struct {
		const char *bytes, *code;
	} cases[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
	static const unsigned char high[3] = {0xfb, 0xff, 0xbf};
	struct plica_text text = {0};
	struct plica_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_ok(plica_text_base64(&text, cases[i].bytes, strlen(cases[i].bytes), &err));
		assert_string_equal(plica_text_string(&text), cases[i].code);
		plica_text_release(&text);
	}
	assert_ok(plica_text_base64(&text, high, sizeof(high), &err));
	assert_string_equal(text.data, "+/+/");
	plica_text_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_grows),
		cmocka_unit_test(strings_end_with_null),
		cmocka_unit_test(nearest_name_forgives_slips_only),
		cmocka_unit_test(base64_is_that_of_the_rfc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
