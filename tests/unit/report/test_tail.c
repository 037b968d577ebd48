/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "testing.h"

/* The tail of a file with the given content, to be released by the caller. */
static struct plica_text tail_of(const char *content, size_t size, size_t lines)
{
	char path[] = "/tmp/plica-tail-XXXXXX";
	struct plica_text tail = {0};
	struct plica_error err;

	assert_true(close(mkstemp(path)) == 0);
	assert_ok(plica_file_save(path, content, size, &err));
	assert_ok(plica_report_tail(&tail, path, lines, &err));
	assert_int_equal(unlink(path), 0);
	return tail;
}

static void assert_tail(const char *content, size_t lines, const char *expected)
{
	struct plica_text tail = tail_of(content, strlen(content), lines);

	assert_string_equal(plica_text_string(&tail), expected);
	plica_text_release(&tail);
}

static void last_lines_are_given(void **state)
{
	(void)state;
	assert_tail("", 3, "");
	assert_tail("one", 3, "one");
	assert_tail("one\ntwo\nthree\nfour\n", 2, "three\nfour\n");
	assert_tail("one\ntwo\nthree\nfour", 2, "three\nfour");
	assert_tail("one\ntwo\n", 2, "one\ntwo\n");
	assert_tail("\n\n\n", 2, "\n\n");
}

static void terminal_sequences_are_left_out(void **state)
{
	(void)state;
	assert_tail("\x1b[31mred\x1b[0m\nplain\n", 5, "red\nplain\n");
	assert_tail("cut \x1b[12", 5, "cut ");
	assert_tail("loss 1\rloss 2\rloss 3\n", 5, "loss 3\n");
	assert_tail("windows\r\nline\r\n", 5, "windows\nline\n");
	assert_tail("50 %\r", 5, "50 %");
}

static void zeros_do_not_end_the_text(void **state)
{
	struct plica_text tail = tail_of("a\0b\n", 4, 2);

	(void)state;
	assert_string_equal(tail.data, "a b\n");
	plica_text_release(&tail);
}

static void long_lines_are_cut(void **state)
{
	size_t size = 100000;
	char *content = malloc(size);
	struct plica_text tail;

	(void)state;
	assert_non_null(content);
	memset(content, 'x', size);
	tail = tail_of(content, size, 3);
	assert_int_equal(tail.size, 16384);
	plica_text_release(&tail);
	content[size - 9] = '\n';
	tail = tail_of(content, size, 3);
	assert_string_equal(tail.data, "xxxxxxxx");
	plica_text_release(&tail);
	free(content);
}

static void large_files_are_not_read(void **state)
{
	char path[] = "/tmp/plica-tail-XXXXXX";
	int descriptor = mkstemp(path);
	struct plica_text tail = {0};
	struct plica_error err;
	double start = plica_seconds();

	(void)state;
	assert_true(descriptor >= 0);
	assert_int_equal(pwrite(descriptor, "\nthe end\n", 9, (off_t)20 << 30), 9);
	assert_int_equal(close(descriptor), 0);
	assert_ok(plica_report_tail(&tail, path, 1, &err));
	assert_string_equal(tail.data, "the end\n");
	assert_true(plica_seconds() - start < 0.5);
	plica_text_release(&tail);
	assert_int_equal(unlink(path), 0);
}

static void what_is_no_file_is_refused(void **state)
{
	char folder[] = "/tmp/plica-tail-XXXXXX";
	char pipe[64];
	struct plica_text tail = {0};
	struct plica_error err;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(pipe, sizeof(pipe), "%s/pipe", folder);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_error(plica_report_tail(&tail, pipe, 3, &err), PLICA_ERR_IO, pipe);
	assert_error(plica_report_tail(&tail, folder, 3, &err), PLICA_ERR_IO, folder);
	assert_error(plica_report_tail(&tail, "/nowhere/log", 3, &err), PLICA_ERR_IO, "/nowhere");
	assert_int_equal(unlink(pipe), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_lines_are_given),
		cmocka_unit_test(terminal_sequences_are_left_out),
		cmocka_unit_test(zeros_do_not_end_the_text),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(large_files_are_not_read),
		cmocka_unit_test(what_is_no_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
