/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/simulate_check.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/try.h"
#include "data/specimen.h"

static const char *const probe_names[] = {"zone-plate", "disc", "gaussian", NULL};
static const char *const scan_names[] = {"raster", "fermat", NULL};
static const char *const guess_names[] = {"true", "nominal", NULL};

/* A number and the interval it must lie in; NaN is allowed for those that need not be given. */
struct range {
	const char *name;
	size_t offset;
	double low, high;
	bool above_low, below_high; /* ends excluded */
	bool optional;
	const char *expected;
};

#define FIELD(field) offsetof(struct plica_simulate_params, field)

static const struct range ranges[] = {
	{"amplitude-low", FIELD(amplitude_low), 0.0, 1.0, false, false, false, "0 to 1"},
	{"phase-range", FIELD(phase_range_rad), 0.0, 2.0 * M_PI, true, false, false,
		"more than 0, at most 2 pi rad"},
	{"probe-diameter", FIELD(probe_diameter_px), 0.0, 4096.0, true, false, true,
		"more than 0, at most 4096 px"},
	{"defocus", FIELD(defocus_rad), -1e4, 1e4, false, false, true, "-10000 to 10000 rad"},
	{"pupil", FIELD(pupil_fraction), 0.0, 0.5, true, true, false, "more than 0, less than 0.5"},
	{"stop", FIELD(stop_fraction), 0.0, 0.9, false, false, false, "0 to 0.9"},
	{"size-px", FIELD(size_px), 0.0, 1e6, false, false, true, "0 to 1000000 px"},
	{"step-px", FIELD(step_px), 0.0, 1e5, true, false, true, "more than 0, at most 100000 px"},
	{"overlap", FIELD(overlap), 0.0, 1.0, false, true, true, "0 or more, less than 1"},
	{"jitter", FIELD(jitter), 0.0, 1.0, false, false, false, "0 to 1"},
};

static bool is_in(const struct range *range, double value)
{
	if (isnan(value))
		return range->optional;
	return (range->above_low ? value > range->low : value >= range->low) &&
	       (range->below_high ? value < range->high : value <= range->high);
}

static enum plica_status check_numbers(
	const struct plica_simulate_params *params, struct plica_error *err)
{
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const char *field = (const char *)params + ranges[i].offset;
		double value = *(const double *)(const void *)field;

		if (!is_in(&ranges[i], value))
			return plica_error_set(err, PLICA_ERR_ARGUMENT, "'%s' is %g, expected %s",
				ranges[i].name, value, ranges[i].expected);
	}
	if (params->pattern_px != 0 && (params->pattern_px < 8 || params->pattern_px > 4096))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"'pattern-px' is %zu, expected 8 to 4096", params->pattern_px);
	if (params->threads < 0 || params->threads > 4096)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"'threads' is %d, expected 0 to 4096", params->threads);
	return PLICA_OK;
}

static bool contains(const char *const *names, const char *word)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], word) == 0)
			return true;
	return false;
}

static enum plica_status unknown_word(const char *option, const char *word,
	const char *const *names, const char *file_key, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text expected = {0};
	const char *nearest;
	size_t count = 0;

	while (names[count] != NULL)
		count++;
	for (size_t i = 0; i < count; i++)
		PLICA_TRY(plica_text_printf(&expected, err, "%s'%s'",
			i == 0 ? "" : (i + 1 < count || file_key != NULL ? ", " : " or "),
			names[i]));
	if (file_key != NULL)
		PLICA_TRY(plica_text_printf(&expected, err, " or an NPZ file with '%s'", file_key));
	nearest = plica_nearest_name(word, names, count);
	status = plica_error_set(err, PLICA_ERR_ARGUMENT, "'%s' is '%s', expected %s%s%s%s", option,
		word, expected.data, nearest != NULL ? ": did you mean '" : "",
		nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
out:
	plica_text_release(&expected);
	return status;
}

/* A word that is in no list is a file when it looks like one, or exists. */
static bool looks_like_file(const char *word)
{
	return strpbrk(word, "/.") != NULL || plica_file_exists(word);
}

bool plica_simulate_specimen_is_file(const struct plica_simulate_params *params)
{
	return params->specimen != NULL && !plica_specimen_known(params->specimen);
}

const char *plica_simulate_probe_name(const struct plica_simulate_params *params)
{
	if (params->probe != NULL)
		return params->probe;
	return plica_simulate_specimen_is_file(params) ? params->specimen : probe_names[0];
}

bool plica_simulate_probe_is_file(const struct plica_simulate_params *params)
{
	return !contains(probe_names, plica_simulate_probe_name(params));
}

bool plica_simulate_guess_is_nominal(const struct plica_simulate_params *params)
{
	if (params->probe_guess != NULL)
		return strcmp(params->probe_guess, "nominal") == 0;
	return !plica_simulate_probe_is_file(params);
}

static enum plica_status check_words(
	const struct plica_simulate_params *params, struct plica_error *err)
{
	const char *specimen = params->specimen;
	const char *probe = params->probe;

	if (specimen != NULL && !plica_specimen_known(specimen) && !looks_like_file(specimen))
		return unknown_word(
			"specimen", specimen, plica_specimen_names(), "objectGuess", err);
	if (probe != NULL && !contains(probe_names, probe) && !looks_like_file(probe))
		return unknown_word("probe", probe, probe_names, "probeGuess", err);
	if (!contains(scan_names, params->scan))
		return unknown_word("scan", params->scan, scan_names, NULL, err);
	if (params->probe_guess != NULL && !contains(guess_names, params->probe_guess))
		return unknown_word("probe-guess", params->probe_guess, guess_names, NULL, err);
	return PLICA_OK;
}

/* Two parameters that cannot both be given, and why. */
struct conflict {
	bool found;
	const char *message;
};

static enum plica_status check_conflicts(
	const struct plica_simulate_params *params, struct plica_error *err)
{
	const char *probe = plica_simulate_probe_name(params);
	bool file = plica_simulate_probe_is_file(params);
	bool pictures = params->amplitude_png != NULL || params->phase_png != NULL;
	bool diameter = !isnan(params->probe_diameter_px);
	bool defocus = !isnan(params->defocus_rad);
	bool step = !isnan(params->step_px);
	bool overlap = !isnan(params->overlap);
	const struct conflict conflicts[] = {
		{pictures && params->specimen != NULL,
			"both 'specimen' and pictures are given, expected one of them"},
		{step && overlap, "both 'step-px' and 'overlap' are given, expected one of them"},
		{(step || overlap) && params->count > 0 && !isnan(params->size_px),
			"'size-px', 'count' and a step or overlap are given, expected two of them"},
		{file && (diameter || defocus), "'probe-diameter' or 'defocus' is given for a "
						"probe from a file, expected neither"},
		{strcmp(probe, "zone-plate") == 0 && diameter && defocus,
			"both 'probe-diameter' and 'defocus' are given for a zone plate, expected "
			"one of them"},
		{file && plica_simulate_guess_is_nominal(params),
			"'probe-guess' is 'nominal', expected 'true' for a probe from a file"},
	};

	for (size_t i = 0; i < sizeof(conflicts) / sizeof(conflicts[0]); i++)
		if (conflicts[i].found)
			return plica_error_set(err, PLICA_ERR_ARGUMENT, "%s", conflicts[i].message);
	return PLICA_OK;
}

enum plica_status plica_simulate_check(
	const struct plica_simulate_params *params, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(check_numbers(params, err));
	PLICA_TRY(check_words(params, err));
	PLICA_TRY(check_conflicts(params, err));
out:
	return status;
}
