/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/register.h"

#include <complex.h>
#include <math.h>

#include "base/memory.h"
#include "base/try.h"
#include "eval/phasor.h"
#include "eval/refine.h"

/* Beyond the largest shift, so that the box's wrap-around stays out of the area. */
#define MARGIN_PX 4
/* Variance over power below which a field is flat. */
#define LEAST_VARIANCE 1e-12

bool plica_is_flat(const double complex *data, size_t count)
{
	double complex mean = 0.0;
	double power = 0.0;

	for (size_t i = 0; i < count; i++) {
		mean += data[i];
		power += plica_power(data[i]);
	}
	mean /= (double)count;
	for (size_t i = 0; i < count; i++)
		if (plica_power(data[i] - mean) > LEAST_VARIANCE * power / (double)count)
			return false;
	return true;
}

static enum plica_status find_shift_and_ramp(struct plica_alignment *alignment,
	const struct plica_align_target *target, double max_shift_px, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	double parameter[PLICA_ALIGN_PARAMETERS] = {0.0};

	parameter[PLICA_ALIGN_SHIFT_Y] = alignment->y.rest;
	parameter[PLICA_ALIGN_SHIFT_X] = alignment->x.rest;
	if (plica_is_flat(alignment->box, alignment->y.box * alignment->x.box)) {
		plica_alignment_set(alignment, parameter);
		goto out;
	}
	PLICA_TRY(
		plica_align_search(parameter, alignment, target, (size_t)ceil(max_shift_px), err));
	PLICA_TRY(plica_align_refine(parameter, alignment, target, err));
out:
	return status;
}

static enum plica_status find_error(double *out, struct plica_alignment *alignment,
	const struct plica_align_target *target, struct plica_error *err)
{
	size_t count = alignment->y.area * alignment->x.area;
	double complex *moved = NULL;
	enum plica_status status = PLICA_NEW(&moved, count, err);

	if (status != PLICA_OK)
		return status;
	plica_alignment_get(alignment, moved, 0, 0);
	(void)plica_align_factor(out, target, moved, count);
	plica_free(moved);
	return PLICA_OK;
}

static enum plica_status register_as_is(struct plica_registered *out,
	const struct plica_compare_input *input, const struct plica_align_target *target,
	const struct plica_compare_options *options, struct plica_error *err)
{
	size_t margin = (size_t)ceil(options->max_shift_px) + MARGIN_PX;
	enum plica_status status;

	PLICA_TRY(plica_alignment_create(&out->alignment, input, margin, err));
	PLICA_TRY(find_shift_and_ramp(out->alignment, target, options->max_shift_px, err));
	PLICA_TRY(find_error(&out->error, out->alignment, target, err));
out:
	return status;
}

/* The alignment keeps its own copy of the pixels, so that the turned ones can go. */
static enum plica_status register_pose(struct plica_registered *out,
	const struct plica_compare_input *input, const struct plica_align_target *target,
	const struct plica_compare_options *options, struct plica_error *err)
{
	struct plica_compare_input turned = *input;
	float complex *pixels = NULL;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&pixels, input->reconstruction.rows * input->reconstruction.cols, err));
	plica_orient(&turned.reconstruction, pixels, &input->reconstruction, out->pose);
	PLICA_TRY(register_as_is(out, &turned, target, options, err));
out:
	plica_free(pixels);
	return status;
}

static void keep_better(struct plica_registered *best, struct plica_registered *other)
{
	if (best->alignment == NULL || other->error < best->error) {
		plica_registered_release(best);
		*best = *other;
		*other = (struct plica_registered){.alignment = NULL};
	}
	plica_registered_release(other);
}

/* The first pose is the identity, whose complaint stands when no pose covers the area. */
static enum plica_status register_best(struct plica_registered *out,
	const struct plica_compare_input *input, const struct plica_align_target *target,
	const struct plica_compare_options *options, struct plica_error *err)
{
	struct plica_registered best = {.alignment = NULL};
	enum plica_status first = PLICA_OK;

	for (int i = 0; i < 2 * PLICA_ORIENTATION_COUNT; i++) {
		struct plica_registered other = {
			.pose = {(enum plica_orientation)(i / 2), i % 2 != 0}};
		struct plica_error own = {.text = ""};
		enum plica_status status = register_pose(&other, input, target, options, &own);

		if (i == 0 && status != PLICA_OK)
			first = plica_error_set(err, status, "%s", own.text);
		if (status == PLICA_OK) {
			keep_better(&best, &other);
			continue;
		}
		plica_registered_release(&other);
		if (status != PLICA_ERR_DATA) {
			plica_registered_release(&best);
			return plica_error_set(err, status, "%s", own.text);
		}
	}
	*out = best;
	return best.alignment != NULL ? PLICA_OK : first;
}

enum plica_status plica_register(struct plica_registered *out,
	const struct plica_compare_input *input, const struct plica_align_target *target,
	const struct plica_compare_options *options, struct plica_error *err)
{
	enum plica_status status;

	*out = (struct plica_registered){.alignment = NULL};
	if (options->try_orientations)
		return register_best(out, input, target, options, err);
	status = register_as_is(out, input, target, options, err);
	if (status != PLICA_OK)
		plica_registered_release(out);
	return status;
}

void plica_registered_release(struct plica_registered *registered)
{
	plica_alignment_free(registered->alignment);
	registered->alignment = NULL;
}
