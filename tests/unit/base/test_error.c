/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/error.h"

#include <string.h>

#include "testing.h"

static void context_goes_before_the_text(void **state)
{
	struct plica_error err;

	(void)state;
	assert_int_equal(plica_error_set(&err, PLICA_ERR_DATA, "'%s' has %d entries", "x", 3),
		PLICA_ERR_DATA);
	assert_int_equal(plica_error_context(&err, PLICA_ERR_DATA, "cannot use '%s'", "a.npz"),
		PLICA_ERR_DATA);
	assert_string_equal(err.text, "cannot use 'a.npz': 'x' has 3 entries");
}

static void nobody_has_to_listen(void **state)
{
	(void)state;
	assert_int_equal(plica_error_set(NULL, PLICA_ERR_IO, "%d", 1), PLICA_ERR_IO);
	assert_int_equal(plica_error_context(NULL, PLICA_ERR_MEMORY, "%d", 1), PLICA_ERR_MEMORY);
}

static void long_texts_are_cut(void **state)
{
	char text[3 * PLICA_ERROR_TEXT];
	struct plica_error err;

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)plica_error_set(&err, PLICA_ERR_IO, "%s", text);
	assert_int_equal(strlen(err.text), PLICA_ERROR_TEXT - 1);
	(void)plica_error_context(&err, PLICA_ERR_IO, "outside");
	assert_int_equal(strlen(err.text), PLICA_ERROR_TEXT - 1);
	assert_memory_equal(err.text, "outside: aaa", 12);
	(void)plica_error_context(&err, PLICA_ERR_IO, "%s", text);
	assert_int_equal(strlen(err.text), PLICA_ERROR_TEXT - 1);
}

static void every_status_has_a_name_of_its_own(void **state)
{
	enum plica_status unknown;

	(void)state;
	memset(&unknown, 0x7f, sizeof(unknown));
	assert_string_equal(plica_status_name(PLICA_OK), "ok");
	assert_string_equal(plica_status_name(PLICA_ERR_IO), "i/o error");
	assert_string_equal(plica_status_name(unknown), "unknown status");
	for (int i = PLICA_OK; i <= PLICA_ERR_INTERRUPTED; i++)
		for (int k = PLICA_OK; k < i; k++)
			assert_string_not_equal(plica_status_name((enum plica_status)i),
				plica_status_name((enum plica_status)k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(context_goes_before_the_text),
		cmocka_unit_test(nobody_has_to_listen),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(every_status_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
