/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/describe.h"

#include <math.h>
#include <string.h>

#define FALLBACK_DIAMETER 0.6 /* of N, for a probe without a diameter */

void plica_describe_overlap(struct plica_json *json, const struct plica_overlap_params *params,
	const struct plica_overlap *overlap)
{
	plica_json_set_integer(json, "gridsize", (int64_t)params->gridsize);
	plica_json_set_number(json, "s_img", params->image_fraction);
	plica_json_set_integer(json, "n_groups",
		(int64_t)(params->group_count > 0 ? params->group_count : overlap->groups));
	plica_json_set_integer(json, "neighbor_count", (int64_t)params->neighbor_count);
	plica_json_set_number(json, "probe_diameter_px", params->probe_diameter_px);
	plica_json_set_integer(json, "rng_seed_subsample", (int64_t)params->seed);
	if (!isnan(overlap->group_based))
		plica_json_set_number(json, "metric_1_group_based_avg", overlap->group_based);
	plica_json_set_number(json, "metric_2_image_based_avg", overlap->image_based);
	plica_json_set_number(json, "metric_3_group_to_group_avg", overlap->group_to_group);
	plica_json_set_number(json, "linear_overlap", overlap->linear);
	plica_json_set_number(json, "area_overlap", overlap->area);
	plica_json_set_integer(json, "n_images_total", (int64_t)overlap->images_total);
	plica_json_set_integer(json, "n_images_subsampled", (int64_t)overlap->images_subsampled);
	plica_json_set_integer(json, "n_unique_images", (int64_t)overlap->images_unique);
	plica_json_set_integer(json, "n_groups_actual", (int64_t)overlap->groups);
}

/* The dose that the metadata claim; NaN without one. */
static double label_of(const struct plica_dataset *dataset)
{
	struct plica_json *json = NULL;
	const char *text = dataset->metadata_json;
	double label = (double)NAN;

	if (text != NULL &&
		plica_json_parse(&json, text, strlen(text), "_metadata", NULL) == PLICA_OK)
		label = plica_json_get_number(json, "dose", (double)NAN);
	plica_json_free(json);
	return label;
}

void plica_describe_dose(struct plica_json *json, const struct plica_dataset *dataset)
{
	double photons = plica_dataset_mean_photons(dataset);
	double label = label_of(dataset);

	plica_json_set_number(json, "photons_per_frame", photons);
	plica_json_set_number(
		json, "photons_per_object_pixel", plica_dataset_photons_per_px(dataset));
	if (!(label > 0.0))
		return;
	plica_json_set_number(json, "dose_label", label);
	plica_json_set_number(json, "dose_ratio", photons / label);
}

double plica_overlap_diameter_px(const struct plica_dataset *dataset)
{
	double diameter = plica_dataset_probe_diameter_px(dataset);

	return diameter > 0.0 ? diameter : FALLBACK_DIAMETER * (double)dataset->pattern_px;
}
