/* SPDX-License-Identifier: BSD-3-Clause */
#include "eval/align.h"

#include <complex.h>
#include <math.h>

#include "base/memory.h"
#include "base/try.h"
#include "eval/filter.h"
#include "eval/phasor.h"

/* A shift that misses the grid by less than this needs no pixel beyond the last. */
#define SHIFT_TOLERANCE_PX 1e-3

/* What decides one axis. */
struct place {
	size_t from, to; /* the area, on the reference */
	size_t source;   /* pixels of the reconstruction */
	double apart;    /* of its first pixel behind the reference's */
	const char *name;
};

static enum plica_status axis_init(struct plica_align_axis *axis, const struct place *place,
	size_t margin, struct plica_error *err)
{
	double whole = rint(place->apart);
	double first = (double)place->from - whole;

	if (!(first >= 0.0 && (double)place->to - whole <= (double)place->source))
		return plica_error_set(err, PLICA_ERR_DATA,
			"the reconstruction does not cover the area: it has %s %.0f to %.0f of the "
			"reference, the area is %zu to %zu",
			place->name, whole, whole + (double)place->source, place->from, place->to);
	axis->area = place->to - place->from;
	axis->box = axis->area + 2 * margin;
	axis->offset = margin;
	axis->from = (ptrdiff_t)first - (ptrdiff_t)margin;
	axis->source = place->source;
	axis->rest = place->apart - whole;
	return PLICA_NEW(&axis->phase, axis->box, err);
}

static enum plica_status init_axes(struct plica_alignment *self,
	const struct plica_compare_input *input, size_t margin, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_compare_object *moving = &input->reconstruction;
	const struct plica_compare_object *fixed = &input->reference;
	const struct place rows = {input->area.row0, input->area.row1, moving->rows,
		moving->origin_y_px - fixed->origin_y_px, "rows"};
	const struct place cols = {input->area.col0, input->area.col1, moving->cols,
		moving->origin_x_px - fixed->origin_x_px, "columns"};

	PLICA_TRY(axis_init(&self->y, &rows, margin, err));
	PLICA_TRY(axis_init(&self->x, &cols, margin, err));
out:
	return status;
}

static enum plica_status fill_box(struct plica_alignment *self,
	const struct plica_compare_object *reconstruction, struct plica_error *err)
{
	size_t bad = 0;

	for (size_t y = 0; y < self->y.box; y++) {
		size_t row = plica_reflect(self->y.from + (ptrdiff_t)y, self->y.source);

		for (size_t x = 0; x < self->x.box; x++) {
			size_t col = plica_reflect(self->x.from + (ptrdiff_t)x, self->x.source);
			float complex value =
				reconstruction->data[row * reconstruction->cols + col];

			if (!isfinite(crealf(value)) || !isfinite(cimagf(value)))
				bad++;
			self->box[y * self->x.box + x] = (double complex)value;
		}
	}
	if (bad != 0)
		return plica_error_set(err, PLICA_ERR_NUMERIC,
			"the reconstruction has NaN or infinite pixels in or near the area");
	return PLICA_OK;
}

static enum plica_status allocate_boxes(struct plica_alignment *self, struct plica_error *err)
{
	enum plica_status status;
	size_t count;

	if (!plica_size_mul(&count, self->y.box, self->x.box)) {
		status = plica_error_set(err, PLICA_ERR_MEMORY,
			"an area of %zu x %zu px is too large", self->y.area, self->x.area);
		goto out;
	}
	PLICA_TRY(PLICA_NEW(&self->box, count, err));
	PLICA_TRY(PLICA_NEW(&self->spectrum, count, err));
	PLICA_TRY(PLICA_NEW(&self->work, count, err));
	PLICA_TRY(plica_fft_double_create(&self->fft, self->y.box, self->x.box, err));
out:
	return status;
}

enum plica_status plica_alignment_create(struct plica_alignment **out,
	const struct plica_compare_input *input, size_t margin, struct plica_error *err)
{
	enum plica_status status;
	struct plica_alignment *self = NULL;

	PLICA_TRY(PLICA_NEW(&self, 1, err));
	PLICA_TRY(init_axes(self, input, margin, err));
	PLICA_TRY(allocate_boxes(self, err));
	PLICA_TRY(fill_box(self, &input->reconstruction, err));
	*out = self;
	self = NULL;
out:
	plica_alignment_free(self);
	return status;
}

void plica_alignment_free(struct plica_alignment *alignment)
{
	if (alignment == NULL)
		return;
	plica_free(alignment->y.phase);
	plica_free(alignment->x.phase);
	plica_free(alignment->box);
	plica_free(alignment->spectrum);
	plica_free(alignment->work);
	plica_fft_double_free(alignment->fft);
	plica_free(alignment);
}

/* out = in times the outer product of the two axes' phases. */
static void multiply_phases(
	const struct plica_alignment *self, double complex *out, const double complex *in)
{
	for (size_t y = 0; y < self->y.box; y++)
		for (size_t x = 0; x < self->x.box; x++) {
			size_t i = y * self->x.box + x;

			out[i] = in[i] * (self->y.phase[y] * self->x.phase[x]);
		}
}

/* exp(-2 pi i k (distance from the area's centre) / area), on the reconstruction's grid. */
static void fill_ramp(struct plica_align_axis *axis, double cycles)
{
	double centre = (double)axis->offset + 0.5 * (double)axis->area - axis->rest;

	for (size_t i = 0; i < axis->box; i++)
		axis->phase[i] = plica_phasor(-cycles * ((double)i - centre) / (double)axis->area);
}

void plica_alignment_set(
	struct plica_alignment *alignment, const double parameter[PLICA_ALIGN_PARAMETERS])
{
	for (size_t i = 0; i < PLICA_ALIGN_PARAMETERS; i++)
		alignment->parameter[i] = parameter[i];
	fill_ramp(&alignment->y, parameter[PLICA_ALIGN_RAMP_Y]);
	fill_ramp(&alignment->x, parameter[PLICA_ALIGN_RAMP_X]);
	multiply_phases(alignment, alignment->spectrum, alignment->box);
	plica_fft_double_forward(alignment->fft, alignment->spectrum);
}

/* The Fourier factors of a shift, normalised for the inverse transform, differentiated by it. */
static void fill_shift(struct plica_align_axis *axis, double shift, unsigned int order)
{
	for (size_t k = 0; k < axis->box; k++) {
		double frequency = plica_fft_frequency(k, axis->box);

		axis->phase[k] = plica_phasor(-frequency * shift) / (double)axis->box;
		for (unsigned int n = 0; n < order; n++)
			axis->phase[k] *= plica_complex(0.0, -2.0 * M_PI * frequency);
	}
}

void plica_alignment_get(struct plica_alignment *alignment, double complex *out,
	unsigned int order_y, unsigned int order_x)
{
	const struct plica_align_axis *rows = &alignment->y;
	const struct plica_align_axis *cols = &alignment->x;

	fill_shift(&alignment->y, alignment->parameter[PLICA_ALIGN_SHIFT_Y], order_y);
	fill_shift(&alignment->x, alignment->parameter[PLICA_ALIGN_SHIFT_X], order_x);
	multiply_phases(alignment, alignment->work, alignment->spectrum);
	plica_fft_double_inverse(alignment->fft, alignment->work);
	for (size_t y = 0; y < rows->area; y++)
		for (size_t x = 0; x < cols->area; x++)
			out[y * cols->area + x] =
				alignment->work[(y + rows->offset) * cols->box + x + cols->offset];
}

static size_t whole_px(double length)
{
	return length > SHIFT_TOLERANCE_PX ? (size_t)ceil(length - SHIFT_TOLERANCE_PX) : 0;
}

void plica_alignment_uncovered(
	size_t *low, size_t *high, const struct plica_align_axis *axis, double shift)
{
	/* Pixel j of the area shows what lies at `first` + j in the reconstruction. */
	double first = (double)axis->from + (double)axis->offset - shift;
	double last = first + (double)axis->area - 1.0;

	*low = whole_px(-first);
	*high = whole_px(last - ((double)axis->source - 1.0));
}
