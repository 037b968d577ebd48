/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/input.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"

/* Patterns that take more memory than this are not summed for the sake of one figure. */
#define PATTERNS_LIMIT_BYTES ((size_t)4 << 30)
#define BLOCK 4096

enum plica_status plica_report_read_picture(struct plica_report_array *out, size_t *count,
	struct plica_npz *npz, const char *name, struct plica_error *err)
{
	struct plica_array array = {0};
	struct plica_report_array picture = {0};
	enum plica_status status;
	const size_t *shape;
	size_t pixels;

	PLICA_TRY(plica_npz_read(&array, npz, name, err));
	if (array.info.dimensions < 2 || array.info.count == 0) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"'%s' has %d dimensions and %zu items, expected a picture", name,
			array.info.dimensions, array.info.count);
		goto out;
	}
	shape = array.info.shape + array.info.dimensions - 2;
	picture = (struct plica_report_array){.rows = shape[0], .cols = shape[1]};
	pixels = picture.rows * picture.cols;
	PLICA_TRY(PLICA_NEW(&picture.data, pixels, err));
	PLICA_TRY(plica_array_to_complex(picture.data, &array, 0, pixels, name, err));
	*count = array.info.count / pixels;
	*out = picture;
	picture.data = NULL;
out:
	plica_free(picture.data);
	plica_array_release(&array);
	return status;
}

enum plica_status plica_report_read_vector(double **out, size_t *count, struct plica_npz *npz,
	const char *name, struct plica_error *err)
{
	struct plica_array array = {0};
	double *values = NULL;
	enum plica_status status;

	PLICA_TRY(plica_npz_read(&array, npz, name, err));
	PLICA_TRY(PLICA_NEW(&values, array.info.count, err));
	PLICA_TRY(plica_array_to_double(values, &array, 0, array.info.count, name, err));
	*count = array.info.count;
	*out = values;
	values = NULL;
out:
	plica_free(values);
	plica_array_release(&array);
	return status;
}

static enum plica_status read_positions(
	struct plica_report_input *input, struct plica_npz *npz, struct plica_error *err)
{
	size_t count = 0;
	enum plica_status status;

	PLICA_TRY(plica_report_read_vector(&input->y_px, &count, npz, "ycoords", err));
	PLICA_TRY(plica_report_read_vector(
		&input->x_px, &input->position_count, npz, "xcoords", err));
	if (count == input->position_count)
		return PLICA_OK;
	status = plica_error_set(err, PLICA_ERR_DATA, "'xcoords' has %zu entries, 'ycoords' %zu",
		input->position_count, count);
	input->position_count = 0;
out:
	return status;
}

/* Float patterns are amplitudes, integers are counts (the data set's contract). */
static double photons_of(const double *value, size_t count, bool amplitude, const double *valid)
{
	double sum = 0.0;

	for (size_t i = 0; i < count; i++) {
		double photons = amplitude ? value[i] * value[i] : value[i];

		sum += valid == NULL || valid[i] != 0.0 ? photons : 0.0;
	}
	return sum;
}

/* Photons of all patterns, `frame` values at a time; `valid` is one frame of flags, or NULL. */
static enum plica_status sum_photons(double *out, const struct plica_array *patterns,
	const double *valid, size_t frame, struct plica_error *err)
{
	bool amplitude = plica_dtype_is_float(patterns->info.dtype);
	size_t count = patterns->info.count;
	double *values = NULL;
	enum plica_status status;

	*out = 0.0;
	PLICA_TRY(PLICA_NEW(&values, frame, err));
	for (size_t first = 0; first < count; first += frame) {
		size_t size = count - first < frame ? count - first : frame;

		PLICA_TRY(plica_array_to_double(values, patterns, first, size, "diffraction", err));
		*out += photons_of(values, size, amplitude, valid);
	}
out:
	plica_free(values);
	return status;
}

/* The mask when it fits the patterns; another shape is ignored, as the loader does. */
static enum plica_status read_mask(
	double **out, struct plica_npz *npz, size_t frame, struct plica_error *err)
{
	double *mask = NULL;
	size_t count = 0;
	enum plica_status status;

	if (!plica_npz_has(npz, "mask"))
		return PLICA_OK;
	status = plica_report_read_vector(&mask, &count, npz, "mask", err);
	if (status == PLICA_OK && count == frame) {
		*out = mask;
		mask = NULL;
	}
	plica_free(mask);
	return status;
}

static enum plica_status measure_dose(
	struct plica_report_input *input, struct plica_npz *npz, struct plica_error *err)
{
	const char *name = plica_npz_has(npz, "diffraction") ? "diffraction" : "diff3d";
	struct plica_array patterns = {0};
	struct plica_array_info info;
	double *mask = NULL;
	double photons = 0.0;
	size_t frame;
	enum plica_status status;

	PLICA_TRY(plica_npz_info(&info, npz, name, err));
	if (info.count == 0 || info.count > PATTERNS_LIMIT_BYTES / info.item_bytes ||
		input->position_count == 0) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"the dose was not measured: %zu values in %zu patterns", info.count,
			input->position_count);
		goto out;
	}
	PLICA_TRY(plica_npz_read(&patterns, npz, name, err));
	frame = info.count / input->position_count;
	PLICA_TRY(read_mask(&mask, npz, frame, err));
	PLICA_TRY(sum_photons(&photons, &patterns, mask, frame > 0 ? frame : BLOCK, err));
	input->dose_photons = photons / (double)input->position_count;
out:
	plica_free(mask);
	plica_array_release(&patterns);
	return status;
}

static enum plica_status read_metadata(
	struct plica_report_input *input, struct plica_npz *npz, struct plica_error *err)
{
	struct plica_array array = {0};
	char *text = NULL;
	enum plica_status status;

	if (!plica_npz_has(npz, "_metadata"))
		return PLICA_OK;
	PLICA_TRY(plica_npz_read(&array, npz, "_metadata", err));
	PLICA_TRY(plica_array_to_text(&text, &array, "_metadata", err));
	PLICA_TRY(plica_json_parse(&input->metadata, text, strlen(text), "_metadata", err));
out:
	plica_free(text);
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

enum plica_status plica_report_input_load(
	struct plica_report_input *out, const struct plica_report_job *job, struct plica_error *err)
{
	struct plica_npz *npz = NULL;
	size_t count;
	enum plica_status status;

	*out = (struct plica_report_input){.dose_photons = (double)NAN};
	PLICA_TRY(plica_npz_open(&npz, job->input_path, err));
	PLICA_TRY(read_positions(out, npz, err));
	if (plica_npz_has(npz, "objectGuess"))
		PLICA_TRY(plica_report_read_picture(&out->truth, &count, npz, "objectGuess", err));
	PLICA_TRY(read_metadata(out, npz, err));
	PLICA_TRY(read_overlap(out, job, err));
	PLICA_TRY(measure_dose(out, npz, err));
out:
	plica_npz_close(npz);
	return status;
}

void plica_report_input_release(struct plica_report_input *input)
{
	plica_free(input->y_px);
	plica_free(input->x_px);
	plica_free(input->truth.data);
	plica_json_free(input->metadata);
	plica_json_free(input->overlap);
	*input = (struct plica_report_input){0};
}
