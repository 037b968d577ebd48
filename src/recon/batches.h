/* SPDX-License-Identifier: BSD-3-Clause */
/** Minibatches: a new random order of the positions every epoch, cut into balanced parts. */
#ifndef PLICA_RECON_BATCHES_H
#define PLICA_RECON_BATCHES_H

#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"

struct plica_batches {
	size_t position_count;
	size_t batch_count;
	size_t largest; /**< positions in the largest batch */
	uint64_t seed;
	size_t *order; /**< a permutation of the positions */
};

/** Batches of at most `batch_size` positions whose sizes differ by one at the most. */
PLICA_MUST_USE enum plica_status plica_batches_init(struct plica_batches *batches,
	size_t position_count, size_t batch_size, uint64_t seed, struct plica_error *err);
void plica_batches_release(struct plica_batches *batches);
/** Draws the order of epoch `epoch`; it depends on (seed, epoch) alone. */
void plica_batches_shuffle(struct plica_batches *batches, long epoch);
/** The positions of batch `index`; *count of them. */
const size_t *plica_batches_get(const struct plica_batches *batches, size_t index, size_t *count);

#endif
