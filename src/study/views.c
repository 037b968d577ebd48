/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "study/build.h"

/* What a view is when the file gives its name alone; the baseline is every position. */
#define BASELINE "baseline"
static const char *const known_names[] = {BASELINE, "dense", "sparse"};
static const double known_overlaps[] = {NAN, 0.7, 0.2};

#define KNOWN_COUNT (sizeof(known_names) / sizeof(known_names[0]))

static void view_path(char path[64], size_t index, const char *field)
{
	(void)snprintf(path, 64, "views[%zu].%s", index, field);
}

static bool is_file_name(const char *name)
{
	if (name[0] == '.' || strlen(name) > 100)
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
	       strlen(name);
}

static enum plica_status check_name(
	struct plica_build *build, size_t index, struct plica_error *err)
{
	const struct raw_view *raw = build->raw->views;
	const char *name = raw[index].name;
	char path[64];

	view_path(path, index, "name");
	if (name == NULL)
		return plica_outline_complain(build->outline, path, err, "'%s' is missing", path);
	if (!is_file_name(name))
		return plica_outline_complain(build->outline, path, err,
			"'%s' is '%s': expected letters, digits, '_', '-' and '.', as folders "
			"are named after it",
			path, name);
	for (size_t i = 0; i < index; i++)
		if (strcmp(raw[i].name, name) == 0)
			return plica_outline_complain(build->outline, path, err,
				"'%s' is '%s': expected each view once", path, name);
	return PLICA_OK;
}

/* Overlap of a view of which the file says neither overlap nor spacing. */
static enum plica_status look_up(
	struct plica_build *build, double *overlap, size_t index, struct plica_error *err)
{
	const char *name = build->raw->views[index].name;
	const char *nearest = plica_nearest_name(name, known_names, KNOWN_COUNT);
	char path[64];

	for (size_t i = 0; i < KNOWN_COUNT; i++) {
		if (strcmp(name, known_names[i]) == 0) {
			*overlap = known_overlaps[i];
			return PLICA_OK;
		}
	}
	view_path(path, index, "name");
	return plica_outline_complain(build->outline, path, err,
		"unknown view '%s'%s%s%s: a view of one's own needs 'overlap' or 'spacing'", name,
		nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "",
		nearest != NULL ? "'?" : "");
}

static enum plica_status check_numbers(
	struct plica_build *build, size_t index, struct plica_error *err)
{
	const struct raw_view *raw = &build->raw->views[index];
	char path[64];

	view_path(path, index, raw->spacing != NULL ? "spacing" : "overlap");
	if (raw->overlap != NULL && raw->spacing != NULL)
		return plica_outline_complain(build->outline, path, err,
			"view '%s' has both 'overlap' and 'spacing': expected one of them",
			raw->name);
	if ((raw->overlap != NULL || raw->spacing != NULL) && strcmp(raw->name, BASELINE) == 0)
		return plica_outline_complain(build->outline, path, err,
			"the view '" BASELINE "' is every position: expected neither 'overlap' "
			"nor 'spacing'");
	if (raw->overlap != NULL && !(*raw->overlap >= 0.0 && *raw->overlap < 1.0))
		return plica_outline_complain(build->outline, path, err,
			"'%s' is %g: expected a number in [0, 1)", path, *raw->overlap);
	if (raw->spacing != NULL && !(*raw->spacing > 0.0 && isfinite(*raw->spacing)))
		return plica_outline_complain(build->outline, path, err,
			"'%s' is %g: expected a number of pixels > 0", path, *raw->spacing);
	return PLICA_OK;
}

static enum plica_status take_view(struct plica_build *build, size_t index, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_design *design = build->design;
	const struct raw_view *raw = &build->raw->views[index];
	struct plica_study_view *view = &design->views[index];

	PLICA_TRY(check_name(build, index, err));
	PLICA_TRY(check_numbers(build, index, err));
	PLICA_TRY(plica_build_keep(build, &view->name, raw->name, err));
	view->gridsize = design->gridsizes[design->gridsize_count - 1];
	if (raw->spacing != NULL) {
		view->spacing_px = *raw->spacing;
		view->overlap = 1.0 - view->spacing_px / (double)design->pattern_px;
		goto out;
	}
	if (raw->overlap != NULL)
		view->overlap = *raw->overlap;
	else
		PLICA_TRY(look_up(build, &view->overlap, index, err));
	view->whole = isnan(view->overlap);
	if (view->whole) {
		view->overlap = 0.0;
		view->gridsize = design->gridsizes[0];
	} else {
		view->spacing_px = plica_view_spacing_px(view->overlap, design->pattern_px);
	}
out:
	return status;
}

/* The baseline's spacing is 0, so it comes first; equal spacings go by name, not by chance. */
static int compare_views(const void *a, const void *b)
{
	const struct plica_study_view *first = a;
	const struct plica_study_view *second = b;

	if (first->spacing_px < second->spacing_px || first->spacing_px > second->spacing_px)
		return first->spacing_px < second->spacing_px ? -1 : 1;
	return strcmp(first->name, second->name);
}

enum plica_status plica_build_views(struct plica_build *build, struct plica_error *err)
{
	struct plica_design *design = build->design;
	size_t count = build->raw->views_count;
	enum plica_status status;

	if (count == 0)
		return plica_outline_complain(build->outline, "views", err,
			"'views' is empty: expected at least one view with its name");
	PLICA_TRY(PLICA_NEW(&design->views, count, err));
	design->view_count = count;
	for (size_t i = 0; i < count; i++)
		PLICA_TRY(take_view(build, i, err));
	qsort(design->views, count, sizeof(*design->views), compare_views);
out:
	return status;
}
