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

static void the_largest_passes_nan_over(void **state)
{
	const float values[] = {0.5F, (float)NAN, 3.25F, 1.0F};

	(void)state;
	assert_true(plica_largest_of(values, 4) == 3.25F);
	assert_true(plica_largest_of(values, 1) == 0.5F);
	assert_true(plica_largest_of(values, 0) == 0.0F);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_are_found),
		cmocka_unit_test(nothing_has_no_ends),
		cmocka_unit_test(the_largest_passes_nan_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
