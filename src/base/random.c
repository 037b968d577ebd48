/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/random.h"

#include <Random123/philox.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <string.h>

void plica_random_start(struct plica_random *random, uint64_t seed,
	enum plica_random_purpose purpose, uint64_t index)
{
	/* counter[0] runs; purpose and index fill the rest, the seed is the key */
	*random = (struct plica_random){
		.key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
		.counter = {0, (uint32_t)purpose, (uint32_t)index, (uint32_t)(index >> 32)},
	};
}

static void refill(struct plica_random *random)
{
	philox4x32_key_t key;
	philox4x32_ctr_t counter;

	memcpy(key.v, random->key, sizeof(random->key));
	memcpy(counter.v, random->counter, sizeof(random->counter));
	counter = philox4x32(counter, key);
	memcpy(random->word, counter.v, sizeof(random->word));
	random->counter[0]++;
	random->left = 4;
}

uint32_t plica_random_u32(struct plica_random *random)
{
	if (random->left == 0)
		refill(random);
	return random->word[--random->left];
}

static double uniform32(struct plica_random *random)
{
	return plica_random_u32(random) * 0x1p-32;
}

double plica_random_uniform(struct plica_random *random)
{
	uint64_t high = plica_random_u32(random);
	uint64_t low = plica_random_u32(random);

	return (double)((high << 21) ^ (low >> 11)) * 0x1p-53;
}

size_t plica_random_below(struct plica_random *random, size_t limit)
{
	uint64_t range = limit;
	uint64_t excess = (UINT64_MAX - range + 1) % range;

	for (;;) {
		uint64_t high = plica_random_u32(random);
		uint64_t draw = (high << 32) | plica_random_u32(random);

		if (draw >= excess)
			return (size_t)(draw % range);
	}
}

/* GSL asks for a generator type: these adapt one of ours, whose state it then owns by pointer. */
struct gsl_bridge {
	struct plica_random *random;
};

static void bridge_set(void *state, unsigned long seed)
{
	(void)state;
	(void)seed;
}

static unsigned long bridge_get(void *state)
{
	return plica_random_u32(((struct gsl_bridge *)state)->random);
}

static double bridge_get_double(void *state)
{
	return uniform32(((struct gsl_bridge *)state)->random);
}

static const gsl_rng_type bridge_type = {
	.name = "plica-philox",
	.max = UINT32_MAX,
	.min = 0,
	.size = sizeof(struct gsl_bridge),
	.set = bridge_set,
	.get = bridge_get,
	.get_double = bridge_get_double,
};

double plica_random_normal(struct plica_random *random)
{
	struct gsl_bridge bridge = {random};
	gsl_rng generator = {&bridge_type, &bridge};

	return gsl_ran_gaussian_ziggurat(&generator, 1.0);
}

unsigned int plica_random_poisson(struct plica_random *random, double mean)
{
	struct gsl_bridge bridge = {random};
	gsl_rng generator = {&bridge_type, &bridge};

	return mean > 0.0 ? gsl_ran_poisson(&generator, mean) : 0;
}

unsigned int plica_random_binomial(
	struct plica_random *random, unsigned int trials, double probability)
{
	struct gsl_bridge bridge = {random};
	gsl_rng generator = {&bridge_type, &bridge};

	return gsl_ran_binomial(&generator, probability, trials);
}

void plica_random_shuffle(struct plica_random *random, size_t *items, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = plica_random_below(random, i);
		size_t kept = items[i - 1];

		items[i - 1] = items[j];
		items[j] = kept;
	}
}
