/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/constraint.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "recon/ambiguity.h"
#include "recon/nuisance.h"
#include "recon/plan.h"

/* Of the total-variation step; a small weight needs few. */
#define TV_ITERATIONS 20

/* What a constraint changes. What is not optimizable is known and stays as it is; but mixing modes
 * changes no pattern. */
enum { OBJECT = 1, PROBE = 2 };

struct constraint {
	unsigned int changes; /* must be optimizable */
	bool (*is_on)(const struct plica_settings *settings);
	size_t plan; /* where it is in struct plica_settings */
	bool (*apply)(struct plica_constraints *constraints);
};

static bool has_power(const struct plica_settings *settings)
{
	return settings->probe.power_constraint.enabled;
}

static bool has_several_modes(const struct plica_settings *settings)
{
	bool mixes =
		settings->probe.orthogonalize_incoherent_modes.method == PLICA_ORTHOGONALIZE_SVD;

	return settings->probe.orthogonalize_incoherent_modes.enabled &&
	       (mixes || settings->probe.optimizable);
}

static bool has_limits(const struct plica_settings *settings)
{
	return settings->object.hard_limits.enabled;
}

static bool has_smoothness(const struct plica_settings *settings)
{
	return settings->object.smoothness.alpha > 0.0;
}

static bool has_grid(const struct plica_settings *settings)
{
	return settings->object.grid_artifacts.enabled;
}

static bool has_support(const struct plica_settings *settings)
{
	return settings->probe.support_constraint.enabled;
}

static bool has_center(const struct plica_settings *settings)
{
	return settings->probe.center_constraint.enabled;
}

static bool has_ambiguity(const struct plica_settings *settings)
{
	return settings->object.remove_object_probe_ambiguity.enabled;
}

static bool has_affine(const struct plica_settings *settings)
{
	return settings->positions.optimizable && settings->positions.affine.enabled &&
	       settings->positions.affine.apply;
}

static bool has_l1(const struct plica_settings *settings)
{
	return settings->object.l1_norm.weight > 0.0;
}

static bool has_l2(const struct plica_settings *settings)
{
	return settings->object.l2_norm.weight > 0.0;
}

static bool has_tv(const struct plica_settings *settings)
{
	return settings->object.tv.weight > 0.0;
}

static bool remove_ambiguity(struct plica_constraints *constraints)
{
	plica_remove_ambiguity(constraints->problem, constraints->illumination);
	return true;
}

static bool orthogonalize(struct plica_constraints *constraints)
{
	return plica_nuisance_orthogonalize(constraints->problem);
}

static bool apply_tv(struct plica_constraints *constraints)
{
	double median;
	const struct plica_settings *settings = constraints->problem->settings;

	return plica_tv_weigh(constraints->tv, &median) &&
	       plica_tv_step(constraints->tv, settings->object.tv.weight, TV_ITERATIONS);
}

#define PLAN(member) offsetof(struct plica_settings, member)

static const struct constraint table[] = {
	{PROBE, has_power, PLAN(probe.power_constraint.plan), plica_constrain_power},
	{0, has_several_modes, PLAN(probe.orthogonalize_incoherent_modes.plan), orthogonalize},
	{OBJECT, has_limits, PLAN(object.hard_limits.plan), plica_constrain_limits},
	{OBJECT, has_smoothness, PLAN(object.smoothness.plan), plica_constrain_smoothness},
	{OBJECT, has_grid, PLAN(object.grid_artifacts.plan), plica_constrain_grid},
	{PROBE, has_support, PLAN(probe.support_constraint.plan), plica_constrain_support},
	{OBJECT | PROBE, has_center, PLAN(probe.center_constraint.plan), plica_constrain_center},
	{OBJECT | PROBE, has_ambiguity, PLAN(object.remove_object_probe_ambiguity.plan),
		remove_ambiguity},
	{0, has_affine, PLAN(positions.affine.plan), plica_constrain_affine},
	{OBJECT, has_l1, PLAN(object.l1_norm.plan), plica_constrain_l1},
	{OBJECT, has_l2, PLAN(object.l2_norm.plan), plica_constrain_l2},
	{OBJECT, has_tv, PLAN(object.tv.plan), apply_tv},
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

static double probe_power(const struct plica_problem *problem)
{
	double power = 0.0;

	for (size_t k = 0; k < problem->probe_floats; k++)
		power += (double)problem->probe[k] * (double)problem->probe[k];
	return power;
}

static enum plica_status allocate_object_scratch(
	struct plica_constraints *constraints, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	struct plica_problem *problem = constraints->problem;
	const struct plica_settings *settings = problem->settings;
	const struct plica_planes *object = &problem->object;

	if (has_ambiguity(settings))
		PLICA_TRY(
			PLICA_NEW(&constraints->illumination, object->rows * object->stride, err));
	if (has_smoothness(settings) || has_center(settings))
		PLICA_TRY(
			plica_planes_create(&constraints->planes, object->rows, object->cols, err));
	if (has_grid(settings)) {
		PLICA_TRY(plica_fft_create(&constraints->fft, object->rows, object->cols, err));
		PLICA_TRY(PLICA_NEW(&constraints->canvas, object->rows * object->cols, err));
	}
	if (has_tv(settings))
		PLICA_TRY(plica_tv_create(&constraints->tv, problem, err));
out:
	return status;
}

static enum plica_status allocate_position_scratch(
	struct plica_constraints *constraints, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	const struct plica_problem *problem = constraints->problem;
	size_t count = problem->count;

	if (!has_affine(problem->settings))
		return PLICA_OK;
	PLICA_TRY(PLICA_NEW(&constraints->position_start, 2 * count, err));
	PLICA_TRY(PLICA_NEW(&constraints->position_weight, 2 * count, err));
	for (int axis = 0; axis < 2; axis++)
		PLICA_TRY(plica_planes_create(&constraints->slope[axis], problem->object.rows,
			problem->object.cols, err));
	memcpy(constraints->position_start, problem->y_px, count * sizeof(double));
	memcpy(constraints->position_start + count, problem->x_px, count * sizeof(double));
out:
	return status;
}

enum plica_status plica_constraints_create(
	struct plica_constraints **out, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_constraints *constraints = NULL;
	const struct plica_settings *settings = problem->settings;
	size_t pixels = problem->side * problem->side;

	PLICA_TRY(PLICA_NEW(&constraints, 1, err));
	constraints->problem = problem;
	constraints->target_power = settings->probe.power_constraint.probe_power;
	if (!(constraints->target_power > 0.0))
		constraints->target_power = probe_power(problem);
	PLICA_TRY(allocate_object_scratch(constraints, err));
	PLICA_TRY(allocate_position_scratch(constraints, err));
	if (has_support(settings) || has_center(settings)) {
		PLICA_TRY(PLICA_NEW(&constraints->natural, pixels, err));
		PLICA_TRY(PLICA_NEW(&constraints->pixels[0], pixels, err));
		PLICA_TRY(PLICA_NEW(&constraints->pixels[1], pixels, err));
	}
	*out = constraints;
	constraints = NULL;
out:
	plica_constraints_free(constraints);
	return status;
}

void plica_constraints_free(struct plica_constraints *constraints)
{
	if (constraints == NULL)
		return;
	plica_free(constraints->illumination);
	plica_planes_release(&constraints->planes);
	plica_fft_free(constraints->fft);
	plica_free(constraints->canvas);
	plica_free(constraints->natural);
	plica_free(constraints->pixels[0]);
	plica_free(constraints->pixels[1]);
	plica_tv_free(constraints->tv);
	plica_free(constraints->position_start);
	plica_free(constraints->position_weight);
	plica_planes_release(&constraints->slope[0]);
	plica_planes_release(&constraints->slope[1]);
	plica_free(constraints);
}

static unsigned int free_parts(const struct plica_settings *settings)
{
	return (settings->object.optimizable ? OBJECT : 0U) |
	       (settings->probe.optimizable ? PROBE : 0U);
}

bool plica_constraints_apply(struct plica_constraints *constraints, long number)
{
	const struct plica_settings *settings = constraints->problem->settings;
	unsigned int known = ~free_parts(settings);
	bool changed = false;

	for (size_t i = 0; i < TABLE_COUNT; i++) {
		const void *plan = (const char *)settings + table[i].plan;

		if ((table[i].changes & known) == 0 && table[i].is_on(settings) &&
			plica_plan_includes(plan, number))
			changed = table[i].apply(constraints) || changed;
	}
	return changed;
}

bool plica_constrain_power(struct plica_constraints *constraints)
{
	struct plica_problem *problem = constraints->problem;
	const struct plica_settings *settings = problem->settings;
	double power = probe_power(problem);
	double factor;

	if (!(power > 0.0))
		return false;
	factor = sqrt(constraints->target_power / power);
	plica_problem_scale_probe(problem, factor);
	if (settings->probe.power_constraint.scale_object && settings->object.optimizable)
		plica_scale_object(&problem->object, 1.0 / factor);
	return true;
}
