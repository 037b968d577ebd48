/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/settings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"
#include "format/json.h"
#include "recon/engine.h"

static const char *const initial_objects[] = {"flat", "dataset", NULL};
static const char *const denoise_modes[] = {"none", "auto", NULL};
static const char *const batching_modes[] = {"random", "uniform", "compact", NULL};
static const char *const noise_models[] = {"gaussian", "poisson", NULL};

#define AT(member) offsetof(struct plica_settings, member)
#define FOR(engine) PLICA_SETTING_FOR_##engine

/* Later than any epoch: the plan has no end. */
#define NEVER 1000000L
#define ALWAYS {.start = 0, .stop = NEVER, .stride = 1}

/* The plan of what `name` says, in `where`. */
#define PLAN_ROWS(name, where, engines)                                                            \
	{name ".start", PLICA_SETTING_INTEGER, AT(where.start), 0, NEVER, NULL, engines, "epochs", \
		"first epoch that updates it, counted from 0"},                                    \
		{name ".stop", PLICA_SETTING_INTEGER, AT(where.stop), 0, NEVER, NULL, engines,     \
			"epochs", "first epoch that does not update it any more"},                 \
		{name ".stride", PLICA_SETTING_INTEGER, AT(where.stride), 1, NEVER, NULL, engines, \
			"epochs", "it is updated in every so many epochs"}

static const struct plica_setting table[] = {
	{"num_epochs", PLICA_SETTING_INTEGER, AT(num_epochs), 0, 1e6, NULL, FOR(ALL), "epochs",
		"passes over all patterns"},
	{"batch_size", PLICA_SETTING_INTEGER, AT(batch_size), 1, 1e9, NULL, FOR(LSQML) | FOR(RPIE),
		"positions", "positions in a minibatch; object and probe change after each"},
	{"batching_mode", PLICA_SETTING_CHOICE, AT(batching_mode), 0, 0, batching_modes, FOR(LSQML),
		"",
		"minibatches: drawn anew every epoch, spread over the scan, or of neighbours with "
		"one object update an epoch"},
	{"random_seed", PLICA_SETTING_INTEGER, AT(random_seed), 0, 9e15, NULL, FOR(ALL), "",
		"seed of the order of positions"},
	{"threads", PLICA_SETTING_INTEGER, AT(threads), 0, 1024, NULL, FOR(ALL), "threads",
		"0: as many as the process may use; the result does not depend on it"},
	{"initial_object", PLICA_SETTING_CHOICE, AT(initial_object), 0, 0, initial_objects,
		FOR(ALL), "", "start from a flat object, or from the file's objectGuess"},
	{"noise_model", PLICA_SETTING_CHOICE, AT(noise_model), 0, 0, noise_models, FOR(ML), "",
		"what the last stage maximises the likelihood of: amplitudes or counts"},
	{"gaussian_noise_std", PLICA_SETTING_NUMBER, AT(gaussian_noise_std), 0.5, 100, NULL,
		FOR(LSQML), "sqrt(photons)",
		"noise of an amplitude; 0.5 is Poisson's, larger values relax the modulus step"},
	{"poisson_epsilon", PLICA_SETTING_NUMBER, AT(poisson_epsilon), 1e-6, 1, NULL, FOR(ML),
		"photons",
		"added to model and counts; keep it below 1e-3 of the mean count, or at the "
		"variance of the read noise"},
	{"rescale_probe_intensity_in_first_epoch", PLICA_SETTING_BOOL, AT(rescale_probe_intensity),
		0, 1, NULL, FOR(ALL), "",
		"scale the probe to the measured counts before the first epoch"},
	{"single_slice_solve_obj_prb_step_size_jointly", PLICA_SETTING_BOOL,
		AT(solve_steps_jointly), 0, 1, NULL, FOR(LSQML), "",
		"step lengths of object and probe from one problem; false: each by itself, halved"},
	{"momentum_acceleration_gain", PLICA_SETTING_NUMBER, AT(momentum.gain), 0, 1, NULL,
		FOR(LSQML), "",
		"part of the velocity that is added once an epoch: to the probe, with compact "
		"batches to the object too; 0 is none, 0.5 quick, 0.8 risky"},
	{"momentum_acceleration_gradient_mixing_factor", PLICA_SETTING_NUMBER,
		AT(momentum.mixing_factor), 0, 1, NULL, FOR(LSQML), "",
		"part of an update that goes into the velocity; 0: as much as friction takes out"},
	{"preconditioning_damping_factor", PLICA_SETTING_NUMBER, AT(preconditioning_damping_factor),
		1e-6, 1e3, NULL, FOR(LSQML), "",
		"damping of the object direction, relative to the brightest illumination"},
	{"low_frequency_boost.enabled", PLICA_SETTING_BOOL, AT(low_frequency_boost.enabled), 0, 1,
		NULL, FOR(ML) | FOR(LSQML), "", "amplify slow phase changes, which converge last"},
	{"low_frequency_boost.width", PLICA_SETTING_NUMBER, AT(low_frequency_boost.width), 0.1, 10,
		NULL, FOR(ML) | FOR(LSQML), "rms radii of the probe", "what counts as slow"},
	{"low_frequency_boost.cap", PLICA_SETTING_NUMBER, AT(low_frequency_boost.cap), 1, 1e4, NULL,
		FOR(ML) | FOR(LSQML), "", "largest amplification"},
	{"start.batch_size", PLICA_SETTING_INTEGER, AT(start.batch_size), 1, 1e9, NULL, FOR(ML),
		"positions", "positions in a minibatch of the sequential start"},
	{"start.alpha", PLICA_SETTING_NUMBER, AT(start.alpha), 1e-3, 1, NULL, FOR(ML), "",
		"regularisation of the start; 0.5 where the probe is hardly known"},
	{"start.max_epochs", PLICA_SETTING_INTEGER, AT(start.max_epochs), 1, 1000, NULL, FOR(ML),
		"epochs", "the start ends when an epoch gains less than a tenth, or here"},
	{"start.amplitude_iterations", PLICA_SETTING_INTEGER, AT(start.amplitude_iterations), 0,
		1e6, NULL, FOR(ML), "iterations",
		"of the amplitude model, before the counts are fitted"},
	{"positions.optimizable", PLICA_SETTING_BOOL, AT(positions.optimizable), 0, 1, NULL,
		FOR(ML), "", "refine the positions together with object and probe"},
	{"positions.optimization_plan.start", PLICA_SETTING_INTEGER, AT(positions.plan.start), 0,
		NEVER, NULL, FOR(ML), "iterations",
		"first iteration after the start that refines them"},
	{"positions.update_magnitude_limit", PLICA_SETTING_NUMBER,
		AT(positions.update_magnitude_limit), 1e-3, 10, NULL, FOR(ML), "px",
		"largest step of a position and axis"},
	{"positions.max_correction", PLICA_SETTING_NUMBER, AT(positions.max_correction), 0.1, 100,
		NULL, FOR(ML), "px", "farthest that a position may move in all, on each axis"},
	{"denoise", PLICA_SETTING_CHOICE, AT(denoise), 0, 0, denoise_modes, FOR(ML), "",
		"one total-variation step at the end, its strength from the photons; the raw "
		"object is kept"},
	{"denoise_strength", PLICA_SETTING_NUMBER, AT(denoise_strength), 0, 10, NULL, FOR(ML), "",
		"of that step, in standard deviations of a pixel; 0.3 is careful"},
	{"object.alpha", PLICA_SETTING_NUMBER, AT(object.alpha), 1e-3, 1, NULL, FOR(RPIE), "",
		"regularisation of the object update; small is fast and noisy"},
	{"object.optimal_step_size_scaler", PLICA_SETTING_NUMBER,
		AT(object.optimal_step_size_scaler), 0, 10, NULL, FOR(LSQML), "",
		"factor on the least-squares step of the object"},
	{"object.step_size", PLICA_SETTING_NUMBER, AT(object.step_size), 0, 10, NULL, FOR(LSQML),
		"", "further factor on every object update"},
	{"object.optimizable", PLICA_SETTING_BOOL, AT(object.optimizable), 0, 1, NULL, FOR(LSQML),
		"", "update the object"},
	PLAN_ROWS("object.optimization_plan", object.plan, FOR(LSQML)),
	{"object.remove_object_probe_ambiguity.enabled", PLICA_SETTING_BOOL,
		AT(object.remove_object_probe_ambiguity.enabled), 0, 1, NULL, FOR(LSQML), "",
		"keep the mean transmission at one"},
	{"object.remove_object_probe_ambiguity.stride", PLICA_SETTING_INTEGER,
		AT(object.remove_object_probe_ambiguity.stride), 1, 1e6, NULL, FOR(LSQML), "epochs",
		"how often"},
	{"probe.optimal_step_size_scaler", PLICA_SETTING_NUMBER, AT(probe.optimal_step_size_scaler),
		0, 10, NULL, FOR(LSQML), "", "factor on the least-squares step of the probe"},
	{"probe.step_size", PLICA_SETTING_NUMBER, AT(probe.step_size), 0, 10, NULL, FOR(LSQML), "",
		"further factor on every probe update"},
	{"probe.optimizable", PLICA_SETTING_BOOL, AT(probe.optimizable), 0, 1, NULL, FOR(ALL), "",
		"update the probe"},
	PLAN_ROWS("probe.optimization_plan", probe.plan, FOR(LSQML) | FOR(RPIE)),
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

const struct plica_setting *plica_settings_table(size_t *count)
{
	*count = TABLE_COUNT;
	return table;
}

/* What all engines begin with; the engines' own defaults follow. */
static const struct plica_settings common = {
	.num_epochs = 30,
	.batch_size = 96,
	.initial_object = PLICA_INITIAL_FLAT,
	.noise_model = PLICA_NOISE_POISSON,
	.gaussian_noise_std = 0.5,
	.poisson_epsilon = 1e-4,
	.rescale_probe_intensity = true,
	.solve_steps_jointly = true,
	.momentum = {.gain = 0.0, .mixing_factor = 1.0},
	.preconditioning_damping_factor = 0.1,
	.low_frequency_boost = {.enabled = true, .width = 0.5, .cap = 100.0},
	.start = {.batch_size = 10, .alpha = 0.2, .max_epochs = 10, .amplitude_iterations = 5},
	.positions = {.plan = {.start = 5, .stop = NEVER, .stride = 1},
		.update_magnitude_limit = 0.5,
		.max_correction = 8.0},
	.denoise = PLICA_DENOISE_NONE,
	.denoise_strength = 0.5,
	.object = {.alpha = 0.2,
		.optimal_step_size_scaler = 0.9,
		.step_size = 1.0,
		.optimizable = true,
		.plan = ALWAYS,
		.remove_object_probe_ambiguity = {.enabled = true, .stride = 10}},
	.probe = {.optimal_step_size_scaler = 0.9,
		.step_size = 1.0,
		.optimizable = true,
		.plan = ALWAYS},
};

enum plica_status plica_settings_init(
	struct plica_settings *settings, const char *algorithm, struct plica_error *err)
{
	const struct plica_engine *engine = NULL;
	enum plica_status status = plica_engine_find(&engine, algorithm, err);

	if (status != PLICA_OK)
		return status;
	*settings = common;
	settings->algorithm = engine->name;
	if (engine == &plica_engine_lsqml) {
		settings->num_epochs = 100;
		settings->noise_model = PLICA_NOISE_GAUSSIAN;
		settings->low_frequency_boost.enabled = false;
		settings->low_frequency_boost.width = 1.0;
		settings->low_frequency_boost.cap = 30.0;
	}
	if (engine == &plica_engine_rpie) {
		settings->num_epochs = 100;
		settings->batch_size = 10;
	}
	return PLICA_OK;
}

bool plica_setting_applies(const struct plica_setting *row, const struct plica_settings *settings)
{
	const char *const *names = plica_algorithms();

	for (unsigned int i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], settings->algorithm) == 0)
			return (row->engines & (1U << i)) != 0;
	return false;
}

static const struct plica_setting *find(const char *name)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

static enum plica_status unknown(const char *name, struct plica_error *err)
{
	const char *names[TABLE_COUNT];
	const char *nearest;

	for (size_t i = 0; i < TABLE_COUNT; i++)
		names[i] = table[i].name;
	nearest = plica_nearest_name(name, names, TABLE_COUNT);
	if (nearest != NULL)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"unknown option '%s': did you mean '%s'?", name, nearest);
	return plica_error_set(err, PLICA_ERR_ARGUMENT, "unknown option '%s'", name);
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

enum plica_status plica_settings_check(
	const struct plica_settings *settings, struct plica_error *err)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		enum plica_status status =
			check_range(&table[i], number_of(settings, &table[i]), err);

		if (status != PLICA_OK)
			return status;
	}
	return PLICA_OK;
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

	plica_json_set_text(json, "algorithm", settings->algorithm);
	for (size_t i = 0; i < TABLE_COUNT; i++)
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
