/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/acceleration.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

/* How many epochs back an update is compared. */
#define OBJECT_MEMORY 2
#define PROBE_MEMORY 3
/* Of the brightest illumination: where the object's velocity has half of its effect. */
#define WEIGHT_DAMPING 0.1F

static size_t canvas_floats(const struct plica_problem *problem)
{
	return problem->object.rows * problem->object.stride;
}

static size_t inside_pixels(const struct plica_problem *problem)
{
	return (problem->roi[1] - problem->roi[0]) * (problem->roi[3] - problem->roi[2]);
}

static enum plica_status create_object(
	struct plica_acceleration *acceleration, struct plica_error *err)
{
	enum plica_status status;
	size_t floats = 2 * canvas_floats(acceleration->problem);
	size_t inside = 2 * inside_pixels(acceleration->problem);

	PLICA_TRY(plica_momentum_create(&acceleration->object, floats, inside, OBJECT_MEMORY, err));
	PLICA_TRY(PLICA_NEW(&acceleration->object_update, floats, err));
	PLICA_TRY(PLICA_NEW(&acceleration->object_inside, inside, err));
out:
	return status;
}

enum plica_status plica_acceleration_create(struct plica_acceleration **out,
	struct plica_problem *problem, bool with_object, struct plica_error *err)
{
	enum plica_status status;
	struct plica_acceleration *acceleration = NULL;
	size_t floats = problem->kernels->wave_floats;

	PLICA_TRY(PLICA_NEW(&acceleration, 1, err));
	acceleration->problem = problem;
	if (with_object)
		PLICA_TRY(create_object(acceleration, err));
	PLICA_TRY(plica_momentum_create(&acceleration->probe, floats, floats, PROBE_MEMORY, err));
	PLICA_TRY(PLICA_NEW(&acceleration->probe_update, floats, err));
	*out = acceleration;
	acceleration = NULL;
out:
	plica_acceleration_free(acceleration);
	return status;
}

void plica_acceleration_free(struct plica_acceleration *acceleration)
{
	if (acceleration == NULL)
		return;
	plica_momentum_free(acceleration->object);
	plica_momentum_free(acceleration->probe);
	plica_free(acceleration->object_update);
	plica_free(acceleration->object_inside);
	plica_free(acceleration->probe_update);
	plica_free(acceleration);
}

void plica_acceleration_begin(struct plica_acceleration *acceleration, double loss)
{
	acceleration->losses[0] = acceleration->losses[1];
	acceleration->losses[1] = acceleration->losses[2];
	acceleration->losses[2] = loss;
	acceleration->epochs++;
}

/* Has the loss fallen lately? */
static bool gate(const struct plica_acceleration *acceleration)
{
	const double *losses = acceleration->losses;

	return acceleration->epochs < 3 || fmax(losses[0], losses[1]) > fmin(losses[1], losses[2]);
}

static struct plica_momentum_update update_of(
	const struct plica_acceleration *acceleration, const float *update, const float *compared)
{
	return (struct plica_momentum_update){.update = update,
		.compared = compared,
		.mixing = acceleration->problem->settings->momentum.mixing_factor,
		.gate = gate(acceleration)};
}

/* The scanned box of one plane of the canvas. */
static void cut_inside(float *inside, const float *canvas, const struct plica_problem *problem)
{
	size_t width = problem->roi[3] - problem->roi[2];

	for (size_t y = problem->roi[0]; y < problem->roi[1]; y++)
		memcpy(inside + (y - problem->roi[0]) * width,
			canvas + y * problem->object.stride + problem->roi[2],
			width * sizeof(float));
}

/* O += gain W / (0.1 max W + W) v. */
static void push_object(
	struct plica_acceleration *acceleration, const float *power, float largest_power)
{
	struct plica_planes *object = &acceleration->problem->object;
	size_t floats = canvas_floats(acceleration->problem);
	const float *velocity = acceleration->object->velocity;
	float gain = (float)acceleration->problem->settings->momentum.gain;

	for (size_t k = 0; k < floats; k++) {
		float weight = gain * power[k] / (WEIGHT_DAMPING * largest_power + power[k]);

		object->re[k] += weight * velocity[k];
		object->im[k] += weight * velocity[floats + k];
	}
}

void plica_acceleration_object(struct plica_acceleration *acceleration, double step,
	const struct plica_planes *direction, const float *power, float largest_power)
{
	const struct plica_problem *problem = acceleration->problem;
	size_t floats = canvas_floats(problem);
	size_t pixels = inside_pixels(problem);
	float *update = acceleration->object_update;
	struct plica_momentum_update args =
		update_of(acceleration, update, acceleration->object_inside);

	for (size_t k = 0; k < floats; k++) {
		update[k] = (float)step * direction->re[k];
		update[floats + k] = (float)step * direction->im[k];
	}
	cut_inside(acceleration->object_inside, update, problem);
	cut_inside(acceleration->object_inside + pixels, update + floats, problem);
	if (plica_momentum_add(acceleration->object, &args))
		push_object(acceleration, power, largest_power);
}

void plica_acceleration_collect(
	struct plica_acceleration *acceleration, float step, const float *direction)
{
	for (size_t k = 0; k < acceleration->probe->floats; k++)
		acceleration->probe_update[k] += step * direction[k];
}

void plica_acceleration_probe(struct plica_acceleration *acceleration, size_t parts)
{
	struct plica_problem *problem = acceleration->problem;
	float *update = acceleration->probe_update;
	const float *velocity = acceleration->probe->velocity;
	size_t floats = acceleration->probe->floats;
	float gain = (float)problem->settings->momentum.gain;
	struct plica_momentum_update args = update_of(acceleration, update, update);

	for (size_t k = 0; k < floats; k++)
		update[k] /= (float)parts;
	if (plica_momentum_add(acceleration->probe, &args)) {
		for (size_t k = 0; k < floats; k++)
			problem->probe[k] += gain * velocity[k];
		plica_problem_probe_changed(problem);
	}
	memset(update, 0, floats * sizeof(*update));
}

void plica_acceleration_archive(
	struct plica_acceleration *acceleration, struct plica_archive *archive)
{
	static const char *const object[] = {
		"object_momentum_seen", "object_velocity", "object_momentum_history"};
	static const char *const probe[] = {
		"probe_momentum_seen", "probe_velocity", "probe_momentum_history"};

	plica_archive_numbers(archive, "momentum_losses", acceleration->losses, 3);
	plica_archive_integer(archive, "momentum_epochs", &acceleration->epochs);
	plica_momentum_archive(acceleration->probe, probe, archive);
	if (acceleration->object != NULL)
		plica_momentum_archive(acceleration->object, object, archive);
}
