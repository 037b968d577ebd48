/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/measure.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "report/input.h"

/* What the backends call their result, and the object in it. */
static const char *const file_names[] = {"reconstruction.npz", "ptychi_reconstruction.npz"};
static const char *const object_names[] = {"reconstructed_object", "psi"};
static const char *const probe_names[] = {"reconstructed_probe", "probe"};

/* A measured dose farther than this from its label is worth a warning. */
#define DOSE_TOLERANCE 0.05

/* The path of the result in a job's folder; free it with plica_free. */
static enum plica_status find_result(char **out, const char *folder, struct plica_error *err)
{
	enum plica_status status;

	for (size_t i = 0; i < 2; i++) {
		status = plica_path_join(out, folder, file_names[i], err);
		if (status != PLICA_OK || plica_file_exists(*out))
			return status;
		plica_free(*out);
		*out = NULL;
	}
	return plica_error_set(err, PLICA_ERR_IO, "there is no %s or %s in '%s'", file_names[0],
		file_names[1], folder);
}

static const char *present(const struct plica_report_file *file, const char *const names[2])
{
	return !plica_npz_has(file->npz, names[0]) && plica_npz_has(file->npz, names[1]) ? names[1]
											 : names[0];
}

static enum plica_status read_origin(struct plica_report_result *result,
	const struct plica_report_file *file, struct plica_error *err)
{
	static const char name[] = "object_origin";
	double *origin = NULL;
	size_t count = 0;
	enum plica_status status;

	if (!plica_npz_has(file->npz, name))
		return PLICA_OK;
	status = plica_report_read_vector(&origin, &count, file, name, err);
	if (status != PLICA_OK)
		return status;
	if (count != 2 || !isfinite(origin[0]) || !isfinite(origin[1]))
		status = plica_error_set(err, PLICA_ERR_DATA,
			"cannot use '%s': '%s' has %zu entr%s, expected a finite row and column",
			file->path, name, count, count == 1 ? "y" : "ies");
	else
		memcpy(result->origin_px, origin, sizeof(result->origin_px));
	plica_free(origin);
	return status;
}

static enum plica_status read_object(struct plica_report_result *result,
	const struct plica_report_file *file, struct plica_error *err)
{
	size_t slices = 0;
	enum plica_status status;

	PLICA_TRY(plica_report_read_picture(
		&result->object, &slices, file, present(file, object_names), err));
	if (slices > 1)
		PLICA_TRY(plica_strings_printf(&result->warnings, err,
			"the object has %zu slices, and the first is shown", slices));
	PLICA_TRY(read_origin(result, file, err));
out:
	return status;
}

static enum plica_status read_extras(struct plica_report_result *result,
	const struct plica_report_file *file, struct plica_error *err)
{
	const char *probe = present(file, probe_names);
	double *fourier_error = NULL;
	size_t count = 0;
	enum plica_status status = PLICA_OK;

	if (plica_npz_has(file->npz, probe))
		PLICA_TRY(plica_report_read_picture(
			&result->probe, &result->probe_modes, file, probe, err));
	if (plica_npz_has(file->npz, "loss"))
		PLICA_TRY(plica_report_read_vector(
			&result->loss, &result->epoch_count, file, "loss", err));
	if (plica_npz_has(file->npz, "fourier_error"))
		PLICA_TRY(plica_report_read_vector(
			&fourier_error, &count, file, "fourier_error", err));
	if (count == 1)
		result->fourier_error = fourier_error[0];
out:
	plica_free(fourier_error);
	return status;
}

static enum plica_status read_result(struct plica_report_result *result,
	const struct plica_report_job *job, struct plica_error *err)
{
	struct plica_error own = {.text = ""};
	struct plica_report_file file = {NULL, NULL};
	char *path = NULL;
	enum plica_status status;

	PLICA_TRY(find_result(&path, job->folder, err));
	file.path = path;
	PLICA_TRY(plica_npz_open(&file.npz, path, err));
	PLICA_TRY(read_object(result, &file, err));
	/* The object can be shown without what else should be there. */
	if (read_extras(result, &file, &own) != PLICA_OK)
		PLICA_TRY(plica_strings_add(&result->warnings, own.text, err));
out:
	plica_npz_close(file.npz);
	plica_free(path);
	return status;
}

static enum plica_status compare(struct plica_report_result *result,
	const struct plica_compare_options *wanted, struct plica_error *err)
{
	struct plica_compare_options options;
	const struct plica_report_input *input = &result->input;
	struct plica_compare_input pair = {
		.reconstruction = {.rows = result->object.rows,
			.cols = result->object.cols,
			.data = result->object.data,
			.origin_y_px = result->origin_px[0],
			.origin_x_px = result->origin_px[1]},
		.reference = {.rows = input->truth.rows,
			.cols = input->truth.cols,
			.data = input->truth.data},
		.weight = input->illumination,
	};
	enum plica_status status;

	PLICA_TRY(plica_compare_area_of_positions(
		&pair.area, &pair.reference, input->y_px, input->x_px, input->position_count, err));
	plica_compare_mask(&result->mask, input->illumination, &pair, PLICA_COMPARE_MASK_LEVEL);
	plica_compare_options_init(&options);
	if (wanted != NULL)
		options = *wanted;
	options.photons_per_px = result->mask.photons_per_px;
	PLICA_TRY(plica_compare(&result->comparison, &pair, &options, err));
out:
	return status;
}

/* Data set and comparison may fail, for a reason that the page shows. */
static enum plica_status add_truth(struct plica_report_result *result,
	const struct plica_report_job *job, const struct plica_compare_options *options,
	struct plica_error *err)
{
	struct plica_error own = {.text = ""};
	enum plica_status status;

	if (job->input_path == NULL)
		return plica_copy_text(
			&result->reason, "no data set is recorded for this job", err);
	status = plica_report_input_load(&result->input, job, &own);
	if (result->input.truth.data == NULL)
		return plica_copy_text(&result->reason, own.text, err);
	if (status != PLICA_OK) {
		status = plica_strings_add(&result->warnings, own.text, err);
		if (status != PLICA_OK)
			return status;
	}
	status = compare(result, options, &own);
	return status == PLICA_OK ? PLICA_OK : plica_copy_text(&result->reason, own.text, err);
}

/* Poisson's loss may be negative: a tenth of its size. */
static bool loss_has_grown(const struct plica_report_result *result)
{
	double best = INFINITY;

	for (size_t i = 0; i < result->epoch_count; i++)
		best = fmin(best, result->loss[i]);
	return result->epoch_count > 0 &&
	       !(result->loss[result->epoch_count - 1] - best <= 0.1 * fabs(best));
}

/* At equal fluence a view with a scan of its own has another dose than the one it is listed under. */
static double expected_dose(
	const struct plica_report_result *result, const struct plica_report_job *job)
{
	const struct plica_json *metadata = result->input.metadata;
	double own = plica_json_get_number(metadata, "dose", (double)NAN);
	double label = plica_json_get_number(metadata, "dose_label", (double)NAN);

	return label == job->dose && own > 0.0 ? own : job->dose;
}

static enum plica_status add_warnings(struct plica_report_result *result,
	const struct plica_report_job *job, struct plica_error *err)
{
	const char *version = plica_json_get_text(job->record, "program_version");
	double dose = result->input.dose_photons;
	double expected = expected_dose(result, job);
	double attempts = plica_json_get_number(job->record, "attempts", 1.0);
	struct plica_strings *list = &result->warnings;
	enum plica_status status = PLICA_OK;

	if (isfinite(dose) && isfinite(expected) && fabs(dose / expected - 1.0) > DOSE_TOLERANCE)
		PLICA_TRY(plica_strings_printf(list, err,
			"the patterns hold %.4g photons each, which is %+.1f %% off the dose %.4g "
			"that was asked for",
			dose, 100.0 * (dose / expected - 1.0), expected));
	if (loss_has_grown(result))
		PLICA_TRY(plica_strings_add(list,
			"the loss of the last epoch is more than a tenth above the smallest one",
			err));
	if (attempts > 1.0)
		PLICA_TRY(plica_strings_printf(list, err, "it took %.0f attempts", attempts));
	if (version != NULL && strcmp(version, PLICA_VERSION) != 0)
		PLICA_TRY(plica_strings_printf(list, err,
			"reconstructed with version %s, and this report is made with version %s",
			version, PLICA_VERSION));
out:
	return status;
}

enum plica_status plica_report_result_load(struct plica_report_result *out,
	const struct plica_report_job *job, const struct plica_compare_options *options,
	struct plica_error *err)
{
	enum plica_status status;

	*out = (struct plica_report_result){.fourier_error = (double)NAN,
		.input.dose_photons = (double)NAN,
		.mask = {(double)NAN, (double)NAN}};
	PLICA_TRY(read_result(out, job, err));
	PLICA_TRY(add_truth(out, job, options, err));
	PLICA_TRY(add_warnings(out, job, err));
out:
	return status;
}

void plica_report_result_release(struct plica_report_result *result)
{
	plica_free(result->object.data);
	plica_free(result->probe.data);
	plica_free(result->loss);
	plica_report_input_release(&result->input);
	plica_comparison_free(result->comparison);
	plica_free(result->reason);
	plica_strings_release(&result->warnings);
	*result = (struct plica_report_result){0};
}
