/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/groups.h"

#include <stdbool.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/try.h"
#include "scan/neighbours.h"

/* Index of the random stream for the seeds; each group's own choice uses its index + 1. */
#define SEEDS_STREAM 0

static enum plica_status check(
	size_t positions, const struct plica_groups_params *params, struct plica_error *err)
{
	size_t size = params->gridsize * params->gridsize;

	if (params->gridsize < 1 || params->gridsize > PLICA_GRIDSIZE_LIMIT)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the gridsize is %zu, expected 1 to %d", params->gridsize,
			PLICA_GRIDSIZE_LIMIT);
	if (params->neighbor_count < size || params->neighbor_count > PLICA_NEIGHBOUR_LIMIT)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the neighbor count K is %zu, expected %zu to %d for gridsize %zu",
			params->neighbor_count, size, PLICA_NEIGHBOUR_LIMIT, params->gridsize);
	if (positions < size)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the scan has %zu position%s, expected at least %zu for gridsize %zu",
			positions, positions == 1 ? "" : "s", size, params->gridsize);
	return PLICA_OK;
}

static enum plica_status allocate(
	struct plica_groups *groups, size_t count, size_t size, struct plica_error *err)
{
	enum plica_status status;
	size_t members;

	if (!plica_size_mul(&members, count, size))
		return plica_error_set(
			err, PLICA_ERR_MEMORY, "%zu groups of %zu are too many", count, size);
	PLICA_TRY(PLICA_NEW(&groups->member, members, err));
	PLICA_TRY(PLICA_NEW(&groups->y_px, count, err));
	PLICA_TRY(PLICA_NEW(&groups->x_px, count, err));
	groups->count = count;
	groups->size = size;
out:
	return status;
}

/* Writes the seed position of each group to its first member. */
static enum plica_status choose_seeds(struct plica_groups *groups, size_t positions,
	const struct plica_groups_params *params, struct plica_error *err)
{
	struct plica_random random;
	size_t *order = NULL;
	enum plica_status status;
	bool repeat = groups->count > positions;

	PLICA_TRY(PLICA_NEW(&order, positions, err));
	for (size_t i = 0; i < positions; i++)
		order[i] = i;
	plica_random_start(&random, params->seed, PLICA_RANDOM_GROUPS, SEEDS_STREAM);
	if (groups->count < positions)
		plica_random_shuffle(&random, order, positions);
	for (size_t g = 0; g < groups->count; g++)
		groups->member[g * groups->size] =
			order[repeat ? plica_random_below(&random, positions) : g];
out:
	plica_free(order);
	return status;
}

/* Moves `wanted` seeded ones of the `found` neighbours to the front, in their order. */
static void draw(size_t *neighbour, size_t found, size_t wanted, struct plica_random *random)
{
	size_t taken = 0;

	for (size_t i = 0; i < found && taken < wanted; i++)
		if (plica_random_below(random, found - i) < wanted - taken)
			neighbour[taken++] = neighbour[i];
}

static void fill_group(struct plica_groups *groups, size_t g, const struct plica_neighbours *tree,
	const struct plica_groups_params *params, bool choose)
{
	size_t neighbour[PLICA_NEIGHBOUR_LIMIT];
	double distance_px[PLICA_NEIGHBOUR_LIMIT];
	size_t *member = groups->member + g * groups->size;
	size_t wanted = groups->size - 1;
	size_t found = plica_neighbours_nearest(
		neighbour, distance_px, tree, member[0], choose ? params->neighbor_count : wanted);

	if (choose) {
		struct plica_random random;

		plica_random_start(&random, params->seed, PLICA_RANDOM_GROUPS, g + 1);
		draw(neighbour, found, wanted, &random);
	}
	for (size_t i = 0; i < wanted; i++)
		member[i + 1] = neighbour[i];
}

static void find_centre(struct plica_groups *groups, size_t g, struct plica_positions positions)
{
	const size_t *member = groups->member + g * groups->size;
	double y = 0.0;
	double x = 0.0;

	for (size_t i = 0; i < groups->size; i++) {
		y += positions.y_px[member[i]];
		x += positions.x_px[member[i]];
	}
	groups->y_px[g] = y / (double)groups->size;
	groups->x_px[g] = x / (double)groups->size;
}

enum plica_status plica_groups_create(struct plica_groups *out, struct plica_positions positions,
	const struct plica_groups_params *params, struct plica_error *err)
{
	struct plica_groups groups = {0};
	struct plica_neighbours *tree = NULL;
	enum plica_status status;
	size_t count = params->group_count > 0 ? params->group_count : positions.count;

	PLICA_TRY(check(positions.count, params, err));
	PLICA_TRY(allocate(&groups, count, params->gridsize * params->gridsize, err));
	PLICA_TRY(plica_neighbours_create(&tree, positions, err));
	PLICA_TRY(choose_seeds(&groups, positions.count, params, err));
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < count; i++) {
		size_t g = count == positions.count ? plica_neighbours_at(tree, i) : i;

		fill_group(&groups, g, tree, params, count > positions.count);
		find_centre(&groups, g, positions);
	}
	*out = groups;
	groups = (struct plica_groups){0};
out:
	plica_neighbours_free(tree);
	plica_groups_release(&groups);
	return status;
}

void plica_groups_release(struct plica_groups *groups)
{
	plica_free(groups->member);
	plica_free(groups->y_px);
	plica_free(groups->x_px);
	*groups = (struct plica_groups){0};
}
