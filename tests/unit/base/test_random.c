/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/random.h"

#include <string.h>

#include "testing.h"

#define DRAWS 200000

/* Random123's known answers for Philox 4x32-10; words are given out from the last to the first. */
static void the_stream_is_philox(void **state)
{
	static const uint32_t zeros[] = {0x9b00dbd8, 0xbc57ac4c, 0xe169c58d, 0x6627e8d5};
	struct plica_random random;

	(void)state;
	plica_random_start(&random, 0, PLICA_RANDOM_TEST, 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(plica_random_u32(&random), zeros[i]);
}

/* Same key, same numbers; one other word in the key, others. */
static void streams_depend_on_seed_purpose_and_index(void **state)
{
	static const struct {
		uint64_t seed;
		enum plica_random_purpose purpose;
		uint64_t index;
	} keys[] = {
		{42, PLICA_RANDOM_PHOTONS, 7},
		{43, PLICA_RANDOM_PHOTONS, 7},
		{42 + (UINT64_C(1) << 32), PLICA_RANDOM_PHOTONS, 7},
		{42, PLICA_RANDOM_SCAN, 7},
		{42, PLICA_RANDOM_PHOTONS, 8},
		{42, PLICA_RANDOM_PHOTONS, 7 + (UINT64_C(1) << 32)},
	};
	uint32_t drawn[6][64];

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct plica_random random;

		plica_random_start(&random, keys[i].seed, keys[i].purpose, keys[i].index);
		for (size_t k = 0; k < 64; k++)
			drawn[i][k] = plica_random_u32(&random);
		plica_random_start(&random, keys[i].seed, keys[i].purpose, keys[i].index);
		for (size_t k = 0; k < 64; k++)
			assert_int_equal(plica_random_u32(&random), drawn[i][k]);
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(drawn[i], drawn[k], sizeof(drawn[i]));
	}
}

struct moments {
	double mean;
	double variance;
	double least, most;
};

static void add(struct moments *moments, double value)
{
	moments->mean += value / DRAWS;
	moments->variance += value * value / DRAWS;
	moments->least = fmin(moments->least, value);
	moments->most = fmax(moments->most, value);
}

static struct moments nothing(void)
{
	return (struct moments){.least = INFINITY, .most = -INFINITY};
}

/* Tolerances are five standard errors. */
static void check(const struct moments *moments, double mean, double variance, double kurtosis)
{
	double error = sqrt(variance / DRAWS);

	assert_close(moments->mean, mean, 5.0 * error);
	assert_close(moments->variance - moments->mean * moments->mean, variance,
		5.0 * variance * sqrt((kurtosis - 1.0) / DRAWS));
}

static void uniform_numbers_fill_the_interval(void **state)
{
	struct moments moments = nothing();
	struct plica_random random;

	(void)state;
	plica_random_start(&random, 1, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < DRAWS; i++)
		add(&moments, plica_random_uniform(&random));
	check(&moments, 0.5, 1.0 / 12.0, 1.8);
	assert_true(moments.least >= 0.0 && moments.least < 1e-3);
	assert_true(moments.most < 1.0 && moments.most > 1.0 - 1e-3);
}

static void normal_numbers_are_standard(void **state)
{
	struct moments moments = nothing();
	struct plica_random random;

	(void)state;
	plica_random_start(&random, 2, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < DRAWS; i++)
		add(&moments, plica_random_normal(&random));
	check(&moments, 0.0, 1.0, 3.0);
	assert_true(moments.least < -3.5 && moments.most > 3.5);
}

static void poisson_deviates_have_their_mean_as_variance(void **state)
{
	static const double means[] = {0.01, 1.0, 30.0, 1e4, 1e6};
	struct plica_random random;

	(void)state;
	for (size_t m = 0; m < sizeof(means) / sizeof(means[0]); m++) {
		struct moments moments = nothing();

		plica_random_start(&random, 3, PLICA_RANDOM_TEST, m);
		for (size_t i = 0; i < DRAWS; i++)
			add(&moments, (double)plica_random_poisson(&random, means[m]));
		check(&moments, means[m], means[m], 3.0 + 1.0 / means[m]);
	}
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(plica_random_poisson(&random, 0.0), 0);
}

static void binomial_deviates_are_thinned_counts(void **state)
{
	struct moments moments = nothing();
	struct plica_random random;

	(void)state;
	plica_random_start(&random, 4, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < DRAWS; i++)
		add(&moments, (double)plica_random_binomial(&random, 1000, 0.1));
	check(&moments, 100.0, 90.0, 3.0);
	assert_true(moments.most <= 1000.0);
	assert_int_equal(plica_random_binomial(&random, 0, 0.5), 0);
	assert_int_equal(plica_random_binomial(&random, 17, 1.0), 17);
	assert_int_equal(plica_random_binomial(&random, 17, 0.0), 0);
}

/* A limit that does not divide 2^64 would be uneven without rejection; here: all are reached. */
static void whole_numbers_stay_below_their_limit(void **state)
{
	size_t seen[7] = {0};
	struct plica_random random;

	(void)state;
	plica_random_start(&random, 5, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < DRAWS; i++)
		seen[plica_random_below(&random, 7)]++;
	for (size_t k = 0; k < 7; k++)
		assert_close((double)seen[k], DRAWS / 7.0, 5.0 * sqrt(DRAWS / 7.0));
	for (size_t i = 0; i < 100; i++) {
		assert_int_equal(plica_random_below(&random, 1), 0);
		assert_true(plica_random_below(&random, SIZE_MAX) < SIZE_MAX);
	}
}

/* Three items have six orders: each comes equally often. */
static void shuffles_are_fair(void **state)
{
	size_t seen[27] = {0};
	struct plica_random random;

	(void)state;
	plica_random_start(&random, 6, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < DRAWS; i++) {
		size_t items[] = {0, 1, 2};

		plica_random_shuffle(&random, items, 3);
		assert_int_equal(items[0] + items[1] + items[2], 3);
		seen[9 * items[0] + 3 * items[1] + items[2]]++;
	}
	for (size_t k = 0; k < 27; k++)
		if (seen[k] > 0)
			assert_close((double)seen[k], DRAWS / 6.0, 5.0 * sqrt(DRAWS / 6.0));
	assert_true(seen[5] > 0 && seen[7] > 0 && seen[11] > 0 && seen[15] > 0 && seen[19] > 0 &&
		    seen[21] > 0);
	plica_random_shuffle(&random, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stream_is_philox),
		cmocka_unit_test(streams_depend_on_seed_purpose_and_index),
		cmocka_unit_test(uniform_numbers_fill_the_interval),
		cmocka_unit_test(normal_numbers_are_standard),
		cmocka_unit_test(poisson_deviates_have_their_mean_as_variance),
		cmocka_unit_test(binomial_deviates_are_thinned_counts),
		cmocka_unit_test(whole_numbers_stay_below_their_limit),
		cmocka_unit_test(shuffles_are_fair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
