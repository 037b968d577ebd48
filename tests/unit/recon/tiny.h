/* SPDX-License-Identifier: BSD-3-Clause */
/** A dataset of a few small patterns, for tests of the plumbing rather than of the mathematics. */
#ifndef PLICA_TINY_H
#define PLICA_TINY_H

#include <complex.h>
#include <math.h>

#include "plica/dataset.h"
#include "plica/settings.h"
#include "testing.h"

#define TINY_SIDE 16
#define TINY_PIXELS (TINY_SIDE * TINY_SIDE)
#define TINY_COUNT 9
#define TINY_OBJECT 40

/** 3 x 3 positions from (12.25, 13) on, 4 px apart; Gaussian patterns and probe. */
static inline struct plica_dataset *tiny_dataset(void)
{
	struct plica_dataset *dataset = NULL;
	struct plica_error err = {0};

	assert_ok(plica_dataset_create(
		&dataset, TINY_COUNT, TINY_SIDE, 1, TINY_OBJECT, TINY_OBJECT, &err));
	for (size_t k = 0; k < TINY_PIXELS; k++) {
		double y = (double)(k / TINY_SIDE) - TINY_SIDE / 2.0;
		double x = (double)(k % TINY_SIDE) - TINY_SIDE / 2.0;
		float value = (float)(8.0 * exp(-0.08 * (y * y + x * x)));

		dataset->probe[k] = CMPLXF(value, 0.5F * value);
		for (size_t i = 0; i < TINY_COUNT; i++)
			((float *)dataset->patterns)[i * TINY_PIXELS + k] =
				value + 0.01F * (float)((k * (i + 3)) % 7);
	}
	for (size_t k = 0; k < TINY_OBJECT * TINY_OBJECT; k++)
		dataset->object[k] = CMPLXF(1.0F, 0.001F * (float)(k % 100));
	for (size_t i = 0; i < TINY_COUNT; i++) {
		dataset->y_px[i] = 12.25 + 4.0 * (double)(i / 3);
		dataset->x_px[i] = 13.0 + 4.0 * (double)(i % 3);
	}
	return dataset;
}

static inline struct plica_settings tiny_settings(const char *algorithm)
{
	struct plica_settings settings;
	struct plica_error err = {0};

	assert_ok(plica_settings_init(&settings, algorithm, &err));
	settings.num_epochs = 3;
	settings.threads = 1;
	return settings;
}

#endif
