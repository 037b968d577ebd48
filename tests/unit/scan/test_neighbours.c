/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/neighbours.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/random.h"
#include "testing.h"

#define MOST 600
#define MANY 1000000

static double y_px[MOST], x_px[MOST];

static struct plica_positions positions_of(size_t count)
{
	return (struct plica_positions){count, y_px, x_px};
}

static void scatter(size_t count, uint64_t index)
{
	struct plica_random random;

	plica_random_start(&random, 1, PLICA_RANDOM_TEST, index);
	for (size_t i = 0; i < count; i++) {
		y_px[i] = 100.0 * plica_random_uniform(&random);
		x_px[i] = 30.0 * plica_random_uniform(&random);
	}
}

/* Whether j comes before k among the neighbours of i. */
static bool nearer(size_t i, size_t j, size_t k)
{
	double dj = (y_px[j] - y_px[i]) * (y_px[j] - y_px[i]) +
		    (x_px[j] - x_px[i]) * (x_px[j] - x_px[i]);
	double dk = (y_px[k] - y_px[i]) * (y_px[k] - y_px[i]) +
		    (x_px[k] - x_px[i]) * (x_px[k] - x_px[i]);

	return dj < dk || (dj <= dk && j < k);
}

static void brute_force(size_t *index, size_t count, size_t query)
{
	size_t found = 0;

	for (size_t j = 0; j < count; j++) {
		size_t place = found;

		if (j == query)
			continue;
		for (; place > 0 && nearer(query, j, index[place - 1]); place--)
			index[place] = index[place - 1];
		index[place] = j;
		found++;
	}
}

static void check_against_brute_force(size_t count, size_t limit)
{
	struct plica_neighbours *tree = NULL;
	struct plica_error err;
	size_t expected[MOST], index[MOST];
	double distance_px[MOST];

	assert_ok(plica_neighbours_create(&tree, positions_of(count), &err));
	for (size_t i = 0; i < count; i++) {
		size_t found = plica_neighbours_nearest(index, distance_px, tree, i, limit);

		brute_force(expected, count, i);
		assert_int_equal(found, limit < count - 1 ? limit : count - 1);
		assert_memory_equal(index, expected, found * sizeof(*index));
		for (size_t j = 0; j < found; j++)
			assert_close(distance_px[j],
				hypot(y_px[index[j]] - y_px[i], x_px[index[j]] - x_px[i]), 1e-12);
	}
	plica_neighbours_free(tree);
}

static void nearest_is_exact(void **state)
{
	static const size_t counts[] = {1, 2, 8, 9, 17, 100, 333, MOST};

	(void)state;
	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		scatter(counts[c], c);
		check_against_brute_force(counts[c], 7);
		check_against_brute_force(counts[c], 1);
	}
	check_against_brute_force(40, 100);
}

static void ties_go_to_the_lower_index(void **state)
{
	(void)state;
	for (size_t i = 0; i < 400; i++) { /* a raster, each place twice */
		y_px[i] = (double)(i / 2 / 20);
		x_px[i] = (double)(i / 2 % 20);
	}
	check_against_brute_force(400, 9);
	for (size_t i = 0; i < 400; i++)
		y_px[i] = x_px[i] = 3.5;
	check_against_brute_force(400, 5);
}

static void count_near(void *context, size_t index, double distance_px)
{
	size_t *counts = context;

	counts[index]++;
	assert_true(distance_px < 20.0);
}

static void within_visits_each_once(void **state)
{
	const double at[2] = {40.0, 10.0};
	struct plica_neighbours *tree = NULL;
	struct plica_error err;
	size_t counts[MOST] = {0};
	size_t near = 0;

	(void)state;
	scatter(MOST, 77);
	y_px[5] = 40.0;
	x_px[5] = 30.0; /* exactly on the circle: not within */
	assert_ok(plica_neighbours_create(&tree, positions_of(MOST), &err));
	plica_neighbours_within(tree, at, 20.0, count_near, counts);
	for (size_t i = 0; i < MOST; i++) {
		bool inside = hypot(y_px[i] - at[0], x_px[i] - at[1]) < 20.0;

		assert_int_equal(counts[i], inside ? 1 : 0);
		near += inside ? 1 : 0;
	}
	assert_in_range(near, 10, MOST - 10);
	plica_neighbours_free(tree);
}

static void refuses_what_is_not_finite(void **state)
{
	struct plica_neighbours *tree = NULL;
	struct plica_error err;

	(void)state;
	scatter(20, 3);
	x_px[13] = (double)NAN;
	assert_error(plica_neighbours_create(&tree, positions_of(20), &err), PLICA_ERR_DATA,
		"position 13");
	assert_null(tree);
	assert_ok(plica_neighbours_create(&tree, positions_of(0), &err));
	plica_neighbours_within(tree, (const double[2]){0.0, 0.0}, 5.0, count_near, NULL);
	plica_neighbours_free(tree);
	plica_neighbours_free(NULL);
}

static double seconds_since(clock_t start)
{
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* A million scattered positions, then a million coincident ones. */
static void a_million_positions_take_seconds(void **state)
{
	double *many_y = calloc(MANY, sizeof(double));
	double *many_x = calloc(MANY, sizeof(double));
	struct plica_positions positions = {MANY, many_y, many_x};
	struct plica_random random;
	struct plica_error err;

	(void)state;
	assert_non_null(many_y);
	assert_non_null(many_x);
	plica_random_start(&random, 2, PLICA_RANDOM_TEST, 0);
	for (int round = 0; round < 2; round++) {
		struct plica_neighbours *tree = NULL;
		clock_t start = clock(); /* of the processor: others may be busy */
		size_t total = 0;

		for (size_t i = 0; i < MANY; i++) {
			many_y[i] = round == 0 ? 1000.0 * plica_random_uniform(&random) : 1.0;
			many_x[i] = round == 0 ? 1000.0 * plica_random_uniform(&random) : 1.0;
		}
		assert_ok(plica_neighbours_create(&tree, positions, &err));
		for (size_t i = 0; i < MANY; i++) {
			size_t index[7];
			double distance_px[7];

			total += plica_neighbours_nearest(index, distance_px, tree, i, 7);
		}
		plica_neighbours_free(tree);
		assert_int_equal(total, 7 * (size_t)MANY);
		print_message("# a million in %.2f s\n", seconds_since(start));
		assert_true(seconds_since(start) < 30.0); /* all pairs would take an hour */
	}
	free(many_y);
	free(many_x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearest_is_exact),
		cmocka_unit_test(ties_go_to_the_lower_index),
		cmocka_unit_test(within_visits_each_once),
		cmocka_unit_test(refuses_what_is_not_finite),
		cmocka_unit_test(a_million_positions_take_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
