/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Minibatches: the positions cut into parts whose sizes differ by one at the most
 * (doc/numerics.md, "Batches").
 *
 *     random    a new random order of the positions every epoch
 *     uniform   fixed batches, each spread over the whole scan; their order is drawn every epoch
 *     compact   fixed batches, each of neighbours; always in the same order
 */
#ifndef PLICA_RECON_BATCHES_H
#define PLICA_RECON_BATCHES_H

#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"
#include "plica/scan.h"
#include "plica/settings.h"

struct plica_batches {
	enum plica_batching_mode mode;
	size_t position_count;
	size_t batch_count;
	size_t largest; /**< positions in the largest batch */
	uint64_t seed;
	size_t *order;    /**< a permutation of the positions */
	size_t *sequence; /**< in which the batches are visited */
};

/** Random batches of at most `batch_size` positions. */
PLICA_MUST_USE enum plica_status plica_batches_init(struct plica_batches *batches,
	size_t position_count, size_t batch_size, uint64_t seed, struct plica_error *err);
/** Turns them into uniform or compact ones of `positions`, which must be finite. Uniform takes
 * time in proportion to positions times batch size, compact n log^2 n. */
PLICA_MUST_USE enum plica_status plica_batches_arrange(struct plica_batches *batches,
	enum plica_batching_mode mode, struct plica_positions positions, struct plica_error *err);
void plica_batches_release(struct plica_batches *batches);
/** Draws what is random in epoch `epoch`; it depends on (seed, epoch) alone. */
void plica_batches_shuffle(struct plica_batches *batches, long epoch);
/** The positions of batch `index`; *count of them. */
const size_t *plica_batches_get(const struct plica_batches *batches, size_t index, size_t *count);

#endif
