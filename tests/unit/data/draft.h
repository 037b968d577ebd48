/* SPDX-License-Identifier: BSD-3-Clause */
/** A small, sound DATA-001 file in memory, to be spoilt by a test and saved. */
#ifndef PLICA_DRAFT_H
#define PLICA_DRAFT_H

#include <complex.h>
#include <math.h>
#include <string.h>

#include "data/members.h"
#include "plica/dataset.h"
#include "scratch.h"
#include "testing.h"

#define DRAFT_COUNT 5
#define DRAFT_SIDE 8
#define DRAFT_PIXELS (DRAFT_SIDE * DRAFT_SIDE)
#define DRAFT_OBJECT 24

struct draft {
	struct plica_members members;
	float patterns[DRAFT_COUNT * DRAFT_PIXELS];
	float _Complex probe[DRAFT_PIXELS];
	float _Complex object[DRAFT_OBJECT * DRAFT_OBJECT];
	double x[DRAFT_COUNT], y[DRAFT_COUNT];
	char path[512];
};

static const size_t draft_patterns_shape[3] = {DRAFT_COUNT, DRAFT_SIDE, DRAFT_SIDE};
static const size_t draft_probe_shape[2] = {DRAFT_SIDE, DRAFT_SIDE};
static const size_t draft_object_shape[2] = {DRAFT_OBJECT, DRAFT_OBJECT};
static const size_t draft_coordinates_shape[1] = {DRAFT_COUNT};

/** Amplitude of pattern i at pixel k: brightest in the middle, never a whole number. */
static inline float draft_amplitude(size_t i, size_t k)
{
	double y = (double)(k / DRAFT_SIDE) - DRAFT_SIDE / 2.0;
	double x = (double)(k % DRAFT_SIDE) - DRAFT_SIDE / 2.0;

	return (float)((9.3 + 0.1 * (double)i) / (1.0 + hypot(y, x)) + 0.01 * y);
}

/** Leaves the member out. */
static inline void draft_drop(struct draft *draft, const char *name)
{
	struct plica_members *members = &draft->members;
	size_t kept = 0;

	for (size_t i = 0; i < members->count; i++)
		if (strcmp(members->item[i].name, name) != 0)
			members->item[kept++] = members->item[i];
		else if (members->item[i].owned)
			plica_array_release(&members->item[i].array);
	members->count = kept;
}

/** Sets the member, in the place of one of the same name. */
static inline void draft_set(struct draft *draft, const char *name, enum plica_dtype dtype,
	const void *data, int dimensions, const size_t *shape)
{
	draft_drop(draft, name);
	plica_members_view(&draft->members, name, dtype, data, dimensions, shape);
}

static inline void draft_set_text(struct draft *draft, const char *name, const char *text)
{
	draft_drop(draft, name);
	assert_int_equal(plica_members_text(&draft->members, name, text, NULL), PLICA_OK);
}

static inline void draft_init(struct draft *draft)
{
	*draft = (struct draft){0};
	for (size_t i = 0; i < DRAFT_COUNT; i++) {
		for (size_t k = 0; k < DRAFT_PIXELS; k++)
			draft->patterns[i * DRAFT_PIXELS + k] = draft_amplitude(i, k);
		draft->y[i] = 5.25 + 2.0 * (double)i;
		draft->x[i] = 15.5 - (double)i;
	}
	for (size_t k = 0; k < DRAFT_PIXELS; k++)
		draft->probe[k] = CMPLXF(draft_amplitude(0, k), 0.25F);
	for (size_t k = 0; k < DRAFT_OBJECT * DRAFT_OBJECT; k++)
		draft->object[k] = CMPLXF(1.0F - 0.001F * (float)k, 0.002F * (float)k);
	draft_set(draft, "diffraction", PLICA_DTYPE_F32, draft->patterns, 3, draft_patterns_shape);
	draft_set(draft, "probeGuess", PLICA_DTYPE_C64, draft->probe, 2, draft_probe_shape);
	draft_set(draft, "objectGuess", PLICA_DTYPE_C64, draft->object, 2, draft_object_shape);
	draft_set(draft, "xcoords", PLICA_DTYPE_F64, draft->x, 1, draft_coordinates_shape);
	draft_set(draft, "ycoords", PLICA_DTYPE_F64, draft->y, 1, draft_coordinates_shape);
	(void)scratch_path(draft->path, "draft.npz");
}

static inline void draft_save(const struct draft *draft)
{
	struct plica_error err = {0};

	assert_ok(plica_members_save(&draft->members, draft->path, &err));
}

static inline void draft_release(struct draft *draft)
{
	plica_members_release(&draft->members);
}

/** Saves the draft and gives all findings; to be released by the caller. */
static inline struct plica_findings draft_validate(const struct draft *draft)
{
	struct plica_findings findings = {0};
	struct plica_error err = {0};

	draft_save(draft);
	assert_ok(plica_dataset_validate(&findings, draft->path, &err));
	return findings;
}

/** Saves the draft and loads it; an error stops the test. */
static inline struct plica_dataset *draft_load(const struct draft *draft)
{
	struct plica_dataset *dataset = NULL;
	struct plica_error err = {0};

	draft_save(draft);
	assert_ok(plica_dataset_load(&dataset, draft->path, &err));
	return dataset;
}

/** Fails unless the draft is sound. */
static inline void draft_has_no_finding(const struct draft *draft)
{
	struct plica_findings findings = draft_validate(draft);

	if (findings.count > 0)
		fail_msg("unexpected: %s", findings.item[0].message);
}

/** Fails unless the draft has exactly one finding, of this kind, with these parts in its texts. */
static inline void draft_has_finding(const struct draft *draft, bool is_error, const char *field,
	const char *found, const char *expected)
{
	struct plica_findings findings = draft_validate(draft);
	const struct plica_finding *item = findings.item;

	for (size_t i = findings.count == 1 ? 1 : 0; i < findings.count; i++)
		print_message("# finding: %s\n", findings.item[i].message);
	assert_int_equal(findings.count, 1);
	if (strcmp(item->field, field) != 0 || strstr(item->found, found) == NULL ||
		strstr(item->expected, expected) == NULL || item->is_error != is_error)
		fail_msg("%s '%s' is '%s', expected '%s': not %s '%s' is '%s', expected '%s'",
			item->is_error ? "error" : "warning", item->field, item->found,
			item->expected, is_error ? "error" : "warning", field, found, expected);
	assert_non_null(strstr(item->message, field));
	assert_non_null(strstr(item->message, found));
	assert_non_null(strstr(item->message, expected));
	plica_findings_release(&findings);
}

#endif
