/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/momentum.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"

#define STRENGTH 0.5
/* Without an end to the memory a velocity could grow for ever: 50 updates are enough. */
#define LEAST_FRICTION 0.02
#define MOST_MEMORY 8

enum plica_status plica_momentum_create(struct plica_momentum **out, size_t floats, size_t compared,
	size_t memory, struct plica_error *err)
{
	enum plica_status status;
	struct plica_momentum *momentum = NULL;

	PLICA_TRY(PLICA_NEW(&momentum, 1, err));
	momentum->floats = floats;
	momentum->compared = compared;
	momentum->memory = memory < MOST_MEMORY ? memory : MOST_MEMORY;
	PLICA_TRY(PLICA_NEW(&momentum->history, (momentum->memory + 1) * compared, err));
	PLICA_TRY(PLICA_NEW(&momentum->velocity, floats, err));
	*out = momentum;
	momentum = NULL;
out:
	plica_momentum_free(momentum);
	return status;
}

void plica_momentum_free(struct plica_momentum *momentum)
{
	if (momentum == NULL)
		return;
	plica_free(momentum->history);
	plica_free(momentum->velocity);
	plica_free(momentum);
}

static float *entry(const struct plica_momentum *momentum, long number)
{
	size_t slot = (size_t)number % (momentum->memory + 1);

	return momentum->history + slot * momentum->compared;
}

static double dot(const float *a, const float *b, size_t count)
{
	double sum = 0.0;

	for (size_t k = 0; k < count; k++)
		sum += (double)a[k] * (double)b[k];
	return sum;
}

/* The newest entry of the history; nothing of an update of nothing. */
static void remember(struct plica_momentum *momentum, const float *compared)
{
	float *newest = entry(momentum, momentum->seen);
	double norm = sqrt(dot(compared, compared, momentum->compared));
	double scale = norm > 0.0 ? 1.0 / norm : 0.0;

	for (size_t k = 0; k < momentum->compared; k++)
		newest[k] = (float)((double)compared[k] * scale);
	momentum->seen++;
}

double plica_momentum_friction(
	const double *correlation, size_t count, double strength, double least)
{
	double products = 0.0;
	double squares = 0.0;

	for (size_t k = 0; k < count; k++) {
		double t = (double)(k + 1);

		products += t * log(correlation[k]);
		squares += t * t;
	}
	return fmin(1.0, fmax(least, strength * fmax(0.0, -products / squares)));
}

/* Do all of the last updates agree with the newest? Then *friction follows from how much. */
static bool agreement(const struct plica_momentum *momentum, double *friction)
{
	double correlation[MOST_MEMORY];
	long newest = momentum->seen - 1;

	if (momentum->seen <= (long)momentum->memory + 1)
		return false;
	for (size_t t = 1; t <= momentum->memory; t++) {
		correlation[t - 1] = dot(entry(momentum, newest - (long)t), entry(momentum, newest),
			momentum->compared);
		if (!(correlation[t - 1] > 0.0))
			return false;
	}
	*friction =
		plica_momentum_friction(correlation, momentum->memory, STRENGTH, LEAST_FRICTION);
	return true;
}

bool plica_momentum_add(struct plica_momentum *momentum, const struct plica_momentum_update *update)
{
	double friction = 0.0;
	bool agrees;
	float mixing = 0.0F;
	float keep;

	remember(momentum, update->compared);
	agrees = agreement(momentum, &friction) && update->gate;
	keep = agrees ? (float)(1.0 - friction) : 0.5F;
	if (agrees)
		mixing = (float)(update->mixing > 0.0 ? update->mixing : friction);
	for (size_t k = 0; k < momentum->floats; k++)
		momentum->velocity[k] = keep * momentum->velocity[k] + mixing * update->update[k];
	return agrees;
}

void plica_momentum_archive(
	struct plica_momentum *momentum, const char *const names[3], struct plica_archive *archive)
{
	plica_archive_integer(archive, names[0], &momentum->seen);
	plica_archive_floats(archive, names[1], momentum->velocity, momentum->floats);
	plica_archive_floats(
		archive, names[2], momentum->history, (momentum->memory + 1) * momentum->compared);
}
