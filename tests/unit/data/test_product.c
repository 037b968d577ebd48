/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/product.h"

#include <complex.h>
#include <string.h>

#include "base/memory.h"
#include "data/members.h"
#include "scratch.h"
#include "testing.h"

static struct plica_error err;
static float complex pixels[64];
static char path[512];

static int setup(void **state)
{
	for (size_t k = 0; k < 64; k++)
		pixels[k] = CMPLXF(1.0F + (float)k, -0.5F * (float)k);
	if (scratch_make(state) != 0)
		return -1;
	(void)scratch_path(path, "product.npz");
	return 0;
}

/* A complete product: object 3 x 4, two probe modes of 2 x 2, three positions, two epochs. */
static struct plica_product *complete(void)
{
	struct plica_product *product = NULL;

	assert_ok(PLICA_NEW(&product, 1, &err));
	product->object_rows = 3;
	product->object_cols = 4;
	assert_ok(PLICA_NEW(&product->object, 12, &err));
	memcpy(product->object, pixels, 12 * sizeof(*pixels));
	assert_ok(PLICA_NEW(&product->object_raw, 12, &err));
	memcpy(product->object_raw, pixels + 8, 12 * sizeof(*pixels));
	product->origin_y_px = -7.0;
	product->origin_x_px = 12.5;
	product->probe_modes = 2;
	product->probe_px = 2;
	assert_ok(PLICA_NEW(&product->probe, 8, &err));
	memcpy(product->probe, pixels + 20, 8 * sizeof(*pixels));
	product->position_count = 3;
	assert_ok(PLICA_NEW(&product->y_px, 3, &err));
	assert_ok(PLICA_NEW(&product->x_px, 3, &err));
	assert_ok(PLICA_NEW(&product->background, 4, &err));
	product->background[3] = 0.75F;
	assert_ok(PLICA_NEW(&product->intensity, 3, &err));
	product->intensity[1] = 1.0625;
	product->y_px[2] = 1.25;
	product->x_px[0] = -3.5;
	product->epoch_count = 2;
	assert_ok(PLICA_NEW(&product->loss, 2, &err));
	product->loss[1] = 0.125;
	product->fourier_error = 0.0625;
	product->negative_counts = 7.0;
	assert_ok(PLICA_NEW(&product->position_map, 1, &err));
	*product->position_map = (struct plica_position_map){1.5, 0.25, -0.5, 0.125};
	assert_ok(plica_copy_text(&product->algorithm, "LSQML", &err));
	assert_ok(plica_copy_text(&product->timestamp, "2026-11-24T15:04:00Z", &err));
	assert_ok(plica_copy_text(&product->options_json, "{\"num_epochs\": 2}", &err));
	assert_ok(plica_copy_text(&product->input_json, "{\"path\": \"a.npz\"}", &err));
	assert_ok(plica_copy_text(&product->version, "0.1.0", &err));
	return product;
}

static void a_saved_product_loads_as_it_was(void **state)
{
	struct plica_product *before = complete();
	struct plica_product *after = NULL;

	(void)state;
	assert_ok(plica_product_save(before, path, &err));
	assert_ok(plica_product_load(&after, path, &err));
	assert_int_equal(after->object_rows, 3);
	assert_int_equal(after->object_cols, 4);
	assert_memory_equal(after->object, pixels, 12 * sizeof(*pixels));
	assert_memory_equal(after->object_raw, pixels + 8, 12 * sizeof(*pixels));
	assert_close(after->origin_y_px, -7.0, 0.0);
	assert_close(after->origin_x_px, 12.5, 0.0);
	assert_int_equal(after->probe_modes, 2);
	assert_int_equal(after->probe_px, 2);
	assert_memory_equal(after->probe, pixels + 20, 8 * sizeof(*pixels));
	assert_int_equal(after->position_count, 3);
	assert_close(after->y_px[2], 1.25, 0.0);
	assert_close(after->x_px[0], -3.5, 0.0);
	assert_close((double)after->background[3], 0.75, 0.0);
	assert_close(after->intensity[1], 1.0625, 0.0);
	assert_int_equal(after->epoch_count, 2);
	assert_close(after->loss[1], 0.125, 0.0);
	assert_close(after->fourier_error, 0.0625, 0.0);
	assert_close(after->negative_counts, 7.0, 0.0);
	assert_close(after->position_map->scale, 1.5, 0.0);
	assert_close(after->position_map->asymmetry, 0.25, 0.0);
	assert_close(after->position_map->rotation_rad, -0.5, 0.0);
	assert_close(after->position_map->shear_rad, 0.125, 0.0);
	assert_string_equal(after->algorithm, "LSQML");
	assert_string_equal(after->timestamp, "2026-11-24T15:04:00Z");
	assert_string_equal(after->options_json, "{\"num_epochs\": 2}");
	assert_string_equal(after->input_json, "{\"path\": \"a.npz\"}");
	assert_string_equal(after->version, "0.1.0");
	plica_product_free(before);
	plica_product_free(after);
	plica_product_free(NULL);
}

/* Saves one complex member, and another one if it is given. */
static void save_foreign(const char *name, int dimensions, const size_t *shape, const char *other,
	int other_dimensions, const size_t *other_shape)
{
	struct plica_members members = {0};

	plica_members_view(&members, name, PLICA_DTYPE_C64, pixels, dimensions, shape);
	if (other != NULL)
		plica_members_view(&members, other, PLICA_DTYPE_C64, pixels + 8, other_dimensions,
			other_shape);
	assert_ok(plica_members_save(&members, path, &err));
}

/* A 2 x 2 probe with its object, and `count` real numbers. */
static void save_reals(const char *name, size_t count)
{
	static const double reals[8] = {0.0, 0.0, 0.0, -1.0};
	static const size_t two[2] = {2, 2};
	struct plica_members members = {0};

	plica_members_view(&members, "reconstructed_object", PLICA_DTYPE_C64, pixels, 2, two);
	plica_members_view(&members, "reconstructed_probe", PLICA_DTYPE_C64, pixels, 2, two);
	plica_members_view(&members, name, PLICA_DTYPE_F64, reals, 1, &count);
	assert_ok(plica_members_save(&members, path, &err));
}

static void parts_that_do_not_fit_are_refused(void **state)
{
	struct plica_product *loaded = NULL;

	(void)state;
	save_reals("reconstructed_background", 5);
	assert_error(plica_product_load(&loaded, path, &err), PLICA_ERR_DATA,
		"'reconstructed_background' has 5 values, expected 4 as the probe");
	save_reals("reconstructed_background", 4);
	assert_error(plica_product_load(&loaded, path, &err), PLICA_ERR_DATA,
		"'reconstructed_background' is -1 at entry 3, expected 0 or more");
	save_reals("intensity", 2);
	assert_error(plica_product_load(&loaded, path, &err), PLICA_ERR_DATA,
		"'intensity' has 2 entries, 'ycoords' 0");
	save_reals("position_map", 3);
	assert_error(plica_product_load(&loaded, path, &err), PLICA_ERR_DATA,
		"'position_map' has 3 entries, expected 4");
}

/* The other reconstructions that enter at the comparison. */
static void foreign_layouts_are_read(void **state)
{
	static const struct {
		const char *name;
		int dimensions;
		size_t shape[3];
		size_t rows, cols;
	} layouts[] = {
		{"psi", 2, {4, 6}, 4, 6},                     /* Tike */
		{"psi", 3, {1, 4, 6}, 4, 6},                  /* Tike, slices */
		{"reconstructed_object", 2, {6, 4}, 6, 4},    /* a network's, without more */
		{"reconstructed_object", 3, {1, 6, 4}, 6, 4}, /* pty-chi */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		struct plica_product *product = NULL;

		save_foreign(layouts[i].name, layouts[i].dimensions, layouts[i].shape,
			i == 3 ? "reconstructed_probe" : NULL, 3, (const size_t[]){3, 2, 2});
		assert_ok(plica_product_load(&product, path, &err));
		assert_int_equal(product->object_rows, layouts[i].rows);
		assert_int_equal(product->object_cols, layouts[i].cols);
		assert_memory_equal(product->object, pixels, 24 * sizeof(*pixels));
		assert_close(product->origin_y_px, 0.0, 0.0);
		assert_close(product->origin_x_px, 0.0, 0.0);
		assert_int_equal(product->probe_modes, i == 3 ? 3 : 0);
		assert_int_equal(product->position_count, 0);
		assert_true(isnan(product->fourier_error));
		assert_null(product->algorithm);
		plica_product_free(product);
	}
}

/* Amplitude and phase, as some networks leave them. */
static void polar_pairs_are_joined(void **state)
{
	static const float amplitude[6] = {1.0F, 2.0F, 0.5F, 3.0F, 1.5F, 0.0F};
	static const double phase[6] = {0.0, 0.5, -2.0, 3.0, -0.1, 1.0};
	const size_t flat[3] = {1, 2, 3};
	struct plica_members members = {0};
	struct plica_product *product = NULL;

	(void)state;
	plica_members_view(&members, "amplitude", PLICA_DTYPE_F32, amplitude, 3, flat);
	plica_members_view(&members, "phase", PLICA_DTYPE_F64, phase, 2, flat + 1);
	assert_ok(plica_members_save(&members, path, &err));
	plica_members_release(&members);
	assert_ok(plica_product_load(&product, path, &err));
	assert_int_equal(product->object_rows, 2);
	assert_int_equal(product->object_cols, 3);
	for (size_t k = 0; k < 6; k++) {
		double complex value = (double complex)product->object[k];

		assert_close(creal(value), (double)amplitude[k] * cos(phase[k]), 1e-6);
		assert_close(cimag(value), (double)amplitude[k] * sin(phase[k]), 1e-6);
	}
	plica_product_free(product);
	product = NULL;
	plica_members_view(&members, "amplitude", PLICA_DTYPE_F32, amplitude, 2, flat + 1);
	plica_members_view(&members, "phase", PLICA_DTYPE_F64, phase, 2, flat);
	assert_ok(plica_members_save(&members, path, &err));
	plica_members_release(&members);
	assert_error(plica_product_load(&product, path, &err), PLICA_ERR_DATA,
		"'amplitude' has 2 x 3 px, 'phase' 1 x 2");
	assert_null(product);
}

/* A file with both has been made by one of us: its object is the reconstruction. */
static void the_contracts_name_wins(void **state)
{
	struct plica_product *product = NULL;

	(void)state;
	save_foreign("psi", 2, (const size_t[]){2, 2}, "reconstructed_object", 2,
		(const size_t[]){3, 3});
	assert_ok(plica_product_load(&product, path, &err));
	assert_int_equal(product->object_rows, 3);
	plica_product_free(product);
}

static void other_files_are_refused_by_name(void **state)
{
	static const struct {
		const char *name;
		int dimensions;
		size_t shape[4];
		const char *message;
	} wrong[] = {
		{"diffraction", 2, {2, 2}, "'reconstructed_object' is missing"},
		{"psi", 1, {9}, "'psi' is complex64 (9,), expected complex, two or three"},
		{"psi", 3, {2, 3, 3}, "'psi' has 2 slices, expected one"},
		{"psi", 2, {0, 3}, "'psi' is complex64 (0, 3)"},
	};
	struct plica_product *product = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char part[600];

		save_foreign(wrong[i].name, wrong[i].dimensions, wrong[i].shape, NULL, 0, NULL);
		(void)snprintf(part, sizeof(part), "cannot use '%s': %s", path, wrong[i].message);
		assert_error(plica_product_load(&product, path, &err), PLICA_ERR_DATA, part);
	}
	save_foreign(
		"psi", 2, (const size_t[]){2, 2}, "reconstructed_probe", 2, (const size_t[]){2, 3});
	assert_error(plica_product_load(&product, path, &err), PLICA_ERR_DATA,
		"'reconstructed_probe' is 2 x 3, expected a square");
	assert_error(plica_product_load(&product, "/nowhere", &err), PLICA_ERR_IO, "/nowhere");
	assert_null(product);
}

static void values_that_are_no_numbers_are_refused(void **state)
{
	struct plica_product *product = NULL;

	(void)state;
	pixels[5] = CMPLXF(0.0F, NAN);
	save_foreign("psi", 2, (const size_t[]){3, 3}, NULL, 0, NULL);
	assert_error(plica_product_load(&product, path, &err), PLICA_ERR_DATA,
		"'psi' is NaN or infinite at pixel 5, expected finite values");
	pixels[5] = 6.0F;
}

/* A member of the wrong type: the message names file and member. */
static void check_wrong_member(
	const char *name, enum plica_dtype dtype, const size_t *shape, const char *found)
{
	struct plica_members members = {0};
	struct plica_product *product = NULL;

	plica_members_view(&members, "psi", PLICA_DTYPE_C64, pixels, 2, (const size_t[]){2, 2});
	plica_members_view(&members, name, dtype, pixels, 1, shape);
	assert_ok(plica_members_save(&members, path, &err));
	assert_int_not_equal(plica_product_load(&product, path, &err), PLICA_OK);
	assert_null(product);
	if (strstr(err.text, path) == NULL || strstr(err.text, name) == NULL ||
		strstr(err.text, found) == NULL)
		fail_msg("'%s', '%s' and '%s' are not all in '%s'", path, name, found, err.text);
}

static void wrong_members_are_named_with_their_file(void **state)
{
	const size_t two[] = {2};
	const size_t three[] = {3};

	(void)state;
	check_wrong_member("object_origin", PLICA_DTYPE_F64, three, "3 entries");
	check_wrong_member("object_origin", PLICA_DTYPE_C64, two, "complex64");
	check_wrong_member("loss", PLICA_DTYPE_C64, two, "complex64");
	check_wrong_member("xcoords", PLICA_DTYPE_F64, two, "2 entries");
	check_wrong_member("algorithm", PLICA_DTYPE_F64, two, "float64");
}

static void pictures_are_drawn(void **state)
{
	struct plica_product *product = complete();
	unsigned char head[8] = {0};
	char picture[512];
	FILE *stream;

	(void)state;
	assert_ok(plica_product_save_picture(product, scratch_path(picture, "a.png"), &err));
	stream = fopen(picture, "rb");
	assert_non_null(stream);
	assert_int_equal(fread(head, 1, 8, stream), 8);
	assert_int_equal(fclose(stream), 0);
	assert_memory_equal(head, "\x89PNG\r\n\x1a\n", 8);
	assert_error(plica_product_save_picture(product, "/nowhere/a.png", &err), PLICA_ERR_IO,
		"/nowhere/a.png");
	/* a foreign product may have no probe */
	plica_free(product->probe);
	product->probe = NULL;
	product->probe_modes = product->probe_px = 0;
	assert_int_equal(plica_product_save_picture(product, picture, &err), PLICA_ERR_ARGUMENT);
	plica_product_free(product);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_saved_product_loads_as_it_was),
		cmocka_unit_test(parts_that_do_not_fit_are_refused),
		cmocka_unit_test(foreign_layouts_are_read),
		cmocka_unit_test(polar_pairs_are_joined),
		cmocka_unit_test(the_contracts_name_wins),
		cmocka_unit_test(other_files_are_refused_by_name),
		cmocka_unit_test(values_that_are_no_numbers_are_refused),
		cmocka_unit_test(wrong_members_are_named_with_their_file),
		cmocka_unit_test(pictures_are_drawn),
	};

	return cmocka_run_group_tests(tests, setup, scratch_remove);
}
