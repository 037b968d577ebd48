/* SPDX-License-Identifier: BSD-3-Clause */
/* What a design says beside its axes: seeds, metrics, reconstruction, backend, data, roots. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "study/backend.h"
#include "study/build.h"
#include "study/design.h"
#include "study/paths.h"

/* PLICA_COMPARE_MOST_SIGMA_PX, of a room that this one does not use. */
#define MOST_SIGMA_PX 8.0

/* The first of each is the default. */
static const char *const noise_models[] = {"gaussian", NULL};
static const char *const ml_noise_models[] = {"poisson", "gaussian", NULL};
static const char *const initial_objects[] = {"flat", "dataset", NULL};
static const char *const scans[] = {"raster", "fermat", NULL};

static enum plica_status take_seed(struct plica_build *build, uint64_t *out, const char *path,
	const int64_t *given, int64_t otherwise, struct plica_error *err)
{
	size_t seed = 0;
	const int64_t range[3] = {0, INT64_MAX, otherwise};
	enum plica_status status = plica_build_integer(build, &seed, path, given, range, err);

	*out = seed;
	return status;
}

static enum plica_status take_seeds(struct plica_build *build, struct plica_error *err)
{
	static const struct raw_seeds none = {0};
	const struct raw_seeds *raw = build->raw->seeds != NULL ? build->raw->seeds : &none;
	struct plica_design *design = build->design;
	enum plica_status status;

	PLICA_TRY(take_seed(
		build, &design->seeds.simulation, "seeds.simulation", raw->simulation, 42, err));
	PLICA_TRY(take_seed(
		build, &design->seeds.grouping, "seeds.grouping", raw->grouping, 123, err));
	PLICA_TRY(take_seed(build, &design->seeds.subsampling, "seeds.subsampling",
		raw->subsampling, 456, err));
out:
	return status;
}

static enum plica_status take_metrics(struct plica_build *build, struct plica_error *err)
{
	static const struct raw_metrics none = {0};
	const struct raw_metrics *raw = build->raw->metrics != NULL ? build->raw->metrics : &none;
	struct plica_design *design = build->design;
	double sigma = raw->ms_ssim_sigma != NULL ? *raw->ms_ssim_sigma : 1.0;
	double threshold = raw->frc_threshold != NULL ? *raw->frc_threshold : 0.5;

	if (!(sigma >= 0.0 && sigma <= MOST_SIGMA_PX))
		return plica_outline_complain(build->outline, "metrics.ms_ssim_sigma", err,
			"'metrics.ms_ssim_sigma' is %g: expected a number from 0 to %g", sigma,
			MOST_SIGMA_PX);
	if (!(threshold > 0.0 && threshold < 1.0))
		return plica_outline_complain(build->outline, "metrics.frc_threshold", err,
			"'metrics.frc_threshold' is %g: expected a number in (0, 1)", threshold);
	design->metrics.ms_ssim_sigma_px = sigma;
	design->metrics.frc_threshold = threshold;
	design->metrics.emphasize_phase =
		raw->emphasize_phase == NULL || *raw->emphasize_phase != 0;
	design->metrics.report_amplitude =
		raw->report_amplitude == NULL || *raw->report_amplitude != 0;
	return PLICA_OK;
}

/* An option that has a field of its own is said there and nowhere else. */
static enum plica_status check_option(
	struct plica_build *build, const struct plica_outline_entry *entry, struct plica_error *err)
{
	static const char *const taken[] = {
		"num_epochs", "batch_size", "initial_object", "noise_model"};
	const char *name = entry->path + strlen("reconstruction.options.");

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (strcmp(name, taken[i]) == 0)
			return plica_outline_complain(build->outline, entry->path, err,
				"'%s': expected as 'reconstruction.%s'", entry->path, name);
	if (strcmp(name, "threads") == 0)
		return plica_outline_complain(build->outline, entry->path, err,
			"'%s': the cores are shared out by the run", entry->path);
	if (strchr(name, '=') != NULL)
		return plica_outline_complain(build->outline, entry->path, err,
			"'%s': a name of an option cannot have '=' in it", entry->path);
	return PLICA_OK;
}

static bool is_option(const struct plica_outline_entry *entry)
{
	static const char prefix[] = "reconstruction.options.";

	return strncmp(entry->path, prefix, sizeof(prefix) - 1) == 0 &&
	       entry->kind == PLICA_OUTLINE_SCALAR;
}

static enum plica_status refuse_lists(struct plica_build *build, struct plica_error *err)
{
	static const char prefix[] = "reconstruction.options";
	const struct plica_outline *outline = build->outline;

	for (size_t i = 0; i < outline->count; i++) {
		const struct plica_outline_entry *entry = &outline->entry[i];

		if (strncmp(entry->path, prefix, sizeof(prefix) - 1) == 0 &&
			(entry->kind == PLICA_OUTLINE_SEQUENCE ||
				(strcmp(entry->path, prefix) == 0 && entry->text != NULL &&
					entry->text[0] != '\0')))
			return plica_outline_complain(outline, entry->path, err,
				"'%s': expected names of options with one value each", entry->path);
	}
	return PLICA_OK;
}

static enum plica_status take_options(struct plica_build *build, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_outline *outline = build->outline;
	struct plica_design *design = build->design;

	PLICA_TRY(refuse_lists(build, err));
	PLICA_TRY(PLICA_NEW(&design->options, outline->count, err));
	for (size_t i = 0; i < outline->count; i++) {
		const struct plica_outline_entry *entry = &outline->entry[i];
		struct plica_design_option *option = &design->options[design->option_count];

		if (!is_option(entry))
			continue;
		PLICA_TRY(check_option(build, entry, err));
		PLICA_TRY(plica_build_keep(build, &option->name,
			entry->path + strlen("reconstruction.options."), err));
		PLICA_TRY(plica_build_keep(build, &option->value, entry->text, err));
		design->option_count++;
	}
out:
	return status;
}

/* ML goes through all patterns at once and chooses between two models of the noise; the others
 * have minibatches and the amplitude model alone. */
static enum plica_status take_engine(
	struct plica_build *build, const struct raw_reconstruction *raw, struct plica_error *err)
{
	static const int64_t batch[3] = {1, 1000000000, 96};
	struct plica_design *design = build->design;
	enum plica_status status;
	bool is_ml;

	PLICA_TRY(plica_build_choice(build, &design->algorithm, "reconstruction.algorithm",
		raw->algorithm, plica_backend_algorithms(design->backend), err));
	is_ml = strcmp(design->algorithm, "ML") == 0;
	PLICA_TRY(plica_build_choice(build, &design->noise_model, "reconstruction.noise_model",
		raw->noise_model, is_ml ? ml_noise_models : noise_models, err));
	if (!is_ml)
		PLICA_TRY(plica_build_integer(build, &design->batch_size,
			"reconstruction.batch_size", raw->batch_size, batch, err));
	else if (raw->batch_size != NULL)
		status = plica_outline_complain(build->outline, "reconstruction.batch_size", err,
			"'reconstruction.batch_size' does not apply to ML: expected none");
out:
	return status;
}

static enum plica_status take_reconstruction(struct plica_build *build, struct plica_error *err)
{
	static const struct raw_reconstruction none = {0};
	static const int64_t epochs[3] = {1, 1000000, 100};
	const struct raw_reconstruction *raw =
		build->raw->reconstruction != NULL ? build->raw->reconstruction : &none;
	struct plica_design *design = build->design;
	enum plica_status status;

	PLICA_TRY(take_engine(build, raw, err));
	PLICA_TRY(plica_build_choice(build, &design->initial_object,
		"reconstruction.initial_object", raw->initial_object, initial_objects, err));
	PLICA_TRY(plica_build_integer(build, &design->num_epochs, "reconstruction.num_epochs",
		raw->num_epochs, epochs, err));
	PLICA_TRY(take_options(build, err));
out:
	return status;
}

/* NAME or NAME=value, as a shell would take the name. */
static bool is_variable(const char *text)
{
	size_t length = 0;

	while (isalnum((unsigned char)text[length]) || text[length] == '_')
		length++;
	return length > 0 && !isdigit((unsigned char)text[0]) &&
	       (text[length] == '\0' || text[length] == '=');
}

static enum plica_status take_environment(struct plica_build *build, struct plica_error *err)
{
	const struct raw_design *raw = build->raw;
	struct plica_design *design = build->design;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&design->environment, raw->environment_count, err));
	for (size_t i = 0; i < raw->environment_count; i++) {
		if (!is_variable(raw->environment[i]))
			return plica_build_item(build, "environment", i, err,
				"the name of a variable, or NAME=value");
		PLICA_TRY(
			plica_build_keep(build, &design->environment[i], raw->environment[i], err));
	}
	design->environment_count = raw->environment_count;
out:
	return status;
}

/* A path of the file, which is relative to the file's folder. */
static enum plica_status keep_path(
	struct plica_build *build, const char **out, const char *path, struct plica_error *err)
{
	enum plica_status status;
	char *absolute = NULL;

	PLICA_TRY(plica_absolute_path(&absolute, build->folder, path, err));
	PLICA_TRY(plica_build_keep(build, out, absolute, err));
out:
	plica_free(absolute);
	return status;
}

static enum plica_status take_backend(struct plica_build *build, struct plica_error *err)
{
	static const struct raw_ptychi none = {0};
	const struct raw_ptychi *raw = build->raw->ptychi != NULL ? build->raw->ptychi : &none;
	struct plica_design *design = build->design;
	enum plica_status status;

	PLICA_TRY(plica_build_choice(build, &design->backend, "backend", build->raw->backend,
		plica_backend_names(), err));
	if (raw->python != NULL)
		PLICA_TRY(plica_build_keep(build, &design->ptychi_python, raw->python, err));
	if (raw->script != NULL)
		PLICA_TRY(keep_path(build, &design->ptychi_script, raw->script, err));
out:
	return status;
}

static enum plica_status take_root(struct plica_build *build, const char **out, const char *given,
	const char *otherwise, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text path = {0};

	if (given != NULL)
		PLICA_TRY(plica_text_add(&path, given, err));
	else
		PLICA_TRY(plica_text_printf(&path, err, "%s/%s", build->design->name, otherwise));
	PLICA_TRY(keep_path(build, out, path.data, err));
out:
	plica_text_release(&path);
	return status;
}

static enum plica_status take_roots(struct plica_build *build, struct plica_error *err)
{
	static const struct raw_roots none = {0};
	const struct raw_roots *raw = build->raw->roots != NULL ? build->raw->roots : &none;
	struct plica_design *design = build->design;
	enum plica_status status;

	PLICA_TRY(take_root(build, &design->phase_c_root, raw->phase_c_root, "phase_c", err));
	PLICA_TRY(take_root(build, &design->phase_d_root, raw->phase_d_root, "phase_d", err));
	PLICA_TRY(take_root(
		build, &design->artifact_root, raw->artifact_root, "reconstructions", err));
out:
	return status;
}

/* The name of something built in, or a path, which is relative to the design's folder. */
static enum plica_status take_source(struct plica_build *build, const char **out, const char *given,
	const char *const *names, struct plica_error *err)
{
	if (given == NULL)
		return PLICA_OK;
	for (; *names != NULL; names++)
		if (strcmp(given, *names) == 0)
			return plica_build_keep(build, out, given, err);
	return keep_path(build, out, given, err);
}

static void take_number(double *out, const double *given)
{
	if (given != NULL)
		*out = *given;
}

/* Ranges are the simulation's to check: it knows which of these belong together. */
static enum plica_status take_data(struct plica_build *build, struct plica_error *err)
{
	static const struct raw_data none = {0};
	static const char *const specimens[] = {"cells", "siemens", "lines", NULL};
	static const char *const probes[] = {"zone-plate", "disc", "gaussian", NULL};
	static const char *const guesses[] = {"nominal", "true", NULL};
	static const char *const dose_modes[] = {"per-frame", "equal-fluence", NULL};
	static const char *const noises[] = {"independent", "paired", NULL};
	static const int64_t counts[3] = {1, 1000000000, 1};
	const struct raw_data *raw = build->raw->data != NULL ? build->raw->data : &none;
	struct plica_simulate_params *scene = &build->design->scene;
	const char *dose_mode = NULL;
	const char *noise = NULL;
	enum plica_status status;

	*scene = plica_simulate_defaults();
	scene->seed = build->design->seeds.simulation;
	scene->pattern_px = build->design->pattern_px;
	PLICA_TRY(take_source(build, &scene->specimen, raw->specimen, specimens, err));
	PLICA_TRY(take_source(build, &scene->probe, raw->probe, probes, err));
	PLICA_TRY(plica_build_choice(build, &scene->scan, "data.scan", raw->scan, scans, err));
	if (raw->count != NULL)
		PLICA_TRY(plica_build_integer(
			build, &scene->count, "data.count", raw->count, counts, err));
	PLICA_TRY(plica_build_choice(
		build, &dose_mode, "data.dose_mode", raw->dose_mode, dose_modes, err));
	PLICA_TRY(plica_build_choice(build, &noise, "data.noise", raw->noise, noises, err));
	build->design->equal_fluence = strcmp(dose_mode, "equal-fluence") == 0;
	build->design->paired_noise = strcmp(noise, "paired") == 0;
	take_number(&scene->probe_diameter_px, raw->probe_diameter_px);
	take_number(&scene->step_px, raw->step_px);
	take_number(&scene->size_px, raw->size_px);
	take_number(&scene->overlap, raw->overlap);
	take_number(&scene->jitter, raw->jitter);
	if (raw->probe_guess != NULL)
		PLICA_TRY(plica_build_choice(build, &scene->probe_guess, "data.probe_guess",
			raw->probe_guess, guesses, err));
out:
	return status;
}

enum plica_status plica_build_settings(struct plica_build *build, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(take_seeds(build, err));
	PLICA_TRY(take_metrics(build, err));
	PLICA_TRY(take_backend(build, err)); /* first: it has the algorithms */
	PLICA_TRY(take_reconstruction(build, err));
	PLICA_TRY(take_environment(build, err));
	PLICA_TRY(take_roots(build, err));
	PLICA_TRY(take_data(build, err));
out:
	return status;
}
