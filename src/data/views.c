/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/views.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/try.h"
#include "format/json.h"

struct plica_positions plica_dataset_positions(const struct plica_dataset *dataset)
{
	return (struct plica_positions){dataset->pattern_count, dataset->y_px, dataset->x_px};
}

/* The source's metadata as an object; an empty one when there are none that can be kept. */
static struct plica_json *metadata_of(const struct plica_dataset *dataset)
{
	struct plica_json *json = NULL;
	const char *text = dataset->metadata_json;

	if (text != NULL &&
		plica_json_parse(&json, text, strlen(text), "_metadata", NULL) == PLICA_OK &&
		plica_json_is_object(json))
		return json;
	plica_json_free(json);
	return plica_json_object();
}

/* What the source's metadata say of dose and overlap is not true of a part: measured again. */
static enum plica_status describe_part(
	struct plica_json *json, const struct plica_dataset *part, struct plica_error *err)
{
	struct plica_overlap_params params = plica_overlap_defaults(plica_json_get_number(
		json, "probe_diameter_px", plica_dataset_probe_diameter_px(part)));
	struct plica_overlap overlap;
	enum plica_status status = PLICA_OK;

	plica_json_set_integer(json, "n_images", (int64_t)part->pattern_count);
	plica_json_set_number(json, "dose_measured", plica_dataset_mean_photons(part));
	if (!(params.probe_diameter_px > 0.0))
		return PLICA_OK;
	PLICA_TRY(plica_overlap_measure(&overlap, plica_dataset_positions(part), &params, err));
	plica_json_set_number(json, "probe_diameter_px", params.probe_diameter_px);
	plica_json_set_number(json, "spacing_px", overlap.spacing_px);
	plica_json_set_number(json, "linear_overlap", overlap.linear);
	plica_json_set_number(json, "area_overlap", overlap.area);
out:
	return status;
}

static void describe_source(struct plica_json *json, const struct plica_dataset *source)
{
	if (source->path != NULL)
		plica_json_set_text(json, "source_file", plica_path_name(source->path));
	plica_json_set_integer(json, "n_images_source", (int64_t)source->pattern_count);
}

static enum plica_status write_metadata(
	struct plica_dataset *part, struct plica_json *json, struct plica_error *err)
{
	struct plica_text text = {0};
	enum plica_status status;

	PLICA_TRY(describe_part(json, part, err));
	PLICA_TRY(plica_json_line(&text, json, err));
	PLICA_TRY(plica_dataset_set_metadata(part, text.data, err));
out:
	plica_text_release(&text);
	return status;
}

/* `json` describes the part already, but for what is measured. */
static enum plica_status take_part(struct plica_dataset **out, const struct plica_dataset *source,
	const struct plica_indices *part, struct plica_json *json, struct plica_error *err)
{
	struct plica_dataset *dataset = NULL;
	enum plica_status status;

	PLICA_TRY(plica_dataset_select(&dataset, source, part->item, part->count, err));
	describe_source(json, source);
	PLICA_TRY(write_metadata(dataset, json, err));
	*out = dataset;
	dataset = NULL;
out:
	plica_dataset_free(dataset);
	return status;
}

static enum plica_status take_half(struct plica_dataset **out, const struct plica_dataset *source,
	const struct plica_indices *half, enum plica_axis axis, const char *name,
	struct plica_error *err)
{
	struct plica_json *json = metadata_of(source);
	enum plica_status status;

	plica_json_set_text(json, "split", name);
	plica_json_set_text(json, "split_axis", axis == PLICA_AXIS_Y ? "y" : "x");
	status = take_part(out, source, half, json, err);
	plica_json_free(json);
	return status;
}

enum plica_status plica_dataset_split(struct plica_dataset **train, struct plica_dataset **test,
	const struct plica_dataset *dataset, enum plica_axis axis, struct plica_error *err)
{
	struct plica_indices low = {0};
	struct plica_indices high = {0};
	struct plica_dataset *first = NULL;
	enum plica_status status;

	PLICA_TRY(plica_scan_split(&low, &high, plica_dataset_positions(dataset), axis, err));
	PLICA_TRY(take_half(&first, dataset, &low, axis, "train", err));
	PLICA_TRY(take_half(test, dataset, &high, axis, "test", err));
	*train = first;
	first = NULL;
out:
	plica_dataset_free(first);
	plica_indices_release(&low);
	plica_indices_release(&high);
	return status;
}

static enum plica_status take_random(struct plica_dataset **out, const struct plica_dataset *source,
	const struct plica_indices *half, uint64_t seed, const char *name, struct plica_error *err)
{
	struct plica_json *json = metadata_of(source);
	enum plica_status status;

	plica_json_set_text(json, "split", name);
	plica_json_set_integer(json, "rng_seed_split", (int64_t)seed);
	status = take_part(out, source, half, json, err);
	plica_json_free(json);
	return status;
}

enum plica_status plica_dataset_split_random(struct plica_dataset **first,
	struct plica_dataset **second, const struct plica_dataset *dataset, uint64_t seed,
	struct plica_error *err)
{
	struct plica_indices half[2] = {{0}, {0}};
	struct plica_dataset *made = NULL;
	enum plica_status status;

	PLICA_TRY(plica_scan_split_random(&half[0], &half[1], dataset->pattern_count, seed, err));
	PLICA_TRY(take_random(&made, dataset, &half[0], seed, "half1", err));
	PLICA_TRY(take_random(second, dataset, &half[1], seed, "half2", err));
	*first = made;
	made = NULL;
out:
	plica_dataset_free(made);
	plica_indices_release(&half[0]);
	plica_indices_release(&half[1]);
	return status;
}

enum plica_status plica_dataset_subsample(struct plica_dataset **out,
	const struct plica_dataset *dataset, double fraction, uint64_t seed,
	struct plica_error *err)
{
	struct plica_json *json = metadata_of(dataset);
	struct plica_indices chosen = {0};
	enum plica_status status;

	PLICA_TRY(plica_scan_subsample(&chosen, dataset->pattern_count, fraction, seed, err));
	plica_json_set_number(json, "s_img", fraction);
	plica_json_set_integer(json, "rng_seed_subsample", (int64_t)seed);
	PLICA_TRY(take_part(out, dataset, &chosen, json, err));
out:
	plica_indices_release(&chosen);
	plica_json_free(json);
	return status;
}

static void describe_view(struct plica_json *json, const char *name, const struct plica_view *view,
	const struct plica_view_params *params)
{
	plica_json_set_text(json, "overlap_view", name);
	plica_json_set_text(json, "selection_strategy", view->selection_strategy);
	if (params->image_fraction > 0.0) {
		plica_json_set_number(json, "s_img", params->image_fraction);
		plica_json_set_integer(json, "n_groups", (int64_t)params->group_count);
		plica_json_set_integer(json, "rng_seed_subsample", (int64_t)params->subsample_seed);
	} else {
		plica_json_set_number(json, "spacing_threshold", params->spacing_px);
	}
	plica_json_set_integer(json, "n_accepted", (int64_t)view->n_accepted);
	plica_json_set_integer(json, "n_rejected", (int64_t)view->n_rejected);
	plica_json_set_number(json, "acceptance_rate", view->acceptance_rate);
	plica_json_set_integer(json, "gridsize", (int64_t)params->gridsize);
	plica_json_set_integer(json, "neighbor_count", (int64_t)params->neighbor_count);
	plica_json_set_integer(json, "rng_seed_grouping", (int64_t)params->seed);
}

enum plica_status plica_dataset_view(struct plica_dataset **out, struct plica_view *selection,
	const struct plica_dataset *dataset, const char *name,
	const struct plica_view_params *params, struct plica_error *err)
{
	struct plica_json *json = metadata_of(dataset);
	struct plica_dataset *made = NULL;
	struct plica_view view = {0};
	enum plica_status status;

	PLICA_TRY(plica_view_select(&view, plica_dataset_positions(dataset), params, err));
	PLICA_TRY(plica_dataset_select(&made, dataset, view.members.item, view.members.count, err));
	describe_view(json, name, &view, params);
	describe_source(json, dataset);
	PLICA_TRY(write_metadata(made, json, err));
	*out = made;
	made = NULL;
	if (selection != NULL) {
		*selection = view;
		view = (struct plica_view){0};
	}
out:
	plica_dataset_free(made);
	plica_view_release(&view);
	plica_json_free(json);
	return status;
}
