/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/range.h"
#include "base/try.h"
#include "plica/scan.h"

void plica_indices_release(struct plica_indices *indices)
{
	plica_free(indices->item);
	*indices = (struct plica_indices){0};
}

/* Half of the extent along one axis; fails when there is none. */
static enum plica_status find_cut(
	double *out, const double *coordinate_px, size_t count, struct plica_error *err)
{
	struct plica_range range = plica_range_of(coordinate_px, count);
	double low = range.low;

	if (!(range.high > low))
		return plica_error_set(err, PLICA_ERR_DATA,
			"the scan has no extent along this axis: found %zu position%s", count,
			count == 1 ? "" : "s in one line across it");
	/* halves first: the sum of two large coordinates could overflow. The upper end is never
	 * below the cut, the lower end always is. */
	*out = fmin(fmax(0.5 * low + 0.5 * range.high, nextafter(low, INFINITY)), range.high);
	return PLICA_OK;
}

enum plica_status plica_scan_split(struct plica_indices *train, struct plica_indices *test,
	struct plica_positions positions, enum plica_axis axis, struct plica_error *err)
{
	const double *coordinate_px = axis == PLICA_AXIS_Y ? positions.y_px : positions.x_px;
	struct plica_indices half[2] = {{0}, {0}};
	enum plica_status status;
	double cut = 0.0;

	PLICA_TRY(find_cut(&cut, coordinate_px, positions.count, err));
	PLICA_TRY(PLICA_NEW(&half[0].item, positions.count, err));
	PLICA_TRY(PLICA_NEW(&half[1].item, positions.count, err));
	for (size_t i = 0; i < positions.count; i++) {
		struct plica_indices *to = &half[coordinate_px[i] < cut ? 0 : 1];

		to->item[to->count++] = i;
	}
	*train = half[0];
	*test = half[1];
	half[0] = half[1] = (struct plica_indices){0};
out:
	plica_indices_release(&half[0]);
	plica_indices_release(&half[1]);
	return status;
}

/* Selection sampling: of `count` positions so many go to the first list, the others to the second,
 * which may be NULL. */
static void draw(struct plica_indices *chosen, struct plica_indices *others, size_t count,
	size_t wanted, struct plica_random *random)
{
	for (size_t i = 0; i < count; i++) {
		if (plica_random_below(random, count - i) < wanted - chosen->count)
			chosen->item[chosen->count++] = i;
		else if (others != NULL)
			others->item[others->count++] = i;
		else if (chosen->count == wanted)
			return;
	}
}

enum plica_status plica_scan_subsample(struct plica_indices *out, size_t position_count,
	double fraction, uint64_t seed, struct plica_error *err)
{
	struct plica_indices chosen = {0};
	struct plica_random random;
	enum plica_status status;
	size_t wanted;

	if (position_count == 0)
		return plica_error_set(
			err, PLICA_ERR_ARGUMENT, "there are no positions, expected at least 1");
	if (!(fraction > 0.0 && fraction <= 1.0))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the fraction of images is %g, expected more than 0, at most 1", fraction);
	wanted = (size_t)fmax(1.0, rint(fraction * (double)position_count));
	PLICA_TRY(PLICA_NEW(&chosen.item, wanted, err));
	plica_random_start(&random, seed, PLICA_RANDOM_SUBSAMPLE, 0);
	draw(&chosen, NULL, position_count, wanted, &random);
	*out = chosen;
out:
	return status;
}

enum plica_status plica_scan_split_random(struct plica_indices *first, struct plica_indices *second,
	size_t position_count, uint64_t seed, struct plica_error *err)
{
	struct plica_indices half[2] = {{0}, {0}};
	struct plica_random random;
	enum plica_status status;

	if (position_count < 2)
		return plica_error_set(err, PLICA_ERR_DATA,
			"a scan of %zu position%s has no two halves", position_count,
			position_count == 1 ? "" : "s");
	PLICA_TRY(PLICA_NEW(&half[0].item, position_count, err));
	PLICA_TRY(PLICA_NEW(&half[1].item, position_count, err));
	plica_random_start(&random, seed, PLICA_RANDOM_HALVES, 0);
	draw(&half[0], &half[1], position_count, position_count - position_count / 2, &random);
	*first = half[0];
	*second = half[1];
	half[0] = half[1] = (struct plica_indices){0};
out:
	plica_indices_release(&half[0]);
	plica_indices_release(&half[1]);
	return status;
}
