/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/batches.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/try.h"

/* How often each batch is spread out together with the next. */
#define UNIFORM_PASSES 3
/* px^2; keeps positions that coincide at a finite crowding. */
#define CLOSEST2 1e-6

enum plica_status plica_batches_init(struct plica_batches *batches, size_t position_count,
	size_t batch_size, uint64_t seed, struct plica_error *err)
{
	enum plica_status status;
	size_t count = (position_count + batch_size - 1) / batch_size;

	*batches = (struct plica_batches){
		.mode = PLICA_BATCHING_RANDOM,
		.position_count = position_count,
		.batch_count = count,
		.largest = (position_count + count - 1) / count,
		.seed = seed,
	};
	PLICA_TRY(PLICA_NEW(&batches->order, position_count, err));
	PLICA_TRY(PLICA_NEW(&batches->sequence, count, err));
	for (size_t k = 0; k < count; k++)
		batches->sequence[k] = k;
out:
	return status;
}

void plica_batches_release(struct plica_batches *batches)
{
	plica_free(batches->order);
	plica_free(batches->sequence);
	batches->order = NULL;
	batches->sequence = NULL;
}

static size_t first_of(const struct plica_batches *batches, size_t index)
{
	return index * batches->position_count / batches->batch_count;
}

static void shuffle(struct plica_batches *batches, size_t *items, size_t count, long epoch)
{
	struct plica_random random;

	for (size_t i = 0; i < count; i++)
		items[i] = i;
	plica_random_start(&random, batches->seed, PLICA_RANDOM_BATCHES, (uint64_t)epoch);
	plica_random_shuffle(&random, items, count);
}

void plica_batches_shuffle(struct plica_batches *batches, long epoch)
{
	if (batches->mode == PLICA_BATCHING_RANDOM)
		shuffle(batches, batches->order, batches->position_count, epoch);
	else if (batches->mode == PLICA_BATCHING_UNIFORM)
		shuffle(batches, batches->sequence, batches->batch_count, epoch);
}

const size_t *plica_batches_get(const struct plica_batches *batches, size_t index, size_t *count)
{
	size_t batch = batches->sequence[index];
	size_t first = first_of(batches, batch);

	*count = first_of(batches, batch + 1) - first;
	return batches->order + first;
}

/* Uniform: what a position suffers from others is its crowding among them, the sum of 1/d^2. */

struct crowd {
	struct plica_positions positions;
	size_t *member;
	size_t count;
	double *own;   /* crowding of each member among the others */
	double *cross; /* what it would be in the other batch, with all members there */
};

static double repulsion(const struct crowd *crowd, size_t a, size_t b)
{
	double dy = crowd->positions.y_px[a] - crowd->positions.y_px[b];
	double dx = crowd->positions.x_px[a] - crowd->positions.x_px[b];

	return 1.0 / (dy * dy + dx * dx + CLOSEST2);
}

static double crowding(const struct crowd *crowd, size_t position)
{
	double sum = 0.0;

	for (size_t k = 0; k < crowd->count; k++)
		if (crowd->member[k] != position)
			sum += repulsion(crowd, crowd->member[k], position);
	return sum;
}

static void measure(struct crowd *crowd, const struct crowd *other)
{
	for (size_t k = 0; k < crowd->count; k++) {
		crowd->own[k] = crowding(crowd, crowd->member[k]);
		crowd->cross[k] = crowding(other, crowd->member[k]);
	}
}

/* The member whose exchange for member j of `next` helps both batches most; none: count. */
static size_t best_exchange(const struct crowd *crowd, const struct crowd *next, size_t j)
{
	size_t best = crowd->count;
	double most = 0.0;

	for (size_t k = 0; k < crowd->count; k++) {
		double pair = repulsion(crowd, crowd->member[k], next->member[j]);
		double gain = crowd->own[k] - (crowd->cross[k] - pair) + next->own[j] -
			      (next->cross[j] - pair);

		if (gain > most) {
			most = gain;
			best = k;
		}
	}
	return best;
}

/* `coming` takes the place of `leaving`, seen by the members that stay. */
static void replace(struct crowd *crowd, size_t at, size_t leaving, size_t coming)
{
	for (size_t k = 0; k < crowd->count; k++) {
		double change;

		if (k == at)
			continue;
		change = repulsion(crowd, crowd->member[k], coming) -
			 repulsion(crowd, crowd->member[k], leaving);
		crowd->own[k] += change;
		crowd->cross[k] -= change;
	}
	crowd->member[at] = coming;
}

static void exchange(struct crowd *crowd, size_t k, struct crowd *next, size_t j)
{
	size_t leaving = crowd->member[k];
	size_t coming = next->member[j];
	double pair = repulsion(crowd, leaving, coming);
	double own = crowd->own[k];
	double cross = crowd->cross[k];

	replace(crowd, k, leaving, coming);
	replace(next, j, coming, leaving);
	crowd->own[k] = next->cross[j] - pair;
	crowd->cross[k] = next->own[j] + pair;
	next->own[j] = cross - pair;
	next->cross[j] = own + pair;
}

static void spread(struct crowd *crowd, struct crowd *next)
{
	for (size_t j = 0; j < next->count; j++) {
		size_t k = best_exchange(crowd, next, j);

		if (k < crowd->count)
			exchange(crowd, k, next, j);
	}
}

static struct crowd crowd_of(struct plica_batches *batches, struct plica_positions positions,
	size_t index, double *scratch)
{
	return (struct crowd){.positions = positions,
		.member = batches->order + first_of(batches, index),
		.count = first_of(batches, index + 1) - first_of(batches, index),
		.own = scratch,
		.cross = scratch + batches->largest};
}

static enum plica_status arrange_uniform(
	struct plica_batches *batches, struct plica_positions positions, struct plica_error *err)
{
	enum plica_status status;
	double *scratch = NULL;

	PLICA_TRY(PLICA_NEW(&scratch, 4 * batches->largest, err));
	shuffle(batches, batches->order, batches->position_count, -1);
	for (size_t k = 0; k < UNIFORM_PASSES * batches->batch_count; k++) {
		size_t first = k % batches->batch_count;
		size_t second = (k + 1) % batches->batch_count;
		struct crowd crowd = crowd_of(batches, positions, first, scratch);
		struct crowd next =
			crowd_of(batches, positions, second, scratch + 2 * batches->largest);

		if (first == second)
			break;
		measure(&crowd, &next);
		measure(&next, &crowd);
		spread(&crowd, &next);
	}
out:
	plica_free(scratch);
	return status;
}

/* Compact: the scan is halved across its longer side until each part is a batch. */

struct keyed {
	double key;
	size_t index;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = a;
	const struct keyed *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static double extent(const double *coordinate, const size_t *index, size_t count)
{
	double low = coordinate[index[0]];
	double high = low;

	for (size_t k = 1; k < count; k++) {
		low = fmin(low, coordinate[index[k]]);
		high = fmax(high, coordinate[index[k]]);
	}
	return high - low;
}

static void sort_along_longer_side(
	size_t *index, size_t count, struct plica_positions positions, struct keyed *scratch)
{
	bool along_y = extent(positions.y_px, index, count) >= extent(positions.x_px, index, count);
	const double *coordinate = along_y ? positions.y_px : positions.x_px;

	for (size_t k = 0; k < count; k++)
		scratch[k] = (struct keyed){.key = coordinate[index[k]], .index = index[k]};
	qsort(scratch, count, sizeof(*scratch), by_key);
	for (size_t k = 0; k < count; k++)
		index[k] = scratch[k].index;
}

/* The depth of the recursion is the logarithm of the number of batches. */
static void halve(struct plica_batches *batches, size_t first, size_t end, /* batches */
	struct plica_positions positions, struct keyed *scratch)
{
	size_t middle = first + (end - first) / 2;
	size_t from = first_of(batches, first);

	if (end - first < 2)
		return;
	sort_along_longer_side(
		batches->order + from, first_of(batches, end) - from, positions, scratch);
	halve(batches, first, middle, positions, scratch);
	halve(batches, middle, end, positions, scratch);
}

static enum plica_status arrange_compact(
	struct plica_batches *batches, struct plica_positions positions, struct plica_error *err)
{
	enum plica_status status;
	struct keyed *scratch = NULL;

	PLICA_TRY(PLICA_NEW(&scratch, batches->position_count, err));
	for (size_t i = 0; i < batches->position_count; i++)
		batches->order[i] = i;
	halve(batches, 0, batches->batch_count, positions, scratch);
out:
	plica_free(scratch);
	return status;
}

enum plica_status plica_batches_arrange(struct plica_batches *batches,
	enum plica_batching_mode mode, struct plica_positions positions, struct plica_error *err)
{
	batches->mode = mode;
	if (mode == PLICA_BATCHING_UNIFORM)
		return arrange_uniform(batches, positions, err);
	if (mode == PLICA_BATCHING_COMPACT)
		return arrange_compact(batches, positions, err);
	return PLICA_OK;
}
