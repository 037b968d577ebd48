/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/bands.h"

#include "testing.h"

static void bands_cover_the_rows_once(void **state)
{
	static const size_t ranges[][2] = {{0, 1}, {0, 16}, {0, 17}, {5, 100}, {7, 23}};

	(void)state;
	for (size_t r = 0; r < sizeof(ranges) / sizeof(ranges[0]); r++) {
		size_t next = ranges[r][0];
		size_t count = plica_band_count(ranges[r][0], ranges[r][1]);

		for (size_t k = 0; k < count; k++) {
			struct plica_band band = plica_band(ranges[r][0], ranges[r][1], k);

			assert_int_equal(band.first, next);
			assert_true(band.end > band.first);
			assert_true(band.end - band.first <= PLICA_BAND_ROWS);
			next = band.end;
		}
		assert_int_equal(next, ranges[r][1]);
	}
}

static void no_rows_are_no_bands(void **state)
{
	(void)state;
	assert_int_equal(plica_band_count(3, 3), 0);
	assert_int_equal(plica_band_count(4, 3), 0); /* as of a batch without positions */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bands_cover_the_rows_once),
		cmocka_unit_test(no_rows_are_no_bands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
