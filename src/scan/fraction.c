/* SPDX-License-Identifier: BSD-3-Clause */
#include "scan/fraction.h"

#include <stdbool.h>

#include "base/memory.h"
#include "base/try.h"
#include "scan/groups.h"

/* Positions of a subsample. */
struct sample {
	struct plica_indices index;
	double *y_px, *x_px;
};

static enum plica_status take_sample(struct sample *out, struct plica_positions positions,
	const struct plica_view_params *params, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_scan_subsample(
		&out->index, positions.count, params->image_fraction, params->subsample_seed, err));
	PLICA_TRY(PLICA_NEW(&out->y_px, out->index.count, err));
	PLICA_TRY(PLICA_NEW(&out->x_px, out->index.count, err));
	for (size_t i = 0; i < out->index.count; i++) {
		out->y_px[i] = positions.y_px[out->index.item[i]];
		out->x_px[i] = positions.x_px[out->index.item[i]];
	}
out:
	return status;
}

/* The positions that are in any of the groups, ascending. */
static enum plica_status unite(struct plica_indices *out, const struct plica_groups *groups,
	const struct plica_indices *sample, struct plica_error *err)
{
	enum plica_status status;
	bool *used = NULL;

	PLICA_TRY(PLICA_NEW(&used, sample->count, err));
	PLICA_TRY(PLICA_NEW(&out->item, sample->count, err));
	for (size_t i = 0; i < groups->count * groups->size; i++)
		used[groups->member[i]] = true;
	for (size_t i = 0; i < sample->count; i++)
		if (used[i])
			out->item[out->count++] = sample->item[i];
out:
	plica_free(used);
	return status;
}

enum plica_status plica_view_by_fraction(struct plica_view *out, struct plica_positions positions,
	const struct plica_view_params *params, struct plica_error *err)
{
	const struct plica_groups_params wanted = {
		params->gridsize, params->neighbor_count, params->group_count, params->seed};
	enum plica_status status;
	struct plica_groups groups = {0};
	struct plica_view view = {.selection_strategy = "fraction"};
	struct sample sample = {0};

	PLICA_TRY(take_sample(&sample, positions, params, err));
	if (sample.index.count < params->gridsize * params->gridsize) {
		status = plica_error_set(err, PLICA_ERR_NUMERIC,
			"no group fits: %zu of %zu positions are left, a group has %zu",
			sample.index.count, positions.count, params->gridsize * params->gridsize);
		goto out;
	}
	PLICA_TRY(plica_groups_create(&groups,
		(struct plica_positions){sample.index.count, sample.y_px, sample.x_px}, &wanted,
		err));
	PLICA_TRY(unite(&view.members, &groups, &sample.index, err));
	view.n_accepted = groups.count;
	view.n_rejected = positions.count - view.members.count;
	view.acceptance_rate = (double)view.members.count / (double)positions.count;
	*out = view;
	view = (struct plica_view){0};
out:
	plica_view_release(&view);
	plica_groups_release(&groups);
	plica_indices_release(&sample.index);
	plica_free(sample.y_px);
	plica_free(sample.x_px);
	return status;
}
