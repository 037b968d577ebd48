/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/compare_run.h"

#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/try.h"
#include "cli/compare_side.h"

/* What is loaded for one comparison. `data` is borrowed from the reference, or `own_data`. */
struct files {
	struct compare_side reconstruction, reference;
	struct plica_dataset *own_data;
	const struct plica_dataset *data;
};

void compare_request_init(struct compare_request *request)
{
	*request = (struct compare_request){.mask_level = PLICA_COMPARE_MASK_LEVEL};
	plica_compare_options_init(&request->options);
}

static enum plica_status load(
	struct files *files, const struct compare_request *request, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(compare_side_load(&files->reconstruction, request->reconstruction, err));
	PLICA_TRY(compare_side_load(&files->reference, request->reference, err));
	files->data = files->reference.dataset;
	if (request->data == NULL)
		goto out;
	PLICA_TRY(plica_dataset_load(&files->own_data, request->data, err));
	files->data = files->own_data;
out:
	return status;
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Cuts the area to what the positions of a side span; a side without positions leaves it. */
static enum plica_status cut_to_scan(struct plica_compare_area *area,
	const struct plica_compare_object *reference, const struct compare_side *side,
	struct plica_error *err)
{
	struct plica_positions positions = compare_side_positions(side);
	struct plica_compare_area scan;
	enum plica_status status;

	if (positions.count == 0)
		return PLICA_OK;
	status = plica_compare_area_of_positions(
		&scan, reference, positions.y_px, positions.x_px, positions.count, err);
	if (status != PLICA_OK)
		return status;
	*area = (struct plica_compare_area){larger(area->row0, scan.row0),
		smaller(area->row1, scan.row1), larger(area->col0, scan.col0),
		smaller(area->col1, scan.col1)};
	if (area->row0 + PLICA_COMPARE_LEAST_PX <= area->row1 &&
		area->col0 + PLICA_COMPARE_LEAST_PX <= area->col1)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_DATA,
		"the reconstruction covers less than %d x %d px of the reference's scan",
		PLICA_COMPARE_LEAST_PX, PLICA_COMPARE_LEAST_PX);
}

/* With a truth the whole scan of its dataset, which the reconstruction has to cover; of two
 * reconstructions what both have, inside both scans. */
static enum plica_status find_area(
	struct plica_compare_input *input, const struct files *files, struct plica_error *err)
{
	const struct plica_dataset *truth = files->reference.dataset;
	enum plica_status status;

	if (truth != NULL)
		return plica_compare_area_of_positions(&input->area, &input->reference, truth->y_px,
			truth->x_px, truth->pattern_count, err);
	PLICA_TRY(plica_compare_area_of_overlap(
		&input->area, &input->reference, &input->reconstruction, err));
	PLICA_TRY(cut_to_scan(&input->area, &input->reference, &files->reference, err));
	PLICA_TRY(cut_to_scan(&input->area, &input->reference, &files->reconstruction, err));
out:
	return status;
}

static enum plica_status check_level(double level, struct plica_error *err)
{
	if (level >= 0.0 && level < 1.0)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_ARGUMENT,
		"the mask's level is %g of the largest illumination, expected 0 or more and below "
		"1",
		level);
}

static enum plica_status compare_masked(struct compare_result *out,
	struct plica_compare_input *input, const struct files *files,
	const struct compare_request *request, struct plica_error *err)
{
	struct plica_compare_options options = request->options;
	const struct plica_grid grid = {input->reference.rows, input->reference.cols,
		input->reference.origin_y_px, input->reference.origin_x_px};
	struct plica_compare_mask mask;
	float *light = NULL;
	enum plica_status status = PLICA_OK;

	if (files->data != NULL) {
		PLICA_TRY(plica_dataset_illumination(&light, files->data, &grid, err));
		plica_compare_mask(&mask, light, input, request->mask_level);
		out->mask_share = mask.share;
		out->photons_per_px = mask.photons_per_px;
		input->weight = light;
		out->has_data = true;
	}
	if (files->reference.dataset != NULL)
		options.photons_per_px = out->photons_per_px;
	PLICA_TRY(plica_compare(&out->comparison, input, &options, err));
out:
	plica_free(light);
	return status;
}

/* A reason for no residual is a finding like any other, not a failure. */
static void add_residual(struct compare_result *out, const struct files *files)
{
	struct plica_metric *metric = out->comparison->metric;
	struct plica_error why = {.text = ""};

	if (files->data == NULL)
		return;
	if (files->reconstruction.product == NULL)
		(void)snprintf(out->residual_reason, sizeof(out->residual_reason),
			"a truth was not made from data");
	else if (plica_dataset_residual(&out->residual, files->data, files->reconstruction.product,
			 &why) != PLICA_OK)
		(void)snprintf(out->residual_reason, sizeof(out->residual_reason), "%s", why.text);
	if (out->residual_reason[0] != '\0') {
		metric[PLICA_METRIC_R_FACTOR] = (struct plica_metric){NAN, out->residual_reason};
		metric[PLICA_METRIC_FOURIER_ERROR] = metric[PLICA_METRIC_R_FACTOR];
		return;
	}
	metric[PLICA_METRIC_R_FACTOR] = (struct plica_metric){out->residual.r_factor, NULL};
	metric[PLICA_METRIC_FOURIER_ERROR] =
		(struct plica_metric){out->residual.fourier_error, NULL};
}

static enum plica_status compare_loaded(struct compare_result *out, const struct files *files,
	const struct compare_request *request, struct plica_error *err)
{
	struct plica_compare_input input = {
		.reconstruction = compare_side_object(&files->reconstruction),
		.reference = compare_side_object(&files->reference)};
	enum plica_status status;

	PLICA_TRY(check_level(request->mask_level, err));
	if (request->area != NULL)
		input.area = *request->area;
	else
		PLICA_TRY(find_area(&input, files, err));
	PLICA_TRY(compare_masked(out, &input, files, request, err));
	add_residual(out, files);
out:
	return status;
}

enum plica_status compare_files(
	struct compare_result *out, const struct compare_request *request, struct plica_error *err)
{
	struct files files = {0};
	enum plica_status status;

	*out = (struct compare_result){0};
	PLICA_TRY(load(&files, request, err));
	status = compare_loaded(out, &files, request, err);
	if (status != PLICA_OK)
		(void)plica_error_context(err, status, "cannot compare '%s' with '%s'",
			request->reconstruction, request->reference);
out:
	compare_side_release(&files.reconstruction);
	compare_side_release(&files.reference);
	plica_dataset_free(files.own_data);
	if (status != PLICA_OK)
		compare_result_release(out);
	return status;
}

void compare_result_release(struct compare_result *result)
{
	plica_comparison_free(result->comparison);
	plica_residual_release(&result->residual);
	*result = (struct compare_result){0};
}
