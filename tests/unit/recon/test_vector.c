/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/vector.h"

#include "base/memory.h"
#include "tiny_fixture.h"

static struct plica_error err;
static struct plica_problem *problem;
static struct plica_vector a, b;

static void fill(struct plica_vector *vector, float object, float probe, float background)
{
	for (size_t k = 0; k < vector->object.rows * vector->object.stride; k++) {
		vector->object.re[k] = object;
		vector->object.im[k] = -object;
	}
	for (size_t k = 0; k < problem->probe_floats; k++)
		vector->probe[k] = probe;
	for (size_t k = 0; vector->background != NULL && k < problem->kernels->pattern_floats; k++)
		vector->background[k] = background;
}

static int begin(void **state)
{
	assert_int_equal(setup(state), 0);
	settings.background.optimizable = true;
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	assert_ok(plica_vector_create(&a, problem, &err));
	assert_ok(plica_vector_create(&b, problem, &err));
	return 0;
}

static int end(void **state)
{
	plica_vector_release(&a);
	plica_vector_release(&b);
	plica_problem_free(problem);
	return teardown(state);
}

static double object_floats(void)
{
	return 2.0 * (double)(a.object.rows * a.object.stride);
}

static void a_product_is_over_all_parts(void **state)
{
	(void)state;
	assert_close(plica_vector_dot(&a, &b), 0.0, 0.0); /* zeroed */
	fill(&a, 2.0F, 3.0F, 5.0F);
	fill(&b, 1.0F, -2.0F, 4.0F);
	assert_close(plica_vector_dot(&a, &b),
		2.0 * object_floats() - 6.0 * (double)problem->probe_floats +
			20.0 * (double)problem->kernels->pattern_floats,
		0.0);
}

static void without_a_background_there_is_no_such_part(void **state)
{
	(void)state;
	plica_vector_release(&a);
	plica_vector_release(&b);
	settings.background.optimizable = false;
	assert_ok(plica_vector_create(&a, problem, &err));
	assert_ok(plica_vector_create(&b, problem, &err));
	assert_null(a.background);
	fill(&a, 2.0F, 3.0F, 0.0F);
	plica_vector_copy(&b, &a);
	plica_vector_scale_add(&b, 1.0F, &a);
	assert_close(plica_vector_dot(&a, &b),
		8.0 * object_floats() + 18.0 * (double)problem->probe_floats, 0.0);
}

static void copies_and_sums_are_those_of_each_part(void **state)
{
	(void)state;
	fill(&a, 2.0F, 3.0F, 5.0F);
	fill(&b, 1.0F, -2.0F, 4.0F);
	plica_vector_scale_add(&a, 0.5F, &b); /* 2, -0.5, 6.5 */
	assert_close((double)a.object.re[7], 2.0, 0.0);
	assert_close((double)a.object.im[7], -2.0, 0.0);
	assert_close((double)a.probe[7], -0.5, 0.0);
	assert_close((double)a.background[7], 6.5, 0.0);
	plica_vector_copy(&b, &a);
	assert_close(plica_vector_dot(&a, &a), plica_vector_dot(&b, &a), 0.0);
	assert_close((double)b.background[7], 6.5, 0.0);
}

static void the_number_of_threads_changes_no_bit(void **state)
{
	double one;

	(void)state;
	fill(&a, 0.1F, 0.7F, 1e-3F);
	fill(&b, 1.0F, 1.0F, 1.0F);
	for (size_t k = 0; k < a.object.rows * a.object.stride; k++)
		a.object.re[k] = 1.0F / (float)(k + 1);
	one = plica_vector_dot(&a, &b);
	problem->threads = 3;
	assert_true(plica_vector_dot(&a, &b) == one);
	problem->threads = 1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_product_is_over_all_parts, begin, end),
		cmocka_unit_test_setup_teardown(
			without_a_background_there_is_no_such_part, begin, end),
		cmocka_unit_test_setup_teardown(copies_and_sums_are_those_of_each_part, begin, end),
		cmocka_unit_test_setup_teardown(the_number_of_threads_changes_no_bit, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
