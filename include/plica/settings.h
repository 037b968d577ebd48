/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Settings of a reconstruction: one struct, filled with defaults, changed as a struct or by name.
 *
 *     struct plica_settings settings;
 *     plica_settings_init(&settings, "LSQML", &err);
 *     settings.num_epochs = 50;
 *     plica_settings_set(&settings, "object.optimal_step_size_scaler", "0.8", &err);
 *
 * Names, meanings and defaults are pty-chi's where it has the option; the table that
 * plica_settings_table gives is the manual of each: unit, range, default, help. What the names
 * stand for in the mathematics is in doc/numerics.md.
 */
#ifndef PLICA_SETTINGS_H
#define PLICA_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"

enum plica_initial_object {
	PLICA_INITIAL_FLAT,    /**< 1 everywhere */
	PLICA_INITIAL_DATASET, /**< the dataset's objectGuess: in synthetic data the truth */
};

struct plica_settings {
	const char *algorithm; /**< name of an engine, static */
	long num_epochs;       /**< every pattern once each */
	long batch_size;       /**< positions a minibatch */
	long random_seed;
	long threads;                 /**< 0: as many as the process may use */
	int initial_object;           /**< enum plica_initial_object */
	double gaussian_noise_std;    /**< sigma of an amplitude; relaxation 1 / (4 sigma^2) */
	bool rescale_probe_intensity; /**< once, to the counts, before the first epoch */
	double preconditioning_damping_factor; /**< eta, of the illumination's maximum */
	struct {
		double optimal_step_size_scaler; /**< beta_O */
		double step_size;
		struct {
			bool enabled;
			long stride; /**< epochs */
		} remove_object_probe_ambiguity;
	} object;
	struct {
		double optimal_step_size_scaler; /**< beta_P */
		double step_size;
		bool optimizable;
		long start; /**< first epoch (0-based) that updates the probe */
	} probe;
};

/** The defaults of `algorithm` ("LSQML"); an unknown one is an error with the nearest name. */
PLICA_API PLICA_MUST_USE enum plica_status plica_settings_init(
	struct plica_settings *settings, const char *algorithm, struct plica_error *err);

/**
 * Sets the option `name` from text. An unknown name (the nearest is given), a text of the wrong
 * type or a value out of range is an error that says what was found and expected.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_settings_set(struct plica_settings *settings,
	const char *name, const char *text, struct plica_error *err);

/** Checks every value against its range, for settings that were changed as a struct. */
PLICA_API PLICA_MUST_USE enum plica_status plica_settings_check(
	const struct plica_settings *settings, struct plica_error *err);

/** All settings as one JSON object, to be freed with free(). */
PLICA_API PLICA_MUST_USE enum plica_status plica_settings_json(
	char **out, const struct plica_settings *settings, struct plica_error *err);

enum plica_setting_type {
	PLICA_SETTING_INTEGER,
	PLICA_SETTING_NUMBER,
	PLICA_SETTING_BOOL,
	PLICA_SETTING_CHOICE,
};

/** One row of the manual. */
struct plica_setting {
	const char *name;
	enum plica_setting_type type;
	size_t offset;              /**< in struct plica_settings */
	double least, most;         /**< closed range of a number */
	const char *const *choices; /**< NULL-terminated, in the order of the enum; else NULL */
	const char *unit;           /**< "epochs", "px", ...; "" without one */
	const char *help;
};

/** Room for the text of any value, terminating zero included. */
#define PLICA_SETTING_TEXT 32

/** The value of `row` as text, as plica_settings_set takes it. */
PLICA_API void plica_settings_get(char out[PLICA_SETTING_TEXT],
	const struct plica_settings *settings, const struct plica_setting *row);

/** The rows, `*count` of them. */
PLICA_API const struct plica_setting *plica_settings_table(size_t *count);
/** The names of the engines, NULL-terminated. */
PLICA_API const char *const *plica_algorithms(void);

#endif
