/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/affine.h"

#include <math.h>

#include "base/random.h"
#include "testing.h"

#define COUNT 50

static struct plica_affine draw(uint64_t index)
{
	struct plica_random random;

	plica_random_start(&random, 3, PLICA_RANDOM_TEST, index);
	return (struct plica_affine){.scale = 1.0 + 0.1 * plica_random_normal(&random),
		.asymmetry = 0.1 * plica_random_normal(&random),
		.rotation_rad = 0.3 * plica_random_normal(&random),
		.shear_rad = 0.1 * plica_random_normal(&random)};
}

static void composing_undoes_decomposing(void **state)
{
	(void)state;
	for (uint64_t k = 0; k < 200; k++) {
		struct plica_affine expected = draw(k);
		struct plica_affine found;
		double matrix[4], again[4];

		plica_affine_compose(matrix, &expected);
		found = plica_affine_decompose(matrix);
		plica_affine_compose(again, &found);
		for (int i = 0; i < 4; i++)
			assert_close(again[i], matrix[i], 1e-13);
		assert_close(found.scale, expected.scale, 1e-12);
		assert_close(found.asymmetry, expected.asymmetry, 1e-12);
		assert_close(found.rotation_rad, expected.rotation_rad, 1e-12);
		assert_close(found.shear_rad, expected.shear_rad, 1e-12);
	}
}

static void nothing_is_the_identity(void **state)
{
	const double identity[4] = {1.0, 0.0, 0.0, 1.0};
	struct plica_affine affine = plica_affine_decompose(identity);

	(void)state;
	assert_close(affine.scale, 1.0, 0.0);
	assert_close(affine.asymmetry, 0.0, 0.0);
	assert_close(affine.rotation_rad, 0.0, 0.0);
	assert_close(affine.shear_rad, 0.0, 0.0);
}

struct scan {
	double from[2][COUNT], to[2][COUNT], weight[2][COUNT];
};

static struct plica_affine_fit fit_of(const struct scan *scan)
{
	return (struct plica_affine_fit){.count = COUNT,
		.from_y = scan->from[0],
		.from_x = scan->from[1],
		.to_y = scan->to[0],
		.to_x = scan->to[1],
		.weight_y = scan->weight[0],
		.weight_x = scan->weight[1]};
}

/* Each axis with weights of its own; where they are 0 the positions are nonsense. */
static void a_map_is_found_among_nonsense(void **state)
{
	struct plica_affine expected = draw(7);
	struct plica_random random;
	struct scan scan;
	struct plica_affine_fit fit = fit_of(&scan);
	double matrix[4], found[4];

	(void)state;
	plica_random_start(&random, 4, PLICA_RANDOM_TEST, 0);
	plica_affine_compose(matrix, &expected);
	for (size_t i = 0; i < COUNT; i++)
		for (int axis = 0; axis < 2; axis++) {
			scan.from[axis][i] = 100.0 * plica_random_uniform(&random) + 1000.0;
			scan.weight[axis][i] = (double)plica_random_below(&random, 4);
		}
	for (size_t i = 0; i < COUNT; i++)
		for (int axis = 0; axis < 2; axis++) {
			const double *row = matrix + (ptrdiff_t)2 * axis;
			double nonsense = scan.weight[axis][i] == 0.0 ? 55.0 : 0.0;

			scan.to[axis][i] = row[0] * scan.from[0][i] + row[1] * scan.from[1][i] -
					   7.0 + nonsense;
		}
	assert_true(plica_affine_matrix(found, &fit));
	for (int i = 0; i < 4; i++)
		assert_close(found[i], matrix[i], 1e-10);
}

/* On a line, in a point, or without weight there is no map to be found. */
static void what_is_not_determined_is_left_alone(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct scan scan;
		struct plica_affine_fit fit = fit_of(&scan);
		double found[4];

		for (size_t i = 0; i < COUNT; i++)
			for (int axis = 0; axis < 2; axis++) {
				scan.from[axis][i] = kind == 1 ? 5.0 : 3.0 * (double)i;
				scan.to[axis][i] = 2.0 * scan.from[axis][i];
				scan.weight[axis][i] = kind == 2 ? 0.0 : 1.0;
			}
		assert_false(plica_affine_matrix(found, &fit));
		assert_close(found[0], 1.0, 0.0);
		assert_close(found[1], 0.0, 0.0);
		assert_close(found[2], 0.0, 0.0);
		assert_close(found[3], 1.0, 0.0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(composing_undoes_decomposing),
		cmocka_unit_test(nothing_is_the_identity),
		cmocka_unit_test(a_map_is_found_among_nonsense),
		cmocka_unit_test(what_is_not_determined_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
