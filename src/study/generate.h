/* SPDX-License-Identifier: BSD-3-Clause */
/** How the data of a study are made: stage C simulates and splits, stage D chooses the views. */
#ifndef PLICA_STUDY_GENERATE_H
#define PLICA_STUDY_GENERATE_H

#include "base/hash.h"
#include "format/json.h"
#include "plica/study.h"

/** What both stages work with. */
struct plica_generation {
	const struct plica_design *design;
	char *phase_c_root; /**< absolute; plica_free */
	char *phase_d_root;
	int threads;
	const struct plica_generate_hooks *hooks; /**< or NULL */
	struct plica_scene *scene;                /**< made when the first dose needs it */
	bool wrote_c;                             /**< stage C wrote something */
};

/** Tells the hook; PLICA_ERR_INTERRUPTED when it wants an end. */
PLICA_MUST_USE enum plica_status plica_generation_report(struct plica_generation *generation,
	enum plica_generate_event event, const char *path, const char *detail,
	struct plica_error *err);

/** Makes generation->scene when it is not there yet. */
PLICA_MUST_USE enum plica_status plica_generation_scene(
	struct plica_generation *generation, struct plica_error *err);
/** The dose that frames of `dose` are thinned from: the highest one, or `dose` itself. */
double plica_generation_master(const struct plica_generation *generation, double dose);

/** patched.npz and its two halves of one dose. */
PLICA_MUST_USE enum plica_status plica_stage_c(
	struct plica_generation *generation, double dose, struct plica_error *err);
/** run_manifest.json, when stage C wrote something or it is not there. */
PLICA_MUST_USE enum plica_status plica_stage_c_manifest(
	struct plica_generation *generation, struct plica_error *err);
/** The views of one dose, from the halves that stage C left. */
PLICA_MUST_USE enum plica_status plica_stage_d(
	struct plica_generation *generation, double dose, struct plica_error *err);

/**
 * Why there is no data set of a view's split, as `<folder>/<split>_metrics.json` says it; NULL
 * when it says no such thing or is not there. To be freed with plica_free.
 */
PLICA_MUST_USE enum plica_status plica_view_impossible(
	char **out, const char *folder, const char *split, struct plica_error *err);

#endif
