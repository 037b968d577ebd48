/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/outcome.h"

#include <math.h>

#include "base/memory.h"

/* A record holds zero where there is nothing to tell yet. */
static double positive(const struct plica_json *record, const char *key)
{
	double number = plica_json_get_number(record, key, (double)NAN);

	return number > 0.0 ? number : (double)NAN;
}

enum plica_status plica_report_outcome_init(struct plica_report_outcome *out,
	const struct plica_report_job *job, struct plica_error *err)
{
	*out = (struct plica_report_outcome){.fluence = (double)NAN};
	plica_html_init(&out->thumbnail, err);
	for (int i = 0; i < PLICA_REPORT_FIGURES; i++) {
		out->figure[i] = (double)NAN;
		out->none[i] = "not recorded";
	}
	out->figure[PLICA_REPORT_SECONDS] = positive(job->record, "seconds");
	out->figure[PLICA_REPORT_MEMORY] = positive(job->record, "peak_memory_bytes");
	return job->reason != NULL ? plica_copy_text(&out->reason, job->reason, err) : PLICA_OK;
}

double plica_report_noise_limit(const struct plica_report_outcome *outcome)
{
	return sqrt(1.0 / (2.0 * outcome->fluence));
}

static void add_metrics(struct plica_report_outcome *outcome,
	const struct plica_comparison *comparison, double frc_threshold)
{
	const struct plica_metric metrics[PLICA_REPORT_COMPARED] = {
		[PLICA_REPORT_NRMSE] = comparison->metric[PLICA_METRIC_NRMSE],
		[PLICA_REPORT_PHASE_RMSE] = comparison->metric[PLICA_METRIC_PHASE_RMSE],
		[PLICA_REPORT_FRC] = plica_comparison_crossing(comparison, frc_threshold),
	};

	for (int i = 0; i < PLICA_REPORT_COMPARED; i++) {
		outcome->figure[i] = metrics[i].value;
		outcome->none[i] = metrics[i].reason;
	}
}

enum plica_status plica_report_outcome_add(struct plica_report_outcome *outcome,
	const struct plica_report_result *result, double frc_threshold, struct plica_error *err)
{
	outcome->loaded = true;
	outcome->compared = result->comparison != NULL;
	outcome->figure[PLICA_REPORT_FOURIER_ERROR] = result->fourier_error;
	if (result->epoch_count > 0)
		outcome->figure[PLICA_REPORT_LOSS] = result->loss[result->epoch_count - 1];
	outcome->figure[PLICA_REPORT_DOSE] = result->input.dose_photons;
	outcome->fluence = result->mask.photons_per_px;
	if (result->input.position_count > 0)
		outcome->figure[PLICA_REPORT_PATTERNS] = (double)result->input.position_count;
	outcome->figure[PLICA_REPORT_OVERLAP] =
		plica_json_get_number(result->input.metadata, "linear_overlap", (double)NAN);
	if (outcome->compared)
		add_metrics(outcome, result->comparison, frc_threshold);
	else if (result->reason != NULL)
		return plica_copy_text(&outcome->reason, result->reason, err);
	return PLICA_OK;
}

void plica_report_outcome_release(struct plica_report_outcome *outcome)
{
	plica_free(outcome->reason);
	plica_html_release(&outcome->thumbnail);
	*outcome = (struct plica_report_outcome){.loaded = false};
}
