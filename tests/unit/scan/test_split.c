/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "plica/scan.h"
#include "testing.h"

static void halves_are_disjoint_and_complete(void **state)
{
	static const double y_px[] = {100.0, 109.0, 104.9, 110.0, 105.0, 101.0};
	static const double x_px[] = {7.0, 1.0, 9.0, 1.0, 2.0, 3.0};
	static const size_t low_y[] = {0, 2, 5}, high_y[] = {1, 3, 4}, low_x[] = {1, 3, 4, 5};
	const struct plica_positions positions = {6, y_px, x_px};
	struct plica_indices train, test;
	struct plica_error err;

	(void)state;
	assert_ok(plica_scan_split(&train, &test, positions, PLICA_AXIS_Y, &err));
	assert_int_equal(train.count, 3);
	assert_int_equal(test.count, 3);
	assert_memory_equal(train.item, low_y, sizeof(low_y));
	assert_memory_equal(test.item, high_y, sizeof(high_y));
	plica_indices_release(&train);
	plica_indices_release(&test);
	assert_ok(plica_scan_split(&train, &test, positions, PLICA_AXIS_X, &err));
	assert_int_equal(train.count, 4);
	assert_memory_equal(train.item, low_x, sizeof(low_x));
	plica_indices_release(&train);
	plica_indices_release(&test);
}

static void both_halves_have_something(void **state)
{
	const double y_px[] = {1.0, nextafter(1.0, 2.0)};
	const double x_px[] = {0.0, 0.0};
	struct plica_indices train, test;
	struct plica_error err;

	(void)state;
	assert_ok(plica_scan_split(
		&train, &test, (struct plica_positions){2, y_px, x_px}, PLICA_AXIS_Y, &err));
	assert_int_equal(train.count, 1);
	assert_int_equal(test.count, 1);
	plica_indices_release(&train);
	plica_indices_release(&test);
}

static void a_line_cannot_be_cut_along_itself(void **state)
{
	static const double y_px[] = {1.0, 2.0}, x_px[] = {4.0, 4.0};
	struct plica_indices train = {0}, test = {0};
	struct plica_error err;

	(void)state;
	assert_error(plica_scan_split(&train, &test, (struct plica_positions){2, y_px, x_px},
			     PLICA_AXIS_X, &err),
		PLICA_ERR_DATA, "no extent");
	assert_error(plica_scan_split(&train, &test, (struct plica_positions){0, y_px, x_px},
			     PLICA_AXIS_X, &err),
		PLICA_ERR_DATA, "0 positions");
	assert_null(train.item);
}

static void random_halves_share_nothing(void **state)
{
	struct plica_error err;

	(void)state;
	for (size_t count = 2; count < 40; count += 7) {
		struct plica_indices half[2], again[2];
		size_t next[2] = {0, 0};

		assert_ok(plica_scan_split_random(&half[0], &half[1], count, count, &err));
		assert_ok(plica_scan_split_random(&again[0], &again[1], count, count, &err));
		assert_int_equal(half[0].count, count - count / 2);
		assert_int_equal(half[1].count, count / 2);
		assert_memory_equal(
			half[0].item, again[0].item, half[0].count * sizeof(*half[0].item));
		for (size_t i = 0; i < count; i++) { /* each once, in order */
			size_t k = next[0] < half[0].count && half[0].item[next[0]] == i ? 0 : 1;

			assert_true(next[k] < half[k].count);
			assert_int_equal(half[k].item[next[k]++], i);
		}
		for (size_t k = 0; k < 2; k++) {
			plica_indices_release(&half[k]);
			plica_indices_release(&again[k]);
		}
	}
}

static void random_halves_depend_on_the_seed(void **state)
{
	struct plica_indices first[2], second[2];
	struct plica_error err;
	size_t in_both = 0;

	(void)state;
	assert_ok(plica_scan_split_random(&first[0], &first[1], 1000, 1, &err));
	assert_ok(plica_scan_split_random(&second[0], &second[1], 1000, 2, &err));
	for (size_t i = 0, k = 0; i < 500; i++) {
		while (k < 500 && second[0].item[k] < first[0].item[i])
			k++;
		in_both += k < 500 && second[0].item[k] == first[0].item[i];
	}
	assert_true(in_both > 200 && in_both < 300); /* 250 are expected, with 8 around it */
	for (size_t k = 0; k < 2; k++) {
		plica_indices_release(&first[k]);
		plica_indices_release(&second[k]);
	}
	assert_error(plica_scan_split_random(&first[0], &first[1], 1, 1, &err), PLICA_ERR_DATA,
		"a scan of 1 position has no two halves");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves_are_disjoint_and_complete),
		cmocka_unit_test(both_halves_have_something),
		cmocka_unit_test(a_line_cannot_be_cut_along_itself),
		cmocka_unit_test(random_halves_share_nothing),
		cmocka_unit_test(random_halves_depend_on_the_seed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
