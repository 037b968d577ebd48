/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/pie_momentum.h"

#include <string.h>

#include "base/memory.h"
#include "base/try.h"

static size_t canvas_floats(const struct plica_pie_momentum *momentum)
{
	const struct plica_planes *object = &momentum->problem->object;

	return object->rows * object->stride;
}

enum plica_status plica_pie_momentum_create(
	struct plica_pie_momentum **out, struct plica_problem *problem, struct plica_error *err)
{
	enum plica_status status;
	struct plica_pie_momentum *momentum = NULL;

	PLICA_TRY(PLICA_NEW(&momentum, 1, err));
	momentum->problem = problem;
	PLICA_TRY(plica_vector_create(&momentum->then, problem, err));
	PLICA_TRY(plica_vector_create(&momentum->momentum, problem, err));
	plica_pie_momentum_restart(momentum);
	*out = momentum;
	momentum = NULL;
out:
	plica_pie_momentum_free(momentum);
	return status;
}

void plica_pie_momentum_free(struct plica_pie_momentum *momentum)
{
	if (momentum == NULL)
		return;
	plica_vector_release(&momentum->then);
	plica_vector_release(&momentum->momentum);
	plica_free(momentum);
}

void plica_pie_momentum_restart(struct plica_pie_momentum *momentum)
{
	const struct plica_problem *problem = momentum->problem;
	size_t bytes = canvas_floats(momentum) * sizeof(float);

	memcpy(momentum->then.object.re, problem->object.re, bytes);
	memcpy(momentum->then.object.im, problem->object.im, bytes);
	memcpy(momentum->then.probe, problem->probe, problem->probe_floats * sizeof(float));
}

/* The step on one array of real numbers; no pixel needs another. */
static void step(float *x, float *then, float *m, size_t count, const struct plica_problem *problem)
{
	float friction = (float)problem->settings->mpie.friction;
	float feedback = (float)problem->settings->mpie.feedback;

#pragma omp parallel for simd schedule(static) num_threads(problem->threads)
	for (size_t k = 0; k < count; k++) {
		m[k] = friction * m[k] + (x[k] - then[k]);
		x[k] += feedback * m[k];
		then[k] = x[k];
	}
}

void plica_pie_momentum_step(struct plica_pie_momentum *momentum, struct plica_updates updates)
{
	struct plica_problem *problem = momentum->problem;
	struct plica_vector *then = &momentum->then;
	struct plica_vector *m = &momentum->momentum;
	size_t floats = canvas_floats(momentum);

	if (++momentum->batches < problem->settings->mpie.period)
		return;
	momentum->batches = 0;
	if (updates.object) {
		step(problem->object.re, then->object.re, m->object.re, floats, problem);
		step(problem->object.im, then->object.im, m->object.im, floats, problem);
	}
	if (!updates.probe)
		return;
	step(problem->probe, then->probe, m->probe, problem->probe_floats, problem);
	plica_problem_probe_changed(problem);
}

void plica_pie_momentum_archive(struct plica_pie_momentum *momentum, struct plica_archive *archive)
{
	const struct plica_problem *problem = momentum->problem;

	plica_archive_planes(archive, "mpie_then_object", &momentum->then.object);
	plica_archive_waves(archive, "mpie_then_probe", momentum->then.probe, problem->modes);
	plica_archive_planes(archive, "mpie_object", &momentum->momentum.object);
	plica_archive_waves(archive, "mpie_probe", momentum->momentum.probe, problem->modes);
	plica_archive_integer(archive, "mpie_batches", &momentum->batches);
}
