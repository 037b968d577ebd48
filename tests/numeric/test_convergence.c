/* SPDX-License-Identifier: BSD-3-Clause */
/* Every engine finds a known object, and finds it where it is. */
#include <string.h>

#include "plica/reconstruct.h"
#include "synthetic.h"
#include "testing.h"

static struct plica_error err;

/* Patterns without noise: after these epochs the loss is a thousandth of the first epoch's. */
static const struct {
	const char *algorithm;
	long epochs;
} goals[] = {{"LSQML", 60}, {"rPIE", 60}, {"ML", 60}, {"ePIE", 120}};

#define LOSS_FACTOR 1e-3

#define GOALS (sizeof(goals) / sizeof(goals[0]))

static struct plica_product *reach(const struct synthetic *synthetic, size_t goal)
{
	struct plica_settings settings;
	struct plica_product *product = NULL;

	assert_ok(plica_settings_init(&settings, goals[goal].algorithm, &err));
	settings.num_epochs = goals[goal].epochs;
	settings.threads = 1;
	if (strcmp(goals[goal].algorithm, "LSQML") == 0)
		settings.batch_size = 16;
	assert_ok(plica_reconstruct(&product, synthetic->dataset, &settings, NULL, &err));
	return product;
}

/* `limit`: of the complex NRMSE of the object, without any registration. */
static void check(const struct synthetic_params *params, double limit)
{
	struct synthetic synthetic;

	synthetic_init(&synthetic, params);
	for (size_t g = 0; g < GOALS; g++) {
		struct plica_product *product = reach(&synthetic, g);
		double last = product->loss[product->epoch_count - 1];
		double error = synthetic_error(&synthetic, product);

		print_message("# %s: loss %.3g -> %.3g, E_F %.3g, NRMSE %.4f\n", goals[g].algorithm,
			product->loss[0], last, product->fourier_error, error);
		assert_true(last < LOSS_FACTOR * product->loss[0]);
		assert_true(error < limit);
		plica_product_free(product);
	}
	synthetic_release(&synthetic);
}

static void engines_find_the_object(void **state)
{
	struct synthetic_params params = synthetic_defaults();

	(void)state;
	check(&params, 0.015);
}

static void a_wrong_probe_is_put_right(void **state)
{
	struct synthetic_params params = synthetic_defaults();

	(void)state;
	params.guess_error = 0.1;
	check(&params, 0.04);
}

/* Shift of the product on an axis, and that it is there alone that it fits: the vertex of a parabola
 * through the squared errors of three whole-pixel shifts. */
static double shift_on(
	const struct synthetic *synthetic, const struct plica_product *product, int axis)
{
	double centre = synthetic_error(synthetic, product);
	double less =
		synthetic_error_moved(synthetic, product, axis == 0 ? -1 : 0, axis == 1 ? -1 : 0);
	double more =
		synthetic_error_moved(synthetic, product, axis == 0 ? 1 : 0, axis == 1 ? 1 : 0);

	assert_true(less > 3.0 * centre && more > 3.0 * centre);
	return 0.5 * (less * less - more * more) /
	       (less * less + more * more - 2.0 * centre * centre);
}

static void check_place(const struct synthetic *synthetic, size_t goal)
{
	struct plica_product *product = reach(synthetic, goal);

	assert_close(shift_on(synthetic, product, 0), 0.0, 0.2);
	assert_close(shift_on(synthetic, product, 1), 0.0, 0.2);
	plica_product_free(product);
}

/* Patch pixel N/2 lies on the position, for even and odd N: the object is where object_origin
 * says, to a fraction of a pixel and with no registration, and nowhere near a pixel beside. */
static void the_object_is_where_it_is(void **state)
{
	struct synthetic_params params = synthetic_defaults();

	(void)state;
	for (params.side = 31; params.side <= 32; params.side++) {
		struct synthetic synthetic;

		synthetic_init(&synthetic, &params);
		for (size_t g = 0; g < GOALS; g++)
			check_place(&synthetic, g);
		synthetic_release(&synthetic);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(engines_find_the_object),
		cmocka_unit_test(a_wrong_probe_is_put_right),
		cmocka_unit_test(the_object_is_where_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
