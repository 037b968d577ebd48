/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/batches.h"

#include "base/memory.h"
#include "base/random.h"

enum plica_status plica_batches_init(struct plica_batches *batches, size_t position_count,
	size_t batch_size, uint64_t seed, struct plica_error *err)
{
	size_t count = (position_count + batch_size - 1) / batch_size;

	*batches = (struct plica_batches){
		.position_count = position_count,
		.batch_count = count,
		.largest = (position_count + count - 1) / count,
		.seed = seed,
	};
	return PLICA_NEW(&batches->order, position_count, err);
}

void plica_batches_release(struct plica_batches *batches)
{
	plica_free(batches->order);
	batches->order = NULL;
}

void plica_batches_shuffle(struct plica_batches *batches, long epoch)
{
	struct plica_random random;

	for (size_t i = 0; i < batches->position_count; i++)
		batches->order[i] = i;
	plica_random_start(&random, batches->seed, PLICA_RANDOM_BATCHES, (uint64_t)epoch);
	plica_random_shuffle(&random, batches->order, batches->position_count);
}

const size_t *plica_batches_get(const struct plica_batches *batches, size_t index, size_t *count)
{
	size_t first = index * batches->position_count / batches->batch_count;
	size_t end = (index + 1) * batches->position_count / batches->batch_count;

	*count = end - first;
	return batches->order + first;
}
