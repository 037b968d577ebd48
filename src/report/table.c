/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>

#include "report/parts.h"

static void three_digits(struct plica_html *html, double number)
{
	plica_html_number(html, number, 3);
}

static void two_decimals(struct plica_html *html, double number)
{
	plica_html_decimal(html, number, 2);
}

static void whole(struct plica_html *html, double number)
{
	plica_html_count(html, number);
}

/* The columns of figures; page.js sorts by the key. */
static const struct {
	const char *name;
	const char *unit;
	const char *key;
	void (*write)(struct plica_html *html, double number);
} columns[PLICA_REPORT_FIGURES] = {
	[PLICA_REPORT_NRMSE] = {"NRMSE", "complex", "nrmse", three_digits},
	[PLICA_REPORT_PHASE_RMSE] = {"Phase RMSE", "rad", "phase", three_digits},
	[PLICA_REPORT_FRC] = {"FRC", "of Nyquist", "frc", three_digits},
	[PLICA_REPORT_FOURIER_ERROR] = {"E<sub>F</sub>", "relative", "fourier", three_digits},
	[PLICA_REPORT_LOSS] = {"Final loss", "per pixel", "loss", three_digits},
	[PLICA_REPORT_DOSE] = {"Measured dose", "photons", "measured", whole},
	[PLICA_REPORT_PATTERNS] = {"Patterns", "", "patterns", whole},
	[PLICA_REPORT_OVERLAP] = {"Overlap", "linear", "overlap", two_decimals},
	[PLICA_REPORT_SECONDS] = {"Time", "", "seconds", plica_html_duration},
	[PLICA_REPORT_MEMORY] = {"Memory", "peak", "memory", plica_html_bytes},
};

static const struct {
	const char *name;
	const char *key;
} labels[] = {{"Dose", "dose"}, {"View", "view"}, {"Split", "split"}, {"Status", "status"}};

#define LABEL_COUNT (sizeof(labels) / sizeof(labels[0]))

const char *plica_report_figure_key(enum plica_report_figure figure)
{
	return columns[figure].key;
}

static void head_cell(struct plica_html *html, const char *name, const char *unit, const char *key)
{
	plica_html_printf(html,
		"<th scope=\"col\" data-key=\"%s\"><button type=\"button\">%s<small>%s</small>"
		"</button></th>",
		key, name, unit);
}

static void head(struct plica_html *html, double frc_threshold)
{
	char frc[32];

	(void)snprintf(frc, sizeof(frc), "%s %.4g", columns[PLICA_REPORT_FRC].name, frc_threshold);
	plica_html_add(html, "<thead><tr>");
	for (size_t i = 0; i < LABEL_COUNT; i++)
		head_cell(html, labels[i].name, i == 0 ? "photons" : "", labels[i].key);
	for (int i = 0; i < PLICA_REPORT_FIGURES; i++)
		head_cell(html, i == PLICA_REPORT_FRC ? frc : columns[i].name, columns[i].unit,
			columns[i].key);
	plica_html_add(html, "</tr></thead>");
}

/* The sort keys stand on the row, since a reason may take the place of several cells. */
static void row_keys(struct plica_html *html, const struct plica_report_job *job,
	const struct plica_report_outcome *outcome)
{
	const char *texts[] = {job->view, job->split, job->status};

	plica_html_printf(html, "<tr data-number=\"%zu\"", job->number);
	if (isfinite(job->dose))
		plica_html_printf(html, " data-dose=\"%.17g\"", job->dose);
	for (int i = 0; i < 3; i++) {
		plica_html_printf(html, " data-%s=\"", labels[i + 1].key);
		plica_html_text(html, texts[i]);
		plica_html_add(html, "\"");
	}
	for (int i = 0; i < PLICA_REPORT_FIGURES; i++)
		if (isfinite(outcome->figure[i]))
			plica_html_printf(
				html, " data-%s=\"%.9g\"", columns[i].key, outcome->figure[i]);
	if (isfinite(outcome->fluence))
		plica_html_printf(html, " data-limit=\"%.9g\"", plica_report_noise_limit(outcome));
	plica_html_add(html, ">");
}

static void label_cells(struct plica_html *html, const struct plica_report_job *job)
{
	plica_html_printf(
		html, "<th scope=\"row\"><a href=\"#job-%zu\" aria-label=\"", job->number);
	plica_report_job_name(html, job);
	plica_html_add(html, "\">");
	plica_html_count(html, job->dose);
	plica_html_add(html, "</a></th><td>");
	plica_html_text(html, job->view);
	plica_html_add(html, "</td><td>");
	plica_html_text(html, job->split);
	plica_html_add(html, "</td><td>");
	plica_report_badge(html, job);
	plica_html_add(html, "</td>");
}

static void reason_cell(struct plica_html *html, const char *reason, int span)
{
	plica_html_printf(html, "<td class=\"why\" colspan=\"%d\">", span);
	plica_html_text(html, reason != NULL ? reason : "no reason recorded");
	plica_html_add(html, "</td>");
}

static void figure_cell(
	struct plica_html *html, const struct plica_report_outcome *outcome, int figure)
{
	if (!isfinite(outcome->figure[figure])) {
		plica_html_add(html, "<td class=\"why\">");
		plica_html_text(html, outcome->none[figure]);
	} else {
		plica_html_add(html, "<td class=\"figure\">");
		columns[figure].write(html, outcome->figure[figure]);
	}
	plica_html_add(html, "</td>");
}

static void row(struct plica_html *html, const struct plica_report_job *job,
	const struct plica_report_outcome *outcome)
{
	int figure = 0;

	row_keys(html, job, outcome);
	label_cells(html, job);
	if (!outcome->loaded)
		figure = PLICA_REPORT_LOADED;
	else if (!outcome->compared)
		figure = PLICA_REPORT_COMPARED;
	if (job->state == PLICA_REPORT_SKIPPED)
		figure = PLICA_REPORT_FIGURES;
	if (figure > 0)
		reason_cell(html, outcome->reason, figure);
	for (; figure < PLICA_REPORT_FIGURES; figure++)
		figure_cell(html, outcome, figure);
	plica_html_add(html, "</tr>");
}

void plica_report_table(struct plica_html *html, const struct plica_report_study *study,
	const struct plica_report_outcome *outcome, double frc_threshold)
{
	plica_html_add(html,
		"<div class=\"script tools\"><label>Filter <input type=\"search\" id=\"filter\" "
		"placeholder=\"dense 1000\" aria-describedby=\"filter-count\"></label>"
		"<output id=\"filter-count\" for=\"filter\"></output>"
		"<button type=\"button\" data-save=\"jobs\">Save as CSV</button></div>");
	plica_html_add(html,
		"<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
		"aria-labelledby=\"jobs-caption\"><table class=\"jobs\"><caption "
		"id=\"jobs-caption\"><span>Every job of the study. <span class=\"script\">Press a "
		"column&rsquo;s name to sort by it.</span></span></caption>");
	head(html, frc_threshold);
	plica_html_add(html, "<tbody>");
	for (size_t i = 0; i < study->count; i++)
		row(html, &study->job[i], &outcome[i]);
	plica_html_add(html, "</tbody></table></div>");
}
