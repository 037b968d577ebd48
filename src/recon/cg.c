/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/cg.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/range.h"
#include "base/try.h"
#include "recon/background.h"
#include "recon/intensity.h"

/* Positions in one set of the gradient pass; more would only cost memory. */
#define CHUNK ((size_t)64)
/* Damping of the preconditioner, relative to the brightest pixel: the amplitudes' curvature follows
 * the illumination into darker pixels than that of the counts does. */
#define AMPLITUDE_DAMPING 0.02F
#define COUNTS_DAMPING 0.05F
#define PROBE_DAMPING 0.05F
/* Object and probe answer to the same residual, and one mode, of few pixels, the quicker: half of
 * its step leaves the object its part. Several modes are slow to share out their power. */
#define PROBE_PART 0.5F
#define MODES_PART 4.0F

static enum plica_status allocate(struct plica_cg *cg, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_problem *problem = cg->problem;

	PLICA_TRY(plica_vector_create(&cg->residual, problem, err));
	PLICA_TRY(plica_vector_create(&cg->residual_old, problem, err));
	PLICA_TRY(plica_vector_create(&cg->scaled, problem, err));
	PLICA_TRY(plica_vector_create(&cg->direction, problem, err));
	PLICA_TRY(plica_line_create(&cg->line, cg->problem, &cg->direction, err));
	PLICA_TRY(plica_coverage_create(&cg->coverage, problem, err));
	PLICA_TRY(PLICA_NEW(&cg->positions, problem->count, err));
out:
	return status;
}

enum plica_status plica_cg_create(
	struct plica_cg **out, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_cg *cg = NULL;
	const struct plica_settings *settings = problem->settings;

	PLICA_TRY(PLICA_NEW(&cg, 1, err));
	cg->problem = problem;
	PLICA_TRY(plica_pass_create(&cg->pass, problem, CHUNK, true, err));
	PLICA_TRY(allocate(cg, err));
	if (settings->low_frequency_boost.enabled)
		PLICA_TRY(
			plica_boost_create(&cg->boost, problem, settings->low_frequency_boost.width,
				settings->low_frequency_boost.cap, err));
	if (settings->positions.optimizable)
		PLICA_TRY(plica_position_search_create(&cg->search, problem, err));
	cg->line->search = cg->search;
	for (size_t i = 0; i < problem->count; i++)
		cg->positions[i] = i;
	*out = cg;
	cg = NULL;
out:
	plica_cg_free(cg);
	return status;
}

void plica_cg_free(struct plica_cg *cg)
{
	if (cg == NULL)
		return;
	plica_pass_free(cg->pass);
	plica_boost_free(cg->boost);
	plica_position_search_free(cg->search);
	plica_vector_release(&cg->residual);
	plica_vector_release(&cg->residual_old);
	plica_vector_release(&cg->scaled);
	plica_vector_release(&cg->direction);
	plica_line_free(cg->line);
	plica_coverage_free(cg->coverage);
	plica_free(cg->positions);
	plica_free(cg);
}

void plica_cg_set_model(struct plica_cg *cg, enum plica_detector_model model, float epsilon)
{
	cg->pass->model = model;
	cg->pass->epsilon = epsilon;
	/* both models' chi then have the same scale: half the negative log-likelihood's gradient */
	cg->line->model = model;
	cg->line->epsilon = epsilon;
	cg->pass->step = model == PLICA_DETECTOR_POISSON ? 0.5F : 1.0F;
}

void plica_cg_restart(struct plica_cg *cg)
{
	cg->old_product = 0.0;
	cg->step = 1.0;
	if (cg->boost != NULL)
		plica_boost_set_width(cg->boost);
}

void plica_cg_archive(struct plica_cg *cg, struct plica_archive *archive)
{
	size_t modes = cg->problem->modes;

	plica_archive_planes(archive, "cg_residual_object", &cg->residual_old.object);
	plica_archive_waves(archive, "cg_residual_probe", cg->residual_old.probe, modes);
	plica_archive_planes(archive, "cg_direction_object", &cg->direction.object);
	plica_archive_waves(archive, "cg_direction_probe", cg->direction.probe, modes);
	if (cg->direction.background != NULL) {
		size_t floats = cg->problem->kernels->pattern_floats;

		plica_archive_floats(
			archive, "cg_residual_background", cg->residual_old.background, floats);
		plica_archive_floats(
			archive, "cg_direction_background", cg->direction.background, floats);
	}
	plica_archive_number(archive, "cg_old_product", &cg->old_product);
	plica_archive_number(archive, "cg_step", &cg->step);
	plica_archive_integer(archive, "cg_iteration", &cg->iteration);
	if (cg->boost != NULL)
		plica_boost_archive(cg->boost, archive);
	if (cg->search != NULL)
		plica_position_search_archive(cg->search, archive);
}

/* Do the positions take part? */
static bool refines_positions(const struct plica_cg *cg)
{
	return cg->search != NULL && cg->search->active;
}

static double objective_of(const struct plica_pass *pass, const struct plica_exit_sums *sums)
{
	return pass->model == PLICA_DETECTOR_POISSON ? 0.5 * sums->poisson : sums->residual;
}

/* A copy, of zeros where there is nothing to copy. */
static void take(float *to, const float *from, size_t bytes)
{
	if (from != NULL)
		memcpy(to, from, bytes);
	else
		memset(to, 0, bytes);
}

/* r from the sums of the pass; 0 of what is not to change. */
static void take_residual(struct plica_cg *cg)
{
	const struct plica_problem *problem = cg->problem;
	const struct plica_pass *pass = cg->pass;
	size_t canvas = pass->gradient.rows * pass->gradient.stride * sizeof(float);
	size_t probe = problem->probe_floats * sizeof(float);

	take(cg->residual.object.re, cg->updates.object ? pass->gradient.re : NULL, canvas);
	take(cg->residual.object.im, cg->updates.object ? pass->gradient.im : NULL, canvas);
	take(cg->residual.probe, cg->updates.probe ? pass->probe_gradient : NULL, probe);
	if (cg->residual.background != NULL)
		plica_background_residual(cg->residual.background, problem, pass->factor_sum);
}

/* r, W and the objective; returns the summed amplitude residual. */
static double gradient(struct plica_cg *cg, long number)
{
	struct plica_pass *pass = cg->pass;
	struct plica_problem *problem = cg->problem;
	double residual = 0.0;

	if (refines_positions(cg))
		plica_position_search_begin(cg->search);
	cg->objective = 0.0;
	plica_pass_begin(pass, 0, problem->object.rows);
	for (size_t first = 0; first < problem->count; first += CHUNK) {
		size_t count = problem->count - first < CHUNK ? problem->count - first : CHUNK;

		plica_pass_add(pass, cg->positions + first, count);
		plica_intensity_update(problem, cg->positions + first, count, pass->sums, number);
		if (refines_positions(cg))
			plica_position_search_add(cg->search, pass, cg->positions + first, count);
		for (size_t k = 0; k < count; k++) {
			cg->objective += objective_of(pass, &pass->sums[k]);
			residual += pass->sums[k].residual;
		}
	}
	plica_pass_end(pass);
	take_residual(cg);
	return residual;
}

/* With a mean that must stay the problem is that of the positions about it. */
static void precondition_positions(struct plica_cg *cg)
{
	bool holds_mean = cg->problem->settings->positions.constrain_mean;

	if (holds_mean)
		plica_position_search_center(cg->search, cg->search->residual);
	plica_position_search_precondition(cg->search, cg->positions, cg->problem->count);
	if (holds_mean)
		plica_position_search_center(cg->search, cg->search->scaled);
}

/* z = M r. */
static void precondition(struct plica_cg *cg)
{
	const struct plica_problem *problem = cg->problem;
	size_t floats = problem->object.rows * problem->object.stride;
	size_t wave = problem->kernels->wave_floats;
	const float *power = cg->pass->power;
	float part = cg->pass->model == PLICA_DETECTOR_POISSON ? COUNTS_DAMPING : AMPLITUDE_DAMPING;
	float damping = part * plica_largest_of(power, floats);
	float probe_part = problem->modes > 1 ? MODES_PART : PROBE_PART;
	float probe_damping;

#pragma omp parallel for simd schedule(static) num_threads(problem->threads)
	for (size_t k = 0; k < floats; k++) {
		float scale = 1.0F / (power[k] + damping);

		cg->scaled.object.re[k] = cg->residual.object.re[k] * scale;
		cg->scaled.object.im[k] = cg->residual.object.im[k] * scale;
	}
	if (cg->boost != NULL)
		plica_boost_direction(cg->boost, &cg->scaled.object, power, damping);
	if (cg->scaled.background != NULL)
		plica_background_precondition(
			cg->scaled.background, problem, cg->residual.background);
	if (refines_positions(cg))
		precondition_positions(cg);
	plica_coverage_measure(cg->coverage, cg->positions, problem->count);
	probe_damping = PROBE_DAMPING * plica_largest_of(cg->coverage->wave, wave);
	for (size_t k = 0; k < problem->probe_floats; k++)
		cg->scaled.probe[k] = probe_part * cg->residual.probe[k] /
				      (cg->coverage->wave[k % wave] + probe_damping);
}

/* <r, z> over object, probe and positions; `r` is the present or the old one. */
static double dot(
	const struct plica_cg *cg, const struct plica_vector *r, const double *r_positions)
{
	double sum = plica_vector_dot(r, &cg->scaled);

	if (refines_positions(cg))
		sum += plica_position_search_dot(cg->search, r_positions, cg->search->scaled);
	return sum;
}

static void turn(struct plica_cg *cg, double beta)
{
	plica_vector_scale_add(&cg->direction, (float)beta, &cg->scaled);
	if (refines_positions(cg))
		plica_position_search_turn(cg->search, beta);
}

static bool is_descent(const struct plica_cg *cg)
{
	double sum = plica_vector_dot(&cg->direction, &cg->residual);

	if (refines_positions(cg))
		sum += plica_position_search_dot(
			cg->search, cg->search->direction, cg->search->residual);
	return sum > 0.0;
}

/* h = z + beta h, Polak and Ribiere's beta, never negative. */
static void make_direction(struct plica_cg *cg)
{
	const struct plica_position_search *search = cg->search;
	double product = dot(cg, &cg->residual, search != NULL ? search->residual : NULL);
	double beta = 0.0;

	if (cg->old_product > 0.0) {
		double old =
			dot(cg, &cg->residual_old, search != NULL ? search->residual_old : NULL);

		beta = fmax(0.0, (product - old) / cg->old_product);
	}
	turn(cg, beta);
	if (!is_descent(cg))
		turn(cg, 0.0);
	plica_vector_copy(&cg->residual_old, &cg->residual);
	cg->old_product = product;
}

/* The step that is best over a part of the patterns, another part each time. */
static double line_search(struct plica_cg *cg, double *cost)
{
	size_t stride = plica_line_stride(cg->problem);
	double t[PLICA_LINE_TRIALS];
	double f[PLICA_LINE_TRIALS];

	for (size_t k = 0; k < PLICA_LINE_TRIALS; k++)
		t[k] = plica_line_factors[k] * cg->step;
	*cost += plica_line_try(cg->line, f, t, (size_t)cg->iteration % stride, stride);
	return plica_line_choose(t, f);
}

/* (O, P) += t h, and the positions likewise. */
static void advance(struct plica_cg *cg, double t)
{
	struct plica_problem *problem = cg->problem;
	struct plica_planes *object = &problem->object;
	size_t floats = object->rows * object->stride;
	float step = (float)t;

#pragma omp parallel for simd schedule(static) num_threads(problem->threads)
	for (size_t k = 0; k < floats; k++) {
		object->re[k] += step * cg->direction.object.re[k];
		object->im[k] += step * cg->direction.object.im[k];
	}
	for (size_t k = 0; k < problem->probe_floats; k++)
		problem->probe[k] += step * cg->direction.probe[k];
	plica_problem_probe_changed(problem);
	if (cg->direction.background != NULL)
		plica_background_move(problem->background, problem, step, cg->direction.background);
	if (refines_positions(cg))
		plica_position_search_advance(cg->search, t);
}

/* What takes part in this iteration. The old direction knows nothing of what has just joined, and
 * would still move what has left. */
static void follow_plans(struct plica_cg *cg, long number)
{
	const struct plica_settings *settings = cg->problem->settings;
	struct plica_updates before = plica_updates_of(settings, number - 1);
	bool positions =
		cg->search != NULL && plica_plan_includes(&settings->positions.plan, cg->iteration);

	cg->updates = plica_updates_of(settings, number);
	if (cg->updates.object != before.object || cg->updates.probe != before.probe) {
		cg->old_product = 0.0;
		cg->step = 1.0;
	}
	if (cg->search == NULL || cg->search->active == positions)
		return;
	cg->search->active = positions;
	cg->old_product = 0.0;
}

double plica_cg_iterate(struct plica_cg *cg, long number, double *cost)
{
	const struct plica_problem *problem = cg->problem;
	double residual;

	follow_plans(cg, number);
	residual = gradient(cg, number);
	precondition(cg);
	make_direction(cg);
	*cost += 1.0;
	if (cg->old_product != 0.0) { /* else there is nothing to move, and no step to learn */
		cg->step = line_search(cg, cost);
		advance(cg, cg->step);
	}
	cg->iteration++;
	return residual / ((double)problem->count * problem->valid_pixels);
}
