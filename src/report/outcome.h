/* SPDX-License-Identifier: BSD-3-Clause */
/** What stays of a job's result for the overview and the table, once its arrays are gone. */
#ifndef PLICA_REPORT_OUTCOME_H
#define PLICA_REPORT_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>

#include "plica/error.h"
#include "report/html.h"
#include "report/measure.h"
#include "report/results.h"

/** The figures of a job, in the order of the table's columns. */
enum plica_report_figure {
	/* of the comparison */
	PLICA_REPORT_NRMSE,
	PLICA_REPORT_PHASE_RMSE,
	PLICA_REPORT_FRC,
	/* of the reconstruction and its data set */
	PLICA_REPORT_FOURIER_ERROR,
	PLICA_REPORT_LOSS,
	PLICA_REPORT_DOSE, /**< measured, photons per pattern */
	PLICA_REPORT_PATTERNS,
	PLICA_REPORT_OVERLAP, /**< linear, as the data set's metadata have it */
	/* of the run */
	PLICA_REPORT_SECONDS,
	PLICA_REPORT_MEMORY,
	PLICA_REPORT_FIGURES,
};
/** Where the figures of the comparison, and those of the reconstruction, end. */
#define PLICA_REPORT_COMPARED PLICA_REPORT_FOURIER_ERROR
#define PLICA_REPORT_LOADED PLICA_REPORT_SECONDS

struct plica_report_outcome {
	bool loaded;                            /**< there is a reconstruction */
	bool compared;                          /**< and it was held against a truth */
	char *reason;                           /**< why not; owned */
	double figure[PLICA_REPORT_FIGURES];    /**< NaN where there is none ... */
	const char *none[PLICA_REPORT_FIGURES]; /**< ... and why */
	double fluence;              /**< photons per object pixel that is compared; NaN: unknown */
	struct plica_html thumbnail; /**< <img> of the object's phase; empty without one */
};

/** Figures of the job's record alone, and its reason. */
PLICA_MUST_USE enum plica_status plica_report_outcome_init(struct plica_report_outcome *out,
	const struct plica_report_job *job, struct plica_error *err);
/** Adds those of its result; the resolution is where the FRC crosses the threshold. */
PLICA_MUST_USE enum plica_status plica_report_outcome_add(struct plica_report_outcome *outcome,
	const struct plica_report_result *result, double frc_threshold, struct plica_error *err);
/**
 * The complex NRMSE that counting statistics leave at best: n photons per object pixel fix its
 * phase and its relative amplitude to 1 / (2 sqrt n) each. NaN when n is not known.
 */
double plica_report_noise_limit(const struct plica_report_outcome *outcome);
void plica_report_outcome_release(struct plica_report_outcome *outcome);

#endif
