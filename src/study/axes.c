/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

#define HIGHEST_DOSE 1e15 /* a double still holds every whole number there */

static int compare_doses(const void *a, const void *b)
{
	double first = *(const double *)a;
	double second = *(const double *)b;

	return (first > second) - (first < second);
}

static enum plica_status take_doses(struct plica_build *build, struct plica_error *err)
{
	const struct raw_design *raw = build->raw;
	struct plica_design *design = build->design;
	enum plica_status status;

	if (raw->doses_count == 0)
		return plica_outline_complain(build->outline, "doses", err,
			"'doses' is empty: expected at least one number of photons > 0");
	status = PLICA_NEW(&design->doses, raw->doses_count, err);
	for (size_t i = 0; i < raw->doses_count && status == PLICA_OK; i++) {
		double dose = raw->doses[i];

		if (!(dose > 0.0 && dose <= HIGHEST_DOSE))
			return plica_build_item(
				build, "doses", i, err, "a number of photons > 0 and <= 1e15");
		if (dose != floor(dose))
			return plica_build_item(build, "doses", i, err,
				"a whole number of photons (folders are named after it)");
		for (size_t j = 0; j < i; j++)
			if (raw->doses[j] == dose)
				return plica_build_item(build, "doses", i, err, "each dose once");
		design->doses[i] = dose;
	}
	design->dose_count = raw->doses_count;
	if (status == PLICA_OK)
		qsort(design->doses, design->dose_count, sizeof(double), compare_doses);
	return status;
}

static int compare_sizes(const void *a, const void *b)
{
	size_t first = *(const size_t *)a;
	size_t second = *(const size_t *)b;

	return (first > second) - (first < second);
}

static enum plica_status take_gridsizes(struct plica_build *build, struct plica_error *err)
{
	static const int64_t otherwise[] = {1, 2};
	const struct raw_design *raw = build->raw;
	const int64_t *given = raw->gridsizes != NULL ? raw->gridsizes : otherwise;
	size_t count = raw->gridsizes != NULL ? raw->gridsizes_count : 2;
	struct plica_design *design = build->design;
	enum plica_status status;

	if (count == 0)
		return plica_outline_complain(build->outline, "gridsizes", err,
			"'gridsizes' is empty: expected whole numbers from 1 to 8");
	status = PLICA_NEW(&design->gridsizes, count, err);
	for (size_t i = 0; i < count && status == PLICA_OK; i++) {
		if (given[i] < 1 || given[i] > 8)
			return plica_build_item(
				build, "gridsizes", i, err, "a whole number from 1 to 8");
		for (size_t j = 0; j < i; j++)
			if (given[j] == given[i])
				return plica_build_item(
					build, "gridsizes", i, err, "each gridsize once");
		design->gridsizes[i] = (size_t)given[i];
	}
	design->gridsize_count = count;
	if (status == PLICA_OK)
		qsort(design->gridsizes, count, sizeof(size_t), compare_sizes);
	return status;
}

static enum plica_status take_neighbours(struct plica_build *build, struct plica_error *err)
{
	struct plica_design *design = build->design;
	size_t gridsize = design->gridsizes[design->gridsize_count - 1];
	const int64_t range[3] = {1, 1000, 7};
	enum plica_status status = plica_build_integer(build, &design->neighbor_count,
		"neighbor_count", build->raw->neighbor_count, range, err);

	if (status == PLICA_OK && design->neighbor_count < gridsize * gridsize)
		return plica_outline_complain(build->outline, "neighbor_count", err,
			"'neighbor_count' is %zu: expected at least %zu, gridsize squared for the "
			"largest gridsize (%zu)",
			design->neighbor_count, gridsize * gridsize, gridsize);
	return status;
}

static enum plica_status take_splits(struct plica_build *build, struct plica_error *err)
{
	static const char *const known[] = {"train", "test", "full"};
	const struct raw_design *raw = build->raw;
	struct plica_design *design = build->design;

	for (size_t i = 0; i < PLICA_SPLIT_COUNT; i++)
		design->splits[i] = raw->splits == NULL;
	if (raw->splits != NULL && raw->splits_count == 0)
		return plica_outline_complain(build->outline, "splits", err,
			"'splits' is empty: expected some of train, test, full");
	for (size_t i = 0; raw->splits != NULL && i < raw->splits_count; i++) {
		size_t split = 0;
		char path[64];

		(void)snprintf(path, sizeof(path), "splits[%zu]", i);
		while (split < PLICA_SPLIT_COUNT && strcmp(raw->splits[i], known[split]) != 0)
			split++;
		if (split == PLICA_SPLIT_COUNT)
			return plica_build_unknown(
				build, path, raw->splits[i], known, PLICA_SPLIT_COUNT, err);
		if (design->splits[split])
			return plica_build_item(build, "splits", i, err, "each split once");
		design->splits[split] = true;
	}
	return PLICA_OK;
}

enum plica_status plica_build_axes(struct plica_build *build, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(take_doses(build, err));
	PLICA_TRY(take_gridsizes(build, err));
	PLICA_TRY(take_neighbours(build, err));
	PLICA_TRY(take_splits(build, err));
	PLICA_TRY(plica_build_views(build, err));
out:
	return status;
}
