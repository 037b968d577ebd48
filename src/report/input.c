/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/input.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "plica/dataset.h"
#include "plica/residual.h"

/* Names the file before what a converter says of a member. */
static enum plica_status named(
	const struct plica_report_file *file, enum plica_status status, struct plica_error *err)
{
	if (status == PLICA_OK)
		return status;
	return plica_error_context(err, status, "cannot use '%s'", file->path);
}

enum plica_status plica_report_read_picture(struct plica_report_array *out, size_t *count,
	const struct plica_report_file *file, const char *name, struct plica_error *err)
{
	struct plica_array array = {0};
	struct plica_report_array picture = {0};
	enum plica_status status;
	const size_t *shape;
	size_t pixels;

	PLICA_TRY(plica_npz_read(&array, file->npz, name, err));
	if (array.info.dimensions < 2 || array.info.count == 0) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': '%s' has %d dimension%s and %zu items, expected a "
			"picture",
			file->path, name, array.info.dimensions,
			array.info.dimensions == 1 ? "" : "s", array.info.count);
		goto out;
	}
	shape = array.info.shape + array.info.dimensions - 2;
	picture = (struct plica_report_array){.rows = shape[0], .cols = shape[1]};
	pixels = picture.rows * picture.cols;
	PLICA_TRY(PLICA_NEW(&picture.data, pixels, err));
	PLICA_TRY(named(
		file, plica_array_to_complex(picture.data, &array, 0, pixels, name, err), err));
	*count = array.info.count / pixels;
	*out = picture;
	picture.data = NULL;
out:
	plica_free(picture.data);
	plica_array_release(&array);
	return status;
}

enum plica_status plica_report_read_vector(double **out, size_t *count,
	const struct plica_report_file *file, const char *name, struct plica_error *err)
{
	struct plica_array array = {0};
	double *values = NULL;
	enum plica_status status;

	PLICA_TRY(plica_npz_read(&array, file->npz, name, err));
	PLICA_TRY(PLICA_NEW(&values, array.info.count, err));
	PLICA_TRY(named(
		file, plica_array_to_double(values, &array, 0, array.info.count, name, err), err));
	*count = array.info.count;
	*out = values;
	values = NULL;
out:
	plica_free(values);
	plica_array_release(&array);
	return status;
}

/* The measured overlap that the study left beside the data set of a view. */
static enum plica_status read_overlap(struct plica_report_input *input,
	const struct plica_report_job *job, struct plica_error *err)
{
	struct plica_text path = {0};
	const char *name = plica_path_name(job->input_path);
	enum plica_status status;

	PLICA_TRY(plica_text_append(&path, job->input_path, (size_t)(name - job->input_path), err));
	PLICA_TRY(plica_text_printf(&path, err, "%s_metrics.json", job->split));
	if (plica_file_exists(path.data))
		PLICA_TRY(plica_json_load(&input->overlap, path.data, err));
out:
	plica_text_release(&path);
	return status;
}

/* What is kept of the data set; the patterns, which are most of it, are not. */
static void take(struct plica_report_input *out, struct plica_dataset *dataset)
{
	out->position_count = dataset->pattern_count;
	out->y_px = dataset->y_px;
	out->x_px = dataset->x_px;
	out->truth = (struct plica_report_array){
		dataset->object_rows, dataset->object_cols, dataset->object};
	dataset->y_px = NULL;
	dataset->x_px = NULL;
	dataset->object = NULL;
	out->dose_photons = plica_dataset_mean_photons(dataset);
}

enum plica_status plica_report_input_load(
	struct plica_report_input *out, const struct plica_report_job *job, struct plica_error *err)
{
	struct plica_dataset *dataset = NULL;
	struct plica_grid grid;
	const char *text;
	enum plica_status status;

	*out = (struct plica_report_input){.dose_photons = (double)NAN};
	PLICA_TRY(plica_dataset_load(&dataset, job->input_path, err));
	grid = (struct plica_grid){.rows = dataset->object_rows, .cols = dataset->object_cols};
	PLICA_TRY(plica_dataset_illumination(&out->illumination, dataset, &grid, err));
	take(out, dataset);
	PLICA_TRY(read_overlap(out, job, err));
	text = dataset->metadata_json;
	if (text != NULL)
		PLICA_TRY(plica_json_parse(&out->metadata, text, strlen(text), "_metadata", err));
out:
	plica_dataset_free(dataset);
	return status;
}

void plica_report_input_release(struct plica_report_input *input)
{
	plica_free(input->y_px);
	plica_free(input->x_px);
	plica_free(input->truth.data);
	plica_free(input->illumination);
	plica_json_free(input->metadata);
	plica_json_free(input->overlap);
	*input = (struct plica_report_input){0};
}
