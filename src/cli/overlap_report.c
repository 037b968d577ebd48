/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/overlap_report.h"

#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/try.h"
#include "data/describe.h"
#include "data/members.h"
#include "scan/groups.h"

void overlap_put(struct plica_json *json, const struct overlap_finding *finding)
{
	const struct plica_view *selection = finding->selection;

	plica_describe_overlap(json, finding->params, finding->overlap);
	plica_describe_dose(json, finding->dataset);
	if (selection == NULL)
		return;
	plica_json_set_text(json, "selection_strategy", selection->selection_strategy);
	plica_json_set_number(json, "spacing_threshold", finding->spacing_px);
	plica_json_set_integer(json, "n_accepted", (int64_t)selection->n_accepted);
	plica_json_set_integer(json, "n_rejected", (int64_t)selection->n_rejected);
	plica_json_set_number(json, "acceptance_rate", selection->acceptance_rate);
}

static void print_dose(const struct plica_dataset *dataset)
{
	struct plica_json *json = plica_json_object();
	double ratio;

	plica_describe_dose(json, dataset);
	ratio = plica_json_get_number(json, "dose_ratio", (double)NAN);
	(void)printf("  dose             %.6g photons per frame, %.4g per object pixel",
		plica_json_get_number(json, "photons_per_frame", (double)NAN),
		plica_json_get_number(json, "photons_per_object_pixel", (double)NAN));
	if (!isnan(ratio))
		(void)printf("; %.4g of its label, %g", ratio,
			plica_json_get_number(json, "dose_label", (double)NAN));
	(void)printf("\n");
	plica_json_free(json);
}

static void print_metric(const char *label, double value)
{
	if (isnan(value))
		(void)printf("  %-16s -\n", label);
	else
		(void)printf("  %-16s %.4f\n", label, value);
}

void overlap_print(const struct overlap_finding *finding)
{
	const struct plica_overlap *overlap = finding->overlap;
	const struct plica_overlap_params *params = finding->params;
	const struct plica_view *selection = finding->selection;
	size_t members = params->gridsize * params->gridsize;

	if (selection != NULL)
		(void)printf("  selection        %s, at least %g px apart: %zu groups kept of %zu "
			     "(%.1f %%)\n",
			selection->selection_strategy, finding->spacing_px, selection->n_accepted,
			selection->n_accepted + selection->n_rejected,
			100.0 * selection->acceptance_rate);
	(void)printf("  images           %zu, %zu measured, %zu different\n", overlap->images_total,
		overlap->images_subsampled, overlap->images_unique);
	(void)printf("  groups           %zu of %zu position%s each (gridsize %zu), K = %zu\n",
		overlap->groups, members, members == 1 ? "" : "s", params->gridsize,
		params->neighbor_count);
	(void)printf("  probe diameter   %.2f px\n", params->probe_diameter_px);
	if (!isnan(overlap->spacing_px))
		(void)printf("  spacing          %.3f px (median distance to 4 neighbours)\n",
			overlap->spacing_px);
	print_metric("linear overlap", overlap->linear);
	print_metric("area overlap", overlap->area);
	print_metric("1 group-based", overlap->group_based);
	print_metric("2 image-based", overlap->image_based);
	print_metric("3 group to group", overlap->group_to_group);
	print_dose(finding->dataset);
}

static void fill_groups(int64_t *member, double *centre, const struct plica_groups *groups,
	struct plica_members *members)
{
	const size_t shape[2] = {groups->count, groups->size};
	const size_t pairs[2] = {groups->count, 2};

	for (size_t i = 0; i < groups->count * groups->size; i++)
		member[i] = (int64_t)groups->member[i];
	for (size_t g = 0; g < groups->count; g++) {
		centre[2 * g] = groups->y_px[g];
		centre[2 * g + 1] = groups->x_px[g];
	}
	plica_members_view(members, "groups", PLICA_DTYPE_I64, member, 2, shape);
	plica_members_view(members, "centres", PLICA_DTYPE_F64, centre, 2, pairs);
}

enum plica_status overlap_save_groups(const char *path, struct plica_positions positions,
	const struct plica_overlap_params *params, struct plica_error *err)
{
	const struct plica_groups_params grouping = {
		params->gridsize, params->neighbor_count, params->group_count, params->seed};
	struct plica_members members = {0};
	struct plica_groups groups = {0};
	int64_t *member = NULL;
	double *centre = NULL;
	enum plica_status status;

	PLICA_TRY(plica_groups_create(&groups, positions, &grouping, err));
	PLICA_TRY(PLICA_NEW(&member, groups.count * groups.size, err));
	PLICA_TRY(PLICA_NEW(&centre, 2 * groups.count, err));
	fill_groups(member, centre, &groups, &members);
	PLICA_TRY(plica_members_save(&members, path, err));
out:
	plica_members_release(&members);
	plica_groups_release(&groups);
	plica_free(member);
	plica_free(centre);
	return status;
}
