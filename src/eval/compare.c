/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/compare.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "eval/align.h"
#include "eval/frc.h"
#include "eval/measure.h"
#include "eval/phasor.h"
#include "eval/refine.h"
#include "eval/register.h"

/* Below one pixel every shift would lie at the limit. */
#define LEAST_SHIFT_PX 1.0
#define MOST_SHIFT_PX 1000.0

void plica_compare_options_init(struct plica_compare_options *options)
{
	*options = (struct plica_compare_options){.max_shift_px = 20.0, .msssim_sigma_px = 1.0};
}

static enum plica_status check_options(
	const struct plica_compare_options *options, struct plica_error *err)
{
	if (!(options->max_shift_px >= LEAST_SHIFT_PX && options->max_shift_px <= MOST_SHIFT_PX))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the largest shift is %g px, expected %g to %g", options->max_shift_px,
			LEAST_SHIFT_PX, MOST_SHIFT_PX);
	if (!(options->msssim_sigma_px >= 0.0 &&
		    options->msssim_sigma_px <= PLICA_COMPARE_MOST_SIGMA_PX))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the smoothing before MS-SSIM is %g px, expected 0 to %d",
			options->msssim_sigma_px, PLICA_COMPARE_MOST_SIGMA_PX);
	if (!(options->photons_per_px >= 0.0 && isfinite(options->photons_per_px)))
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the photons per object pixel are %g, expected 0 or more",
			options->photons_per_px);
	return PLICA_OK;
}

static enum plica_status check_area(
	const struct plica_compare_input *input, struct plica_error *err)
{
	const struct plica_compare_area *area = &input->area;

	if (area->row0 >= area->row1 || area->row1 > input->reference.rows ||
		area->col0 >= area->col1 || area->col1 > input->reference.cols)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"the area is rows %zu to %zu and columns %zu to %zu, but the reference has "
			"%zu x %zu px",
			area->row0, area->row1, area->col0, area->col1, input->reference.rows,
			input->reference.cols);
	if (area->row1 - area->row0 < PLICA_COMPARE_LEAST_PX ||
		area->col1 - area->col0 < PLICA_COMPARE_LEAST_PX)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"an area of %zu x %zu px is too small to compare, expected %d x %d at "
			"least",
			area->row1 - area->row0, area->col1 - area->col0, PLICA_COMPARE_LEAST_PX,
			PLICA_COMPARE_LEAST_PX);
	return PLICA_OK;
}

static enum plica_status check_origins(
	const struct plica_compare_input *input, struct plica_error *err)
{
	const struct plica_compare_object *both[] = {&input->reconstruction, &input->reference};

	for (size_t i = 0; i < 2; i++)
		if (!isfinite(both[i]->origin_y_px) || !isfinite(both[i]->origin_x_px))
			return plica_error_set(err, PLICA_ERR_NUMERIC,
				"the origin of the %s is not finite",
				i == 0 ? "reconstruction" : "reference");
	return PLICA_OK;
}

static void target_release(struct plica_align_target *target)
{
	plica_free(target->value);
	plica_free(target->weight);
}

/* Copies the reference and the weights over the area; both are checked on the way. */
static enum plica_status fill_target(struct plica_align_target *target,
	const struct plica_compare_input *input, struct plica_error *err)
{
	const struct plica_compare_area *area = &input->area;
	size_t cols = area->col1 - area->col0;
	double total = 0.0;

	for (size_t i = 0; i < (area->row1 - area->row0) * cols; i++) {
		size_t pixel =
			(area->row0 + i / cols) * input->reference.cols + area->col0 + i % cols;
		double complex value = (double complex)input->reference.data[pixel];
		double weight = input->weight != NULL ? (double)input->weight[pixel] : 1.0;

		if (!isfinite(creal(value)) || !isfinite(cimag(value)))
			return plica_error_set(err, PLICA_ERR_NUMERIC,
				"the reference has NaN or infinite pixels in the area");
		if (!(weight >= 0.0 && isfinite(weight)))
			return plica_error_set(err, PLICA_ERR_ARGUMENT,
				"a weight is %g, expected 0 or more", weight);
		target->value[i] = value;
		target->weight[i] = weight;
		total += weight;
	}
	if (total > 0.0)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_DATA,
		"all weights in the area are zero, as when the data light another place");
}

static enum plica_status target_init(struct plica_align_target *target,
	const struct plica_compare_input *input, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_compare_area *area = &input->area;
	size_t count = (area->row1 - area->row0) * (area->col1 - area->col0);

	*target = (struct plica_align_target){0};
	PLICA_TRY(PLICA_NEW(&target->value, count, err));
	PLICA_TRY(PLICA_NEW(&target->weight, count, err));
	PLICA_TRY(fill_target(target, input, err));
	if (plica_is_flat(target->value, count))
		status = plica_error_set(err, PLICA_ERR_DATA,
			"the reference is flat over the area: no truth to compare with");
out:
	return status;
}

/* Leaves out the rim that the shifted reconstruction does not cover. */
static enum plica_status cut_area(struct plica_compare_area *area,
	const struct plica_alignment *alignment, struct plica_error *err)
{
	size_t top, bottom, left, right;

	plica_alignment_uncovered(
		&top, &bottom, &alignment->y, alignment->parameter[PLICA_ALIGN_SHIFT_Y]);
	plica_alignment_uncovered(
		&left, &right, &alignment->x, alignment->parameter[PLICA_ALIGN_SHIFT_X]);
	if (top + bottom + PLICA_COMPARE_LEAST_PX > alignment->y.area ||
		left + right + PLICA_COMPARE_LEAST_PX > alignment->x.area)
		return plica_error_set(err, PLICA_ERR_DATA,
			"after a shift of %.1f, %.1f px the reconstruction covers too little of "
			"the area",
			alignment->y.rest - alignment->parameter[PLICA_ALIGN_SHIFT_Y],
			alignment->x.rest - alignment->parameter[PLICA_ALIGN_SHIFT_X]);
	area->row0 += top;
	area->row1 -= bottom;
	area->col0 += left;
	area->col1 -= right;
	return PLICA_OK;
}

/* Keeps the part of `pixels` (of the area `from`) that lies in the area `to`, in place. */
static void crop(void *pixels, size_t size, const struct plica_compare_area *from,
	const struct plica_compare_area *to)
{
	unsigned char *bytes = pixels;
	size_t from_cols = from->col1 - from->col0;
	size_t cols = to->col1 - to->col0;

	for (size_t y = 0; y < to->row1 - to->row0; y++)
		memmove(bytes + y * cols * size,
			bytes + ((y + to->row0 - from->row0) * from_cols + to->col0 - from->col0) *
					size,
			cols * size);
}

/* What the parameters mean, in the terms of the result's own area. */
static void say_removed(struct plica_comparison *comparison,
	const struct plica_registered *registered, const struct plica_compare_area *whole,
	double complex factor)
{
	const struct plica_alignment *alignment = registered->alignment;
	const double *p = alignment->parameter;
	const struct plica_compare_area *area = &comparison->area;
	double ramp_y = p[PLICA_ALIGN_RAMP_Y] / (double)alignment->y.area; /* cycles a pixel */
	double ramp_x = p[PLICA_ALIGN_RAMP_X] / (double)alignment->x.area;
	double centre_y =
		0.5 * ((double)(area->row0 + area->row1) - (double)(whole->row0 + whole->row1));
	double centre_x =
		0.5 * ((double)(area->col0 + area->col1) - (double)(whole->col0 + whole->col1));
	double complex found = plica_phasor(ramp_y * centre_y + ramp_x * centre_x) / factor;

	comparison->removed = (struct plica_removed){
		.factor_re = creal(found),
		.factor_im = cimag(found),
		.ramp_y_cycles = ramp_y * (double)comparison->rows,
		.ramp_x_cycles = ramp_x * (double)comparison->cols,
		.shift_y_px = alignment->y.rest - p[PLICA_ALIGN_SHIFT_Y],
		.shift_x_px = alignment->x.rest - p[PLICA_ALIGN_SHIFT_X],
		.orientation = registered->pose.orientation,
		.conjugated = registered->pose.conjugated,
	};
}

static enum plica_status allocate_arrays(
	struct plica_comparison *comparison, struct plica_error *err)
{
	enum plica_status status;
	size_t count;

	comparison->rows = comparison->area.row1 - comparison->area.row0;
	comparison->cols = comparison->area.col1 - comparison->area.col0;
	count = comparison->rows * comparison->cols;
	PLICA_TRY(PLICA_NEW(&comparison->aligned, count, err));
	PLICA_TRY(PLICA_NEW(&comparison->reference, count, err));
out:
	return status;
}

/* The two arrays over what both cover, and the factor between them. The target is cut alike. */
static enum plica_status fill_arrays(struct plica_comparison *comparison,
	const struct plica_registered *registered, struct plica_align_target *target,
	const struct plica_compare_area *whole, struct plica_error *err)
{
	struct plica_alignment *alignment = registered->alignment;
	enum plica_status status;
	double complex *moved = NULL;
	double complex factor;
	double error;
	size_t count;

	comparison->area = *whole;
	PLICA_TRY(cut_area(&comparison->area, alignment, err));
	PLICA_TRY(allocate_arrays(comparison, err));
	PLICA_TRY(PLICA_NEW(&moved, alignment->y.area * alignment->x.area, err));
	plica_alignment_get(alignment, moved, 0, 0);
	crop(moved, sizeof(*moved), whole, &comparison->area);
	crop(target->value, sizeof(*target->value), whole, &comparison->area);
	crop(target->weight, sizeof(*target->weight), whole, &comparison->area);
	count = comparison->rows * comparison->cols;
	factor = plica_align_factor(&error, target, moved, count);
	if (factor == 0.0) {
		status = plica_error_set(err, PLICA_ERR_DATA,
			"the reconstruction is zero over the area, or has nothing in common with "
			"the reference");
		goto out;
	}
	for (size_t i = 0; i < count; i++) {
		comparison->aligned[i] = (float complex)(factor * moved[i]);
		comparison->reference[i] = (float complex)target->value[i];
	}
	say_removed(comparison, registered, whole, factor);
out:
	plica_free(moved);
	return status;
}

enum plica_status plica_compare(struct plica_comparison **out,
	const struct plica_compare_input *input, const struct plica_compare_options *options,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_compare_options defaults;
	struct plica_align_target target = {0};
	struct plica_registered registered = {.alignment = NULL};
	struct plica_comparison *comparison = NULL;

	plica_compare_options_init(&defaults);
	options = options != NULL ? options : &defaults;
	PLICA_TRY(check_options(options, err));
	PLICA_TRY(check_area(input, err));
	PLICA_TRY(check_origins(input, err));
	PLICA_TRY(target_init(&target, input, err));
	PLICA_TRY(plica_register(&registered, input, &target, options, err));
	PLICA_TRY(PLICA_NEW(&comparison, 1, err));
	PLICA_TRY(fill_arrays(comparison, &registered, &target, &input->area, err));
	PLICA_TRY(plica_measure(comparison, target.weight, options->msssim_sigma_px, err));
	plica_measure_doubts(comparison, options);
	*out = comparison;
	comparison = NULL;
out:
	plica_comparison_free(comparison);
	plica_registered_release(&registered);
	target_release(&target);
	return status;
}

void plica_comparison_free(struct plica_comparison *comparison)
{
	if (comparison == NULL)
		return;
	plica_frc_release(&comparison->frc);
	plica_free(comparison->aligned);
	plica_free(comparison->reference);
	plica_free(comparison);
}
