/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "testing.h"

static void document_keeps_order_and_digits(void **state)
{
	struct plica_json *root = plica_json_object();
	struct plica_text text = {0};
	struct plica_error err;
	struct plica_json *list;

	(void)state;
	plica_json_set_text(root, "zebra", "a \"quoted\"\nline");
	plica_json_set_number(root, "dose", 1000.0);
	plica_json_set_number(root, "overlap", 0.7);
	plica_json_set_number(root, "third", 1.0 / 3.0);
	plica_json_set_number(root, "large", 1e300);
	plica_json_set_integer(root, "seed", INT64_MAX);
	plica_json_set_bool(root, "ok", true);
	list = plica_json_set_array(root, "list");
	plica_json_add_integer(list, 1);
	plica_json_add_text(list, "two");
	list = plica_json_set_array(plica_json_set_object(root, "inner"), "objects");
	plica_json_set_null(plica_json_add_object(list), "none");
	(void)plica_json_add_array(list);
	assert_ok(plica_json_text(&text, root, &err));
	assert_string_equal(text.data, "{\n"
				       "  \"zebra\": \"a \\\"quoted\\\"\\nline\",\n"
				       "  \"dose\": 1000,\n"
				       "  \"overlap\": 0.7,\n"
				       "  \"third\": 0.3333333333333333,\n"
				       "  \"large\": 1e+300,\n"
				       "  \"seed\": 9223372036854775807,\n"
				       "  \"ok\": true,\n"
				       "  \"list\": [1, \"two\"],\n"
				       "  \"inner\": {\n"
				       "    \"objects\": [\n"
				       "      {\n"
				       "        \"none\": null\n"
				       "      },\n"
				       "      []\n"
				       "    ]\n"
				       "  }\n"
				       "}\n");
	plica_text_release(&text);
	assert_ok(plica_json_line(&text, plica_json_get(root, "list"), &err));
	assert_string_equal(text.data, "[1,\"two\"]");
	plica_text_release(&text);
	plica_json_free(root);
}

static void numbers_survive_a_round_trip(void **state)
{
	static const double numbers[] = {0.0, -0.0, 1.0, -17.0, 0.1, 1.0 / 3.0, 5e-324, 1e22, 1e300,
		9007199254740993.0, -1.7976931348623157e308, 123456.789};
	struct plica_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct plica_json *root = plica_json_array();
		struct plica_json *back = NULL;
		struct plica_text text = {0};
		double got;

		plica_json_add_number(root, numbers[i]);
		assert_ok(plica_json_line(&text, root, &err));
		assert_ok(plica_json_parse(&back, text.data, text.size, "text", &err));
		got = plica_json_number_of(plica_json_at(back, 0), NAN);
		assert_memory_equal(&got, &numbers[i], sizeof(got));
		assert_true(plica_json_equal(root, back));
		plica_text_release(&text);
		plica_json_free(root);
		plica_json_free(back);
	}
}

static void what_json_cannot_hold_becomes_null(void **state)
{
	struct plica_json *root = plica_json_object();
	struct plica_text text = {0};
	struct plica_error err;

	(void)state;
	plica_json_set_number(root, "nan", (double)NAN);
	plica_json_set_number(root, "infinite", -(double)INFINITY);
	plica_json_set_text(root, "text", NULL);
	plica_json_set_text(root, "latin1", "caf\xe9");
	plica_json_set_text(root, "utf8", "caf\xc3\xa9");
	assert_ok(plica_json_line(&text, root, &err));
	assert_string_equal(text.data, "{\"nan\":null,\"infinite\":null,\"text\":null,\"latin1\":"
				       "\"caf?\",\"utf8\":\"caf\xc3\xa9\"}");
	plica_text_release(&text);
	plica_json_free(root);
}

static void strict_parser_names_the_place(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"{\"a\": 1, \"a\": 2}", "duplicate"},
		{"{\"a\": 1,\n \"b\": }", "'study.json' as JSON: line 2"},
		{"{\"a\": 1} trailing", "end of file expected"},
		{"", "line 1"},
		{"{\"a\": NaN}", "invalid token"},
		{"{\"a\": 1e999}", "real number overflow"},
		{"[\"\xff\"]", "unable to decode byte 0xff"},
		{"\"alone\"", "'[' or '{' expected"},
	};
	struct plica_json *root = NULL;
	struct plica_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_error(plica_json_parse(&root, cases[i].text, strlen(cases[i].text),
				     "study.json", &err),
			PLICA_ERR_FORMAT, cases[i].message);
	assert_null(root);
}

static void deep_nesting_is_refused(void **state)
{
	struct plica_json *root = NULL;
	struct plica_error err;
	size_t size = 1 << 20;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	memset(text, '[', size);
	assert_error(plica_json_parse(&root, text, size, "deep", &err), PLICA_ERR_FORMAT, "depth");
	free(text);
}

static void look_ups_give_the_default(void **state)
{
	static const char text[] =
		"{\"t\": \"x\", \"n\": 2, \"b\": false, \"o\": {}, \"a\": [1.5]}";
	struct plica_json *root = NULL;
	struct plica_json *copy;
	struct plica_error err;

	(void)state;
	assert_ok(plica_json_parse(&root, text, strlen(text), "text", &err));
	assert_string_equal(plica_json_get_text(root, "t"), "x");
	assert_null(plica_json_get_text(root, "n"));
	assert_null(plica_json_get_text(root, "missing"));
	assert_true(plica_json_get_number(root, "n", 7.0) == 2.0);
	assert_true(plica_json_get_number(root, "t", 7.0) == 7.0);
	assert_false(plica_json_get_bool(root, "b", true));
	assert_true(plica_json_get_bool(root, "n", true));
	assert_true(plica_json_is_object(plica_json_get(root, "o")));
	assert_true(plica_json_is_array(plica_json_get(root, "a")));
	assert_int_equal(plica_json_length(plica_json_get(root, "a")), 1);
	assert_int_equal(plica_json_length(plica_json_get(root, "o")), 0);
	assert_null(plica_json_at(plica_json_get(root, "a"), 1));
	assert_null(plica_json_get(NULL, "a"));
	assert_int_equal(plica_json_length(NULL), 0);
	copy = plica_json_copy(root);
	assert_true(plica_json_equal(copy, root));
	plica_json_set_number(copy, "n", 3.0);
	assert_false(plica_json_equal(copy, root));
	assert_null(plica_json_copy(NULL));
	plica_json_free(copy);
	plica_json_free(root);
}

/* A member that could not be added, however deep, must not be missing in silence. */
static void incomplete_document_is_not_written(void **state)
{
	struct plica_json *root = plica_json_object();
	struct plica_json *list = plica_json_set_array(root, "list");
	struct plica_json *inner = plica_json_add_object(list);
	struct plica_text text = {0};
	struct plica_error err;

	(void)state;
	plica_json_set_text(inner, "fine", "yes");
	assert_ok(plica_json_line(&text, root, &err));
	plica_text_release(&text);
	plica_json_set(inner, "copy", NULL);
	plica_json_set_text(plica_json_set_object(NULL, "x"), "y", "z");
	assert_error(plica_json_line(&text, root, &err), PLICA_ERR_MEMORY, "could not be added");
	assert_null(plica_json_copy(root));
	assert_error(plica_json_text(&text, NULL, &err), PLICA_ERR_MEMORY, "could not be added");
	assert_int_equal(text.size, 0);
	plica_json_free(root);
	plica_json_free(NULL);
}

static void files_are_saved_and_loaded(void **state)
{
	char path[] = "/tmp/plica-json-XXXXXX";
	struct plica_strings list = {0};
	struct plica_json *root = plica_json_object();
	struct plica_json *back = NULL;
	struct plica_error err;

	(void)state;
	assert_true(close(mkstemp(path)) == 0);
	assert_ok(plica_strings_add(&list, "plica", &err));
	assert_ok(plica_strings_add(&list, "--help", &err));
	plica_json_set_strings(root, "command", &list);
	assert_ok(plica_json_save(path, root, &err));
	assert_ok(plica_json_load(&back, path, &err));
	assert_true(plica_json_equal(root, back));
	assert_string_equal(
		plica_json_text_of(plica_json_at(plica_json_get(back, "command"), 1)), "--help");
	assert_int_equal(unlink(path), 0);
	plica_json_free(back);
	assert_error(plica_json_load(&back, path, &err), PLICA_ERR_IO, path);
	plica_strings_release(&list);
	plica_json_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(document_keeps_order_and_digits),
		cmocka_unit_test(numbers_survive_a_round_trip),
		cmocka_unit_test(what_json_cannot_hold_becomes_null),
		cmocka_unit_test(strict_parser_names_the_place),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(look_ups_give_the_default),
		cmocka_unit_test(incomplete_document_is_not_written),
		cmocka_unit_test(files_are_saved_and_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
