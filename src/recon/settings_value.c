/* SPDX-License-Identifier: BSD-3-Clause */
/* Settings by their rows: from text, into text and JSON, checked. The rows are in settings.c. */
#include "plica/settings.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"
#include "format/json.h"

/* Room for all names, where one is looked for. */
#define MOST_SETTINGS 512

static const struct plica_setting *find(const char *name)
{
	size_t count;
	const struct plica_setting *table = plica_settings_table(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

static enum plica_status unknown(const char *name, struct plica_error *err)
{
	const char *names[MOST_SETTINGS];
	const char *nearest;
	size_t count;
	const struct plica_setting *table = plica_settings_table(&count);

	assert(count <= MOST_SETTINGS);
	for (size_t i = 0; i < count; i++)
		names[i] = table[i].name;
	nearest = plica_nearest_name(name, names, count);
	if (nearest != NULL)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"unknown option '%s': did you mean '%s'?", name, nearest);
	return plica_error_set(err, PLICA_ERR_ARGUMENT,
		"unknown option '%s': 'plica reconstruct --show-settings' lists all", name);
}

static const void *member(const struct plica_settings *settings, const struct plica_setting *row)
{
	return (const char *)settings + row->offset;
}

static double number_of(const struct plica_settings *settings, const struct plica_setting *row)
{
	const void *value = member(settings, row);

	switch (row->type) {
	case PLICA_SETTING_INTEGER:
		return (double)*(const long *)value;
	case PLICA_SETTING_NUMBER:
		return *(const double *)value;
	case PLICA_SETTING_BOOL:
		return *(const bool *)value ? 1.0 : 0.0;
	case PLICA_SETTING_CHOICE:
		return (double)*(const int *)value;
	}
	return (double)NAN;
}

static int choice_count(const struct plica_setting *row)
{
	int count = 0;

	while (row->choices[count] != NULL)
		count++;
	return count;
}

static enum plica_status check_range(
	const struct plica_setting *row, double value, struct plica_error *err)
{
	if (row->choices != NULL && value >= 0.0 && value < choice_count(row))
		return PLICA_OK;
	if (row->choices != NULL)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"option '%s' is number %g of %d choices", row->name, value,
			choice_count(row));
	if (value >= row->least && value <= row->most)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_ARGUMENT,
		"option '%s' is %g, expected a %s from %g to %g%s%s", row->name, value,
		row->type == PLICA_SETTING_INTEGER ? "whole number" : "number", row->least,
		row->most, row->unit[0] != '\0' ? " " : "", row->unit);
}

static enum plica_status set_choice(
	int *out, const struct plica_setting *row, const char *text, struct plica_error *err)
{
	struct plica_text names = {0};
	enum plica_status status = PLICA_OK;

	for (int i = 0; row->choices[i] != NULL; i++) {
		if (strcmp(row->choices[i], text) == 0) {
			*out = i;
			goto out;
		}
		PLICA_TRY(
			plica_text_printf(&names, err, "%s%s", i > 0 ? ", " : "", row->choices[i]));
	}
	status = plica_error_set(err, PLICA_ERR_ARGUMENT, "option '%s' is '%s', expected one of %s",
		row->name, text, plica_text_string(&names));
out:
	plica_text_release(&names);
	return status;
}

static enum plica_status set_bool(
	bool *out, const struct plica_setting *row, const char *text, struct plica_error *err)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
		*out = text[0] == 't';
		return PLICA_OK;
	}
	return plica_error_set(err, PLICA_ERR_ARGUMENT,
		"option '%s' is '%s', expected true or false", row->name, text);
}

static enum plica_status set_number(
	void *out, const struct plica_setting *row, const char *text, struct plica_error *err)
{
	char *end = NULL;
	double value;
	enum plica_status status;

	errno = 0;
	value = strtod(text, &end);
	if (end == text || *end != '\0' || errno != 0 || !isfinite(value) ||
		(row->type == PLICA_SETTING_INTEGER && value != trunc(value)))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"option '%s' is '%s', expected a %s", row->name, text,
			row->type == PLICA_SETTING_INTEGER ? "whole number" : "number");
	status = check_range(row, value, err);
	if (status != PLICA_OK)
		return status;
	if (row->type == PLICA_SETTING_INTEGER)
		*(long *)out = (long)value;
	else
		*(double *)out = value;
	return PLICA_OK;
}

enum plica_status plica_settings_set(struct plica_settings *settings, const char *name,
	const char *text, struct plica_error *err)
{
	const struct plica_setting *row = find(name);
	void *target;

	if (row == NULL)
		return unknown(name, err);
	if (!plica_setting_applies(row, settings))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"option '%s' does not apply to the algorithm %s", name,
			settings->algorithm);
	target = (char *)settings + row->offset;
	switch (row->type) {
	case PLICA_SETTING_CHOICE:
		return set_choice(target, row, text, err);
	case PLICA_SETTING_BOOL:
		return set_bool(target, row, text, err);
	case PLICA_SETTING_INTEGER:
	case PLICA_SETTING_NUMBER:
		break;
	}
	return set_number(target, row, text, err);
}

static enum plica_status check_limits(
	const char *name, const double limits[2], struct plica_error *err)
{
	if (limits[0] <= limits[1])
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_ARGUMENT,
		"option 'object.hard_limits_magnitude_phase.%s': the lower limit %g is above the "
		"upper, %g",
		name, limits[0], limits[1]);
}

enum plica_status plica_settings_check(
	const struct plica_settings *settings, struct plica_error *err)
{
	enum plica_status checked;
	size_t count;
	const struct plica_setting *table = plica_settings_table(&count);

	for (size_t i = 0; i < count; i++) {
		enum plica_status status =
			check_range(&table[i], number_of(settings, &table[i]), err);

		if (status != PLICA_OK)
			return status;
	}
	if (settings->denoise != PLICA_DENOISE_NONE && !settings->object.optimizable)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"option 'denoise' is auto, but object.optimizable is false: a known object "
			"is left alone");
	if (settings->object.patch_interpolation == PLICA_INTERPOLATION_NEAREST &&
		settings->positions.optimizable)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"option 'object.patch_interpolation_method' is nearest, but "
			"positions.optimizable is true: whole pixels cannot be refined");
	checked = check_limits("abs_lim", settings->object.hard_limits.abs_lim, err);
	if (checked != PLICA_OK)
		return checked;
	return check_limits("phase_lim", settings->object.hard_limits.phase_lim, err);
}

void plica_settings_get(char out[PLICA_SETTING_TEXT], const struct plica_settings *settings,
	const struct plica_setting *row)
{
	double number = number_of(settings, row);

	if (row->type == PLICA_SETTING_CHOICE)
		(void)snprintf(out, PLICA_SETTING_TEXT, "%s", row->choices[(int)number]);
	else if (row->type == PLICA_SETTING_BOOL)
		(void)snprintf(out, PLICA_SETTING_TEXT, "%s", number != 0.0 ? "true" : "false");
	else
		(void)snprintf(out, PLICA_SETTING_TEXT, "%.15g", number);
}

static void put(struct plica_json *json, const struct plica_settings *settings,
	const struct plica_setting *row)
{
	double number = number_of(settings, row);

	switch (row->type) {
	case PLICA_SETTING_INTEGER:
		plica_json_set_integer(json, row->name, (int64_t)number);
		break;
	case PLICA_SETTING_NUMBER:
		plica_json_set_number(json, row->name, number);
		break;
	case PLICA_SETTING_BOOL:
		plica_json_set_bool(json, row->name, number != 0.0);
		break;
	case PLICA_SETTING_CHOICE:
		plica_json_set_text(json, row->name, row->choices[(int)number]);
		break;
	}
}

enum plica_status plica_settings_json(
	char **out, const struct plica_settings *settings, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text text = {0};
	struct plica_json *json = plica_json_object();
	size_t count;
	const struct plica_setting *table = plica_settings_table(&count);

	plica_json_set_text(json, "algorithm", settings->algorithm);
	for (size_t i = 0; i < count; i++)
		if (plica_setting_applies(&table[i], settings))
			put(json, settings, &table[i]);
	PLICA_TRY(plica_json_line(&text, json, err));
	*out = text.data; /* ownership moves to the caller */
	text = (struct plica_text){0};
out:
	plica_text_release(&text);
	plica_json_free(json);
	return status;
}
