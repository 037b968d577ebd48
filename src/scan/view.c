/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/try.h"
#include "plica/scan.h"
#include "scan/fraction.h"
#include "scan/groups.h"
#include "scan/neighbours.h"

/* Index of the random stream for the order of the walk, apart from those of the groups. */
#define WALK_STREAM UINT64_MAX

double plica_view_spacing_px(double overlap, size_t pattern_px)
{
	return (1.0 - overlap) * (double)pattern_px;
}

/* What the selection works on: candidates and their centres, and the state of each. */
struct selection {
	struct plica_groups candidates;
	struct plica_neighbours *centres;
	bool *blocked; /* too near to a kept one */
	bool *kept;
	double spacing_px; /* with its tolerance taken off */
	size_t kept_count;
};

static void block(void *context, size_t index, double distance_px)
{
	(void)distance_px;
	((struct selection *)context)->blocked[index] = true;
}

/* Each candidate is blocked by a bounded number of kept ones: the walk is O(n log n). */
static void keep(struct selection *selection, size_t candidate)
{
	const double at[2] = {
		selection->candidates.y_px[candidate], selection->candidates.x_px[candidate]};

	selection->kept[candidate] = true;
	selection->kept_count++;
	plica_neighbours_within(selection->centres, at, selection->spacing_px, block, selection);
}

static void walk(struct selection *selection, const size_t *order)
{
	for (size_t i = 0; i < selection->candidates.count; i++)
		if (!selection->blocked[order[i]])
			keep(selection, order[i]);
}

static enum plica_status keep_greedily(
	struct selection *selection, uint64_t seed, struct plica_error *err)
{
	struct plica_random random;
	size_t count = selection->candidates.count;
	size_t *order = NULL;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&order, count, err));
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	plica_random_start(&random, seed, PLICA_RANDOM_GROUPS, WALK_STREAM);
	plica_random_shuffle(&random, order, count);
	walk(selection, order);
out:
	plica_free(order);
	return status;
}

static bool all_far_enough(const struct selection *selection)
{
	for (size_t i = 0; i < selection->candidates.count; i++) {
		size_t nearest;
		double distance_px;

		if (plica_neighbours_nearest(&nearest, &distance_px, selection->centres, i, 1) ==
				1 &&
			distance_px < selection->spacing_px)
			return false;
	}
	return true;
}

static enum plica_status select_groups(
	struct selection *selection, const char **strategy, uint64_t seed, struct plica_error *err)
{
	if (!all_far_enough(selection)) {
		*strategy = "greedy";
		return keep_greedily(selection, seed, err);
	}
	*strategy = "direct";
	selection->kept_count = selection->candidates.count;
	for (size_t i = 0; i < selection->kept_count; i++)
		selection->kept[i] = true;
	return PLICA_OK;
}

static enum plica_status collect_members(struct plica_indices *out,
	const struct selection *selection, size_t positions, struct plica_error *err)
{
	const struct plica_groups *groups = &selection->candidates;
	enum plica_status status;
	bool *wanted = NULL;

	PLICA_TRY(PLICA_NEW(&wanted, positions, err));
	PLICA_TRY(PLICA_NEW(&out->item, positions, err));
	for (size_t i = 0; i < groups->count * groups->size; i++)
		if (selection->kept[i / groups->size])
			wanted[groups->member[i]] = true;
	for (size_t i = 0; i < positions; i++)
		if (wanted[i])
			out->item[out->count++] = i;
out:
	plica_free(wanted);
	return status;
}

static enum plica_status prepare(struct selection *selection, struct plica_positions positions,
	const struct plica_view_params *params, struct plica_error *err)
{
	const struct plica_groups_params grouping = {
		.gridsize = params->gridsize, .neighbor_count = params->neighbor_count};
	struct plica_groups *candidates = &selection->candidates;
	enum plica_status status;

	if (!(params->spacing_px > 0.0) || !isfinite(params->spacing_px))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the spacing of the view is %g px, expected more than 0",
			params->spacing_px);
	selection->spacing_px = params->spacing_px * (1.0 - 1e-9);
	PLICA_TRY(plica_groups_create(candidates, positions, &grouping, err));
	PLICA_TRY(plica_neighbours_create(&selection->centres,
		(struct plica_positions){candidates->count, candidates->y_px, candidates->x_px},
		err));
	PLICA_TRY(PLICA_NEW(&selection->blocked, candidates->count, err));
	PLICA_TRY(PLICA_NEW(&selection->kept, candidates->count, err));
out:
	return status;
}

static enum plica_status check_possible(
	size_t kept, const struct plica_view_params *params, struct plica_error *err)
{
	if (kept >= 2)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_NUMERIC,
		"the view is geometrically impossible: %zu group of %zu with a spacing of %g px "
		"fits into the scan, expected at least 2",
		kept, params->gridsize * params->gridsize, params->spacing_px);
}

static void release(struct selection *selection)
{
	plica_groups_release(&selection->candidates);
	plica_neighbours_free(selection->centres);
	plica_free(selection->blocked);
	plica_free(selection->kept);
}

enum plica_status plica_view_select(struct plica_view *out, struct plica_positions positions,
	const struct plica_view_params *params, struct plica_error *err)
{
	struct selection selection = {0};
	struct plica_view view = {0};
	enum plica_status status;

	if (params->image_fraction > 0.0)
		return plica_view_by_fraction(out, positions, params, err);
	PLICA_TRY(prepare(&selection, positions, params, err));
	PLICA_TRY(select_groups(&selection, &view.selection_strategy, params->seed, err));
	PLICA_TRY(check_possible(selection.kept_count, params, err));
	PLICA_TRY(collect_members(&view.members, &selection, positions.count, err));
	view.n_accepted = selection.kept_count;
	view.n_rejected = selection.candidates.count - selection.kept_count;
	view.acceptance_rate = (double)view.n_accepted / (double)selection.candidates.count;
	*out = view;
	view = (struct plica_view){0};
out:
	plica_view_release(&view);
	release(&selection);
	return status;
}

void plica_view_release(struct plica_view *view)
{
	plica_indices_release(&view->members);
	*view = (struct plica_view){0};
}
