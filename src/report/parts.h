/* SPDX-License-Identifier: BSD-3-Clause */
/** The parts of the page, from top to bottom. Failures stay in html->status. */
#ifndef PLICA_REPORT_PARTS_H
#define PLICA_REPORT_PARTS_H

#include "report/html.h"
#include "report/measure.h"
#include "report/outcome.h"
#include "report/results.h"

/** "100 000 · dense / train" */
void plica_report_job_name(struct plica_html *html, const struct plica_report_job *job);
/** The badge with the job's status. */
void plica_report_badge(struct plica_html *html, const struct plica_report_job *job);

/** The answer: what ran, how well, and what did not and why. `outcome` has an entry a job. */
void plica_report_overview(struct plica_html *html, const char *title,
	const struct plica_report_study *study, const struct plica_report_outcome *outcome);
/** Dose x view: NRMSE as colour and number, with each object's phase. */
void plica_report_matrix(struct plica_html *html, const struct plica_report_study *study,
	const struct plica_report_outcome *outcome);
/** The table of all jobs; the threshold is that of the resolution. */
void plica_report_table(struct plica_html *html, const struct plica_report_study *study,
	const struct plica_report_outcome *outcome, double frc_threshold);

struct plica_report_card {
	const struct plica_report_job *job;
	const struct plica_report_outcome *outcome;
	const struct plica_report_result *result; /**< NULL without one */
	size_t limit_px;                          /**< longest side of a picture */
};

/** One job's pictures, figures, log and command. */
void plica_report_card(struct plica_html *html, const struct plica_report_card *card);

/** The key of a figure's data attribute in the table's rows, which the charts read. */
const char *plica_report_figure_key(enum plica_report_figure figure);

/** A member of the chart data, with a comma before it unless it is the first. */
void plica_report_chart_curves(struct plica_html *json, const struct plica_report_job *job,
	const struct plica_report_result *result);

#endif
