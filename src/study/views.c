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
		"unknown view '%s'%s%s%s: a view of one's own needs 'overlap', "
		"'spacing', 'fraction' or 'scan_overlap'",
		name, nearest != NULL ? ", did you mean '" : "", nearest != NULL ? nearest : "",
		nearest != NULL ? "'?" : "");
}

/* What the file may say of a view, of which it is to say one at most, and the kind that follows. */
struct choice {
	const char *field;
	const double *given;
	enum plica_view_kind kind;
	bool (*is_right)(double value);
	const char *expected;
};

static bool is_overlap(double value)
{
	return value >= 0.0 && value < 1.0;
}

static bool is_length(double value)
{
	return value > 0.0 && isfinite(value);
}

static bool is_share(double value)
{
	return value > 0.0 && value <= 1.0;
}

static enum plica_status refuse_second(struct plica_build *build, size_t index,
	const struct choice *first, const struct choice *second, struct plica_error *err)
{
	char path[64];

	view_path(path, index, second->field);
	return plica_outline_complain(build->outline, path, err,
		"view '%s' has both '%s' and '%s': expected one of them",
		build->raw->views[index].name, first->field, second->field);
}

/* `out->given` stays NULL when the file has the name alone. */
static enum plica_status choose(
	struct plica_build *build, struct choice *out, size_t index, struct plica_error *err)
{
	const struct raw_view *raw = &build->raw->views[index];
	const struct choice choices[] = {
		{"overlap", raw->overlap, PLICA_VIEW_SPACING, is_overlap, "a number in [0, 1)"},
		{"spacing", raw->spacing, PLICA_VIEW_SPACING, is_length, "a number of pixels > 0"},
		{"fraction", raw->fraction, PLICA_VIEW_FRACTION, is_share, "a number in (0, 1]"},
		{"scan_overlap", raw->scan_overlap, PLICA_VIEW_SCAN, is_overlap,
			"a number in [0, 1)"},
	};
	char path[64];

	*out = (struct choice){0};
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		if (choices[i].given == NULL)
			continue;
		if (out->given != NULL)
			return refuse_second(build, index, out, &choices[i], err);
		*out = choices[i];
	}
	if (out->given == NULL)
		return PLICA_OK;
	view_path(path, index, out->field);
	if (strcmp(raw->name, BASELINE) == 0)
		return plica_outline_complain(build->outline, path, err,
			"the view '" BASELINE "' is every position: expected no '%s'", out->field);
	if (!out->is_right(*out->given))
		return plica_outline_complain(build->outline, path, err, "'%s' is %g: expected %s",
			path, *out->given, out->expected);
	return PLICA_OK;
}

static enum plica_status take_groups(struct plica_build *build, struct plica_study_view *view,
	size_t index, struct plica_error *err)
{
	static const int64_t counts[3] = {1, 1000000000, 1};
	const struct raw_view *raw = &build->raw->views[index];
	char path[64];

	view_path(path, index, "groups");
	if (raw->groups == NULL)
		return PLICA_OK;
	if (view->kind != PLICA_VIEW_FRACTION)
		return plica_outline_complain(
			build->outline, path, err, "'%s': expected with 'fraction' alone", path);
	return plica_build_integer(build, &view->group_count, path, raw->groups, counts, err);
}

/* A view by its name alone: the baseline, dense or sparse. */
static enum plica_status take_known(struct plica_build *build, struct plica_study_view *view,
	size_t index, struct plica_error *err)
{
	const struct plica_design *design = build->design;
	double overlap = 0.0;
	enum plica_status status = look_up(build, &overlap, index, err);

	if (status != PLICA_OK)
		return status;
	view->whole = isnan(overlap);
	if (view->whole) {
		view->gridsize = design->gridsizes[0];
		return PLICA_OK;
	}
	view->kind = PLICA_VIEW_SPACING;
	view->overlap = overlap;
	view->spacing_px = plica_view_spacing_px(overlap, design->pattern_px);
	return PLICA_OK;
}

static void take_choice(
	struct plica_study_view *view, const struct choice *choice, size_t pattern_px)
{
	double value = *choice->given;

	view->kind = choice->kind;
	if (choice->kind == PLICA_VIEW_FRACTION) {
		view->fraction = value;
	} else if (choice->kind == PLICA_VIEW_SCAN) {
		view->scan_overlap = value;
	} else if (choice->is_right == is_length) {
		view->spacing_px = value;
		view->overlap = 1.0 - value / (double)pattern_px;
	} else {
		view->overlap = value;
		view->spacing_px = plica_view_spacing_px(value, pattern_px);
	}
}

static enum plica_status take_view(struct plica_build *build, size_t index, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_design *design = build->design;
	struct plica_study_view *view = &design->views[index];
	struct choice choice;

	PLICA_TRY(check_name(build, index, err));
	PLICA_TRY(choose(build, &choice, index, err));
	PLICA_TRY(plica_build_keep(build, &view->name, build->raw->views[index].name, err));
	view->gridsize = design->gridsizes[design->gridsize_count - 1];
	if (choice.given != NULL)
		take_choice(view, &choice, design->pattern_px);
	else
		PLICA_TRY(take_known(build, view, index, err));
	PLICA_TRY(take_groups(build, view, index, err));
out:
	return status;
}

/* The baseline first, then by kind; equal ones go by name, not by chance. */
static int compare_views(const void *a, const void *b)
{
	const struct plica_study_view *first = a;
	const struct plica_study_view *second = b;

	if (first->kind != second->kind)
		return first->kind < second->kind ? -1 : 1;
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
