/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/report.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/try.h"
#include "report/assets.h"
#include "report/figure.h"
#include "report/parts.h"
#include "report/pictures.h"

/* A picture takes about a byte a pixel, four thirds of it in base64; a job has seven pictures of
 * which five have the size that is chosen here. All of them together stay below this. */
#define PICTURES_BYTES 9.5e6
#define PICTURES_PER_JOB 5.5
#define LEAST_SIDE_PX 64
#define MOST_SIDE_PX 400

/* What the parts of the page are made from. */
struct page {
	struct plica_report_study study;
	struct plica_report_outcome *outcome;
	struct plica_html cards;
	struct plica_html data; /* members of the charts' JSON object */
	const struct plica_compare_options *compare;
	double frc_threshold;
	size_t limit_px;
};

static size_t picture_limit(const struct plica_report_study *study)
{
	double jobs = fmax((double)plica_report_count(study, PLICA_REPORT_DONE), 1.0);
	double side = floor(sqrt(PICTURES_BYTES / (PICTURES_PER_JOB * jobs)));

	return (size_t)fmin(fmax(side, LEAST_SIDE_PX), MOST_SIDE_PX);
}

static enum plica_status add_result(struct page *page, size_t index,
	const struct plica_report_result *result, struct plica_error *err)
{
	const struct plica_report_job *job = &page->study.job[index];
	struct plica_report_outcome *outcome = &page->outcome[index];
	enum plica_status status =
		plica_report_outcome_add(outcome, result, page->frc_threshold, err);

	if (status != PLICA_OK)
		return status;
	plica_report_thumbnail(&outcome->thumbnail, job, result);
	plica_report_chart_curves(&page->data, job, result);
	return outcome->thumbnail.status;
}

/* One job after the other: only one job's arrays are in memory. */
static enum plica_status add_job(struct page *page, size_t index, struct plica_error *err)
{
	struct plica_report_job *job = &page->study.job[index];
	struct plica_report_outcome *outcome = &page->outcome[index];
	struct plica_report_card card = {
		.job = job, .outcome = outcome, .limit_px = page->limit_px};
	struct plica_report_result result = {.fourier_error = (double)NAN};
	struct plica_error own = {.text = ""};
	enum plica_status status;

	PLICA_TRY(plica_report_outcome_init(outcome, job, err));
	if (job->state == PLICA_REPORT_DONE) {
		if (plica_report_result_load(&result, job, page->compare, &own) == PLICA_OK) {
			PLICA_TRY(add_result(page, index, &result, err));
			card.result = &result;
		} else {
			PLICA_TRY(plica_report_job_fail(job, own.text, err));
			PLICA_TRY(plica_copy_text(&outcome->reason, own.text, err));
		}
	}
	plica_report_card(&page->cards, &card);
	status = page->cards.status;
out:
	plica_report_result_release(&result);
	return status;
}

static int hex_digit(char digit)
{
	return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

/* The policy's name for a script: what else might get into the page is not run. */
static void script_hash(struct plica_html *html, const struct plica_asset *asset)
{
	char hex[PLICA_SHA256_SIZE];
	uint8_t bytes[PLICA_SHA256_SIZE / 2];
	enum plica_status status = plica_sha256_bytes(hex, asset->bytes, asset->size, html->err);

	if (status != PLICA_OK) {
		html->status = status;
		return;
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(16 * hex_digit(hex[2 * i]) + hex_digit(hex[2 * i + 1]));
	plica_html_add(html, " 'sha256-");
	plica_html_base64(html, bytes, sizeof(bytes));
	plica_html_add(html, "'");
}

static void head(struct plica_html *html, const char *title)
{
	plica_html_add(html, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
			     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
			     "'none'; img-src data:; style-src 'unsafe-inline'; script-src");
	script_hash(html, &plica_asset_chart_js);
	script_hash(html, &plica_asset_d3_js);
	script_hash(html, &plica_asset_page_js);
	plica_html_add(html, "\">\n<meta name=\"viewport\" content=\"width=device-width, "
			     "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
			     "dark\">\n<title>");
	plica_html_text(html, title);
	plica_html_add(html, " &ndash; study report</title>\n<style>\n");
	plica_figure_maps(html);
	plica_html_append(html, plica_asset_page_css.bytes, plica_asset_page_css.size);
	plica_html_add(html, "</style></head>\n<body>\n");
}

static void script(struct plica_html *html, const struct plica_asset *asset)
{
	plica_html_add(html, "<script>");
	plica_html_append(html, asset->bytes, asset->size);
	plica_html_add(html, "</script>\n");
}

static void scripts(struct plica_html *html, const struct page *page)
{
	plica_html_add(html, "<script type=\"application/json\" id=\"data\">{");
	plica_html_append(html, plica_text_string(&page->data.text), page->data.text.size);
	plica_html_add(html, "}</script>\n");
	script(html, &plica_asset_chart_js);
	script(html, &plica_asset_d3_js);
	script(html, &plica_asset_page_js);
}

static bool any_has(const struct page *page, enum plica_report_figure figure)
{
	for (size_t i = 0; i < page->study.count; i++)
		if (isfinite(page->outcome[i].figure[figure]))
			return true;
	return false;
}

static void chart_of_study(struct plica_html *html, const char *kind, const char *label)
{
	plica_html_printf(html,
		"<figure class=\"chart main\"><figcaption></figcaption><div><canvas role=\"img\" "
		"data-chart=\"%s\" aria-label=\"%s\"></canvas></div></figure>",
		kind, label);
}

/* The figures among which the reader chooses; the first is shown without scripts, too. */
static void metric_choice(struct plica_html *html, double frc_threshold)
{
	char resolution[64];
	const struct {
		enum plica_report_figure figure;
		const char *name;
	} choices[] = {
		{PLICA_REPORT_NRMSE, "Complex NRMSE"},
		{PLICA_REPORT_PHASE_RMSE, "Phase RMSE (rad)"},
		{PLICA_REPORT_FRC, resolution},
		{PLICA_REPORT_FOURIER_ERROR, "Relative Fourier error"},
	};

	(void)snprintf(
		resolution, sizeof(resolution), "Resolution (FRC %.4g, of Nyquist)", frc_threshold);
	plica_html_add(
		html, "<p class=\"script tools\"><label>Figure of merit <select id=\"metric\">");
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		plica_html_printf(html, "<option value=\"%s\">%s</option>",
			plica_report_figure_key(choices[i].figure), choices[i].name);
	plica_html_add(html, "</select></label></p>");
}

static void quality_section(struct plica_html *html, const struct page *page)
{
	plica_html_add(html,
		"<section aria-labelledby=\"quality\"><h2 id=\"quality\">Quality against dose</h2>"
		"<p class=\"note\">Figures against the truth are formed over the area that the job "
		"scanned, after removing what ptychography cannot determine: a complex factor, a "
		"phase ramp and a shift. Lower is better, except for a resolution.</p>");
	if (any_has(page, PLICA_REPORT_NRMSE)) {
		metric_choice(html, page->frc_threshold);
		plica_html_add(html, "<div class=\"charts\">");
		chart_of_study(html, "quality", "Quality against dose, a line for each view");
		if (any_has(page, PLICA_REPORT_OVERLAP))
			chart_of_study(
				html, "overlap", "Quality against overlap, a line for each dose");
		plica_html_add(html, "</div>");
	}
	plica_report_matrix(html, &page->study, page->outcome);
	plica_html_add(html, "</section>\n");
}

static void jobs_sections(struct plica_html *html, const struct page *page)
{
	plica_html_add(html, "<section aria-labelledby=\"jobs\"><h2 id=\"jobs\">All jobs</h2>");
	plica_report_table(html, &page->study, page->outcome, page->frc_threshold);
	plica_html_add(html,
		"</section>\n<section aria-labelledby=\"details\"><div class=\"bar\">"
		"<h2 id=\"details\">Job by job</h2>"
		"<p class=\"script tools\"><button type=\"button\" data-open=\"all\">Open all"
		"</button> <button type=\"button\" data-open=\"none\">Close all</button></p></div>"
		"<p class=\"note\">Pictures show the scanned area; object and truth share one "
		"scale. <span class=\"script\">The pictures of an object zoom and move "
		"together.</span></p>\n");
	plica_html_append(html, plica_text_string(&page->cards.text), page->cards.text.size);
	plica_html_add(html, "</section>\n");
}

/* The study's own name, or that of its folder. */
static const char *title_of(
	const struct plica_report_options *options, const struct plica_report_study *study)
{
	const char *name = plica_json_get_text(study->manifest, "study");
	size_t length = strlen(options->artifact_root);

	if (options->title != NULL)
		return options->title;
	if (name == NULL)
		name = plica_json_get_text(study->manifest, "name");
	if (name != NULL)
		return name;
	if (length > 0 && options->artifact_root[length - 1] == '/')
		return options->artifact_root;
	return plica_path_name(options->artifact_root);
}

static void compose(struct plica_html *html, const struct page *page, const char *title)
{
	head(html, title);
	plica_html_add(html, "<main>\n");
	plica_report_overview(html, title, &page->study, page->outcome);
	quality_section(html, page);
	jobs_sections(html, page);
	plica_html_add(html, "</main>\n");
	plica_html_append(html, plica_asset_notices_html.bytes, plica_asset_notices_html.size);
	scripts(html, page);
	plica_html_add(html, "</body></html>\n");
}

static enum plica_status load(
	struct page *page, const struct plica_report_options *options, struct plica_error *err)
{
	enum plica_status status;

	plica_html_init(&page->cards, err);
	plica_html_init(&page->data, err);
	PLICA_TRY(plica_report_study_load(&page->study, options->artifact_root, err));
	PLICA_TRY(PLICA_NEW(&page->outcome, page->study.count, err));
	page->limit_px = picture_limit(&page->study);
	page->compare = options->compare;
	page->frc_threshold = options->frc_threshold > 0.0 ? options->frc_threshold : 0.5;
	plica_html_printf(&page->data, "\"threshold\":%.6g", page->frc_threshold);
	for (size_t i = 0; i < page->study.count; i++)
		PLICA_TRY(add_job(page, i, err));
	status = page->data.status;
out:
	return status;
}

static void release(struct page *page)
{
	for (size_t i = 0; i < page->study.count && page->outcome != NULL; i++)
		plica_report_outcome_release(&page->outcome[i]);
	plica_free(page->outcome);
	plica_report_study_release(&page->study);
	plica_html_release(&page->cards);
	plica_html_release(&page->data);
}

enum plica_status plica_report_save(
	const struct plica_report_options *options, struct plica_error *err)
{
	struct page page = {.limit_px = 0};
	struct plica_html html;
	enum plica_status status;

	plica_html_init(&html, err);
	PLICA_TRY(load(&page, options, err));
	compose(&html, &page, title_of(options, &page.study));
	PLICA_TRY(html.status);
	PLICA_TRY(plica_file_save(options->output_path, html.text.data, html.text.size, err));
out:
	plica_html_release(&html);
	release(&page);
	return status;
}
