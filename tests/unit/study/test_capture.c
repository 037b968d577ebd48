/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/capture.h"

#include <stdlib.h>
#include <string.h>

#include "testing.h"

static struct plica_error err;

static void both_streams_are_caught(void **state)
{
	const char *const argv[] = {"sh", "-c", "echo said; echo complained >&2; exit 3", NULL};
	struct plica_captured captured;

	(void)state;
	assert_ok(plica_capture(&captured, argv, 20.0, &err));
	assert_int_equal(captured.result.end, PLICA_PROCESS_EXITED);
	assert_int_equal(captured.result.code, 3);
	assert_non_null(strstr(captured.output.data, "said\n"));
	assert_non_null(strstr(captured.output.data, "complained\n"));
	assert_non_null(strstr(captured.result.tail, "complained"));
	plica_captured_release(&captured);
}

/* Of a user who looks at one partition as a rule. */
static void answers_are_not_filtered(void **state)
{
	const char *const argv[] = {
		"sh", "-c", "echo ${SQUEUE_PARTITION-all} ${SLURM_CLUSTERS-all}", NULL};
	struct plica_captured captured;

	(void)state;
	assert_int_equal(setenv("SQUEUE_PARTITION", "debug", 1), 0);
	assert_int_equal(setenv("SLURM_CLUSTERS", "here", 1), 0);
	assert_ok(plica_capture(&captured, argv, 20.0, &err));
	assert_string_equal(plica_text_string(&captured.output), "all here\n");
	plica_captured_release(&captured);
}

static void silence_is_an_answer(void **state)
{
	const char *const argv[] = {"true", NULL};
	struct plica_captured captured;

	(void)state;
	assert_ok(plica_capture(&captured, argv, 20.0, &err));
	assert_int_equal(captured.result.code, 0);
	assert_string_equal(plica_text_string(&captured.output), "");
	plica_captured_release(&captured);
}

static void what_takes_too_long_is_ended(void **state)
{
	const char *const argv[] = {"sh", "-c", "echo begun; exec sleep 60", NULL};
	struct plica_captured captured;

	(void)state;
	assert_ok(plica_capture(&captured, argv, 0.3, &err));
	assert_int_equal(captured.result.end, PLICA_PROCESS_TIMED_OUT);
	assert_string_equal(plica_text_string(&captured.output), "begun\n");
	plica_captured_release(&captured);
}

static void a_program_that_is_not_there_is_an_error(void **state)
{
	const char *const argv[] = {"/no/such/program", NULL};
	struct plica_captured captured;

	(void)state;
	assert_error(
		plica_capture(&captured, argv, 20.0, &err), PLICA_ERR_CHILD, "/no/such/program");
	plica_captured_release(&captured);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_streams_are_caught),
		cmocka_unit_test(answers_are_not_filtered),
		cmocka_unit_test(silence_is_an_answer),
		cmocka_unit_test(what_takes_too_long_is_ended),
		cmocka_unit_test(a_program_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
