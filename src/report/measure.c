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

static enum plica_status open_result(
	struct plica_npz **out, const char *folder, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	char *path = NULL;

	for (size_t i = 0; i < 2; i++) {
		plica_free(path);
		path = NULL;
		PLICA_TRY(plica_path_join(&path, folder, file_names[i], err));
		if (plica_file_exists(path))
			break;
	}
	if (!plica_file_exists(path)) {
		status = plica_error_set(err, PLICA_ERR_IO, "there is no %s or %s in '%s'",
			file_names[0], file_names[1], folder);
		goto out;
	}
	PLICA_TRY(plica_npz_open(out, path, err));
out:
	plica_free(path);
	return status;
}

static const char *present(struct plica_npz *npz, const char *const names[2])
{
	return !plica_npz_has(npz, names[0]) && plica_npz_has(npz, names[1]) ? names[1] : names[0];
}

static enum plica_status read_object(
	struct plica_report_result *result, struct plica_npz *npz, struct plica_error *err)
{
	size_t slices = 0;
	size_t count = 0;
	double *origin = NULL;
	enum plica_status status;

	PLICA_TRY(plica_report_read_picture(
		&result->object, &slices, npz, present(npz, object_names), err));
	if (slices > 1)
		PLICA_TRY(plica_strings_printf(&result->warnings, err,
			"the object has %zu slices, and the first is shown", slices));
	if (!plica_npz_has(npz, "object_origin"))
		goto out;
	PLICA_TRY(plica_report_read_vector(&origin, &count, npz, "object_origin", err));
	for (size_t i = 0; i < 2 && count == 2; i++)
		result->origin_px[i] = origin[i];
out:
	plica_free(origin);
	return status;
}

static enum plica_status read_extras(
	struct plica_report_result *result, struct plica_npz *npz, struct plica_error *err)
{
	const char *probe = present(npz, probe_names);
	double *fourier_error = NULL;
	size_t count = 0;
	enum plica_status status = PLICA_OK;

	if (plica_npz_has(npz, probe))
		PLICA_TRY(plica_report_read_picture(
			&result->probe, &result->probe_modes, npz, probe, err));
	if (plica_npz_has(npz, "loss"))
		PLICA_TRY(plica_report_read_vector(
			&result->loss, &result->epoch_count, npz, "loss", err));
	if (plica_npz_has(npz, "fourier_error"))
		PLICA_TRY(plica_report_read_vector(
			&fourier_error, &count, npz, "fourier_error", err));
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
	struct plica_npz *npz = NULL;
	enum plica_status status;

	PLICA_TRY(open_result(&npz, job->folder, err));
	PLICA_TRY(read_object(result, npz, err));
	/* The object can be shown without what else should be there. */
	if (read_extras(result, npz, &own) != PLICA_OK)
		PLICA_TRY(plica_strings_add(&result->warnings, own.text, err));
out:
	plica_npz_close(npz);
	return status;
}

static enum plica_status compare(struct plica_report_result *result, struct plica_error *err)
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
	options.photons_per_px = result->mask.photons_per_px;
	PLICA_TRY(plica_compare(&result->comparison, &pair, &options, err));
out:
	return status;
}

/* Data set and comparison may fail, for a reason that the page shows. */
static enum plica_status add_truth(struct plica_report_result *result,
	const struct plica_report_job *job, struct plica_error *err)
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
	status = compare(result, &own);
	return status == PLICA_OK ? PLICA_OK : plica_copy_text(&result->reason, own.text, err);
}

static bool loss_has_grown(const struct plica_report_result *result)
{
	double best = INFINITY;

	for (size_t i = 0; i < result->epoch_count; i++)
		best = fmin(best, result->loss[i]);
	return result->epoch_count > 0 && !(result->loss[result->epoch_count - 1] <= 1.1 * best);
}

static enum plica_status add_warnings(struct plica_report_result *result,
	const struct plica_report_job *job, struct plica_error *err)
{
	const char *version = plica_json_get_text(job->record, "program_version");
	double dose = result->input.dose_photons;
	double attempts = plica_json_get_number(job->record, "attempts", 1.0);
	struct plica_strings *list = &result->warnings;
	enum plica_status status = PLICA_OK;

	if (isfinite(dose) && isfinite(job->dose) && fabs(dose / job->dose - 1.0) > DOSE_TOLERANCE)
		PLICA_TRY(plica_strings_printf(list, err,
			"the patterns hold %.4g photons each, which is %+.1f %% off the dose %.4g "
			"that the study names",
			dose, 100.0 * (dose / job->dose - 1.0), job->dose));
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
	const struct plica_report_job *job, struct plica_error *err)
{
	enum plica_status status;

	*out = (struct plica_report_result){.fourier_error = (double)NAN,
		.input.dose_photons = (double)NAN,
		.mask = {(double)NAN, (double)NAN}};
	PLICA_TRY(read_result(out, job, err));
	PLICA_TRY(add_truth(out, job, err));
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
