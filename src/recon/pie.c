/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/pie.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/range.h"
#include "base/try.h"
#include "recon/engine.h"
#include "recon/intensity.h"
#include "recon/nuisance.h"
#include "recon/plan.h"

enum plica_status plica_pie_create(struct plica_pie **out, struct plica_problem *problem,
	size_t batch_size, double alpha, struct plica_error *err)
{
	enum plica_status status;
	struct plica_pie *pie = NULL;

	PLICA_TRY(PLICA_NEW(&pie, 1, err));
	pie->problem = problem;
	pie->alpha = alpha;
	pie->probe_alpha = 1.0;
	PLICA_TRY(plica_batches_init(&pie->batches, problem->count, batch_size,
		(uint64_t)problem->settings->random_seed, err));
	PLICA_TRY(plica_pass_create(&pie->pass, problem, pie->batches.largest, true, err));
	PLICA_TRY(plica_coverage_create(&pie->coverage, problem, err));
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
	plica_coverage_free(pie->coverage);
	plica_free(pie->probe_power);
	plica_free(pie->scan_power);
	plica_pie_momentum_free(pie->momentum);
	plica_free(pie);
}

/* max sum_m |P_m|^2: the same as the maximum over the batch's shifted probes but for the
 * interpolation. */
static float largest_probe_power(struct plica_pie *pie)
{
	size_t side = pie->problem->side;

	memset(pie->probe_power, 0, side * side * sizeof(*pie->probe_power));
	plica_problem_probe_power(pie->problem, pie->probe_power);
	return plica_largest_of(pie->probe_power, side * side);
}

static size_t canvas_floats(const struct plica_pie *pie)
{
	const struct plica_planes *object = &pie->problem->object;

	return object->rows * object->stride;
}

/* 1 over what divides G where the illumination is `power`. */
static float object_scale(const struct plica_pie *pie, float power, float largest)
{
	float alpha = (float)pie->alpha;

	return pie->extended ? alpha / (power > largest ? power : largest)
			     : 1.0F / ((1.0F - alpha) * power + alpha * largest);
}

static void update_object(struct plica_pie *pie)
{
	const struct plica_pass *pass = pie->pass;
	struct plica_planes *object = &pie->problem->object;
	size_t first = pass->first_row * object->stride;
	size_t end = pass->end_row * object->stride;
	const float *power = pie->scan_power != NULL ? pie->scan_power : pass->power;
	float largest =
		pie->scan_power != NULL ? pie->largest_scan_power : largest_probe_power(pie);

#pragma omp parallel for schedule(static) num_threads(pie->problem->threads)
	for (size_t k = first; k < end; k++) {
		float scale = object_scale(pie, power[k], largest);

		object->re[k] += scale * pass->gradient.re[k];
		object->im[k] += scale * pass->gradient.im[k];
	}
}

/* max |O|^2 in the rows of the batch. */
static float largest_transmission(const struct plica_pie *pie)
{
	const struct plica_planes *object = &pie->problem->object;
	size_t end = pie->pass->end_row * object->stride;
	float largest = 0.0F;

#pragma omp parallel for schedule(static) reduction(max : largest)                                 \
	num_threads(pie->problem->threads)
	for (size_t k = pie->pass->first_row * object->stride; k < end; k++) {
		float power = object->re[k] * object->re[k] + object->im[k] * object->im[k];

		largest = power > largest ? power : largest;
	}
	return largest;
}

/* Turns what divides the probe's gradient into what multiplies it; the least of it is positive. */
static void invert_curvature(float *curvature, size_t floats, float least, float step)
{
	for (size_t k = 0; k < floats; k++)
		curvature[k] = step / (curvature[k] > least ? curvature[k] : least);
}

/* The probe's step, float by float of a mode. What divides it: ePIE's b max|O|^2, or rPIE's b where
 * the object does not amplify. There b alone would let the step overshoot and diverge. */
static void measure_probe_step(struct plica_pie *pie, const size_t *positions, size_t count)
{
	size_t wave = pie->problem->kernels->wave_floats;
	float *scale = pie->coverage->wave;
	float step = (float)pie->probe_alpha;
	float least = (float)count;

	if (!pie->extended) {
		plica_coverage_measure(pie->coverage, positions, count);
		invert_curvature(scale, wave, least, step);
		return;
	}
	least *= largest_transmission(pie);
	for (size_t k = 0; k < wave; k++)
		scale[k] = least > 0.0F ? step / least : 0.0F;
}

static void update_probe(struct plica_pie *pie)
{
	struct plica_problem *problem = pie->problem;
	size_t wave = problem->kernels->wave_floats;
	const float *scale = pie->coverage->wave;

	for (size_t first = 0; first < problem->probe_floats; first += wave) {
		const float *gradient = pie->pass->probe_gradient + first;
		float *probe = problem->probe + first;

		for (size_t k = 0; k < wave; k++)
			probe[k] += scale[k] * gradient[k];
	}
	plica_problem_probe_changed(problem);
}

static void run_batch(
	struct plica_pie *pie, const size_t *positions, size_t count, struct plica_updates updates)
{
	plica_pass_run(pie->pass, positions, count);
	if (updates.probe) /* of the object before its update */
		measure_probe_step(pie, positions, count);
	if (updates.object)
		update_object(pie);
	if (updates.probe)
		update_probe(pie);
}

static void measure_scan_power(struct plica_pie *pie)
{
	plica_problem_illumination(pie->problem, pie->scan_power, pie->problem->modes);
	pie->largest_scan_power = plica_largest_of(pie->scan_power, canvas_floats(pie));
}

double plica_pie_epoch(struct plica_pie *pie, long number)
{
	struct plica_problem *problem = pie->problem;
	struct plica_updates updates = plica_updates_of(problem->settings, number);
	double residual = 0.0;

	if (pie->scan_power != NULL)
		measure_scan_power(pie);
	plica_batches_shuffle(&pie->batches, number);
	for (size_t k = 0; k < pie->batches.batch_count; k++) {
		size_t count;
		const size_t *positions = plica_batches_get(&pie->batches, k, &count);

		run_batch(pie, positions, count, updates);
		plica_nuisance_after_set(pie->pass, positions, count, number);
		for (size_t i = 0; i < count; i++)
			residual += pie->pass->sums[i].residual;
		if (pie->momentum != NULL)
			plica_pie_momentum_step(pie->momentum, updates);
	}
	plica_intensity_normalise(problem);
	return residual / ((double)problem->count * problem->valid_pixels);
}

static enum plica_status create(
	void **state, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_settings *settings = problem->settings;
	struct plica_pie *pie = NULL;

	PLICA_TRY(plica_pie_create(
		&pie, problem, (size_t)settings->batch_size, settings->object.alpha, err));
	pie->probe_alpha = settings->probe.alpha;
	if (settings->object.illumination == PLICA_PIE_SCAN)
		PLICA_TRY(PLICA_NEW(&pie->scan_power, canvas_floats(pie), err));
	if (settings->mpie.feedback > 0.0)
		PLICA_TRY(plica_pie_momentum_create(&pie->momentum, problem, err));
	*state = pie;
	pie = NULL;
out:
	plica_pie_free(pie);
	return status;
}

static enum plica_status create_extended(
	void **state, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status = create(state, problem, err);

	if (status == PLICA_OK)
		((struct plica_pie *)*state)->extended = true;
	return status;
}

static void epoch(void *state, long number, struct plica_epoch *result)
{
	result->loss = plica_pie_epoch(state, number);
	result->cost = 1.0;
}

/* Object or probe were moved: the momentum must not take that for its own. */
static void changed(void *state)
{
	struct plica_pie *pie = state;

	if (pie->momentum != NULL)
		plica_pie_momentum_restart(pie->momentum);
}

/* The order of the positions follows from the number of the epoch: the momentum is all there is. */
static void archive(void *state, struct plica_archive *archive)
{
	struct plica_pie *pie = state;

	if (pie->momentum != NULL)
		plica_pie_momentum_archive(pie->momentum, archive);
}

static void destroy(void *state)
{
	plica_pie_free(state);
}

const struct plica_engine plica_engine_rpie = {
	.name = "rPIE",
	.create = create,
	.epoch = epoch,
	.changed = changed,
	.archive = archive,
	.destroy = destroy,
};

const struct plica_engine plica_engine_epie = {
	.name = "ePIE",
	.create = create_extended,
	.epoch = epoch,
	.changed = changed,
	.archive = archive,
	.destroy = destroy,
};
