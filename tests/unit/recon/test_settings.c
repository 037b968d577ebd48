/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/json.h"
#include "testing.h"

static struct plica_error err;

static const struct plica_setting *row_of(const char *name)
{
	size_t count;
	const struct plica_setting *table = plica_settings_table(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	fail_msg("no row '%s'", name);
	return NULL;
}

typedef void row_check(struct plica_settings *, const struct plica_setting *);

/* Calls `check` for every row that the engine uses, with fresh settings. */
static void for_each_row_of(const char *algorithm, row_check *check)
{
	size_t count;
	const struct plica_setting *row = plica_settings_table(&count);

	for (size_t i = 0; i < count; i++, row++) {
		struct plica_settings settings;

		assert_ok(plica_settings_init(&settings, algorithm, &err));
		if (plica_setting_applies(row, &settings))
			check(&settings, row);
	}
}

static void for_each_row(row_check *check)
{
	for (const char *const *name = plica_algorithms(); *name != NULL; name++)
		for_each_row_of(*name, check);
}

static void assert_value(const struct plica_settings *settings, const struct plica_setting *row,
	const char *expected)
{
	char text[PLICA_SETTING_TEXT];

	plica_settings_get(text, settings, row);
	assert_string_equal(text, expected);
}

/* Sets the text, gets it back, and leaves every other byte of the settings alone. */
static void check_text(
	struct plica_settings *settings, const struct plica_setting *row, const char *text)
{
	struct plica_settings before = *settings;
	char kept[PLICA_SETTING_TEXT];

	plica_settings_get(kept, &before, row);
	assert_ok(plica_settings_set(settings, row->name, text, &err));
	assert_value(settings, row, text);
	assert_ok(plica_settings_set(settings, row->name, kept, &err));
	assert_memory_equal(settings, &before, sizeof(before));
}

static void check_round_trip(struct plica_settings *settings, const struct plica_setting *row)
{
	char text[PLICA_SETTING_TEXT];

	if (row->type == PLICA_SETTING_BOOL) {
		check_text(settings, row, "true");
		check_text(settings, row, "false");
		return;
	}
	if (row->type == PLICA_SETTING_CHOICE) {
		for (size_t k = 0; row->choices[k] != NULL; k++)
			check_text(settings, row, row->choices[k]);
		return;
	}
	(void)snprintf(text, sizeof(text), "%.15g", row->least);
	check_text(settings, row, text);
	(void)snprintf(text, sizeof(text), "%.15g", row->most);
	check_text(settings, row, text);
}

static void every_row_takes_what_it_gives(void **state)
{
	(void)state;
	for_each_row(check_round_trip);
}

/* A message that names the option, what was found and what is expected. */
static void check_refused(struct plica_settings *settings, const struct plica_setting *row,
	const char *text, const char *expected)
{
	struct plica_settings before = *settings;
	char part[128];

	(void)snprintf(part, sizeof(part), "option '%s' is ", row->name);
	assert_error(plica_settings_set(settings, row->name, text, &err), PLICA_ERR_ARGUMENT, part);
	if (strstr(err.text, expected) == NULL)
		fail_msg("'%s' is not in '%s'", expected, err.text);
	assert_memory_equal(settings, &before, sizeof(before));
}

static void check_wrong_values(struct plica_settings *settings, const struct plica_setting *row)
{
	const char *type = row->type == PLICA_SETTING_INTEGER ? "a whole number" : "a number";
	char text[64];

	if (row->type == PLICA_SETTING_BOOL) {
		check_refused(settings, row, "yes", "expected true or false");
		check_refused(settings, row, "", "expected true or false");
		return;
	}
	if (row->type == PLICA_SETTING_CHOICE) {
		check_refused(settings, row, "nonsense", "expected one of ");
		check_refused(settings, row, "nonsense", row->choices[1]);
		return;
	}
	(void)snprintf(text, sizeof(text), "%.17g", row->least - 1.0);
	check_refused(settings, row, text, "from ");
	(void)snprintf(text, sizeof(text), "%.17g", 2.0 * row->most + 1.0);
	check_refused(settings, row, text, row->unit);
	check_refused(settings, row, "", type);
	check_refused(settings, row, "much", type);
	check_refused(settings, row, "1x", type);
	check_refused(settings, row, "nan", type);
	check_refused(settings, row, "inf", type);
	if (row->type == PLICA_SETTING_INTEGER)
		check_refused(settings, row, "1.5", type);
}

static void every_row_refuses_what_it_cannot_be(void **state)
{
	(void)state;
	for_each_row(check_wrong_values);
}

/* Just outside of the range, as a struct. */
static void check_struct(struct plica_settings *settings, const struct plica_setting *row)
{
	void *member = (char *)settings + row->offset;

	assert_ok(plica_settings_check(settings, &err));
	switch (row->type) {
	case PLICA_SETTING_BOOL:
		return;
	case PLICA_SETTING_CHOICE: /* the names are looked up by it */
		*(int *)member = -1;
		assert_error(plica_settings_check(settings, &err), PLICA_ERR_ARGUMENT, row->name);
		*(int *)member = 0;
		while (row->choices[*(int *)member] != NULL)
			++*(int *)member;
		break;
	case PLICA_SETTING_INTEGER:
		*(long *)member = (long)row->least - 1;
		break;
	case PLICA_SETTING_NUMBER:
		*(double *)member = nextafter(row->most, INFINITY);
		assert_error(plica_settings_check(settings, &err), PLICA_ERR_ARGUMENT, row->name);
		*(double *)member = (double)NAN;
		break;
	}
	assert_error(plica_settings_check(settings, &err), PLICA_ERR_ARGUMENT, row->name);
}

static void settings_changed_as_a_struct_are_checked(void **state)
{
	(void)state;
	for_each_row(check_struct);
}

static void slips_of_the_pen_are_forgiven(void **state)
{
	struct plica_settings settings;

	(void)state;
	assert_ok(plica_settings_init(&settings, "LSQML", &err));
	assert_error(plica_settings_set(&settings, "num_epoch", "5", &err), PLICA_ERR_ARGUMENT,
		"unknown option 'num_epoch': did you mean 'num_epochs'?");
	assert_error(plica_settings_set(&settings, "probe.optimisable", "true", &err),
		PLICA_ERR_ARGUMENT, "did you mean 'probe.optimizable'?");
	assert_error(plica_settings_set(&settings, "wavelength", "1e-10", &err), PLICA_ERR_ARGUMENT,
		"unknown option 'wavelength'");
	assert_null(strstr(err.text, "did you mean"));
	assert_error(plica_settings_set(&settings, "", "1", &err), PLICA_ERR_ARGUMENT,
		"unknown option ''");
}

static void algorithms_are_found_by_name(void **state)
{
	struct plica_settings settings;

	(void)state;
	for (const char *const *name = plica_algorithms(); *name != NULL; name++) {
		assert_ok(plica_settings_init(&settings, *name, &err));
		assert_string_equal(settings.algorithm, *name);
	}
	assert_ok(plica_settings_init(&settings, "lsqml", &err));
	assert_string_equal(settings.algorithm, "LSQML");
	assert_error(plica_settings_init(&settings, "LSQM", &err), PLICA_ERR_ARGUMENT,
		"unknown algorithm 'LSQM': did you mean 'LSQML'");
	assert_error(plica_settings_init(&settings, "raytracing", &err), PLICA_ERR_ARGUMENT,
		"unknown algorithm 'raytracing': expected");
	for (const char *const *name = plica_algorithms(); *name != NULL; name++)
		assert_non_null(strstr(err.text, *name));
}

/* What an engine does not use cannot be set for it, but for another one. */
static void options_belong_to_engines(void **state)
{
	const struct plica_setting *row = row_of("gaussian_noise_std");
	struct plica_settings settings;

	(void)state;
	assert_ok(plica_settings_init(&settings, "rPIE", &err));
	assert_false(plica_setting_applies(row, &settings));
	assert_error(plica_settings_set(&settings, row->name, "0.7", &err), PLICA_ERR_ARGUMENT,
		"'gaussian_noise_std' does not apply to the algorithm rPIE");
	assert_ok(plica_settings_init(&settings, "LSQML", &err));
	assert_true(plica_setting_applies(row, &settings));
	assert_ok(plica_settings_set(&settings, row->name, "0.7", &err));
}

/* What an engine cannot be told to stop does not happen to it. */
static void nothing_is_on_that_cannot_be_set(void **state)
{
	static const char name[] = "object.remove_object_probe_ambiguity.enabled";

	(void)state;
	for (const char *const *algorithm = plica_algorithms(); *algorithm != NULL; algorithm++) {
		const struct plica_setting *row = row_of(name);
		struct plica_settings settings;

		assert_ok(plica_settings_init(&settings, *algorithm, &err));
		if (!plica_setting_applies(row, &settings))
			assert_false(settings.object.remove_object_probe_ambiguity.enabled);
	}
}

static void lsqml_has_the_defaults_of_ptychi(void **state)
{
	static const char *const defaults[][2] = {
		{"num_epochs", "100"},
		{"batch_size", "96"},
		{"initial_object", "flat"},
		{"gaussian_noise_std", "0.5"},
		{"rescale_probe_intensity_in_first_epoch", "true"},
		{"preconditioning_damping_factor", "0.1"},
		{"object.optimal_step_size_scaler", "0.9"},
		{"object.step_size", "1"},
		{"object.remove_object_probe_ambiguity.enabled", "true"},
		{"object.remove_object_probe_ambiguity.optimization_plan.stride", "10"},
		{"probe.optimal_step_size_scaler", "0.9"},
		{"probe.step_size", "1"},
		{"probe.optimizable", "true"},
		{"single_slice_solve_obj_prb_step_size_jointly", "true"},
		{"object.optimizable", "true"},
		{"object.optimization_plan.start", "0"},
		{"object.optimization_plan.stop", "1000000"},
		{"object.optimization_plan.stride", "1"},
		{"probe.optimization_plan.start", "0"},
		{"probe.optimization_plan.stop", "1000000"},
		{"probe.optimization_plan.stride", "1"},
	};
	struct plica_settings settings;

	(void)state;
	assert_ok(plica_settings_init(&settings, "LSQML", &err));
	for (size_t i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		assert_value(&settings, row_of(defaults[i][0]), defaults[i][1]);
}

/* One member for each row that applies, of its type, with its value. */
static void check_json(const struct plica_settings *settings, const struct plica_json *json)
{
	size_t count;
	const struct plica_setting *row = plica_settings_table(&count);

	assert_string_equal(plica_json_get_text(json, "algorithm"), settings->algorithm);
	for (size_t i = 0; i < count; i++, row++) {
		const struct plica_json *value = plica_json_get(json, row->name);
		char text[PLICA_SETTING_TEXT];

		if (!plica_setting_applies(row, settings)) {
			assert_null(value);
			continue;
		}
		assert_non_null(value);
		plica_settings_get(text, settings, row);
		if (row->type == PLICA_SETTING_CHOICE)
			assert_string_equal(plica_json_text_of(value), text);
		else if (row->type == PLICA_SETTING_BOOL)
			assert_int_equal(plica_json_get_bool(json, row->name, text[0] != 't'),
				text[0] == 't');
		else
			assert_close(
				plica_json_number_of(value, (double)NAN), strtod(text, NULL), 0.0);
	}
}

static void json_is_complete(void **state)
{
	(void)state;
	for (const char *const *name = plica_algorithms(); *name != NULL; name++) {
		struct plica_settings settings;
		struct plica_json *json = NULL;
		char *text = NULL;

		assert_ok(plica_settings_init(&settings, *name, &err));
		settings.random_seed = 9000000000000000;
		settings.initial_object = PLICA_INITIAL_DATASET;
		assert_ok(plica_settings_json(&text, &settings, &err));
		assert_ok(plica_json_parse(&json, text, strlen(text), "settings", &err));
		check_json(&settings, json);
		plica_json_free(json);
		free(text);
	}
}

/* The manual: no two rows of a name, words for every row, and a sound range. */
static void the_table_is_sound(void **state)
{
	size_t count;
	const struct plica_setting *table = plica_settings_table(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(strlen(table[i].help) > 5);
		assert_non_null(table[i].unit);
		assert_true(table[i].engines != 0);
		assert_true((table[i].choices != NULL) == (table[i].type == PLICA_SETTING_CHOICE));
		if (table[i].choices == NULL)
			assert_true(table[i].least < table[i].most);
		for (size_t k = 0; k < i; k++) {
			assert_string_not_equal(table[i].name, table[k].name);
			assert_int_not_equal(table[i].offset, table[k].offset);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_takes_what_it_gives),
		cmocka_unit_test(every_row_refuses_what_it_cannot_be),
		cmocka_unit_test(settings_changed_as_a_struct_are_checked),
		cmocka_unit_test(slips_of_the_pen_are_forgiven),
		cmocka_unit_test(algorithms_are_found_by_name),
		cmocka_unit_test(options_belong_to_engines),
		cmocka_unit_test(nothing_is_on_that_cannot_be_set),
		cmocka_unit_test(lsqml_has_the_defaults_of_ptychi),
		cmocka_unit_test(json_is_complete),
		cmocka_unit_test(the_table_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
