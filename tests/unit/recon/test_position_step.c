/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/position_step.h"

#include "testing.h"

static void updates_are_limited(void **state)
{
	double update[] = {0.5, -0.2, 0.05, -1.0};

	(void)state;
	plica_limit_updates(update, 4, 0.3, false);
	assert_close(update[0], 0.3, 0.0);
	assert_close(update[1], -0.2, 0.0);
	assert_close(update[2], 0.05, 0.0);
	assert_close(update[3], -0.3, 0.0);
}

/* One wild step among a hundred small ones: mean 0.01, deviation 0.99 * 0.01 + 0.01 * 0.99. */
static void wild_updates_are_clipped(void **state)
{
	double update[100] = {[7] = 1.0};
	double calm[100];

	(void)state;
	plica_limit_updates(update, 100, 5.0, true);
	assert_close(update[7], 10.0 * 2.0 * 0.99 * 0.01, 1e-12);
	assert_close(update[8], 0.0, 0.0);
	for (size_t k = 0; k < 100; k++)
		calm[k] = k % 2 == 0 ? 0.02 : -0.01;
	plica_limit_updates(calm, 100, 5.0, true);
	assert_close(calm[0], 0.02, 0.0);
	assert_close(calm[1], -0.01, 0.0);
}

/* A batch of one has no deviation that could limit it. */
static void a_single_update_stays(void **state)
{
	double update[] = {0.2};

	(void)state;
	plica_limit_updates(update, 1, 0.3, true);
	assert_close(update[0], 0.2, 0.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(updates_are_limited),
		cmocka_unit_test(wild_updates_are_clipped),
		cmocka_unit_test(a_single_update_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
