/* SPDX-License-Identifier: BSD-3-Clause */
/** What every unit test includes: cmocka in its order, and a check of a status with its text. */
#ifndef PLICA_TESTING_H
#define PLICA_TESTING_H

/* clang-format off */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "plica/error.h"

/** Fails the test, with the error's text, unless `call` succeeds; `err` is the test's own. */
#define assert_ok(call)                                                                            \
	do {                                                                                       \
		err.text[0] = '\0';                                                                \
		if ((call) != PLICA_OK)                                                            \
			fail_msg("%s: %s", #call, err.text);                                       \
	} while (0)

/** Fails the test unless `call` gives `expected` and the error's text contains `part`. */
#define assert_error(call, expected, part)                                                         \
	do {                                                                                       \
		err.text[0] = '\0';                                                                \
		assert_int_equal((call), (expected));                                              \
		if (strstr(err.text, (part)) == NULL)                                              \
			fail_msg("'%s' is not in the message '%s'", (part), err.text);             \
	} while (0)

/** Fails the test unless two doubles differ by at most `tolerance`. */
#define assert_close(found, expected, tolerance)                                                   \
	do {                                                                                       \
		double close_found = (found);                                                      \
		double close_expected = (expected);                                                \
		if (!(fabs(close_found - close_expected) <= (tolerance)))                          \
			fail_msg("%s is %.17g, expected %.17g", #found, close_found,               \
				close_expected);                                                   \
	} while (0)

#endif
