/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/pictures.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"
#include "report/figure.h"

#define THUMBNAIL_PX 128

/* The object and the truth over the same area; `owned` is memory that one of them needs. */
struct pair {
	struct plica_report_array object;
	struct plica_report_array truth; /* without data when there is none */
	float _Complex *owned;
};

/* First and last index of an axis that the positions reach, inside the object. */
static void reach(
	size_t limits[2], const double *positions, size_t count, double origin, size_t size)
{
	double low = INFINITY;
	double high = -INFINITY;

	for (size_t i = 0; i < count; i++) {
		low = fmin(low, positions[i] - origin);
		high = fmax(high, positions[i] - origin);
	}
	low = fmax(ceil(low), 0.0);
	high = fmin(floor(high), (double)size - 1.0);
	if (!(high > low)) {
		low = 0.0;
		high = (double)size - 1.0;
	}
	limits[0] = (size_t)low;
	limits[1] = (size_t)high;
}

/* Without a comparison the object alone, cropped to where the scan was. */
static enum plica_status crop(
	struct pair *pair, const struct plica_report_result *result, struct plica_error *err)
{
	const struct plica_report_input *input = &result->input;
	const struct plica_report_array *object = &result->object;
	enum plica_status status;
	size_t y[2];
	size_t x[2];

	reach(y, input->y_px, input->position_count, result->origin_px[0], object->rows);
	reach(x, input->x_px, input->position_count, result->origin_px[1], object->cols);
	pair->object.rows = y[1] - y[0] + 1;
	pair->object.cols = x[1] - x[0] + 1;
	status = PLICA_NEW(&pair->owned, pair->object.rows * pair->object.cols, err);
	if (status != PLICA_OK)
		return status;
	for (size_t row = 0; row < pair->object.rows; row++)
		memcpy(pair->owned + row * pair->object.cols,
			object->data + (y[0] + row) * object->cols + x[0],
			pair->object.cols * sizeof(*pair->owned));
	pair->object.data = pair->owned;
	return PLICA_OK;
}

static enum plica_status pair_up(
	struct pair *pair, const struct plica_report_result *result, struct plica_error *err)
{
	struct plica_comparison *comparison = result->comparison;

	*pair = (struct pair){.owned = NULL};
	if (comparison == NULL)
		return crop(pair, result, err);
	pair->object = (struct plica_report_array){
		comparison->rows, comparison->cols, comparison->aligned};
	pair->truth = (struct plica_report_array){
		comparison->rows, comparison->cols, comparison->reference};
	return PLICA_OK;
}

/* "Object, phase, dose 1000, dense, train" */
static enum plica_status describe(struct plica_text *out, const char *what,
	const struct plica_report_job *job, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_text_add(out, what, err));
	if (isfinite(job->dose))
		PLICA_TRY(plica_text_printf(out, err, ", dose %.0f", job->dose));
	PLICA_TRY(plica_text_printf(out, err, ", %s, %s", job->view, job->split));
out:
	return status;
}

/* A picture with its caption; the alternative text also names the job. Pictures of one `plane`
 * show the same area. */
static void add(struct plica_html *html, const struct plica_report_card *card,
	const struct plica_report_array *array, const struct plica_figure_scale *scale,
	const char *plane, const char *caption)
{
	const struct plica_json *metadata = card->result->input.metadata;
	struct plica_figure figure = {.array = array, .scale = scale, .limit_px = card->limit_px};
	struct plica_text alt = {0};
	enum plica_status status = describe(&alt, caption, card->job, html->err);

	if (status != PLICA_OK && html->status == PLICA_OK)
		html->status = status;
	figure.alt = plica_text_string(&alt);
	plica_html_printf(html, "<figure data-plane=\"%s\"><div class=\"pane\">", plane);
	plica_figure_image(html, &figure);
	plica_figure_ruler(
		html, array->cols, plica_json_get_number(metadata, "pixel_size_m", (double)NAN));
	plica_html_add(html, "</div>");
	plica_html_printf(html, "<figcaption>%s <small>", caption);
	plica_figure_range(html, scale);
	plica_html_add(html, "</small></figcaption></figure>");
	plica_text_release(&alt);
}

/* One scale for the object and the truth, taken from the truth where there is one. */
static enum plica_status add_pair(
	struct plica_html *html, const struct plica_report_card *card, const struct pair *pair)
{
	const struct plica_report_array *model =
		pair->truth.data != NULL ? &pair->truth : &pair->object;
	struct plica_figure_scale scale;
	enum plica_status status;

	PLICA_TRY(plica_figure_amplitude_scale(&scale, model, html->err));
	add(html, card, &pair->object, &scale, "object", "Object, amplitude");
	if (pair->truth.data != NULL)
		add(html, card, &pair->truth, &scale, "object", "Truth, amplitude");
	PLICA_TRY(plica_figure_phase_scale(&scale, model, html->err));
	add(html, card, &pair->object, &scale, "object", "Object, phase");
	if (pair->truth.data != NULL)
		add(html, card, &pair->truth, &scale, "object", "Truth, phase");
out:
	return status;
}

static enum plica_status add_difference(
	struct plica_html *html, const struct plica_report_card *card, const struct pair *pair)
{
	struct plica_report_array difference = pair->object;
	struct plica_figure_scale scale;
	enum plica_status status;

	difference.data = NULL;
	PLICA_TRY(PLICA_NEW(&difference.data, difference.rows * difference.cols, html->err));
	for (size_t i = 0; i < difference.rows * difference.cols; i++)
		difference.data[i] = cabsf(pair->object.data[i] - pair->truth.data[i]);
	PLICA_TRY(plica_figure_amplitude_scale(&scale, &difference, html->err));
	scale.range[0] = 0.0;
	add(html, card, &difference, &scale, "object", "Difference from the truth");
out:
	plica_free(difference.data);
	return status;
}

static enum plica_status add_probe(struct plica_html *html, const struct plica_report_card *card)
{
	const struct plica_report_array *probe = &card->result->probe;
	struct plica_figure_scale scale;
	enum plica_status status;

	PLICA_TRY(plica_figure_amplitude_scale(&scale, probe, html->err));
	add(html, card, probe, &scale, "probe", "Probe, amplitude");
	scale = (struct plica_figure_scale){.phase = true, .cyclic = true, .direction = 1.0f};
	add(html, card, probe, &scale, "probe", "Probe, phase");
out:
	return status;
}

static enum plica_status add_all(struct plica_html *html, const struct plica_report_card *card)
{
	struct pair pair;
	enum plica_status status;

	PLICA_TRY(pair_up(&pair, card->result, html->err));
	PLICA_TRY(add_pair(html, card, &pair));
	if (pair.truth.data != NULL)
		PLICA_TRY(add_difference(html, card, &pair));
	if (card->result->probe.data != NULL)
		PLICA_TRY(add_probe(html, card));
out:
	plica_free(pair.owned);
	return status;
}

void plica_report_pictures(struct plica_html *html, const struct plica_report_card *card)
{
	enum plica_status status;

	plica_html_add(html, "<div class=\"pictures\">");
	status = add_all(html, card);
	if (html->status == PLICA_OK)
		html->status = status;
	plica_html_add(html, "</div>");
}

static enum plica_status thumbnail(struct plica_html *html, const struct plica_report_job *job,
	const struct plica_report_result *result, struct plica_text *alt)
{
	struct plica_figure_scale scale;
	struct plica_figure figure = {.scale = &scale, .limit_px = THUMBNAIL_PX};
	struct pair pair;
	enum plica_status status;

	PLICA_TRY(pair_up(&pair, result, html->err));
	PLICA_TRY(plica_figure_phase_scale(
		&scale, pair.truth.data != NULL ? &pair.truth : &pair.object, html->err));
	PLICA_TRY(describe(alt, "Phase of the object", job, html->err));
	figure.array = &pair.object;
	figure.alt = alt->data;
	plica_figure_image(html, &figure);
out:
	plica_free(pair.owned);
	return status;
}

void plica_report_thumbnail(struct plica_html *html, const struct plica_report_job *job,
	const struct plica_report_result *result)
{
	struct plica_text alt = {0};
	enum plica_status status = thumbnail(html, job, result, &alt);

	if (html->status == PLICA_OK)
		html->status = status;
	plica_text_release(&alt);
}
