/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"
#include "format/json.h"
#include "recon/archive.h"
#include "recon/packing.h"

void plica_checkpoint_fingerprint(struct plica_run *run)
{
	const struct plica_problem *problem = run->problem;
	size_t positions = problem->count * sizeof(double);
	uint64_t parts[4] = {
		plica_quick_hash(problem->patterns,
			problem->count * plica_packed_bytes(problem->kernels, problem->counted)),
		plica_quick_hash(problem->y_px, positions),
		plica_quick_hash(problem->x_px, positions),
		problem->side,
	};

	(void)snprintf(run->fingerprint, sizeof(run->fingerprint), "%016llx",
		(unsigned long long)plica_quick_hash(parts, sizeof(parts)));
}

/* Who may continue: the data's fingerprint, the program's and the kernels' variant, the settings.
 */
static enum plica_status describe(char **out, const struct plica_run *run, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text text = {0};
	struct plica_json *json = plica_json_object();
	struct plica_settings settings = *run->problem->settings;
	char *options = NULL;

	settings.num_epochs = 0;
	settings.threads = 0;
	settings.early_stop.relative_gain = 0.0;
	settings.early_stop.epochs = 1;
	PLICA_TRY(plica_settings_json(&options, &settings, err));
	plica_json_set_text(json, "data", run->fingerprint);
	plica_json_set_text(json, "plica_version", PLICA_VERSION);
	plica_json_set_text(json, "kernels", run->problem->kernels->table->name);
	plica_json_set_text(json, "options", options);
	PLICA_TRY(plica_json_line(&text, json, err));
	PLICA_TRY(plica_copy_text(out, text.data, err));
out:
	free(options);
	plica_text_release(&text);
	plica_json_free(json);
	return status;
}

/* Everything of the run, in either direction. The loss comes last: its length is then known. */
static void exchange(struct plica_run *run, struct plica_archive *archive)
{
	struct plica_problem *problem = run->problem;

	plica_archive_planes(archive, "object", &problem->object);
	plica_archive_waves(archive, "probe", problem->probe, problem->modes);
	if (problem->background != NULL)
		plica_archive_floats(archive, "background", problem->background,
			problem->kernels->pattern_floats);
	if (problem->intensity != NULL)
		plica_archive_numbers(archive, "intensity", problem->intensity, problem->count);
	plica_archive_number(archive, "cost", &run->cost);
	plica_archive_number(archive, "first_residual", &run->first_residual);
	run->engine->archive(run->state, archive);
	plica_archive_integer(archive, "preliminary", &run->preliminary);
	plica_archive_numbers(archive, "objective", run->objective, (size_t)run->epochs);
	plica_archive_numbers(archive, "loss", run->loss, (size_t)run->epochs);
}

enum plica_status plica_checkpoint_save(
	struct plica_run *run, const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_archive *archive = NULL;
	char *identity = NULL;

	PLICA_TRY(describe(&identity, run, err));
	PLICA_TRY(plica_archive_create(&archive, run->problem->kernels, err));
	plica_archive_text(archive, "identity", &identity);
	plica_archive_integer(archive, "epochs", &run->epochs);
	exchange(run, archive);
	PLICA_TRY(plica_archive_finish(archive, path, err));
out:
	plica_archive_free(archive);
	plica_free(identity);
	return status;
}

/* Names the first setting that differs between two settings documents. */
static enum plica_status compare_options(
	const char *saved, const char *present, const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_json *old = NULL;
	struct plica_json *new = NULL;
	size_t count;
	const struct plica_setting *row = plica_settings_table(&count);

	PLICA_TRY(plica_json_parse(&old, saved, strlen(saved), path, err));
	PLICA_TRY(plica_json_parse(&new, present, strlen(present), path, err));
	status = plica_error_set(err, PLICA_ERR_DATA,
		"cannot continue from '%s': it was made with the algorithm %s, asked for is %s",
		path, plica_json_get_text(old, "algorithm"), plica_json_get_text(new, "algorithm"));
	for (size_t i = 0; i < count; i++, row++) {
		const struct plica_json *was_json = plica_json_get(old, row->name);
		const struct plica_json *is_json = plica_json_get(new, row->name);
		struct plica_text was = {0};
		struct plica_text is = {0};

		if (was_json == NULL || plica_json_equal(was_json, is_json))
			continue;
		if (plica_json_line(&was, was_json, NULL) == PLICA_OK &&
			plica_json_line(&is, is_json, NULL) == PLICA_OK)
			status = plica_error_set(err, PLICA_ERR_DATA,
				"cannot continue from '%s': it was made with %s = %s, asked for is "
				"%s",
				path, row->name, plica_text_string(&was), plica_text_string(&is));
		plica_text_release(&was);
		plica_text_release(&is);
		break;
	}
out:
	plica_json_free(old);
	plica_json_free(new);
	return status;
}

static enum plica_status check_identity(
	const char *saved, const char *present, const char *path, struct plica_error *err)
{
	static const char *const keys[] = {"data", "plica_version", "kernels"};
	enum plica_status status;
	struct plica_json *old = NULL;
	struct plica_json *new = NULL;

	PLICA_TRY(plica_json_parse(&old, saved, strlen(saved), path, err));
	PLICA_TRY(plica_json_parse(&new, present, strlen(present), path, err));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *was = plica_json_get_text(old, keys[i]);
		const char *is = plica_json_get_text(new, keys[i]);

		if (was != NULL && strcmp(was, is) == 0)
			continue;
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot continue from '%s': it is of another %s (%s, now %s)", path,
			i == 0 ? "dataset" : keys[i], was != NULL ? was : "none", is);
		goto out;
	}
	if (strcmp(saved, present) != 0)
		PLICA_TRY(compare_options(plica_json_get_text(old, "options"),
			plica_json_get_text(new, "options"), path, err));
out:
	plica_json_free(old);
	plica_json_free(new);
	return status;
}

enum plica_status plica_checkpoint_load(
	struct plica_run *run, const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_archive *archive = NULL;
	char *saved = NULL;
	char *present = NULL;
	long most = run->problem->settings->num_epochs;

	PLICA_TRY(describe(&present, run, err));
	PLICA_TRY(plica_archive_open(&archive, path, run->problem->kernels, err));
	plica_archive_text(archive, "identity", &saved);
	plica_archive_integer(archive, "epochs", &run->epochs);
	PLICA_TRY(plica_archive_finish(archive, NULL, err));
	PLICA_TRY(check_identity(saved, present, path, err));
	if (run->epochs < 0 || run->epochs > most) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot continue from '%s': it holds %ld epochs, asked for are %ld", path,
			run->epochs, most);
		goto out;
	}
	exchange(run, archive);
	PLICA_TRY(plica_archive_finish(archive, NULL, err));
	/* an epoch costs one at least; the room for the losses relies on it */
	if (!(run->cost >= (double)run->epochs && isfinite(run->cost))) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot continue from '%s': 'cost' is %g after %ld epochs, expected as "
			"many or more",
			path, run->cost, run->epochs);
		goto out;
	}
	if (run->preliminary < 0 || run->preliminary > run->epochs)
		run->preliminary = run->epochs;
	run->saved_epochs = run->epochs;
	plica_problem_probe_changed(run->problem);
out:
	plica_archive_free(archive);
	plica_free(saved);
	plica_free(present);
	return status;
}
