/* SPDX-License-Identifier: BSD-3-Clause */
/* Positions that are wrong are put right. */
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "plica/reconstruct.h"
#include "recon/affine.h"
#include "synthetic.h"
#include "testing.h"

static struct plica_error err;

struct scan {
	struct synthetic synthetic;
	double *y_px, *x_px; /* the truth */
};

static void scan_init(struct scan *scan)
{
	struct synthetic_params params = synthetic_defaults();
	size_t bytes;

	params.per_axis = 10;
	synthetic_init(&scan->synthetic, &params);
	bytes = scan->synthetic.dataset->pattern_count * sizeof(double);
	assert_ok(plica_allocate((void **)(void *)&scan->y_px, 1, bytes, &err));
	assert_ok(plica_allocate((void **)(void *)&scan->x_px, 1, bytes, &err));
	memcpy(scan->y_px, scan->synthetic.dataset->y_px, bytes);
	memcpy(scan->x_px, scan->synthetic.dataset->x_px, bytes);
}

static void scan_release(struct scan *scan)
{
	plica_free(scan->y_px);
	plica_free(scan->x_px);
	synthetic_release(&scan->synthetic);
}

/* Normal errors of so many px. */
static void shake(struct scan *scan, double sigma_px)
{
	struct plica_dataset *dataset = scan->synthetic.dataset;
	struct plica_random random;

	plica_random_start(&random, 8, PLICA_RANDOM_TEST, 0);
	for (size_t i = 0; i < dataset->pattern_count; i++) {
		dataset->y_px[i] += sigma_px * plica_random_normal(&random);
		dataset->x_px[i] += sigma_px * plica_random_normal(&random);
	}
}

/* Of one axis, after its mean: objects and positions may move together. */
static double remaining_rms(const double *found, const double *truth, size_t count)
{
	double mean = 0.0, sum = 0.0;

	for (size_t i = 0; i < count; i++)
		mean += (found[i] - truth[i]) / (double)count;
	for (size_t i = 0; i < count; i++)
		sum += pow(found[i] - truth[i] - mean, 2.0);
	return sqrt(sum / (double)count);
}

struct options {
	const char *algorithm;
	const char *epochs;
	const char *option[4][2];
};

static double refine(const struct scan *scan, const struct options *options)
{
	struct plica_settings settings;
	struct plica_product *product = NULL;
	size_t count = scan->synthetic.dataset->pattern_count;
	double rms;

	assert_ok(plica_settings_init(&settings, options->algorithm, &err));
	assert_ok(plica_settings_set(&settings, "num_epochs", options->epochs, &err));
	settings.threads = 1;
	settings.batch_size = 20;
	settings.positions.optimizable = true;
	for (size_t k = 0; k < 4 && options->option[k][0] != NULL; k++)
		assert_ok(plica_settings_set(
			&settings, options->option[k][0], options->option[k][1], &err));
	assert_ok(plica_reconstruct(&product, scan->synthetic.dataset, &settings, NULL, &err));
	rms = hypot(remaining_rms(product->y_px, scan->y_px, count),
		      remaining_rms(product->x_px, scan->x_px, count)) /
	      sqrt(2.0);
	print_message("# %s %s %s: %.4f px\n", options->algorithm,
		options->option[0][0] != NULL ? options->option[0][0] : "",
		options->option[0][1] != NULL ? options->option[0][1] : "", rms);
	plica_product_free(product);
	return rms;
}

static void shaken_positions_are_put_right(void **state)
{
	static const struct options options[] = {
		{"LSQML", "60", {{NULL}}},
		{"LSQML", "60", {{"positions.momentum_acceleration_gain", "0.5"}}},
		{"LSQML", "60", {{"batching_mode", "uniform"}}},
		{"LSQML", "60",
			{{"positions.affine_transform_constraint.enabled", "true"},
				{"positions.affine_transform_constraint.max_expected_error", "2"}}},
		{"ML", "40", {{NULL}}},
		{"ML", "40", {{"positions.correction_options.differentiation_method", "gaussian"}}},
		{"ML", "40",
			{{"positions.affine_transform_constraint.enabled", "true"},
				{"positions.affine_transform_constraint.max_expected_error", "2"}}},
	};
	struct scan scan;

	(void)state;
	scan_init(&scan);
	shake(&scan, 0.5);
	for (size_t k = 0; k < sizeof(options) / sizeof(options[0]); k++)
		assert_true(refine(&scan, &options[k]) < 0.1);
	scan_release(&scan);
}

/* What a stage does wrong as a whole stands in the product, whether positions are pulled or not.
 * (It is found slowly: an object may turn a little with them.) */
static void a_turned_scan_is_told(void **state)
{
	const struct plica_affine affine = {.scale = 1.0, .rotation_rad = 0.02};
	struct plica_settings settings;
	struct plica_product *product = NULL;
	struct scan scan;
	double m[4], determinant;

	(void)state;
	scan_init(&scan);
	plica_affine_compose(m, &affine);
	determinant = m[0] * m[3] - m[1] * m[2];
	for (size_t i = 0; i < scan.synthetic.dataset->pattern_count; i++) {
		double *y = &scan.synthetic.dataset->y_px[i], *x = &scan.synthetic.dataset->x_px[i];
		double dy = *y - 34.0, dx = *x - 34.0;

		*y = 34.0 + (m[3] * dy - m[1] * dx) / determinant;
		*x = 34.0 + (m[0] * dx - m[2] * dy) / determinant;
	}
	assert_ok(plica_settings_init(&settings, "ML", &err));
	settings.num_epochs = 40;
	settings.threads = 1;
	settings.positions.optimizable = true;
	settings.positions.affine.enabled = true;
	settings.positions.affine.apply = false;
	assert_ok(plica_reconstruct(&product, scan.synthetic.dataset, &settings, NULL, &err));
	assert_non_null(product->position_map);
	print_message("# scale %.4f, asymmetry %.4f, rotation %.4f, shear %.4f\n",
		product->position_map->scale, product->position_map->asymmetry,
		product->position_map->rotation_rad, product->position_map->shear_rad);
	assert_close(product->position_map->rotation_rad, affine.rotation_rad, 0.006);
	assert_close(product->position_map->scale, 1.0, 0.003);
	assert_close(product->position_map->asymmetry, 0.0, 0.003);
	assert_close(product->position_map->shear_rad, 0.0, 0.003);
	plica_product_free(product);
	scan_release(&scan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shaken_positions_are_put_right),
		cmocka_unit_test(a_turned_scan_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
