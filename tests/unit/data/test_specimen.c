/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/specimen.h"

#include <complex.h>
#include <string.h>

#include "base/memory.h"
#include "testing.h"

#define ROWS 260
#define COLS 300

static struct plica_error err;

static float complex *draw(const char *name, uint64_t seed)
{
	float complex *data = NULL;
	struct plica_field field;

	assert_ok(PLICA_NEW(&data, (size_t)ROWS * COLS, &err));
	field = plica_field_of(data, ROWS, COLS);
	assert_ok(plica_specimen_draw(&field, name, seed, &err));
	return data;
}

static void names_are_known(void **state)
{
	const char *const *names = plica_specimen_names();

	(void)state;
	for (size_t i = 0; names[i] != NULL; i++)
		assert_true(plica_specimen_known(names[i]));
	assert_false(plica_specimen_known("cell"));
	assert_false(plica_specimen_known(""));
}

static void values_are_in_range_and_rich(void **state)
{
	const char *const *names = plica_specimen_names();

	(void)state;
	for (size_t k = 0; names[k] != NULL; k++) {
		float complex *data = draw(names[k], 1);
		double phase = 0.0;
		double square = 0.0;

		for (size_t i = 0; i < (size_t)ROWS * COLS; i++) {
			double amplitude = (double)cabsf(data[i]);
			double angle = (double)cargf(data[i]);

			assert_true(amplitude >= 0.7 - 1e-6 && amplitude <= 1.0 + 1e-6);
			assert_true(angle >= -1e-6 && angle <= 1.5 + 1e-6);
			phase += angle;
			square += angle * angle;
		}
		phase /= ROWS * COLS;
		assert_true(sqrt(square / (ROWS * COLS) - phase * phase) > 0.2);
		plica_free(data);
	}
}

static void seed_decides_the_cells(void **state)
{
	const size_t bytes = sizeof(float complex) * ROWS * COLS;
	float complex *first = draw("cells", 1);
	float complex *again = draw("cells", 1);
	float complex *other = draw("cells", 2);

	(void)state;
	assert_memory_equal(first, again, bytes);
	assert_memory_not_equal(first, other, bytes);
	plica_free(first);
	plica_free(again);
	plica_free(other);
}

/* Around the middle of the star, on a circle between two gaps, spokes alternate 36 times. */
static void star_has_its_spokes(void **state)
{
	float complex *data = draw("siemens", 0);
	double radius = 0.35 * 0.92 * ROWS;
	int edges = 0;
	int before = -1;

	(void)state;
	for (int k = 0; k <= 3600; k++) {
		double angle = 2.0 * M_PI * k / 3600.0 + 0.01;
		size_t y = (size_t)lrint(0.5 * (ROWS - 1) + radius * sin(angle));
		size_t x = (size_t)lrint(0.5 * (COLS - 1) + radius * cos(angle));
		int material = cargf(data[y * COLS + x]) > 0.6F;

		edges += before >= 0 && material != before;
		before = material;
	}
	assert_in_range(edges, 70, 74);
	plica_free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_known),
		cmocka_unit_test(values_are_in_range_and_rich),
		cmocka_unit_test(seed_decides_the_cells),
		cmocka_unit_test(star_has_its_spokes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
