/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage D: the views of both halves, their measured overlap, and which of them are impossible. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"
#include "data/describe.h"
#include "plica/views.h"
#include "study/generate.h"
#include "study/metadata.h"
#include "study/own_scan.h"

#define METRICS_NEIGHBOURS 6 /* of the measured overlap; the selection has its own number */
#define HIGHEST_DETAIL 512

/* One view of one half at one dose. */
struct part {
	double dose;
	const struct plica_study_view *view;
	const char *split;
	char *source;  /* patched_<split>.npz */
	char *folder;  /* <root>/dose_<D>/<view> */
	char *file;    /* <view>_<split>.npz in it */
	char *metrics; /* <split>_metrics.json in it */
};

/* What becomes of a part: its source, what was chosen of it, and the data set. */
struct made_view {
	struct plica_dataset *source;
	struct plica_dataset *made;
	struct plica_view selection;
};

static void release_part(struct part *part)
{
	plica_free(part->source);
	plica_free(part->folder);
	plica_free(part->file);
	plica_free(part->metrics);
}

static enum plica_status name_part(
	struct part *part, const struct plica_generation *generation, struct plica_error *err)
{
	enum plica_status status;
	char name[256];

	(void)snprintf(name, sizeof(name), "dose_%.0f/patched_%s.npz", part->dose, part->split);
	PLICA_TRY(plica_path_join(&part->source, generation->phase_c_root, name, err));
	(void)snprintf(name, sizeof(name), "dose_%.0f/%s", part->dose, part->view->name);
	PLICA_TRY(plica_path_join(&part->folder, generation->phase_d_root, name, err));
	(void)snprintf(name, sizeof(name), "%s_%s.npz", part->view->name, part->split);
	PLICA_TRY(plica_path_join(&part->file, part->folder, name, err));
	(void)snprintf(name, sizeof(name), "%s_metrics.json", part->split);
	PLICA_TRY(plica_path_join(&part->metrics, part->folder, name, err));
out:
	return status;
}

static struct plica_view_params selection_params(
	const struct plica_design *design, const struct plica_study_view *view)
{
	return (struct plica_view_params){
		.spacing_px = view->spacing_px,
		.gridsize = view->gridsize,
		.neighbor_count = design->neighbor_count,
		.seed = design->seeds.grouping,
		/* a scan of its own is taken whole */
		.image_fraction = view->kind == PLICA_VIEW_SCAN ? 1.0 : view->fraction,
		.group_count = view->group_count,
		.subsample_seed = design->seeds.subsampling,
	};
}

static enum plica_status make_key(char key[PLICA_SHA256_SIZE], const struct plica_design *design,
	const struct part *part, struct plica_error *err)
{
	enum plica_status status;
	struct plica_json *json = plica_json_object();
	char digest[PLICA_SHA256_SIZE];

	status = plica_sha256_file(digest, part->source, err);
	if (status != PLICA_OK) {
		plica_json_free(json);
		return status;
	}
	plica_json_set_text(json, "source_sha256", digest);
	plica_json_set_text(json, "view", part->view->name);
	plica_json_set_number(json, "spacing_px", part->view->spacing_px);
	if (part->view->kind == PLICA_VIEW_FRACTION) {
		plica_json_set_number(json, "s_img", part->view->fraction);
		plica_json_set_integer(json, "n_groups", (int64_t)part->view->group_count);
	} else if (part->view->kind == PLICA_VIEW_SCAN) {
		plica_json_set_number(json, "scan_overlap", part->view->scan_overlap);
		plica_json_set_bool(json, "equal_fluence", design->equal_fluence);
	}
	plica_json_set_integer(json, "gridsize", (int64_t)part->view->gridsize);
	plica_json_set_integer(json, "neighbor_count", (int64_t)design->neighbor_count);
	plica_json_set_integer(json, "grouping", (int64_t)design->seeds.grouping);
	plica_json_set_integer(json, "subsampling", (int64_t)design->seeds.subsampling);
	plica_json_set_text(json, "program_version", PLICA_VERSION);
	return plica_metadata_key(key, json, err);
}

static struct plica_overlap_params overlap_params(const struct plica_design *design,
	const struct plica_dataset *dataset, const struct plica_study_view *view)
{
	struct plica_overlap_params params =
		plica_overlap_defaults(plica_overlap_diameter_px(dataset));
	size_t members = view->gridsize * view->gridsize;

	params.gridsize = view->gridsize;
	params.neighbor_count = members > METRICS_NEIGHBOURS ? members : METRICS_NEIGHBOURS;
	params.seed = design->seeds.subsampling;
	if (view->kind == PLICA_VIEW_FRACTION) {
		params.image_fraction = view->fraction;
		params.group_count = view->group_count;
	}
	return params;
}

static struct plica_json *begin_metrics(const struct part *part, const char *key, bool valid)
{
	struct plica_json *json = plica_json_object();

	plica_json_set_text(json, "metrics_version", PLICA_METRICS_VERSION);
	plica_json_set_text(json, PLICA_GENERATED_KEY, key);
	plica_json_set_number(json, "dose", part->dose);
	plica_json_set_text(json, "view", part->view->name);
	plica_json_set_text(json, "split", part->split);
	plica_json_set_bool(json, "valid", valid);
	return json;
}

/* What is measured is the selection: of a view by fraction, the images that were drawn from. */
static enum plica_status write_metrics(const struct part *part, const struct plica_design *design,
	const struct made_view *view, const char *key, struct plica_error *err)
{
	const struct plica_dataset *dataset =
		part->view->kind == PLICA_VIEW_FRACTION ? view->source : view->made;
	const struct plica_view *selection = &view->selection;
	struct plica_overlap_params params = overlap_params(design, dataset, part->view);
	struct plica_json *json = begin_metrics(part, key, true);
	struct plica_overlap overlap;
	enum plica_status status;

	PLICA_TRY(plica_overlap_measure(&overlap, plica_dataset_positions(dataset), &params, err));
	plica_describe_overlap(json, &params, &overlap);
	plica_describe_dose(json, dataset);
	plica_json_set_text(json, "selection_strategy", selection->selection_strategy);
	if (part->view->kind == PLICA_VIEW_SPACING)
		plica_json_set_number(json, "spacing_threshold", part->view->spacing_px);
	plica_json_set_integer(json, "n_accepted", (int64_t)selection->n_accepted);
	plica_json_set_integer(json, "n_rejected", (int64_t)selection->n_rejected);
	plica_json_set_number(json, "acceptance_rate", selection->acceptance_rate);
	PLICA_TRY(plica_json_save(part->metrics, json, err));
out:
	plica_json_free(json);
	return status;
}

/* The data set of an earlier design must not stand for a view that cannot be made. */
static enum plica_status write_impossible(struct plica_generation *generation,
	const struct part *part, const char *key, const char *reason, struct plica_error *err)
{
	struct plica_json *json = begin_metrics(part, key, false);
	enum plica_status status;

	plica_json_set_text(json, "reason", reason);
	PLICA_TRY(plica_json_save(part->metrics, json, err));
	if (unlink(part->file) != 0 && errno != ENOENT) {
		status = plica_error_set(
			err, PLICA_ERR_IO, "cannot remove '%s': %s", part->file, strerror(errno));
		goto out;
	}
	PLICA_TRY(plica_generation_report(
		generation, PLICA_GENERATE_IMPOSSIBLE, part->file, reason, err));
out:
	plica_json_free(json);
	return status;
}

static enum plica_status choose(struct plica_generation *generation, const struct part *part,
	struct made_view *view, struct plica_error *err)
{
	const struct plica_view_params params = selection_params(generation->design, part->view);
	enum plica_status status;

	if (part->view->kind == PLICA_VIEW_SCAN)
		PLICA_TRY(plica_own_scan(
			&view->source, generation, part->view, part->dose, part->split, err));
	else
		PLICA_TRY(plica_dataset_load(&view->source, part->source, err));
	status = plica_dataset_view(
		&view->made, &view->selection, view->source, part->view->name, &params, err);
	if (status == PLICA_OK && part->view->kind == PLICA_VIEW_SCAN) {
		view->selection.selection_strategy = "scan";
		status = plica_own_scan_describe(view->made, part->view, part->dose, err);
	}
out:
	return status;
}

static enum plica_status make(struct plica_generation *generation, const struct part *part,
	const char *key, struct plica_error *err)
{
	struct made_view view = {0};
	char detail[HIGHEST_DETAIL];
	struct plica_error why = {0};
	enum plica_status status;

	PLICA_TRY(plica_make_folders(part->folder, err));
	status = choose(generation, part, &view, &why);
	if (status == PLICA_ERR_NUMERIC) {
		status = write_impossible(generation, part, key, why.text, err);
		goto out;
	}
	if (status != PLICA_OK) {
		(void)plica_error_set(err, status, "'%s': %s", part->file, why.text);
		goto out;
	}
	PLICA_TRY(plica_metadata_mark(view.made, key, part->file, err));
	PLICA_TRY(plica_dataset_save(view.made, part->file, err));
	PLICA_TRY(write_metrics(part, generation->design, &view, key, err));
	(void)snprintf(detail, sizeof(detail), "%zu patterns in %zu groups, %s",
		view.made->pattern_count, view.selection.n_accepted,
		view.selection.selection_strategy);
	PLICA_TRY(plica_generation_report(
		generation, PLICA_GENERATE_WRITTEN, part->file, detail, err));
out:
	plica_view_release(&view.selection);
	plica_dataset_free(view.source);
	plica_dataset_free(view.made);
	return status;
}

/* The parsed metrics of a part, when they belong to this key; NULL otherwise. */
static struct plica_json *load_metrics(const struct part *part, const char *key)
{
	struct plica_json *json = NULL;
	const char *found;

	if (!plica_file_exists(part->metrics) ||
		plica_json_load(&json, part->metrics, NULL) != PLICA_OK)
		return NULL;
	found = plica_json_get_text(json, PLICA_GENERATED_KEY);
	if (found != NULL && strcmp(found, key) == 0)
		return json;
	plica_json_free(json);
	return NULL;
}

static enum plica_status keep_or_make(struct plica_generation *generation, const struct part *part,
	const char *key, struct plica_error *err)
{
	enum plica_freshness freshness = plica_metadata_freshness(part->file, key);
	struct plica_json *metrics = load_metrics(part, key);
	const char *reason = plica_json_get_text(metrics, "reason");
	enum plica_status status;

	if (freshness == PLICA_FRESH_FOREIGN)
		status = plica_error_set(err, PLICA_ERR_DATA,
			"'%s' was not made by 'plica study generate' and is not replaced: move it "
			"away, or name another phase_d_root",
			part->file);
	else if (freshness == PLICA_FRESH_SAME && metrics != NULL)
		status = plica_generation_report(generation, PLICA_GENERATE_KEPT, part->file,
			"made from the same design", err);
	else if (freshness == PLICA_FRESH_MISSING && reason != NULL)
		status = plica_generation_report(
			generation, PLICA_GENERATE_IMPOSSIBLE, part->file, reason, err);
	else
		status = make(generation, part, key, err);
	plica_json_free(metrics);
	return status;
}

static enum plica_status make_part(struct plica_generation *generation, struct part *part,
	struct plica_json *bundle, struct plica_error *err)
{
	enum plica_status status;
	char key[PLICA_SHA256_SIZE];

	PLICA_TRY(name_part(part, generation, err));
	PLICA_TRY(make_key(key, generation->design, part, err));
	PLICA_TRY(keep_or_make(generation, part, key, err));
	plica_json_set(bundle, part->split, load_metrics(part, key));
out:
	return status;
}

static enum plica_status save_bundle(struct plica_generation *generation,
	const struct plica_json *bundle, const char *view, double dose, struct plica_error *err)
{
	enum plica_status status;
	char name[256];
	char *path = NULL;

	(void)snprintf(name, sizeof(name), "dose_%.0f/%s/metrics_bundle.json", dose, view);
	PLICA_TRY(plica_path_join(&path, generation->phase_d_root, name, err));
	PLICA_TRY(plica_json_save(path, bundle, err));
out:
	plica_free(path);
	return status;
}

static enum plica_status make_view(struct plica_generation *generation, double dose,
	const struct plica_study_view *view, struct plica_error *err)
{
	const struct plica_design *design = generation->design;
	struct plica_json *bundle = plica_json_object();
	enum plica_status status = PLICA_OK;
	bool any = false;

	plica_json_set_integer(bundle, "schema_version", PLICA_STUDY_SCHEMA);
	plica_json_set_number(bundle, "dose", dose);
	plica_json_set_text(bundle, "view", view->name);
	for (int split = PLICA_SPLIT_TRAIN; split <= PLICA_SPLIT_TEST; split++) {
		struct part part = {.dose = dose,
			.view = view,
			.split = plica_split_name((enum plica_split)split)};

		if (!design->splits[split])
			continue;
		any = true;
		status = make_part(generation, &part, bundle, err);
		release_part(&part);
		if (status != PLICA_OK)
			goto out;
	}
	if (any)
		PLICA_TRY(save_bundle(generation, bundle, view->name, dose, err));
out:
	plica_json_free(bundle);
	return status;
}

enum plica_status plica_stage_d(
	struct plica_generation *generation, double dose, struct plica_error *err)
{
	const struct plica_design *design = generation->design;
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < design->view_count && status == PLICA_OK; i++)
		if (!design->views[i].whole)
			status = make_view(generation, dose, &design->views[i], err);
	return status;
}

enum plica_status plica_view_impossible(
	char **out, const char *folder, const char *split, struct plica_error *err)
{
	enum plica_status status;
	struct plica_json *json = NULL;
	char name[64];
	char *path = NULL;
	const char *reason;

	*out = NULL;
	(void)snprintf(name, sizeof(name), "%s_metrics.json", split);
	PLICA_TRY(plica_path_join(&path, folder, name, err));
	if (!plica_file_exists(path) || plica_json_load(&json, path, NULL) != PLICA_OK)
		goto out;
	reason = plica_json_get_text(json, "reason");
	if (reason != NULL && !plica_json_get_bool(json, "valid", true))
		PLICA_TRY(plica_copy_text(out, reason, err));
out:
	plica_free(path);
	plica_json_free(json);
	return status;
}
