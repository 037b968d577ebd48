/* SPDX-License-Identifier: BSD-3-Clause */
/** A simulated dataset and the product that is its truth. */
#ifndef PLICA_MEASURED_H
#define PLICA_MEASURED_H

#include <string.h>

#include "base/memory.h"
#include "plica/product.h"
#include "plica/simulate.h"
#include "testing.h"

#define MEASURED_PX 16
#define MEASURED_COUNT 100

/** Its probe guess is the true probe. */
static inline struct plica_dataset *measured_dataset(double dose_photons)
{
	struct plica_simulate_params params = plica_simulate_defaults();
	struct plica_scene *scene = NULL;
	struct plica_dataset *dataset = NULL;
	struct plica_error err;

	params.pattern_px = MEASURED_PX;
	params.count = MEASURED_COUNT;
	params.step_px = 3.0;
	assert_ok(plica_scene_create(&scene, &params, &err));
	memcpy(scene->probe_guess, scene->probe,
		(size_t)MEASURED_PX * MEASURED_PX * sizeof(*scene->probe));
	assert_ok(plica_scene_expose(&dataset, scene, dose_photons, 1, &err));
	plica_scene_free(scene);
	return dataset;
}

/** The object and the probe of the dataset as a product. */
static inline struct plica_product *measured_truth(const struct plica_dataset *dataset)
{
	size_t object = dataset->object_rows * dataset->object_cols;
	size_t probe = dataset->probe_modes * dataset->pattern_px * dataset->pattern_px;
	struct plica_product *product = NULL;
	struct plica_error err;

	assert_ok(PLICA_NEW(&product, 1, &err));
	assert_ok(PLICA_NEW(&product->object, object, &err));
	assert_ok(PLICA_NEW(&product->probe, probe, &err));
	memcpy(product->object, dataset->object, object * sizeof(*product->object));
	memcpy(product->probe, dataset->probe, probe * sizeof(*product->probe));
	product->object_rows = dataset->object_rows;
	product->object_cols = dataset->object_cols;
	product->probe_modes = dataset->probe_modes;
	product->probe_px = dataset->pattern_px;
	return product;
}

#endif
