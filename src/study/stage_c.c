/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage C: one exposure of the scene for each dose, whole and cut into its two halves. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"
#include "plica/views.h"
#include "study/design.h"
#include "study/generate.h"
#include "study/metadata.h"

enum { WHOLE, TRAIN, TEST, FILE_COUNT };

static const char *const names[FILE_COUNT] = {
	"patched.npz", "patched_train.npz", "patched_test.npz"};

/* The files of one dose; `file` are their paths. */
struct dose_files {
	char *folder;
	char *file[FILE_COUNT];
};

static void release_files(struct dose_files *files)
{
	plica_free(files->folder);
	for (size_t i = 0; i < FILE_COUNT; i++)
		plica_free(files->file[i]);
	*files = (struct dose_files){0};
}

static enum plica_status name_files(
	struct dose_files *files, const char *root, double dose, struct plica_error *err)
{
	enum plica_status status;
	char folder[64];

	*files = (struct dose_files){0};
	(void)snprintf(folder, sizeof(folder), "dose_%.0f", dose);
	PLICA_TRY(plica_path_join(&files->folder, root, folder, err));
	for (size_t i = 0; i < FILE_COUNT; i++)
		PLICA_TRY(plica_path_join(&files->file[i], files->folder, names[i], err));
out:
	return status;
}

/* A base file stands for its content, wherever it lies. */
static enum plica_status add_base(
	struct plica_json *json, const char *key, const char *source, struct plica_error *err)
{
	char digest[PLICA_SHA256_SIZE];
	enum plica_status status;

	if (source == NULL || source[0] != '/') /* paths of a design are absolute */
		return PLICA_OK;
	status = plica_sha256_file(digest, source, err);
	if (status == PLICA_OK)
		plica_json_set_text(json, key, digest);
	return status;
}

static enum plica_status make_key(char key[PLICA_SHA256_SIZE], const struct plica_design *design,
	double dose, struct plica_error *err)
{
	struct plica_json *json = plica_design_data_json(design);
	enum plica_status status = add_base(json, "specimen", design->scene.specimen, err);

	if (status == PLICA_OK)
		status = add_base(json, "probe", design->scene.probe, err);
	if (status != PLICA_OK) {
		plica_json_free(json);
		return status;
	}
	plica_json_set_text(json, "program_version", PLICA_VERSION);
	plica_json_set_number(json, "dose", dose);
	return plica_metadata_key(key, json, err);
}

/* Whether there is nothing to do. What we did not make is never replaced. */
static enum plica_status look(
	bool *kept, const struct dose_files *files, const char *key, struct plica_error *err)
{
	*kept = true;
	for (size_t i = 0; i < FILE_COUNT; i++) {
		enum plica_freshness freshness = plica_metadata_freshness(files->file[i], key);

		if (freshness == PLICA_FRESH_FOREIGN)
			return plica_error_set(err, PLICA_ERR_DATA,
				"'%s' was not made by 'plica study generate' and is not replaced: "
				"move it away, or name another phase_c_root",
				files->file[i]);
		*kept = *kept && freshness == PLICA_FRESH_SAME;
	}
	return PLICA_OK;
}

static enum plica_status save(struct plica_generation *generation, struct plica_dataset *dataset,
	const char *path, struct plica_error *err)
{
	enum plica_status status;
	char detail[64];

	PLICA_TRY(plica_dataset_save(dataset, path, err));
	generation->wrote_c = true;
	(void)snprintf(detail, sizeof(detail), "%zu patterns", dataset->pattern_count);
	PLICA_TRY(plica_generation_report(generation, PLICA_GENERATE_WRITTEN, path, detail, err));
out:
	return status;
}

static enum plica_status make(struct plica_generation *generation, const struct dose_files *files,
	double dose, const char *key, struct plica_error *err)
{
	const struct plica_design *design = generation->design;
	struct plica_dataset *whole = NULL;
	struct plica_dataset *train = NULL;
	struct plica_dataset *test = NULL;
	enum plica_status status;

	PLICA_TRY(plica_generation_scene(generation, err));
	PLICA_TRY(plica_scene_expose_thinned(&whole, generation->scene, dose,
		plica_generation_master(generation, dose), design->seeds.simulation, err));
	PLICA_TRY(plica_metadata_mark(whole, key, files->file[WHOLE], err));
	PLICA_TRY(plica_dataset_split(&train, &test, whole, design->split_axis, err));
	PLICA_TRY(plica_make_folders(files->folder, err));
	PLICA_TRY(save(generation, whole, files->file[WHOLE], err));
	PLICA_TRY(save(generation, train, files->file[TRAIN], err));
	PLICA_TRY(save(generation, test, files->file[TEST], err));
out:
	plica_dataset_free(whole);
	plica_dataset_free(train);
	plica_dataset_free(test);
	return status;
}

enum plica_status plica_stage_c(
	struct plica_generation *generation, double dose, struct plica_error *err)
{
	struct dose_files files = {0};
	char key[PLICA_SHA256_SIZE];
	bool kept = false;
	enum plica_status status;

	PLICA_TRY(name_files(&files, generation->phase_c_root, dose, err));
	PLICA_TRY(make_key(key, generation->design, dose, err));
	PLICA_TRY(look(&kept, &files, key, err));
	if (!kept)
		PLICA_TRY(make(generation, &files, dose, key, err));
	for (size_t i = 0; kept && i < FILE_COUNT; i++)
		PLICA_TRY(plica_generation_report(generation, PLICA_GENERATE_KEPT, files.file[i],
			"made from the same design", err));
out:
	release_files(&files);
	return status;
}

static enum plica_status list_dose(
	struct plica_json *list, const char *root, double dose, struct plica_error *err)
{
	struct dose_files files = {0};
	struct plica_json *entry = plica_json_add_object(list);
	enum plica_status status;

	PLICA_TRY(name_files(&files, root, dose, err));
	plica_json_set_number(entry, "dose", dose);
	for (size_t i = 0; i < FILE_COUNT; i++) {
		struct plica_json *file = plica_json_set_object(entry, names[i]);
		char digest[PLICA_SHA256_SIZE];

		PLICA_TRY(plica_sha256_file(digest, files.file[i], err));
		plica_json_set_text(file, "path", files.file[i]);
		plica_json_set_text(file, "sha256", digest);
	}
out:
	release_files(&files);
	return status;
}

enum plica_status plica_stage_c_manifest(
	struct plica_generation *generation, struct plica_error *err)
{
	const struct plica_design *design = generation->design;
	struct plica_json *root = plica_json_object();
	struct plica_json *list;
	char now[PLICA_TIMESTAMP_SIZE];
	char *path = NULL;
	enum plica_status status;

	PLICA_TRY(plica_path_join(&path, generation->phase_c_root, "run_manifest.json", err));
	if (!generation->wrote_c && plica_file_exists(path))
		goto out;
	plica_timestamp(now);
	plica_json_set_integer(root, "schema_version", PLICA_STUDY_SCHEMA);
	plica_json_set_text(root, "timestamp", now);
	plica_json_set_text(root, "study", design->name);
	plica_json_set_text(root, "program_version", PLICA_VERSION);
	plica_json_set(root, "data", plica_design_data_json(design));
	list = plica_json_set_array(root, "datasets");
	for (size_t i = 0; i < design->dose_count; i++)
		PLICA_TRY(list_dose(list, generation->phase_c_root, design->doses[i], err));
	PLICA_TRY(plica_json_save(path, root, err));
out:
	plica_free(path);
	plica_json_free(root);
	return status;
}
