/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/momentum.h"

#include <math.h>

#include "testing.h"

static struct plica_error err;

/* c_t = exp(-t / 10): the slope is -1/10. */
static void friction_follows_the_loss_of_agreement(void **state)
{
	const double fading[] = {exp(-0.1), exp(-0.2), exp(-0.3)};
	const double steady[] = {1.0, 1.0};
	const double growing[] = {0.5, 0.9};
	const double sudden[] = {1e-9};

	(void)state;
	assert_close(plica_momentum_friction(fading, 3, 0.5, 0.0), 0.05, 1e-12);
	assert_close(plica_momentum_friction(fading, 3, 0.1, 0.02), 0.02, 0.0);
	assert_close(plica_momentum_friction(steady, 2, 0.5, 0.0), 0.0, 0.0);
	assert_close(plica_momentum_friction(growing, 2, 0.5, 0.0),
		-0.5 * (log(0.5) + 2.0 * log(0.9)) / 5.0, 1e-12);
	assert_close(plica_momentum_friction(sudden, 1, 0.5, 0.02), 1.0, 0.0);
}

static bool add(struct plica_momentum *momentum, float x, float y, bool gate)
{
	const float update[] = {x, y};

	return plica_momentum_add(momentum,
		&(struct plica_momentum_update){
			.update = update, .compared = update, .mixing = 1.0, .gate = gate});
}

/* The same update again and again: from the fourth on the velocity grows against the friction. */
static void agreement_builds_up_a_velocity(void **state)
{
	struct plica_momentum *momentum = NULL;
	double expected = 0.0;

	(void)state;
	assert_ok(plica_momentum_create(&momentum, 2, 2, 2, &err));
	for (int k = 0; k < 3; k++)
		assert_false(add(momentum, 3.0F, 4.0F, true));
	for (int k = 0; k < 5; k++) {
		assert_true(add(momentum, 3.0F, 4.0F, true));
		expected = 0.98 * expected + 4.0;
	}
	assert_close((double)momentum->velocity[1], expected, 1e-5);
	assert_close((double)momentum->velocity[0], 0.75 * expected, 1e-5);
	/* a closed gate, or an update that turns back, halves it and adds nothing */
	assert_false(add(momentum, 3.0F, 4.0F, false));
	assert_close((double)momentum->velocity[1], 0.5 * expected, 1e-5);
	assert_false(add(momentum, -3.0F, -4.0F, true));
	assert_close((double)momentum->velocity[1], 0.25 * expected, 1e-5);
	plica_momentum_free(momentum);
}

static void no_update_is_no_trouble(void **state)
{
	struct plica_momentum *momentum = NULL;

	(void)state;
	assert_ok(plica_momentum_create(&momentum, 2, 2, 3, &err));
	for (int k = 0; k < 8; k++)
		assert_false(add(momentum, 0.0F, 0.0F, true));
	assert_close((double)momentum->velocity[0], 0.0, 0.0);
	plica_momentum_free(momentum);
	plica_momentum_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(friction_follows_the_loss_of_agreement),
		cmocka_unit_test(agreement_builds_up_a_velocity),
		cmocka_unit_test(no_update_is_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
