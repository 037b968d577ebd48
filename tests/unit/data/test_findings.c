/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/findings.h"

#include <string.h>

#include "testing.h"

static struct plica_error err;

static void messages_are_built_from_the_parts(void **state)
{
	const struct plica_finding_text text = {
		.field = "mask", .found = "float32 (3,)", .expected = "(N, N)"};
	struct plica_findings findings = {0};

	(void)state;
	assert_false(plica_findings_have_error(&findings));
	assert_ok(plica_findings_add(&findings, false, &text, NULL, &err));
	assert_false(plica_findings_have_error(&findings));
	assert_ok(plica_findings_add(&findings, true, &text, "another sentence", &err));
	assert_true(plica_findings_have_error(&findings));
	assert_int_equal(findings.count, 2);
	assert_string_equal(findings.item[0].message, "'mask' is float32 (3,), expected (N, N)");
	assert_string_equal(findings.item[0].field, "mask");
	assert_string_equal(findings.item[0].found, "float32 (3,)");
	assert_string_equal(findings.item[0].expected, "(N, N)");
	assert_string_equal(findings.item[1].message, "another sentence");
	assert_false(findings.item[0].is_error);
	assert_true(findings.item[1].is_error);
	plica_findings_release(&findings);
	assert_int_equal(findings.count, 0);
	plica_findings_release(&findings);
}

/* The longest parts fit into the message. */
static void long_parts_stay_whole(void **state)
{
	struct plica_finding_text text;
	struct plica_findings findings = {0};

	(void)state;
	memset(&text, 'x', sizeof(text));
	text.field[sizeof(text.field) - 1] = '\0';
	text.found[sizeof(text.found) - 1] = '\0';
	text.expected[sizeof(text.expected) - 1] = '\0';
	for (size_t i = 0; i < 100; i++)
		assert_ok(plica_findings_add(&findings, true, &text, NULL, &err));
	assert_int_equal(findings.count, 100);
	assert_int_equal(
		strlen(findings.item[99].message), strlen("'' is , expected ") + sizeof(text) - 3);
	plica_findings_release(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_built_from_the_parts),
		cmocka_unit_test(long_parts_stay_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
