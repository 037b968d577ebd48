/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "report/parts.h"

/* Rows and columns, each by a job that stands for it. */
struct matrix {
	size_t row_count;
	size_t *row;
	size_t column_count;
	size_t *column;
	double best; /* smallest and largest NRMSE; infinite when there is none */
	double worst;
};

static bool same_view(const struct plica_report_job *a, const struct plica_report_job *b)
{
	return strcmp(a->view, b->view) == 0;
}

static bool same_column(const struct plica_report_job *a, const struct plica_report_job *b)
{
	return same_view(a, b) && strcmp(a->split, b->split) == 0;
}

static bool same_row(const struct plica_report_job *a, const struct plica_report_job *b)
{
	return a->dose == b->dose || (isnan(a->dose) && isnan(b->dose));
}

static void insert(size_t *list, size_t *count, size_t at, size_t index)
{
	memmove(list + at + 1, list + at, (*count - at) * sizeof(*list));
	list[at] = index;
	(*count)++;
}

/* Rows stand in the order of their doses. */
static void add_row(struct matrix *matrix, const struct plica_report_job *job, size_t index)
{
	size_t at = matrix->row_count;

	for (size_t i = 0; i < matrix->row_count; i++)
		if (same_row(&job[matrix->row[i]], &job[index]))
			return;
	while (at > 0 && job[matrix->row[at - 1]].dose > job[index].dose)
		at--;
	insert(matrix->row, &matrix->row_count, at, index);
}

/* Columns stand in the order of the jobs, those of a view side by side. */
static void add_column(struct matrix *matrix, const struct plica_report_job *job, size_t index)
{
	size_t at = matrix->column_count;

	for (size_t i = 0; i < matrix->column_count; i++)
		if (same_column(&job[matrix->column[i]], &job[index]))
			return;
	/* A new view stands behind the one before it in the same dose: another dose may lack it. */
	for (size_t i = 0; i < matrix->column_count; i++)
		if (index > 0 && same_row(&job[index - 1], &job[index]) &&
			same_column(&job[matrix->column[i]], &job[index - 1]))
			at = i + 1;
	for (size_t i = 0; i < matrix->column_count; i++)
		if (same_view(&job[matrix->column[i]], &job[index]))
			at = i + 1;
	insert(matrix->column, &matrix->column_count, at, index);
}

static enum plica_status arrange(struct matrix *matrix, const struct plica_report_study *study,
	const struct plica_report_outcome *outcome, struct plica_error *err)
{
	enum plica_status status;

	*matrix = (struct matrix){.best = INFINITY, .worst = -INFINITY};
	PLICA_TRY(PLICA_NEW(&matrix->row, study->count + 1, err));
	PLICA_TRY(PLICA_NEW(&matrix->column, study->count + 1, err));
	for (size_t i = 0; i < study->count; i++) {
		double nrmse = outcome[i].figure[PLICA_REPORT_NRMSE];

		add_row(matrix, study->job, i);
		add_column(matrix, study->job, i);
		matrix->best = fmin(matrix->best, nrmse);
		matrix->worst = fmax(matrix->worst, nrmse);
	}
out:
	return status;
}

/* How many columns from `first` on share its view. */
static size_t span_of(
	const struct matrix *matrix, const struct plica_report_study *study, size_t first)
{
	size_t span = 1;

	while (first + span < matrix->column_count &&
		same_view(&study->job[matrix->column[first]],
			&study->job[matrix->column[first + span]]))
		span++;
	return span;
}

static void head(struct plica_html *html, const struct matrix *matrix,
	const struct plica_report_study *study)
{
	plica_html_add(html, "<thead><tr><th scope=\"col\" rowspan=\"2\">Dose<small>photons per "
			     "exposure</small></th>");
	for (size_t i = 0; i < matrix->column_count; i += span_of(matrix, study, i)) {
		plica_html_printf(
			html, "<th scope=\"colgroup\" colspan=\"%zu\">", span_of(matrix, study, i));
		plica_html_text(html, study->job[matrix->column[i]].view);
		plica_html_add(html, "</th>");
	}
	plica_html_add(html, "</tr><tr>");
	for (size_t i = 0; i < matrix->column_count; i++) {
		plica_html_add(html, "<th scope=\"col\">");
		plica_html_text(html, study->job[matrix->column[i]].split);
		plica_html_add(html, "</th>");
	}
	plica_html_add(html, "</tr></thead>");
}

/* From 0 for the best to 1 for the worst, on a logarithmic scale: doses span decades. */
static double rank(const struct matrix *matrix, double nrmse)
{
	if (!(matrix->best > 0.0) || !(matrix->worst > matrix->best))
		return 0.0;
	return log(nrmse / matrix->best) / log(matrix->worst / matrix->best);
}

static void cell(struct plica_html *html, const struct matrix *matrix,
	const struct plica_report_job *job, const struct plica_report_outcome *outcome)
{
	double nrmse = outcome->figure[PLICA_REPORT_NRMSE];

	if (isfinite(nrmse))
		plica_html_printf(html, "<td class=\"rated\" style=\"--rank:%.0f%%\">",
			100.0 * rank(matrix, nrmse));
	else
		plica_html_add(html, "<td>");
	plica_html_printf(html, "<a href=\"#job-%zu\">", job->number);
	plica_html_append(
		html, plica_text_string(&outcome->thumbnail.text), outcome->thumbnail.text.size);
	plica_html_add(html, "<span>");
	if (isfinite(nrmse))
		plica_html_number(html, nrmse, 3);
	else if (outcome->loaded)
		plica_html_add(html, outcome->compared ? "not trusted" : "not compared");
	else
		plica_html_text(html, job->status);
	plica_html_add(html, "</span></a></td>");
}

static void row(struct plica_html *html, const struct matrix *matrix,
	const struct plica_report_study *study, const struct plica_report_outcome *outcome,
	const struct plica_report_job *first)
{
	plica_html_add(html, "<tr><th scope=\"row\">");
	plica_html_count(html, first->dose);
	plica_html_add(html, "</th>");
	for (size_t c = 0; c < matrix->column_count; c++) {
		size_t i = 0;

		while (i < study->count &&
			!(same_row(&study->job[i], first) &&
				same_column(&study->job[i], &study->job[matrix->column[c]])))
			i++;
		if (i < study->count)
			cell(html, matrix, &study->job[i], &outcome[i]);
		else
			plica_html_add(html, "<td><span>not planned</span></td>");
	}
	plica_html_add(html, "</tr>");
}

void plica_report_matrix(struct plica_html *html, const struct plica_report_study *study,
	const struct plica_report_outcome *outcome)
{
	struct matrix matrix;
	enum plica_status status = arrange(&matrix, study, outcome, html->err);

	if (html->status == PLICA_OK)
		html->status = status;
	plica_html_add(html,
		"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"matrix\">"
		"<table class=\"matrix\"><caption id=\"matrix\"><span><span "
		"id=\"matrix-figure\">Complex NRMSE</span> by dose and "
		"view, "
		"over "
		"the phase of each reconstruction. <span class=\"key\"><i class=\"low\"></i>best "
		"<i class=\"high\"></i>worst, colours on a logarithmic "
		"scale</span></span></caption>");
	head(html, &matrix, study);
	plica_html_add(html, "<tbody>");
	for (size_t i = 0; i < matrix.row_count && status == PLICA_OK; i++)
		row(html, &matrix, study, outcome, &study->job[matrix.row[i]]);
	plica_html_add(html, "</tbody></table></div>");
	plica_free(matrix.row);
	plica_free(matrix.column);
}
