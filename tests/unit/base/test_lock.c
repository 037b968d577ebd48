/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "testing.h"

static char folder[] = "/tmp/plica-lock-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/lock", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static void second_taker_gets_nothing(void **state)
{
	struct plica_error err;
	int first = -1;
	int second = 0;

	(void)state;
	assert_false(plica_lock_is_held(path));
	assert_ok(plica_lock_take(&first, path, &err));
	assert_true(first >= 0);
	assert_true(plica_lock_is_held(path));
	assert_ok(plica_lock_take(&second, path, &err));
	assert_int_equal(second, -1);
	plica_lock_release(first);
	assert_false(plica_lock_is_held(path));
	assert_ok(plica_lock_take(&second, path, &err));
	assert_true(second >= 0);
	plica_lock_release(second);
}

static void parts_go_side_by_side(void **state)
{
	struct plica_error err;
	int whole = 0;
	int first = -1;
	int second = -1;
	int again = 0;

	(void)state;
	assert_ok(plica_lock_take_part(&first, path, 7, &err));
	assert_ok(plica_lock_take_part(&second, path, (UINT64_C(1) << 62) - 1, &err));
	assert_true(first >= 0 && second >= 0);
	assert_ok(plica_lock_take_part(&again, path, 7, &err));
	assert_int_equal(again, -1);
	assert_ok(plica_lock_take(&whole, path, &err));
	assert_int_equal(whole, -1);
	plica_lock_release(first);
	plica_lock_release(second);
	assert_ok(plica_lock_take(&whole, path, &err));
	assert_true(whole >= 0);
	assert_ok(plica_lock_take_part(&again, path, 7, &err));
	assert_int_equal(again, -1);
	plica_lock_release(whole);
}

/* What protects a job from a second run when the first runner is killed but its child lives. */
static void child_keeps_the_lock(void **state)
{
	static const char *const argv[] = {"sleep", "30", NULL};
	static const char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
	struct plica_process_request request = {argv, environment, NULL, 0, 1, -1};
	struct plica_process *process = NULL;
	struct plica_error err;

	(void)state;
	assert_ok(plica_lock_take(&request.kept_descriptor, path, &err));
	assert_ok(plica_process_start(&process, &request, &err));
	plica_lock_release(request.kept_descriptor);
	assert_true(plica_lock_is_held(path));
	plica_process_free(process);
	assert_false(plica_lock_is_held(path));
}

static void missing_folder_is_named(void **state)
{
	struct plica_error err;
	int descriptor = -1;

	(void)state;
	assert_error(plica_lock_take(&descriptor, "/no/such/folder/lock", &err), PLICA_ERR_IO,
		"'/no/such/folder/lock'");
	assert_false(plica_lock_is_held("/no/such/folder/lock"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(second_taker_gets_nothing),
		cmocka_unit_test(parts_go_side_by_side),
		cmocka_unit_test(child_keeps_the_lock),
		cmocka_unit_test(missing_folder_is_named),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
