/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "testing.h"

static char folder[] = "/tmp/plica-process-XXXXXX";
static char log_path[64];

static const char *const environment[] = {"PATH=/usr/bin:/bin", "COLOUR=blue", NULL};

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(log_path, sizeof(log_path), "%s/child.log", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(log_path);
	return rmdir(folder);
}

static struct plica_process *start(const char *script, double timeout_s, double grace_s)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	const struct plica_process_request request = {
		argv, environment, log_path, timeout_s, grace_s, -1};
	struct plica_process *process = NULL;
	struct plica_error err;

	(void)unlink(log_path);
	assert_ok(plica_process_start(&process, &request, &err));
	return process;
}

static const struct plica_process_result *finish(struct plica_process *process)
{
	struct plica_error err;
	size_t ended = 1;

	while (ended == 1)
		assert_ok(plica_process_wait(&ended, &process, 1, 10.0, &err));
	return plica_process_result(process);
}

static void read_log(struct plica_text *text)
{
	struct plica_error err;

	assert_ok(plica_file_read(text, log_path, 1 << 28, &err));
}

static void log_holds_both_streams(void **state)
{
	struct plica_process *process;
	struct plica_text log = {0};

	(void)state;
	process = start("echo to stdout; echo to stderr >&2; echo $COLOUR; exit 7", 0, 1);
	assert_int_equal(finish(process)->end, PLICA_PROCESS_EXITED);
	assert_int_equal(plica_process_result(process)->code, 7);
	assert_string_equal(plica_process_result(process)->tail, "to stderr\n");
	assert_true(plica_process_result(process)->peak_memory_bytes > 100000);
	read_log(&log);
	assert_non_null(strstr(plica_text_string(&log), "to stdout\n"));
	assert_non_null(strstr(plica_text_string(&log), "to stderr\n"));
	assert_non_null(strstr(plica_text_string(&log), "blue\n"));
	plica_text_release(&log);
	plica_process_free(process);
}

static void environment_is_controlled(void **state)
{
	struct plica_process *process;

	(void)state;
	assert_int_equal(setenv("PLICA_TEST_LEAK", "1", 1), 0);
	process = start("test -z \"$PLICA_TEST_LEAK\"", 0, 1);
	assert_int_equal(finish(process)->code, 0);
	plica_process_free(process);
	(void)unsetenv("PLICA_TEST_LEAK");
}

static void own_signal_is_told_from_exit(void **state)
{
	struct plica_process *process = start("kill -SEGV $$", 0, 1);

	(void)state;
	assert_int_equal(finish(process)->end, PLICA_PROCESS_SIGNALLED);
	assert_int_equal(plica_process_result(process)->code, -SIGSEGV);
	plica_process_free(process);
}

static void timeout_terminates(void **state)
{
	struct plica_process *process = start("sleep 30", 0.2, 5);

	(void)state;
	assert_int_equal(finish(process)->end, PLICA_PROCESS_TIMED_OUT);
	assert_int_equal(plica_process_result(process)->code, -SIGTERM);
	assert_true(plica_process_result(process)->seconds < 3.0);
	plica_process_free(process);
}

static void deaf_child_is_killed(void **state)
{
	struct plica_process *process =
		start("trap '' TERM; while :; do sleep 0.05; done", 0.2, 0.3);

	(void)state;
	assert_int_equal(finish(process)->end, PLICA_PROCESS_TIMED_OUT);
	assert_int_equal(plica_process_result(process)->code, -SIGKILL);
	assert_true(plica_process_result(process)->seconds > 0.45);
	assert_true(plica_process_result(process)->seconds < 5.0);
	plica_process_free(process);
}

static void stop_is_told_from_timeout(void **state)
{
	struct plica_process *process = start("sleep 30", 60, 5);

	(void)state;
	plica_process_stop(process);
	assert_int_equal(finish(process)->end, PLICA_PROCESS_STOPPED);
	plica_process_free(process);
}

/* The grandchild keeps the pipe open and would sleep on: the group is killed with its leader. */
static void grandchildren_go_with_their_parent(void **state)
{
	struct plica_process *process = start("sleep 60 & echo $! >&2; exit 0", 0, 1);
	pid_t grandchild;

	(void)state;
	assert_int_equal(finish(process)->code, 0);
	assert_true(plica_process_result(process)->seconds < 10.0);
	grandchild = (pid_t)strtol(plica_process_result(process)->tail, NULL, 10);
	assert_true(grandchild > 0);
	for (int i = 0; i < 100 && kill(grandchild, 0) == 0; i++)
		(void)usleep(20000); /* init takes a moment to reap it */
	assert_int_equal(kill(grandchild, 0), -1);
	plica_process_free(process);
}

static void flood_keeps_the_last_lines(void **state)
{
	struct plica_process *process =
		start("i=0; while [ $i -lt 40000 ]; do echo \"line $i of many\"; i=$((i+1)); "
		      "done >&2; printf 'bell \\007 \\033[31m\\rend' >&2",
			0, 1);
	struct plica_text log = {0};
	const char *tail = finish(process)->tail;

	(void)state;
	assert_int_equal(strncmp(tail, "line 39", 7), 0);
	assert_non_null(strstr(tail, "line 39999 of many\nbell ? ?[31m\nend"));
	read_log(&log);
	assert_int_equal(strncmp(log.data, "line 0 of many\nline 1 of", 24), 0);
	assert_true(log.size > 700000);
	plica_text_release(&log);
	plica_process_free(process);
}

static void several_end_in_their_own_time(void **state)
{
	const char *const scripts[] = {
		"sleep 0.6; exit 3", "sleep 0.1; exit 1", "sleep 0.3; exit 2"};
	struct plica_process *set[3];
	struct plica_error err;
	size_t count = 3;
	size_t ended;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		set[i] = start(scripts[i], 0, 1);
	for (int code = 1; code <= 3; code++) {
		assert_ok(plica_process_wait(&ended, set, count, 10.0, &err));
		assert_true(ended < count);
		assert_int_equal(plica_process_result(set[ended])->code, code);
		plica_process_free(set[ended]);
		set[ended] = set[--count];
	}
}

static void wait_gives_up_in_time(void **state)
{
	struct plica_process *process = start("sleep 30", 0, 1);
	struct plica_error err;
	double before = plica_seconds();
	size_t ended;

	(void)state;
	assert_ok(plica_process_wait(&ended, &process, 1, 0.1, &err));
	assert_int_equal(ended, 1);
	assert_true(plica_seconds() - before >= 0.1);
	assert_true(plica_seconds() - before < 2.0);
	plica_process_free(process);
}

static void missing_program_is_named(void **state)
{
	const char *const argv[] = {"/no/such/program", NULL};
	struct plica_process_request request = {argv, environment, NULL, 0, 1, -1};
	struct plica_process *process = NULL;
	struct plica_error err;

	(void)state;
	assert_error(plica_process_start(&process, &request, &err), PLICA_ERR_CHILD,
		"cannot start '/no/such/program': No such file");
	request.log_path = "/no/such/folder/child.log";
	assert_error(plica_process_start(&process, &request, &err), PLICA_ERR_IO,
		"'/no/such/folder/child.log'");
	assert_null(process);
}

static void birth_tells_processes_apart(void **state)
{
	struct plica_process *process = start("sleep 30", 0, 1);
	pid_t pid = plica_process_pid(process);

	(void)state;
	assert_true(plica_process_birth(pid) > 0);
	assert_true(plica_process_birth(pid) != plica_process_birth(1));
	plica_process_free(process);
	assert_int_equal(plica_process_birth(pid), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(log_holds_both_streams),
		cmocka_unit_test(environment_is_controlled),
		cmocka_unit_test(own_signal_is_told_from_exit),
		cmocka_unit_test(timeout_terminates),
		cmocka_unit_test(deaf_child_is_killed),
		cmocka_unit_test(stop_is_told_from_timeout),
		cmocka_unit_test(grandchildren_go_with_their_parent),
		cmocka_unit_test(flood_keeps_the_last_lines),
		cmocka_unit_test(several_end_in_their_own_time),
		cmocka_unit_test(wait_gives_up_in_time),
		cmocka_unit_test(missing_program_is_named),
		cmocka_unit_test(birth_tells_processes_apart),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
