/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "testing.h"

static void seconds_pass(void **state)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	double before = plica_seconds();
	double after;

	(void)state;
	assert_int_equal(nanosleep(&pause, NULL), 0);
	after = plica_seconds();
	assert_true(after - before >= 0.02);
	assert_true(after - before < 10.0); /* seconds, not milliseconds */
}

/* The stamp is that of UTC, whatever the time zone of the user. */
static void stamps_are_in_utc(void **state)
{
	char stamp[PLICA_TIMESTAMP_SIZE];
	struct tm parsed = {0};
	time_t before, after, stamped;
	const char *end;

	(void)state;
	assert_int_equal(setenv("TZ", "America/St_Johns", 1), 0);
	before = time(NULL);
	plica_timestamp(stamp);
	after = time(NULL);
	assert_int_equal(strlen(stamp), PLICA_TIMESTAMP_SIZE - 1);
	end = strptime(stamp, "%Y-%m-%dT%H:%M:%SZ", &parsed);
	assert_non_null(end);
	assert_int_equal(*end, '\0');
	stamped = timegm(&parsed);
	assert_in_range(stamped, before, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seconds_pass),
		cmocka_unit_test(stamps_are_in_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
