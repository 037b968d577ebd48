/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Counter-based random numbers (Philox 4x32-10 of Random123), keyed by (seed, purpose, index):
 * what pattern 17 draws depends on nothing else, so results do not depend on the number of
 * threads or on the order of work. A generator is a few words on the stack; nothing to free.
 *
 * Poisson deviates come from GSL on top of the same stream.
 */
#ifndef PLICA_BASE_RANDOM_H
#define PLICA_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/** What the numbers are for; a new use gets a new entry, never a shared one. */
enum plica_random_purpose {
	PLICA_RANDOM_TEST = 0,
	PLICA_RANDOM_SPECIMEN = 1,
	PLICA_RANDOM_SCAN = 2,
	PLICA_RANDOM_PHOTONS = 3,
	PLICA_RANDOM_BATCHES = 4,
	PLICA_RANDOM_GROUPS = 5,
	PLICA_RANDOM_SUBSAMPLE = 6,
	PLICA_RANDOM_HALVES = 7,
	PLICA_RANDOM_THINNING = 8,
};

struct plica_random {
	uint32_t key[2];
	uint32_t counter[4];
	uint32_t word[4];
	unsigned int left; /**< words not yet given out */
};

void plica_random_start(struct plica_random *random, uint64_t seed,
	enum plica_random_purpose purpose, uint64_t index);
uint32_t plica_random_u32(struct plica_random *random);
/** Uniform in [0, 1). */
double plica_random_uniform(struct plica_random *random);
/** Uniform in {0, ..., limit - 1}; limit >= 1; without bias. */
size_t plica_random_below(struct plica_random *random, size_t limit);
/** Standard normal. */
double plica_random_normal(struct plica_random *random);
/** Poisson deviate with the given mean >= 0 (a mean of 0 gives 0). */
unsigned int plica_random_poisson(struct plica_random *random, double mean);
/** Binomial deviate: successes in `trials` with the given probability. */
unsigned int plica_random_binomial(
	struct plica_random *random, unsigned int trials, double probability);
/** Shuffles `items` (Fisher-Yates). */
void plica_random_shuffle(struct plica_random *random, size_t *items, size_t count);

#endif
