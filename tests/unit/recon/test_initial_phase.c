/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/initial_phase.h"

#include <string.h>

#include "plica/settings.h"
#include "wrapping.h"

static struct plica_error err;

/* The problem with its phase, and the dataset let go. */
static struct plica_problem *start(
	struct plica_dataset *dataset, struct plica_settings *settings, long threads)
{
	struct plica_problem *problem = NULL;
	struct plica_deflections deflections;

	assert_ok(plica_settings_init(settings, "LSQML", &err));
	settings->threads = threads;
	assert_ok(plica_problem_create(&problem, dataset, settings, &err));
	assert_ok(plica_deflections_measure(&deflections, problem, &err));
	if (deflections.variance > 0.0)
		assert_ok(plica_initial_phase(problem, &deflections, &err));
	plica_deflections_release(&deflections);
	plica_dataset_free(dataset);
	return problem;
}

/* |mean of O conj(truth)| over the scanned box: 1 where the phase is right but for a constant. */
static double agreement(const struct plica_problem *problem)
{
	const struct plica_planes *object = &problem->object;
	double complex sum = 0.0;
	size_t count = 0;

	for (size_t row = problem->roi[0]; row < problem->roi[1]; row++)
		for (size_t col = problem->roi[2]; col < problem->roi[3]; col++) {
			size_t k = row * object->stride + col;
			double y = (double)row + problem->origin_y;
			double x = (double)col + problem->origin_x;

			sum += CMPLX((double)object->re[k], (double)object->im[k]) *
			       phasor(-phase_at(y, x));
			count++;
		}
	return cabs(sum) / (double)count;
}

static bool is_flat(const struct plica_problem *problem)
{
	const struct plica_planes *object = &problem->object;

	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++)
			if (object->re[y * object->stride + x] != 1.0F ||
				object->im[y * object->stride + x] != 0.0F)
				return false;
	return true;
}

static void a_phase_that_wraps_is_found(void **state)
{
	struct plica_settings settings;
	struct plica_problem *problem =
		start(wrapping_dataset((struct wrapping){.strength = 1.0}), &settings, 1);
	double found = agreement(problem);
	double flat;

	(void)state;
	plica_problem_flatten(problem);
	flat = agreement(problem);
	print_message("# agreement %.3f, flat %.3f\n", found, flat);
	assert_true(found > 0.75);
	assert_true(flat < 0.2);
	plica_problem_free(problem);
}

/* Nothing that the patterns do not confirm: no phase at all, and patterns that lie on their side. */
static void the_object_stays_flat(void **state)
{
	static const struct wrapping cases[] = {
		{.strength = 0.0}, {.strength = 1.0, .lie = QUARTER}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct plica_settings settings;
		struct plica_problem *problem = start(wrapping_dataset(cases[i]), &settings, 1);

		assert_true(is_flat(problem));
		plica_problem_free(problem);
	}
}

static void threads_do_not_change_it(void **state)
{
	struct plica_settings settings[2];
	struct plica_problem *one =
		start(wrapping_dataset((struct wrapping){.strength = 1.0}), &settings[0], 1);
	struct plica_problem *three =
		start(wrapping_dataset((struct wrapping){.strength = 1.0}), &settings[1], 3);
	size_t bytes = one->object.rows * one->object.stride * sizeof(float);

	(void)state;
	assert_memory_equal(one->object.re, three->object.re, bytes);
	assert_memory_equal(one->object.im, three->object.im, bytes);
	plica_problem_free(one);
	plica_problem_free(three);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_phase_that_wraps_is_found),
		cmocka_unit_test(the_object_stays_flat),
		cmocka_unit_test(threads_do_not_change_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
