/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/range.h"

#include <math.h>

#include "testing.h"

static void ends_are_found(void **state)
{
	const double values[] = {2.0, -3.5, (double)NAN, 7.25, 0.0};
	struct plica_range range = plica_range_of(values, 5);

	(void)state;
	assert_true(range.low == -3.5 && range.high == 7.25);
	assert_true(plica_extent_of(values, 5) == 10.75);
	assert_true(plica_extent_of(values, 1) == 0.0);
}

static void nothing_has_no_ends(void **state)
{
	const double values[] = {(double)NAN};

	(void)state;
	for (size_t count = 0; count <= 1; count++) {
		struct plica_range range = plica_range_of(values, count);

		assert_true(range.low == (double)INFINITY && range.high == -(double)INFINITY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_are_found),
		cmocka_unit_test(nothing_has_no_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
