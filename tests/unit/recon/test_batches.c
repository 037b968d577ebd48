/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/batches.h"

#include <stdbool.h>
#include <string.h>

#include "base/random.h"
#include "testing.h"

static struct plica_error err;

/* Every position once; as few batches as the size allows; sizes differ by one at most. */
static void check_epoch(const struct plica_batches *batches, size_t count, size_t batch_size)
{
	bool seen[1000] = {false};
	size_t least = count, most = 0, total = 0;

	assert_int_equal(batches->batch_count, (count + batch_size - 1) / batch_size);
	for (size_t k = 0; k < batches->batch_count; k++) {
		size_t size = 0;
		const size_t *positions = plica_batches_get(batches, k, &size);

		least = size < least ? size : least;
		most = size > most ? size : most;
		total += size;
		for (size_t i = 0; i < size; i++) {
			assert_true(positions[i] < count);
			assert_false(seen[positions[i]]);
			seen[positions[i]] = true;
		}
	}
	assert_int_equal(total, count);
	assert_true(most <= batch_size);
	assert_true(most - least <= 1);
	assert_true(least >= 1);
	assert_int_equal(batches->largest, most);
}

#define SIDE 20
#define SCAN_COUNT ((size_t)SIDE * SIDE)

/* A jittered grid, 3 px apart; the last ones coincide. */
static struct plica_positions scan(void)
{
	static double y_px[SCAN_COUNT], x_px[SCAN_COUNT];
	struct plica_random random;

	plica_random_start(&random, 2, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < SCAN_COUNT; i++) {
		y_px[i] = 3.0 * (double)(i / SIDE) + plica_random_uniform(&random);
		x_px[i] = 3.0 * (double)(i % SIDE) + plica_random_uniform(&random);
		if (i + 5 > SCAN_COUNT) {
			y_px[i] = y_px[i - 1];
			x_px[i] = x_px[i - 1];
		}
	}
	return (struct plica_positions){.count = SCAN_COUNT, .y_px = y_px, .x_px = x_px};
}

static double distance(struct plica_positions positions, size_t a, size_t b)
{
	return hypot(positions.y_px[a] - positions.y_px[b], positions.x_px[a] - positions.x_px[b]);
}

/* Of all positions: the mean distance to the nearest or farthest other one of the same batch. */
static double mean_reach(
	const struct plica_batches *batches, struct plica_positions positions, bool farthest)
{
	double sum = 0.0;

	for (size_t k = 0; k < batches->batch_count; k++) {
		size_t count;
		const size_t *member = plica_batches_get(batches, k, &count);

		for (size_t i = 0; i < count; i++) {
			double reach = farthest ? 0.0 : 1e9;

			for (size_t j = 0; j < count; j++) {
				double d = distance(positions, member[i], member[j]);

				if (j != i)
					reach = farthest ? fmax(reach, d) : fmin(reach, d);
			}
			sum += reach;
		}
	}
	return sum / (double)positions.count;
}

static void arranged(struct plica_batches *batches, enum plica_batching_mode mode, size_t size)
{
	assert_ok(plica_batches_init(batches, SCAN_COUNT, size, 3, &err));
	assert_ok(plica_batches_arrange(batches, mode, scan(), &err));
}

static void uniform_batches_are_spread_out(void **state)
{
	struct plica_batches random, uniform;

	(void)state;
	arranged(&random, PLICA_BATCHING_RANDOM, 40);
	arranged(&uniform, PLICA_BATCHING_UNIFORM, 40);
	for (long epoch = 0; epoch < 3; epoch++) {
		plica_batches_shuffle(&random, epoch);
		plica_batches_shuffle(&uniform, epoch);
		check_epoch(&uniform, SCAN_COUNT, 40);
		/* 40 points spread over 60 x 60 px at their best are 9.5 px apart */
		assert_true(mean_reach(&uniform, scan(), false) >
			    1.3 * mean_reach(&random, scan(), false));
	}
	plica_batches_release(&random);
	plica_batches_release(&uniform);
}

/* The same batches every epoch, in another order. */
static void uniform_batches_stay_together(void **state)
{
	struct plica_batches batches;
	size_t before[SCAN_COUNT];
	size_t count;
	const size_t *first;

	(void)state;
	arranged(&batches, PLICA_BATCHING_UNIFORM, 40);
	memcpy(before, batches.order, sizeof(before));
	plica_batches_shuffle(&batches, 0);
	first = plica_batches_get(&batches, 0, &count);
	plica_batches_shuffle(&batches, 1);
	assert_ptr_not_equal(plica_batches_get(&batches, 0, &count), first);
	assert_memory_equal(batches.order, before, sizeof(before));
	plica_batches_release(&batches);
}

/* 25 batches of 4 x 4 grid points, 12 px wide, could reach 10 px on average; random ones 50. */
static void compact_batches_are_neighbours(void **state)
{
	static const size_t sizes[] = {16, 40, 57, 400};
	struct plica_batches batches;

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		arranged(&batches, PLICA_BATCHING_COMPACT, sizes[s]);
		plica_batches_shuffle(&batches, 4);
		check_epoch(&batches, SCAN_COUNT, sizes[s]);
		assert_true(mean_reach(&batches, scan(), true) <
			    1.3 * 3.0 * sqrt(2.0 * (double)batches.largest));
		plica_batches_release(&batches);
	}
}

static void fixed_batches_depend_on_the_seed_alone(void **state)
{
	struct plica_batches a, b;

	(void)state;
	for (int mode = PLICA_BATCHING_UNIFORM; mode <= PLICA_BATCHING_COMPACT; mode++) {
		arranged(&a, (enum plica_batching_mode)mode, 33);
		arranged(&b, (enum plica_batching_mode)mode, 33);
		plica_batches_shuffle(&a, 1);
		plica_batches_shuffle(&a, 7);
		plica_batches_shuffle(&b, 7);
		assert_memory_equal(a.order, b.order, SCAN_COUNT * sizeof(*a.order));
		assert_memory_equal(a.sequence, b.sequence, a.batch_count * sizeof(*a.sequence));
		plica_batches_release(&a);
		plica_batches_release(&b);
	}
}

/* One position, one batch, all positions in one place. */
static void odd_scans_are_no_trouble(void **state)
{
	static const double zero[300];
	static const size_t cases[][2] = {{1, 1}, {1, 5}, {300, 300}, {300, 7}, {300, 1}};

	(void)state;
	for (int mode = PLICA_BATCHING_RANDOM; mode <= PLICA_BATCHING_COMPACT; mode++)
		for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
			struct plica_positions positions = {
				.count = cases[c][0], .y_px = zero, .x_px = zero};
			struct plica_batches batches;

			assert_ok(plica_batches_init(&batches, cases[c][0], cases[c][1], 3, &err));
			assert_ok(plica_batches_arrange(
				&batches, (enum plica_batching_mode)mode, positions, &err));
			plica_batches_shuffle(&batches, 0);
			check_epoch(&batches, cases[c][0], cases[c][1]);
			plica_batches_release(&batches);
		}
}

static void an_epoch_is_a_balanced_partition(void **state)
{
	static const size_t cases[][2] = {
		{1, 1}, {1, 96}, {5, 2}, {96, 96}, {97, 96}, {516, 96}, {1000, 1}, {1000, 999}};

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct plica_batches batches;

		assert_ok(plica_batches_init(&batches, cases[c][0], cases[c][1], 3, &err));
		for (long epoch = 0; epoch < 3; epoch++) {
			plica_batches_shuffle(&batches, epoch);
			check_epoch(&batches, cases[c][0], cases[c][1]);
		}
		plica_batches_release(&batches);
		plica_batches_release(&batches);
	}
}

/* Nothing else counts: neither the epochs before nor the size of the batches. */
static void the_order_depends_on_seed_and_epoch_alone(void **state)
{
	struct plica_batches a, b;

	(void)state;
	assert_ok(plica_batches_init(&a, 200, 50, 7, &err));
	assert_ok(plica_batches_init(&b, 200, 30, 7, &err));
	plica_batches_shuffle(&a, 0);
	plica_batches_shuffle(&a, 1);
	plica_batches_shuffle(&a, 5);
	plica_batches_shuffle(&b, 5);
	assert_memory_equal(a.order, b.order, 200 * sizeof(*a.order));
	plica_batches_shuffle(&b, 6);
	assert_memory_not_equal(a.order, b.order, 200 * sizeof(*a.order));
	plica_batches_release(&b);
	assert_ok(plica_batches_init(&b, 200, 50, 8, &err));
	plica_batches_shuffle(&b, 5);
	assert_memory_not_equal(a.order, b.order, 200 * sizeof(*a.order));
	plica_batches_release(&a);
	plica_batches_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_epoch_is_a_balanced_partition),
		cmocka_unit_test(the_order_depends_on_seed_and_epoch_alone),
		cmocka_unit_test(uniform_batches_are_spread_out),
		cmocka_unit_test(uniform_batches_stay_together),
		cmocka_unit_test(compact_batches_are_neighbours),
		cmocka_unit_test(fixed_batches_depend_on_the_seed_alone),
		cmocka_unit_test(odd_scans_are_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
