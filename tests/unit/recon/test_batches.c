/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/batches.h"

#include <stdbool.h>
#include <string.h>

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
