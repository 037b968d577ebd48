/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/generate.h"

#include "base/memory.h"
#include "base/try.h"
#include "study/paths.h"

enum plica_status plica_generation_report(struct plica_generation *generation,
	enum plica_generate_event event, const char *path, const char *detail,
	struct plica_error *err)
{
	const struct plica_generate_hooks *hooks = generation->hooks;

	if (hooks == NULL || hooks->report == NULL)
		return PLICA_OK;
	if (hooks->report(hooks->context, event, path, detail) == 0)
		return PLICA_OK;
	return plica_error_set(
		err, PLICA_ERR_INTERRUPTED, "interrupted: what is written stays, run it again");
}

enum plica_status plica_generation_scene(
	struct plica_generation *generation, struct plica_error *err)
{
	struct plica_simulate_params params = generation->design->scene;
	enum plica_status status;

	if (generation->scene != NULL)
		return PLICA_OK;
	params.threads = generation->threads;
	status = plica_scene_create(&generation->scene, &params, err);
	return status == PLICA_OK ? status
				  : plica_error_context(err, status, "cannot simulate the data");
}

double plica_generation_master(const struct plica_generation *generation, double dose)
{
	const struct plica_design *design = generation->design;

	return design->paired_noise ? design->doses[design->dose_count - 1] : dose;
}

static enum plica_status check_doses(const struct plica_design *design, struct plica_error *err)
{
	double highest = design->doses[design->dose_count - 1];

	if (highest <= PLICA_DOSE_LIMIT)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_ARGUMENT,
		"cannot simulate a dose of %g: expected at most %g photons per exposure", highest,
		PLICA_DOSE_LIMIT);
}

static enum plica_status set_roots(struct plica_generation *generation,
	const struct plica_generate_options *options, struct plica_error *err)
{
	const struct plica_design *design = generation->design;
	const char *c = design->phase_c_root;
	const char *d = design->phase_d_root;
	enum plica_status status;

	if (options != NULL && options->phase_c_root != NULL)
		c = options->phase_c_root;
	if (options != NULL && options->phase_d_root != NULL)
		d = options->phase_d_root;
	PLICA_TRY(plica_absolute_path(&generation->phase_c_root, NULL, c, err));
	PLICA_TRY(plica_absolute_path(&generation->phase_d_root, NULL, d, err));
out:
	return status;
}

enum plica_status plica_study_generate(const struct plica_design *design,
	const struct plica_generate_options *options, const struct plica_generate_hooks *hooks,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_generation generation = {
		.design = design,
		.hooks = hooks,
		.threads = options != NULL ? options->threads : 0,
	};

	PLICA_TRY(check_doses(design, err));
	PLICA_TRY(set_roots(&generation, options, err));
	for (size_t i = 0; i < design->dose_count; i++)
		PLICA_TRY(plica_stage_c(&generation, design->doses[i], err));
	PLICA_TRY(plica_stage_c_manifest(&generation, err));
	for (size_t i = 0; i < design->dose_count; i++)
		PLICA_TRY(plica_stage_d(&generation, design->doses[i], err));
out:
	plica_scene_free(generation.scene);
	plica_free(generation.phase_c_root);
	plica_free(generation.phase_d_root);
	return status;
}
