/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "base/text.h"
#include "format/json.h"
#include "report/parts.h"

/* A curve with more points is thinned: a screen shows no more. */
#define POINT_LIMIT 600

static void separate(struct plica_html *json)
{
	if (json->text.size > 0)
		plica_html_add(json, ",\n");
}

/* One value of a JSON list, with the digits that a chart can show. */
static void value(struct plica_html *json, bool first, double number)
{
	if (!first)
		plica_html_add(json, ",");
	if (isfinite(number))
		plica_html_printf(json, "%.5g", number);
	else
		plica_html_add(json, "null");
}

void plica_report_chart_quality(struct plica_html *json, const struct plica_report_study *study,
	const struct plica_report_outcome *outcome)
{
	struct plica_json *points = plica_json_array();
	struct plica_text text = {0};
	enum plica_status status;

	for (size_t i = 0; i < study->count; i++) {
		struct plica_json *point;

		if (!isfinite(outcome[i].figure[PLICA_REPORT_NRMSE]))
			continue;
		point = plica_json_add_object(points);
		plica_json_set_text(point, "view", study->job[i].view);
		plica_json_set_text(point, "split", study->job[i].split);
		plica_json_set_number(point, "dose", study->job[i].dose);
		plica_json_set_number(point, "nrmse", outcome[i].figure[PLICA_REPORT_NRMSE]);
	}
	status = plica_json_line(&text, points, json->err);
	if (json->status == PLICA_OK)
		json->status = status;
	separate(json);
	plica_html_add(json, "\"quality\":");
	plica_html_json(json, plica_text_string(&text));
	plica_text_release(&text);
	plica_json_free(points);
}

static void list(
	struct plica_html *json, const char *key, const double *values, size_t count, size_t step)
{
	plica_html_printf(json, "\"%s\":[", key);
	for (size_t i = 0; i < count; i += step)
		value(json, i == 0, values[i]);
	plica_html_add(json, "]");
}

void plica_report_chart_curves(struct plica_html *json, const struct plica_report_job *job,
	const struct plica_report_result *result)
{
	size_t step = 1 + (result->epoch_count > 0 ? (result->epoch_count - 1) / POINT_LIMIT : 0);
	const struct plica_frc_curve *frc;

	separate(json);
	plica_html_printf(json, "\"job-%zu\":{\"step\":%zu,", job->number, step);
	list(json, "loss", result->loss, result->epoch_count, step);
	if (result->comparison != NULL) {
		frc = &result->comparison->frc;
		step = 1 + frc->ring_count / POINT_LIMIT;
		plica_html_add(json, ",");
		list(json, "frequency", frc->frequency, frc->ring_count, step);
		plica_html_add(json, ",");
		list(json, "frc", frc->frc, frc->ring_count, step);
		plica_html_add(json, ",");
		list(json, "half_bit", frc->half_bit, frc->ring_count, step);
	}
	plica_html_add(json, "}");
}
