/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/packing.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "data/dataset.h"
#include "testing.h"
#include "tiny.h"

#define SIDE ((size_t)32)
#define PIXELS (SIDE * SIDE)
#define COUNT ((size_t)150) /* two chunks and a bit, of many pages each */

static struct plica_error err;

/* Counts of a pixel, which every type can hold. */
static unsigned int counts_at(size_t k)
{
	return (unsigned int)(k * 2654435761U >> 7) % 200;
}

static void fill(struct plica_dataset *dataset)
{
	for (size_t k = 0; k < COUNT * PIXELS; k++) {
		unsigned int counts = counts_at(k);

		if (dataset->pattern_type == PLICA_PATTERN_F32)
			((float *)dataset->patterns)[k] = sqrtf((float)counts);
		else if (dataset->pattern_type == PLICA_PATTERN_F64)
			((double *)dataset->patterns)[k] = (double)sqrtf((float)counts);
		else if (dataset->pattern_type == PLICA_PATTERN_U8)
			((uint8_t *)dataset->patterns)[k] = (uint8_t)counts;
		else if (dataset->pattern_type == PLICA_PATTERN_U32)
			((uint32_t *)dataset->patterns)[k] = counts;
		else
			((uint16_t *)dataset->patterns)[k] = (uint16_t)counts;
	}
}

static struct plica_dataset *make(enum plica_pattern_type type)
{
	struct plica_dataset *dataset = NULL;

	assert_ok(plica_dataset_create(&dataset, COUNT, SIDE, 1, 0, 0, &err));
	dataset->pattern_type = type;
	if (type != PLICA_PATTERN_F32 && type != PLICA_PATTERN_F64)
		dataset->pattern_kind = PLICA_PATTERN_INTENSITY;
	plica_free(dataset->patterns);
	assert_ok(plica_allocate(&dataset->patterns, COUNT, plica_pattern_bytes(dataset), &err));
	fill(dataset);
	for (size_t i = 0; i < COUNT; i++) {
		dataset->y_px[i] = 20.0 + (double)(i % 10);
		dataset->x_px[i] = 20.0 + (double)(i / 10);
	}
	for (size_t k = 0; k < PIXELS; k++)
		dataset->probe[k] = 1.0F;
	return dataset;
}

/* Amplitudes of a packed pattern. */
static void unpack(float natural[PIXELS], const struct plica_problem *problem, size_t index)
{
	const struct plica_kernels *kernels = problem->kernels;
	float *ordered = NULL;

	assert_ok(PLICA_NEW(&ordered, kernels->pattern_floats, &err));
	plica_pattern_amplitudes(
		ordered, plica_problem_pattern(problem, index), 0, kernels->pattern_floats);
	kernels->table->pattern_to(kernels, natural, ordered);
	plica_free(ordered);
}

static void check_patterns(const struct plica_problem *problem)
{
	double photons = 0.0;
	float natural[PIXELS];

	assert_true(problem->counted);
	for (size_t i = 0; i < COUNT; i++) {
		unpack(natural, problem, i);
		for (size_t k = 0; k < PIXELS; k++) {
			unsigned int counts = counts_at(i * PIXELS + k);

			assert_true(natural[k] == sqrtf((float)counts));
			photons += (double)counts;
		}
	}
	assert_close(problem->photons, photons / (double)COUNT, 1e-6 * photons);
	assert_close(problem->valid_pixels, (double)PIXELS, 0.0);
	assert_true(problem->same_pixels);
}

static void every_type_is_packed_the_same(void **state)
{
	static const enum plica_pattern_type types[] = {PLICA_PATTERN_F32, PLICA_PATTERN_F64,
		PLICA_PATTERN_U8, PLICA_PATTERN_U16, PLICA_PATTERN_U32};
	struct plica_settings settings = tiny_settings("LSQML");

	(void)state;
	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++)
		for (settings.threads = 1; settings.threads <= 3; settings.threads += 2) {
			struct plica_dataset *dataset = make(types[t]);
			struct plica_problem *problem = NULL;
			double photons;

			assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
			check_patterns(problem);
			photons = problem->photons;
			plica_problem_free(problem);
			assert_ok(plica_problem_consume(&problem, &dataset, &settings, &err));
			check_patterns(problem);
			assert_true(problem->photons == photons);
			assert_null(dataset);
			plica_problem_free(problem);
		}
}

/* What is packed in place stays where it was. */
static void types_of_two_bytes_and_more_need_no_second_room(void **state)
{
	static const enum plica_pattern_type types[] = {
		PLICA_PATTERN_U16, PLICA_PATTERN_F32, PLICA_PATTERN_U32, PLICA_PATTERN_F64};
	struct plica_settings settings = tiny_settings("LSQML");

	(void)state;
	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
		struct plica_dataset *dataset = make(types[t]);
		struct plica_problem *problem = NULL;
		const void *patterns = dataset->patterns;

		assert_ok(plica_problem_consume(&problem, &dataset, &settings, &err));
		assert_ptr_equal(problem->patterns, patterns);
		plica_problem_free(problem);
	}
}

static void invalid_pixels_hold_no_photons(void **state)
{
	struct plica_settings settings = tiny_settings("LSQML");
	struct plica_dataset *dataset = make(PLICA_PATTERN_U16);
	struct plica_problem *problem = NULL;
	double photons = 0.0;
	float natural[PIXELS];

	(void)state;
	assert_ok(PLICA_NEW(&dataset->mask, PIXELS, &err));
	for (size_t k = 0; k < PIXELS; k++)
		dataset->mask[k] = k % 5 != 0;
	for (size_t k = 0; k < COUNT * PIXELS; k++)
		photons += k % PIXELS % 5 != 0 ? (double)counts_at(k) : 0.0;
	assert_ok(plica_problem_consume(&problem, &dataset, &settings, &err));
	assert_close(problem->photons, photons / (double)COUNT, 1e-6 * photons);
	assert_close(problem->valid_pixels, (double)(PIXELS - (PIXELS + 4) / 5), 0.0);
	assert_true(problem->same_pixels);
	unpack(natural, problem, 77);
	for (size_t k = 0; k < PIXELS; k++)
		assert_true(k % 5 != 0 ? natural[k] >= 0.0F : natural[k] < 0.0F);
	plica_problem_free(problem);
}

/* The problem of a dataset with `value` in pixel (88, 3), which it takes over. */
static struct plica_problem *packed_with(struct plica_dataset *dataset, double value)
{
	struct plica_settings settings = tiny_settings("LSQML");
	struct plica_problem *problem = NULL;
	size_t k = 88 * PIXELS + 3;

	if (dataset->pattern_type == PLICA_PATTERN_F32)
		((float *)dataset->patterns)[k] = (float)value;
	else if (dataset->pattern_type == PLICA_PATTERN_F64)
		((double *)dataset->patterns)[k] = value;
	else if (dataset->pattern_type == PLICA_PATTERN_U16)
		((uint16_t *)dataset->patterns)[k] = (uint16_t)value;
	else
		((uint32_t *)dataset->patterns)[k] = (uint32_t)value;
	assert_ok(plica_problem_consume(&problem, &dataset, &settings, &err));
	return problem;
}

static void check_pixel(struct plica_problem *problem, bool counted, float amplitude)
{
	float natural[PIXELS];

	assert_true(problem->counted == counted);
	unpack(natural, problem, 88);
	assert_true(natural[3] == amplitude);
	unpack(natural, problem, 149);
	for (size_t k = 0; k < PIXELS; k++)
		assert_true(natural[k] == sqrtf((float)counts_at(149 * PIXELS + k)));
	plica_problem_free(problem);
}

static void what_is_no_count_stays_an_amplitude(void **state)
{
	float above = nextafterf(sqrtf(7.0F), 9.0F);

	(void)state;
	check_pixel(packed_with(make(PLICA_PATTERN_F32), 0.5), false, 0.5F);
	check_pixel(packed_with(make(PLICA_PATTERN_F32), (double)above), false, above);
	check_pixel(packed_with(make(PLICA_PATTERN_F64), 0.5), false, 0.5F);
	check_pixel(packed_with(make(PLICA_PATTERN_F32), 1e10), false, 1e10F);
}

static void counts_that_do_not_fit_stay_amplitudes(void **state)
{
	static const enum plica_pattern_type types[] = {PLICA_PATTERN_U16, PLICA_PATTERN_U32};

	(void)state;
	for (size_t t = 0; t < 2; t++) {
		check_pixel(packed_with(make(types[t]), 65534.0), true, sqrtf(65534.0F));
		check_pixel(packed_with(make(types[t]), 65535.0), false, sqrtf(65535.0F));
	}
}

static void masked_pixels_may_hold_anything(void **state)
{
	struct plica_dataset *dataset = make(PLICA_PATTERN_U16);
	struct plica_problem *problem;
	float natural[PIXELS];

	(void)state;
	assert_ok(PLICA_NEW(&dataset->mask, PIXELS, &err));
	memset(dataset->mask, 1, PIXELS);
	dataset->mask[3] = 0;
	problem = packed_with(dataset, 65535.0);
	assert_true(problem->counted);
	unpack(natural, problem, 88);
	assert_true(natural[3] == -1.0F);
	assert_true(natural[4] == sqrtf((float)counts_at(88 * PIXELS + 4)));
	plica_problem_free(problem);
}

/* Dark pixels of one pattern are not valid there, which makes no count of the others less whole. */
static void counts_without_dark_pixels_stay_counts(void **state)
{
	struct plica_settings settings = tiny_settings("LSQML");
	struct plica_dataset *dataset = make(PLICA_PATTERN_F32);
	struct plica_problem *problem = NULL;
	float natural[PIXELS];

	(void)state;
	settings.exclude_below = 5.0;
	assert_ok(plica_problem_consume(&problem, &dataset, &settings, &err));
	assert_true(problem->counted);
	unpack(natural, problem, 140);
	for (size_t k = 0; k < PIXELS; k++) {
		unsigned int counts = counts_at(140 * PIXELS + k);

		assert_true(natural[k] == (counts > 5 ? sqrtf((float)counts) : -1.0F));
	}
	plica_problem_free(problem);
}

static void calibrated_patterns_are_amplitudes(void **state)
{
	struct plica_settings settings = tiny_settings("LSQML");
	struct plica_dataset *dataset = make(PLICA_PATTERN_U16);
	struct plica_problem *problem = NULL;
	float natural[PIXELS];

	(void)state;
	settings.data.gain = 3.0;
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	assert_false(problem->counted);
	unpack(natural, problem, 140);
	assert_close(
		(double)(natural[5] * natural[5]), (double)counts_at(140 * PIXELS + 5) / 3.0, 1e-4);
	plica_problem_free(problem);
	plica_dataset_free(dataset);
}

static void a_dataset_is_consumed_by_a_failure_too(void **state)
{
	struct plica_settings settings = tiny_settings("LSQML");
	struct plica_dataset *dataset = make(PLICA_PATTERN_F32);
	struct plica_problem *problem = NULL;

	(void)state;
	memset(dataset->patterns, 0, COUNT * PIXELS * sizeof(float));
	assert_error(plica_problem_consume(&problem, &dataset, &settings, &err), PLICA_ERR_DATA,
		"no photon in any valid pixel");
	assert_null(dataset);
	dataset = make(PLICA_PATTERN_U8);
	memset(dataset->probe, 0, PIXELS * sizeof(*dataset->probe));
	assert_error(plica_problem_consume(&problem, &dataset, &settings, &err), PLICA_ERR_DATA,
		"'probeGuess' is zero");
	assert_null(dataset);
	assert_null(problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_packed_the_same),
		cmocka_unit_test(types_of_two_bytes_and_more_need_no_second_room),
		cmocka_unit_test(what_is_no_count_stays_an_amplitude),
		cmocka_unit_test(counts_that_do_not_fit_stay_amplitudes),
		cmocka_unit_test(masked_pixels_may_hold_anything),
		cmocka_unit_test(counts_without_dark_pixels_stay_counts),
		cmocka_unit_test(calibrated_patterns_are_amplitudes),
		cmocka_unit_test(invalid_pixels_hold_no_photons),
		cmocka_unit_test(a_dataset_is_consumed_by_a_failure_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
