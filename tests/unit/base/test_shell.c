/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/shell.h"

#include "testing.h"

static void words_are_quoted_where_they_have_to_be(void **state)
{
	static const struct {
		const char *word;
		const char *quoted;
	} cases[] = {
		{"--set", "--set"},
		{"a/b_c.npz:1,2@%=+", "a/b_c.npz:1,2@%=+"},
		{"", "''"},
		{"two words", "'two words'"},
		{"it's", "'it'\\''s'"},
		{"$(rm x)\n`y`", "'$(rm x)\n`y`'"},
		{"~", "'~'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plica_text text = {0};
		struct plica_error err;

		assert_ok(plica_shell_word(&text, cases[i].word, &err));
		assert_string_equal(plica_text_string(&text), cases[i].quoted);
		plica_text_release(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_quoted_where_they_have_to_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
