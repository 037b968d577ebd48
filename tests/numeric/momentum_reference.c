/* SPDX-License-Identifier: BSD-3-Clause */
/* D.8, literally: momentum of object and probe in double precision. */
#include <complex.h>
#include <math.h>

#include "base/memory.h"
#include "lsqml_reference.h"
#include "testing.h"

static struct plica_error err;

/* The mean of Re a* b over the pixels that are looked at. */
static double correlation(
	const double complex *a, const double complex *b, const double *looked_at, size_t count)
{
	double sum = 0.0, pixels = 0.0;

	for (size_t k = 0; k < count; k++) {
		sum += looked_at[k] * creal(conj(a[k]) * b[k]);
		pixels += looked_at[k];
	}
	return sum / pixels;
}

/* The friction, or -1 where the updates do not agree or are too few. */
static double friction(const struct reference_momentum *momentum, const double *looked_at,
	size_t count, size_t memory)
{
	double products = 0.0, squares = 0.0;
	long now = momentum->seen - 1;

	if (momentum->seen <= (long)memory + 1)
		return -1.0;
	for (size_t t = 1; t <= memory; t++) {
		double c = correlation(
			momentum->history[now - (long)t], momentum->history[now], looked_at, count);

		if (c <= 0.0)
			return -1.0;
		products += (double)t * log(c);
		squares += (double)(t * t);
	}
	return fmax(0.02, 0.5 * fmax(0.0, -products / squares));
}

static bool gate(const struct reference *reference)
{
	const double *losses = reference->losses;
	long n = reference->epochs;

	return n < 3 || fmax(losses[n - 3], losses[n - 2]) > fmin(losses[n - 2], losses[n - 1]);
}

/* Takes an update; true when the velocity is to be added. */
static bool advance(struct reference_momentum *momentum, const struct reference *reference,
	const double complex *update, const double *looked_at, size_t count)
{
	double mu = reference->settings->momentum.mixing_factor;
	size_t memory = momentum == &reference->object_momentum ? 2 : 3;
	double norm = sqrt(correlation(update, update, looked_at, count));
	double complex *entry = NULL;
	double f;
	bool agreed;

	assert_true(momentum->seen < REFERENCE_EPOCHS);
	assert_ok(PLICA_NEW(&entry, count, &err));
	for (size_t k = 0; k < count; k++)
		entry[k] = update[k] / norm;
	momentum->history[momentum->seen++] = entry;
	if (momentum->velocity == NULL)
		assert_ok(PLICA_NEW(&momentum->velocity, count, &err));
	f = friction(momentum, looked_at, count, memory);
	agreed = f >= 0.0 && gate(reference);
	for (size_t k = 0; k < count; k++)
		if (agreed)
			momentum->velocity[k] =
				(1.0 - f) * momentum->velocity[k] + (mu > 0.0 ? mu : f) * update[k];
		else
			momentum->velocity[k] *= 0.5;
	return agreed;
}

static void accelerate_object(struct reference *reference)
{
	size_t canvas = reference->rows * reference->cols;
	double *inside = NULL;
	double complex *update = NULL;
	double largest = 0.0;

	assert_ok(PLICA_NEW(&inside, canvas, &err));
	assert_ok(PLICA_NEW(&update, canvas, &err));
	for (size_t k = 0; k < canvas; k++) {
		size_t y = k / reference->cols, x = k % reference->cols;

		inside[k] = y >= reference->roi[0] && y < reference->roi[1] &&
			    x >= reference->roi[2] && x < reference->roi[3];
		update[k] = reference->epoch_step * reference->epoch_gradient[k];
		largest = fmax(largest, reference->illumination[k]);
	}
	if (advance(&reference->object_momentum, reference, update, inside, canvas))
		for (size_t k = 0; k < canvas; k++) {
			double power = reference->illumination[k];

			reference->object[k] += reference->settings->momentum.gain * power /
						(0.1 * largest + power) *
						reference->object_momentum.velocity[k];
		}
	plica_free(inside);
	plica_free(update);
}

static void accelerate_probe(struct reference *reference, size_t parts)
{
	size_t pixels = reference->side * reference->side;
	double *everywhere = NULL;

	assert_ok(PLICA_NEW(&everywhere, pixels, &err));
	for (size_t k = 0; k < pixels; k++) {
		everywhere[k] = 1.0;
		reference->probe_update[k] /= (double)parts;
	}
	if (advance(&reference->probe_momentum, reference, reference->probe_update, everywhere,
		    pixels))
		for (size_t k = 0; k < pixels; k++)
			reference->probe[k] += reference->settings->momentum.gain *
					       reference->probe_momentum.velocity[k];
	for (size_t k = 0; k < pixels; k++)
		reference->probe_update[k] = 0.0;
	plica_free(everywhere);
}

void reference_accelerate(struct reference *reference, size_t batch_count)
{
	bool compact = reference->settings->batching_mode == PLICA_BATCHING_COMPACT;

	assert_true(reference->epochs < REFERENCE_EPOCHS);
	reference->losses[reference->epochs++] = reference->loss;
	if (compact)
		accelerate_object(reference);
	accelerate_probe(reference, compact ? 1 : batch_count);
}

void reference_momentum_release(struct reference_momentum *momentum)
{
	for (long k = 0; k < momentum->seen; k++)
		plica_free(momentum->history[k]);
	plica_free(momentum->velocity);
}
