/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "base/shell.h"
#include "base/text.h"
#include "base/try.h"
#include "report/parts.h"
#include "report/pictures.h"
#include "report/tail.h"

#define LOG_LINES 30

static void fact_begin(struct plica_html *html, const char *name)
{
	plica_html_add(html, "<div><dt>");
	plica_html_text(html, name);
	plica_html_add(html, "</dt><dd>");
}

static void fact_end(struct plica_html *html)
{
	plica_html_add(html, "</dd></div>");
}

static void fact_unit(struct plica_html *html, const char *unit)
{
	if (unit[0] == '\0')
		return;
	plica_html_add(html, " <small>");
	plica_html_text(html, unit);
	plica_html_add(html, "</small>");
}

static void metric_fact(
	struct plica_html *html, enum plica_metric_kind kind, const struct plica_metric *metric)
{
	fact_begin(html, plica_metric_label(kind));
	if (metric->reason != NULL) {
		plica_html_add(html, "<span class=\"why\">");
		plica_html_text(html, metric->reason);
		plica_html_add(html, "</span>");
	} else {
		plica_html_number(html, metric->value, 4);
		fact_unit(html, plica_metric_unit(kind));
	}
	fact_end(html);
}

static void number_pair(
	struct plica_html *html, const char *name, double y, double x, const char *unit)
{
	fact_begin(html, name);
	plica_html_decimal(html, y, 3);
	plica_html_add(html, ", ");
	plica_html_decimal(html, x, 3);
	fact_unit(html, unit);
	fact_end(html);
}

static void removed_facts(struct plica_html *html, const struct plica_report_result *result)
{
	const struct plica_comparison *comparison = result->comparison;
	const struct plica_removed *removed = &comparison->removed;
	const struct plica_compare_area *area = &comparison->area;

	plica_html_add(html, "<h4>Removed before the comparison</h4><dl class=\"facts\">");
	fact_begin(html, "factor");
	plica_html_decimal(html, hypot(removed->factor_re, removed->factor_im), 4);
	plica_html_add(html, " <small>at</small> ");
	plica_html_decimal(html, atan2(removed->factor_im, removed->factor_re), 4);
	fact_unit(html, "rad");
	fact_end(html);
	number_pair(html, "phase ramp (y, x)", removed->ramp_y_cycles, removed->ramp_x_cycles,
		"cycles");
	number_pair(html, "shift (y, x)", removed->shift_y_px, removed->shift_x_px, "px");
	fact_begin(html, "area compared");
	plica_html_printf(html, "rows %zu to %zu, columns %zu to %zu", area->row0, area->row1 - 1,
		area->col0, area->col1 - 1);
	fact_end(html);
	if (isfinite(result->mask.share)) {
		fact_begin(html, "lit well enough to count");
		plica_html_decimal(html, 100.0 * result->mask.share, 1);
		fact_unit(html, "%");
		fact_end(html);
	}
	plica_html_add(html, "</dl>");
}

static void metric_facts(struct plica_html *html, const struct plica_report_card *card)
{
	const struct plica_comparison *comparison = card->result->comparison;

	plica_html_add(html, "<h4>Against the truth</h4>");
	if (comparison == NULL) {
		plica_html_add(html, "<p class=\"why\">");
		plica_html_text(html, card->result->reason);
		plica_html_add(html, "</p>");
		return;
	}
	plica_html_add(html, "<dl class=\"facts\">");
	for (int kind = 0; kind < PLICA_METRIC_COUNT; kind++)
		if (kind != PLICA_METRIC_R_FACTOR && kind != PLICA_METRIC_FOURIER_ERROR)
			metric_fact(html, (enum plica_metric_kind)kind, &comparison->metric[kind]);
	plica_html_add(html, "</dl>");
	removed_facts(html, card->result);
}

/* What the data set's metadata say, and then the overlap measured beside it, where they do. */
static const struct {
	const char *key;
	const char *name;
	const char *unit;
	bool measured;
} selection_keys[] = {
	{"linear_overlap", "linear overlap", "", false},
	{"area_overlap", "area overlap", "", false},
	{"probe_diameter_px", "probe diameter", "px", false},
	{"selection_strategy", "selection", "", false},
	{"spacing_threshold", "least spacing", "px", false},
	{"n_accepted", "groups kept", "", false},
	{"n_rejected", "groups rejected", "", false},
	{"acceptance_rate", "acceptance rate", "", false},
	{"gridsize", "gridsize", "", false},
	{"neighbor_count", "neighbours K", "", false},
	{"metric_1_group_based_avg", "overlap within groups", "", true},
	{"metric_2_image_based_avg", "overlap of images", "", true},
	{"metric_3_group_to_group_avg", "overlap of groups", "", true},
	{"probe_diameter_px", "discs of these three", "px", true},
	{"n_unique_images", "distinct positions", "", true},
};

#define SELECTION_COUNT (sizeof(selection_keys) / sizeof(selection_keys[0]))

static void selection_fact(
	struct plica_html *html, const struct plica_report_input *input, size_t index)
{
	const struct plica_json *source =
		selection_keys[index].measured ? input->overlap : input->metadata;
	const struct plica_json *value = plica_json_get(source, selection_keys[index].key);
	const char *text = plica_json_text_of(value);
	double number = plica_json_number_of(value, (double)NAN);

	if (text == NULL && !isfinite(number))
		return;
	fact_begin(html, selection_keys[index].name);
	if (text != NULL)
		plica_html_text(html, text);
	else if (number == floor(number))
		plica_html_count(html, number);
	else
		plica_html_number(html, number, 4);
	fact_unit(html, selection_keys[index].unit);
	fact_end(html);
}

static void run_fact(struct plica_html *html, const struct plica_report_outcome *outcome,
	const char *name, enum plica_report_figure figure,
	void (*write)(struct plica_html *html, double number))
{
	if (!isfinite(outcome->figure[figure]))
		return;
	fact_begin(html, name);
	write(html, outcome->figure[figure]);
	fact_end(html);
}

/* A file without losses or probe tells nothing of their number. */
static double recorded(size_t count)
{
	return count > 0 ? (double)count : (double)NAN;
}

static void data_facts(struct plica_html *html, const struct plica_report_card *card)
{
	const struct plica_report_result *result = card->result;

	plica_html_add(html, "<h4>Data and reconstruction</h4><dl class=\"facts\">");
	fact_begin(html, "patterns");
	plica_html_count(html, card->outcome->figure[PLICA_REPORT_PATTERNS]);
	fact_end(html);
	fact_begin(html, "measured dose");
	plica_html_count(html, result->input.dose_photons);
	fact_unit(html, "photons");
	fact_end(html);
	if (isfinite(card->outcome->fluence)) {
		fact_begin(html, "dose per object pixel");
		plica_html_number(html, card->outcome->fluence, 3);
		fact_unit(html, "photons");
		fact_end(html);
		fact_begin(html, "NRMSE of shot noise alone");
		plica_html_number(html, plica_report_noise_limit(card->outcome), 3);
		fact_end(html);
	}
	fact_begin(html, "relative Fourier error");
	plica_html_number(html, result->fourier_error, 4);
	fact_end(html);
	run_fact(html, card->outcome, "time", PLICA_REPORT_SECONDS, plica_html_duration);
	run_fact(html, card->outcome, "peak memory", PLICA_REPORT_MEMORY, plica_html_bytes);
	fact_begin(html, "epochs");
	plica_html_count(html, recorded(result->epoch_count));
	fact_end(html);
	fact_begin(html, "probe modes");
	plica_html_count(html, recorded(result->probe_modes));
	fact_end(html);
	for (size_t i = 0; i < SELECTION_COUNT; i++)
		selection_fact(html, &result->input, i);
	plica_html_add(html, "</dl>");
}

static void chart(struct plica_html *html, const struct plica_report_job *job, const char *kind,
	const char *label)
{
	plica_html_printf(html,
		"<figure class=\"chart\"><figcaption>%s</figcaption><div><canvas role=\"img\" "
		"data-chart=\"%s\" data-job=\"job-%zu\" aria-label=\"%s\"></canvas></div></figure>",
		label, kind, job->number, label);
}

static void charts(struct plica_html *html, const struct plica_report_card *card)
{
	bool loss = card->result->epoch_count > 0;
	bool frc = card->result->comparison != NULL;

	if (!loss && !frc)
		return;
	plica_html_add(html, "<div class=\"charts\">");
	if (loss)
		chart(html, card->job, "loss", "Loss by epoch");
	if (frc)
		chart(html, card->job, "frc", "Fourier ring correlation with the truth");
	plica_html_printf(html,
		"</div><p class=\"script tools\"><button type=\"button\" data-save=\"curves\" "
		"data-job=\"job-%zu\">Save the curves as CSV</button></p>",
		card->job->number);
}

static void warnings(struct plica_html *html, const struct plica_strings *list)
{
	if (list->size == 0)
		return;
	plica_html_add(html, "<ul class=\"warnings\" aria-label=\"Warnings\">");
	for (size_t i = 0; i < list->size; i++) {
		plica_html_add(html, "<li>");
		plica_html_text(html, list->item[i]);
		plica_html_add(html, "</li>");
	}
	plica_html_add(html, "</ul>");
}

static enum plica_status add_arguments(
	struct plica_text *line, const struct plica_json *words, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < plica_json_length(words); i++) {
		const char *word = plica_json_text_of(plica_json_at(words, i));

		if (i > 0)
			PLICA_TRY(plica_text_add(line, " ", err));
		PLICA_TRY(plica_shell_word(line, word != NULL ? word : "", err));
	}
out:
	return status;
}

static void command(struct plica_html *html, const struct plica_report_job *job)
{
	const struct plica_json *words = plica_json_get(job->entry, "command");
	struct plica_text line = {0};
	enum plica_status status;

	if (!plica_json_is_array(words))
		words = plica_json_get(job->record, "command");
	if (plica_json_length(words) == 0)
		return;
	status = add_arguments(&line, words, html->err);
	if (html->status == PLICA_OK)
		html->status = status;
	plica_html_add(html, "<h4>Command</h4><pre class=\"command\" tabindex=\"0\"><code>");
	plica_html_text(html, line.data);
	plica_html_add(html, "</code></pre>");
	plica_text_release(&line);
}

static void log_end(struct plica_html *html, const struct plica_report_job *job)
{
	struct plica_error own = {.text = ""};
	struct plica_text text = {0};

	if (job->log_path == NULL)
		return;
	plica_html_add(html, "<h4>End of the log</h4>");
	if (plica_report_tail(&text, job->log_path, LOG_LINES, &own) != PLICA_OK) {
		plica_html_add(html, "<p class=\"why\">");
		plica_html_text(html, own.text);
		plica_html_add(html, "</p>");
	} else if (text.size == 0) {
		plica_html_add(html, "<p class=\"why\">it is empty</p>");
	} else {
		plica_html_add(html, "<pre class=\"log\" tabindex=\"0\">");
		plica_html_text(html, text.data);
		plica_html_add(html, "</pre>");
	}
	plica_text_release(&text);
}

static void summary(struct plica_html *html, const struct plica_report_card *card)
{
	double nrmse = card->outcome->figure[PLICA_REPORT_NRMSE];

	plica_html_printf(
		html, "<details class=\"card\" id=\"job-%zu\"><summary><h3>", card->job->number);
	plica_report_job_name(html, card->job);
	plica_html_add(html, "</h3>");
	plica_report_badge(html, card->job);
	if (isfinite(nrmse)) {
		plica_html_add(html, "<span class=\"score\"><small>NRMSE</small> ");
		plica_html_number(html, nrmse, 3);
		plica_html_add(html, "</span>");
	}
	plica_html_add(html, "</summary><div class=\"body\">");
}

void plica_report_card(struct plica_html *html, const struct plica_report_card *card)
{
	summary(html, card);
	if (card->result == NULL) {
		plica_html_add(html, "<p class=\"why\">");
		plica_html_text(html, card->outcome->reason);
		plica_html_add(html, "</p>");
	} else {
		warnings(html, &card->result->warnings);
		plica_report_pictures(html, card);
		charts(html, card);
		metric_facts(html, card);
		data_facts(html, card);
	}
	command(html, card->job);
	log_end(html, card->job);
	plica_html_add(html, "</div></details>\n");
}
