/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "report/parts.h"

void plica_report_job_name(struct plica_html *html, const struct plica_report_job *job)
{
	plica_html_count(html, job->dose);
	plica_html_add(html, " photons &middot; ");
	plica_html_text(html, job->view);
	plica_html_add(html, "&#8239;/&#8239;");
	plica_html_text(html, job->split);
}

void plica_report_badge(struct plica_html *html, const struct plica_report_job *job)
{
	plica_html_printf(html, "<span class=\"badge %s\">", plica_report_state_name(job->state));
	plica_html_text(html, job->cached ? "cached" : job->status);
	plica_html_add(html, "</span>");
}

static void link_to(struct plica_html *html, const struct plica_report_job *job)
{
	plica_html_printf(html, "<a href=\"#job-%zu\">", job->number);
	plica_report_job_name(html, job);
	plica_html_add(html, "</a>");
}

/* The jobs with the smallest and the largest NRMSE; false when there is none. */
static bool find_extremes(size_t extreme[2], const struct plica_report_study *study,
	const struct plica_report_outcome *outcome)
{
	double best = INFINITY;
	double worst = -INFINITY;

	for (size_t i = 0; i < study->count; i++) {
		double nrmse = outcome[i].figure[PLICA_REPORT_NRMSE];

		if (nrmse < best) {
			best = nrmse;
			extreme[0] = i;
		}
		if (nrmse > worst) {
			worst = nrmse;
			extreme[1] = i;
		}
	}
	return isfinite(best);
}

static void say_done(struct plica_html *html, const struct plica_report_study *study)
{
	size_t done = plica_report_count(study, PLICA_REPORT_DONE);

	if (study->count == 0)
		plica_html_add(html, "The study has no job. ");
	else if (done == study->count)
		plica_html_printf(html, "All %zu jobs are done. ", done);
	else
		plica_html_printf(html, "%zu of %zu jobs are done. ", done, study->count);
}

static bool any_compared(
	const struct plica_report_study *study, const struct plica_report_outcome *outcome)
{
	for (size_t i = 0; i < study->count; i++)
		if (outcome[i].compared)
			return true;
	return false;
}

static void say_quality(struct plica_html *html, const struct plica_report_study *study,
	const struct plica_report_outcome *outcome)
{
	size_t extreme[2] = {0, 0};

	if (!find_extremes(extreme, study, outcome)) {
		plica_html_add(
			html, any_compared(study, outcome)
				      ? "No error against the truth (complex NRMSE) can be trusted."
				      : "No reconstruction could be held against a truth.");
		return;
	}
	plica_html_add(html, "The error against the truth (complex NRMSE) is ");
	for (int i = 0; i < 2; i++) {
		plica_html_add(html, i == 0 ? "<strong>" : " at best, and <strong>");
		plica_html_number(html, outcome[extreme[i]].figure[PLICA_REPORT_NRMSE], 3);
		plica_html_add(html, "</strong> (");
		link_to(html, &study->job[extreme[i]]);
		plica_html_add(html, ")");
	}
	plica_html_add(html, " at worst.");
}

static void say_running(struct plica_html *html, const struct plica_report_study *study)
{
	size_t running = plica_report_count(study, PLICA_REPORT_RUNNING);
	size_t waiting = plica_report_count(study, PLICA_REPORT_WAITING);

	if (running + waiting == 0)
		return;
	plica_html_printf(html,
		"<p class=\"notice\" role=\"status\"><strong>This study is not finished.</strong> "
		"%zu of its jobs %s running and %zu %s not started; the page shows what was there "
		"when it was made.</p>",
		running, running == 1 ? "is" : "are", waiting, waiting == 1 ? "has" : "have");
}

static void tile_begin(struct plica_html *html, const char *name)
{
	plica_html_printf(html, "<div><dt>%s</dt><dd>", name);
}

static void tile_end(struct plica_html *html)
{
	plica_html_add(html, "</dd></div>");
}

static void tile_count(struct plica_html *html, const char *name, size_t count)
{
	tile_begin(html, name);
	plica_html_count(html, (double)count);
	tile_end(html);
}

static void tiles(struct plica_html *html, const struct plica_report_study *study,
	const struct plica_report_outcome *outcome)
{
	size_t done = plica_report_count(study, PLICA_REPORT_DONE);
	size_t running = plica_report_count(study, PLICA_REPORT_RUNNING);
	size_t waiting = plica_report_count(study, PLICA_REPORT_WAITING);
	size_t cached = 0;
	double seconds = 0.0;
	double memory = (double)NAN;

	for (size_t i = 0; i < study->count; i++) {
		cached += study->job[i].cached;
		if (isfinite(outcome[i].figure[PLICA_REPORT_SECONDS]))
			seconds += outcome[i].figure[PLICA_REPORT_SECONDS];
		memory = fmax(memory, outcome[i].figure[PLICA_REPORT_MEMORY]);
	}
	plica_html_add(html, "<dl class=\"tiles\">");
	tile_begin(html, "Jobs done");
	plica_html_printf(html, "%zu<small> of %zu</small>", done, study->count);
	tile_end(html);
	tile_count(html, "From cache", cached);
	tile_count(html, "Failed", plica_report_count(study, PLICA_REPORT_FAILED));
	tile_count(html, "Skipped", plica_report_count(study, PLICA_REPORT_SKIPPED));
	if (running + waiting > 0)
		tile_count(html, "Open", running + waiting);
	tile_begin(html, "Computing time");
	plica_html_duration(html, seconds);
	tile_end(html);
	tile_begin(html, "Largest memory");
	plica_html_bytes(html, memory);
	tile_end(html);
	plica_html_add(html, "</dl>");
}

static bool same_fate(const struct plica_report_job *a, const struct plica_report_job *b)
{
	const char *left = a->reason != NULL ? a->reason : "";
	const char *right = b->reason != NULL ? b->reason : "";

	return a->state == b->state && strcmp(left, right) == 0;
}

/* Whether no job before this one has the same state and reason. */
static bool is_first_of_fate(const struct plica_report_study *study, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (same_fate(&study->job[i], &study->job[index]))
			return false;
	return true;
}

static void list_fate(struct plica_html *html, const struct plica_report_study *study, size_t first)
{
	const char *separator = "";

	plica_html_add(html, "<li>");
	plica_report_badge(html, &study->job[first]);
	plica_html_add(html, " <span>");
	plica_html_text(html, study->job[first].reason);
	plica_html_add(html, "</span><span class=\"names\">");
	for (size_t i = first; i < study->count; i++) {
		if (!same_fate(&study->job[i], &study->job[first]))
			continue;
		plica_html_add(html, separator);
		link_to(html, &study->job[i]);
		separator = ", ";
	}
	plica_html_add(html, "</span></li>");
}

static void list_undone(struct plica_html *html, const struct plica_report_study *study)
{
	if (plica_report_count(study, PLICA_REPORT_DONE) == study->count)
		return;
	plica_html_add(html, "<section aria-labelledby=\"undone\"><h2 id=\"undone\">Without a "
			     "result</h2><ul class=\"undone\">");
	for (size_t i = 0; i < study->count; i++)
		if (study->job[i].state != PLICA_REPORT_DONE && is_first_of_fate(study, i))
			list_fate(html, study, i);
	plica_html_add(html, "</ul></section>");
}

void plica_report_overview(struct plica_html *html, const char *title,
	const struct plica_report_study *study, const struct plica_report_outcome *outcome)
{
	char now[PLICA_TIMESTAMP_SIZE];

	plica_timestamp(now);
	plica_html_add(html, "<header><p class=\"eyebrow\">Study report</p><h1>");
	plica_html_text(html, title);
	plica_html_add(html, "</h1><p class=\"lead\">");
	say_done(html, study);
	say_quality(html, study, outcome);
	plica_html_printf(html,
		"</p><p class=\"made\">Made on <time datetime=\"%s\">%.10s at %.5s UTC</time> by "
		"Plica %s</p></header>",
		now, now, now + 11, PLICA_VERSION);
	say_running(html, study);
	tiles(html, study, outcome);
	list_undone(html, study);
}
