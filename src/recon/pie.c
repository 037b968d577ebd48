/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/pie.h"

#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "recon/engine.h"
#include "recon/intensity.h"
#include "recon/nuisance.h"
#include "recon/plan.h"

enum plica_status plica_pie_create(struct plica_pie **out, struct plica_problem *problem,
	size_t batch_size, double eta, struct plica_error *err)
{
	enum plica_status status;
	struct plica_pie *pie = NULL;

	PLICA_TRY(PLICA_NEW(&pie, 1, err));
	pie->problem = problem;
	pie->eta = eta;
	PLICA_TRY(plica_batches_init(&pie->batches, problem->count, batch_size,
		(uint64_t)problem->settings->random_seed, err));
	PLICA_TRY(plica_pass_create(&pie->pass, problem, pie->batches.largest, true, err));
	PLICA_TRY(PLICA_NEW(&pie->probe_power, problem->side * problem->side, err));
	*out = pie;
	pie = NULL;
out:
	plica_pie_free(pie);
	return status;
}

void plica_pie_free(struct plica_pie *pie)
{
	if (pie == NULL)
		return;
	plica_pass_free(pie->pass);
	plica_batches_release(&pie->batches);
	plica_free(pie->probe_power);
	plica_free(pie);
}

/* max sum_m |P_m|^2: the same as the maximum over the batch's shifted probes but for the interpolation. */
static float largest_probe_power(struct plica_pie *pie)
{
	size_t side = pie->problem->side;
	float largest = 0.0F;

	memset(pie->probe_power, 0, side * side * sizeof(*pie->probe_power));
	plica_problem_probe_power(pie->problem, pie->probe_power);
	for (size_t k = 0; k < side * side; k++)
		largest = pie->probe_power[k] > largest ? pie->probe_power[k] : largest;
	return largest;
}

static void update_object(struct plica_pie *pie)
{
	const struct plica_pass *pass = pie->pass;
	struct plica_planes *object = &pie->problem->object;
	size_t first = pass->first_row * object->stride;
	size_t end = pass->end_row * object->stride;
	float keep = (float)(1.0 - pie->eta);
	float damping = (float)pie->eta * largest_probe_power(pie);

#pragma omp parallel for schedule(static) num_threads(pie->problem->threads)
	for (size_t k = first; k < end; k++) {
		float scale = 1.0F / (keep * pass->power[k] + damping);

		object->re[k] += scale * pass->gradient.re[k];
		object->im[k] += scale * pass->gradient.im[k];
	}
}

static void update_probe(struct plica_pie *pie, size_t count)
{
	struct plica_problem *problem = pie->problem;
	float scale = 1.0F / (float)count;

	for (size_t k = 0; k < problem->probe_floats; k++)
		problem->probe[k] += scale * pie->pass->probe_gradient[k];
	plica_problem_probe_changed(problem);
}

double plica_pie_epoch(struct plica_pie *pie, long number)
{
	struct plica_problem *problem = pie->problem;
	double residual = 0.0;

	plica_batches_shuffle(&pie->batches, number);
	for (size_t k = 0; k < pie->batches.batch_count; k++) {
		size_t count;
		const size_t *positions = plica_batches_get(&pie->batches, k, &count);

		plica_pass_run(pie->pass, positions, count);
		update_object(pie);
		if (problem->settings->probe.optimizable &&
			plica_plan_includes(&problem->settings->probe.plan, number))
			update_probe(pie, count);
		plica_nuisance_after_set(pie->pass, positions, count, number);
		for (size_t i = 0; i < count; i++)
			residual += pie->pass->sums[i].residual;
	}
	plica_intensity_normalise(problem);
	return residual / ((double)problem->count * problem->valid_pixels);
}

static enum plica_status create(
	void **state, struct plica_problem *problem, struct plica_error *err)
{
	struct plica_pie *pie = NULL;
	const struct plica_settings *settings = problem->settings;
	enum plica_status status = plica_pie_create(
		&pie, problem, (size_t)settings->batch_size, settings->object.alpha, err);

	if (status == PLICA_OK)
		*state = pie;
	return status;
}

static void epoch(void *state, long number, struct plica_epoch *result)
{
	result->loss = plica_pie_epoch(state, number);
	result->cost = 1.0;
}

/* The order of the positions follows from the number of the epoch: there is no further state. */
static void archive(void *state, struct plica_archive *archive)
{
	(void)state;
	(void)archive;
}

static void destroy(void *state)
{
	plica_pie_free(state);
}

const struct plica_engine plica_engine_rpie = {
	.name = "rPIE",
	.create = create,
	.epoch = epoch,
	.archive = archive,
	.destroy = destroy,
};
