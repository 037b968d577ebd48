/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/try.h"
#include "plica/scan.h"
#include "scan/groups.h"
#include "scan/neighbours.h"

/* Neighbours whose mean distance is a position's spacing: those of a square raster. */
#define SPACING_NEIGHBOURS 4

double plica_overlap_fraction(double distance_px, double diameter_px)
{
	double part = distance_px / diameter_px; /* the squares of both could overflow */

	if (!(part < 1.0))
		return 0.0;
	return M_2_PI * (acos(part) - part * sqrt((1.0 - part) * (1.0 + part)));
}

struct plica_overlap_params plica_overlap_defaults(double probe_diameter_px)
{
	return (struct plica_overlap_params){.probe_diameter_px = probe_diameter_px,
		.gridsize = 1,
		.neighbor_count = 6,
		.image_fraction = 1.0};
}

static enum plica_status check(const struct plica_overlap_params *params, struct plica_error *err)
{
	if (params->probe_diameter_px > 0.0 && isfinite(params->probe_diameter_px))
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_ARGUMENT,
		"the probe diameter is %g px, expected more than 0", params->probe_diameter_px);
}

/* Positions of its own, owned. */
struct own_positions {
	size_t count;
	double *y_px;
	double *x_px;
};

static struct plica_positions view_of(const struct own_positions *own)
{
	return (struct plica_positions){own->count, own->y_px, own->x_px};
}

static void release_own(struct own_positions *own)
{
	plica_free(own->y_px);
	plica_free(own->x_px);
}

static enum plica_status allocate_own(
	struct own_positions *own, size_t most, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&own->y_px, most, err));
	PLICA_TRY(PLICA_NEW(&own->x_px, most, err));
out:
	return status;
}

static void add_own(struct own_positions *own, struct plica_positions from, size_t index)
{
	own->y_px[own->count] = from.y_px[index];
	own->x_px[own->count++] = from.x_px[index];
}

static enum plica_status subsample(struct own_positions *out, struct plica_positions positions,
	const struct plica_overlap_params *params, struct plica_error *err)
{
	struct plica_indices chosen = {0};
	enum plica_status status;

	PLICA_TRY(plica_scan_subsample(
		&chosen, positions.count, params->image_fraction, params->seed, err));
	PLICA_TRY(allocate_own(out, chosen.count, err));
	for (size_t i = 0; i < chosen.count; i++)
		add_own(out, positions, chosen.item[i]);
out:
	plica_indices_release(&chosen);
	return status;
}

static int by_place(const void *left, const void *right, void *context)
{
	const struct plica_positions *positions = context;
	size_t a = *(const size_t *)left;
	size_t b = *(const size_t *)right;

	if (positions->y_px[a] != positions->y_px[b])
		return positions->y_px[a] < positions->y_px[b] ? -1 : 1;
	if (positions->x_px[a] != positions->x_px[b])
		return positions->x_px[a] < positions->x_px[b] ? -1 : 1;
	return (a > b) - (a < b);
}

static bool same_place(struct plica_positions positions, size_t a, size_t b)
{
	return positions.y_px[a] == positions.y_px[b] && positions.x_px[a] == positions.x_px[b];
}

static enum plica_status remove_duplicates(
	struct own_positions *out, struct plica_positions positions, struct plica_error *err)
{
	enum plica_status status;
	size_t *order = NULL;

	PLICA_TRY(PLICA_NEW(&order, positions.count, err));
	PLICA_TRY(allocate_own(out, positions.count, err));
	for (size_t i = 0; i < positions.count; i++)
		order[i] = i;
	qsort_r(order, positions.count, sizeof(*order), by_place, &positions);
	for (size_t i = 0; i < positions.count; i++)
		if (i == 0 || !same_place(positions, order[i - 1], order[i]))
			add_own(out, positions, order[i]);
out:
	plica_free(order);
	return status;
}

static double mean_of(const double *value, size_t count)
{
	double sum = 0.0;

	for (size_t i = 0; i < count; i++)
		sum += value[i];
	return sum / (double)count;
}

static int ascending(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return (a > b) - (a < b);
}

static double median_of(double *value, size_t count)
{
	qsort(value, count, sizeof(*value), ascending);
	return 0.5 * (value[(count - 1) / 2] + value[count / 2]);
}

/* Metric 1. */

static double member_overlap(struct plica_positions positions, const size_t *member, size_t self,
	size_t size, const struct plica_overlap_params *params)
{
	double distance_px[PLICA_GRIDSIZE_LIMIT * PLICA_GRIDSIZE_LIMIT] = {0.0};
	size_t count = 0;

	for (size_t j = 0; j < size; j++)
		if (j != self)
			distance_px[count++] =
				hypot(positions.y_px[member[self]] - positions.y_px[member[j]],
					positions.x_px[member[self]] - positions.x_px[member[j]]);
	qsort(distance_px, count, sizeof(*distance_px), ascending);
	count = count < params->neighbor_count ? count : params->neighbor_count;
	for (size_t j = 0; j < count; j++)
		distance_px[j] = plica_overlap_fraction(distance_px[j], params->probe_diameter_px);
	return mean_of(distance_px, count);
}

static double group_based(struct plica_positions positions, const struct plica_groups *groups,
	const struct plica_overlap_params *params)
{
	double sum = 0.0;

	if (groups->size == 1)
		return (double)NAN;
	for (size_t g = 0; g < groups->count; g++)
		for (size_t i = 0; i < groups->size; i++)
			sum += member_overlap(positions, groups->member + g * groups->size, i,
				groups->size, params);
	return sum / (double)(groups->count * groups->size);
}

/* Metric 2, and the spacing. */

/* Of each position: the mean overlap with its K nearest others, the mean distance to the 4 nearest.
 */
struct image_means {
	double *overlap;
	double *distance_px;
};

static void measure_image(struct image_means *means, const struct plica_neighbours *tree,
	size_t query, const struct plica_overlap_params *params)
{
	size_t index[PLICA_NEIGHBOUR_LIMIT];
	double distance_px[PLICA_NEIGHBOUR_LIMIT];
	size_t wanted = params->neighbor_count > SPACING_NEIGHBOURS ? params->neighbor_count
								    : SPACING_NEIGHBOURS;
	size_t found = plica_neighbours_nearest(index, distance_px, tree, query, wanted);
	size_t near = found < SPACING_NEIGHBOURS ? found : SPACING_NEIGHBOURS;
	size_t counted = found < params->neighbor_count ? found : params->neighbor_count;

	means->distance_px[query] = mean_of(distance_px, near);
	for (size_t j = 0; j < counted; j++)
		distance_px[j] = plica_overlap_fraction(distance_px[j], params->probe_diameter_px);
	means->overlap[query] = mean_of(distance_px, counted);
}

static enum plica_status measure_unique(struct plica_overlap *out,
	const struct own_positions *unique, const struct plica_overlap_params *params,
	struct plica_error *err)
{
	struct plica_neighbours *tree = NULL;
	struct image_means means = {NULL, NULL};
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&means.overlap, unique->count, err));
	PLICA_TRY(PLICA_NEW(&means.distance_px, unique->count, err));
	PLICA_TRY(plica_neighbours_create(&tree, view_of(unique), err));
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < unique->count; i++)
		measure_image(&means, tree, plica_neighbours_at(tree, i), params);
	out->image_based = mean_of(means.overlap, unique->count);
	out->spacing_px = median_of(means.distance_px, unique->count);
	out->linear = 1.0 - out->spacing_px / params->probe_diameter_px;
	out->area = plica_overlap_fraction(out->spacing_px, params->probe_diameter_px);
out:
	plica_neighbours_free(tree);
	plica_free(means.overlap);
	plica_free(means.distance_px);
	return status;
}

static enum plica_status measure_images(struct plica_overlap *out, struct plica_positions positions,
	const struct plica_overlap_params *params, struct plica_error *err)
{
	struct own_positions unique = {0};
	enum plica_status status;

	out->image_based = out->spacing_px = out->linear = out->area = (double)NAN;
	PLICA_TRY(remove_duplicates(&unique, positions, err));
	out->images_unique = unique.count;
	if (unique.count > 1)
		PLICA_TRY(measure_unique(out, &unique, params, err));
out:
	release_own(&unique);
	return status;
}

/* Metric 3. */

struct overlap_sum {
	size_t self;
	double diameter_px;
	double sum;
	size_t count;
};

static void add_overlap(void *context, size_t index, double distance_px)
{
	struct overlap_sum *sum = context;

	if (index == sum->self)
		return;
	sum->sum += plica_overlap_fraction(distance_px, sum->diameter_px);
	sum->count++;
}

static double centre_overlap(const struct plica_neighbours *tree, const struct plica_groups *groups,
	size_t g, double diameter_px)
{
	const double at[2] = {groups->y_px[g], groups->x_px[g]};
	struct overlap_sum near = {g, diameter_px, 0.0, 0};

	plica_neighbours_within(tree, at, diameter_px, add_overlap, &near);
	return near.count > 0 ? near.sum / (double)near.count : 0.0;
}

static enum plica_status group_to_group(
	double *out, const struct plica_groups *groups, double diameter_px, struct plica_error *err)
{
	const struct plica_positions centres = {groups->count, groups->y_px, groups->x_px};
	struct plica_neighbours *tree = NULL;
	double *overlap = NULL;
	enum plica_status status;

	PLICA_TRY(plica_neighbours_create(&tree, centres, err));
	PLICA_TRY(PLICA_NEW(&overlap, groups->count, err));
#pragma omp parallel for schedule(static)
	for (size_t i = 0; i < groups->count; i++) {
		size_t g = plica_neighbours_at(tree, i);

		overlap[g] = centre_overlap(tree, groups, g, diameter_px);
	}
	*out = mean_of(overlap, groups->count);
out:
	plica_neighbours_free(tree);
	plica_free(overlap);
	return status;
}

static enum plica_status measure_groups(struct plica_overlap *out, struct plica_positions positions,
	const struct plica_overlap_params *params, struct plica_error *err)
{
	const struct plica_groups_params grouping = {
		params->gridsize, params->neighbor_count, params->group_count, params->seed};
	struct plica_groups groups = {0};
	enum plica_status status;

	PLICA_TRY(plica_groups_create(&groups, positions, &grouping, err));
	out->groups = groups.count;
	out->group_based = group_based(positions, &groups, params);
	PLICA_TRY(group_to_group(&out->group_to_group, &groups, params->probe_diameter_px, err));
out:
	plica_groups_release(&groups);
	return status;
}

enum plica_status plica_overlap_measure(struct plica_overlap *out, struct plica_positions positions,
	const struct plica_overlap_params *params, struct plica_error *err)
{
	struct own_positions sample = {0};
	struct plica_overlap overlap = {.images_total = positions.count};
	enum plica_status status;

	PLICA_TRY(check(params, err));
	PLICA_TRY(subsample(&sample, positions, params, err));
	overlap.images_subsampled = sample.count;
	status = measure_groups(&overlap, view_of(&sample), params, err);
	if (status != PLICA_OK && sample.count < positions.count)
		(void)plica_error_context(err, status, "in a subsample of %zu of %zu positions",
			sample.count, positions.count);
	PLICA_TRY(status);
	PLICA_TRY(measure_images(&overlap, view_of(&sample), params, err));
	*out = overlap;
out:
	release_own(&sample);
	return status;
}
