/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

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
