/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/base_object.h"

#include "base/memory.h"
#include "draft.h"
#include "format/image.h"
#include "testing.h"

static struct plica_error err;

static void reads_object_and_probe(void **state)
{
	struct plica_field field;
	struct draft draft;
	size_t modes;

	(void)state;
	draft_init(&draft);
	draft_drop(&draft, "diffraction"); /* not needed here */
	draft_save(&draft);
	assert_ok(plica_base_load_object(&field, draft.path, &err));
	assert_int_equal(field.rows, DRAFT_OBJECT);
	assert_int_equal(field.cols, DRAFT_OBJECT);
	assert_memory_equal(field.data, draft.object, sizeof(draft.object));
	plica_free(field.data);
	assert_ok(plica_base_load_probe(&field, &modes, draft.path, &err));
	assert_int_equal(modes, 1);
	assert_int_equal(field.rows, DRAFT_SIDE);
	assert_memory_equal(field.data, draft.probe, sizeof(draft.probe));
	plica_free(field.data);
	draft_release(&draft);
}

static void reads_modes(void **state)
{
	static const size_t shape[3] = {4, 4, 4};
	struct plica_field field;
	struct draft draft;
	size_t modes;

	(void)state;
	draft_init(&draft);
	draft_set(&draft, "probeGuess", PLICA_DTYPE_C64, draft.probe, 3, shape);
	draft_save(&draft);
	assert_ok(plica_base_load_probe(&field, &modes, draft.path, &err));
	assert_int_equal(modes, 4);
	assert_int_equal(field.rows, 4);
	assert_int_equal(field.cols, 4);
	assert_memory_equal(field.data, draft.probe, sizeof(draft.probe));
	plica_free(field.data);
	draft_release(&draft);
}

static void refuses_what_is_not_a_field(void **state)
{
	static const size_t oblong[2] = {4, 16};
	struct plica_field field;
	struct draft draft;
	size_t modes;

	(void)state;
	draft_init(&draft);
	draft_set(&draft, "probeGuess", PLICA_DTYPE_C64, draft.probe, 2, oblong);
	draft_set(&draft, "objectGuess", PLICA_DTYPE_F32, draft.object, 2, draft_object_shape);
	draft_save(&draft);
	assert_error(plica_base_load_probe(&field, &modes, draft.path, &err), PLICA_ERR_DATA,
		"4 x 16 px, expected a square");
	assert_error(plica_base_load_object(&field, draft.path, &err), PLICA_ERR_DATA,
		"'objectGuess' is float32 (24, 24), expected complex (H, W)");
	draft_drop(&draft, "objectGuess");
	draft_save(&draft);
	assert_error(plica_base_load_object(&field, draft.path, &err), PLICA_ERR_DATA,
		"'objectGuess' is missing");
	assert_int_equal(
		plica_base_load_object(&field, "/nonexistent/base.npz", &err), PLICA_ERR_IO);
	draft_release(&draft);
}

static void refuses_bad_values(void **state)
{
	struct plica_field field;
	struct draft draft;
	size_t modes;

	(void)state;
	draft_init(&draft);
	draft.object[2 * DRAFT_OBJECT + 3] = CMPLXF(0.0F, (float)INFINITY);
	memset(draft.probe, 0, sizeof(draft.probe));
	draft_save(&draft);
	assert_error(plica_base_load_object(&field, draft.path, &err), PLICA_ERR_DATA,
		"NaN or infinity in row 2, column 3");
	assert_error(plica_base_load_probe(&field, &modes, draft.path, &err), PLICA_ERR_DATA,
		"'probeGuess' is zero everywhere");
	draft_release(&draft);
}

/* A picture of 3 x `cols` whose pixel i has the gray value 50 i. */
static void save_picture(char *path, const char *name, size_t cols)
{
	struct plica_image image;

	assert_ok(plica_image_create(&image, 3, cols, &err));
	for (size_t i = 0; i < 9 * cols; i++)
		image.rgb[i] = (uint8_t)(i / 3 * 25);
	assert_ok(plica_png_save(scratch_path(path, name), &image, &err));
	plica_image_release(&image);
}

static void pictures_become_an_object(void **state)
{
	const struct plica_picture_ranges ranges = {0.6, 1.2};
	struct plica_field field;
	char amplitude[512], wide[512];

	(void)state;
	save_picture(amplitude, "amplitude.png", 3);
	save_picture(wide, "wide.png", 4);
	assert_ok(plica_base_load_pictures(&field, amplitude, NULL, &ranges, &err));
	assert_int_equal(field.rows, 3);
	assert_close((double)cabsf(field.data[0]), 0.6, 1e-6);
	assert_close((double)cabsf(field.data[8]), 0.6 + 0.4 * 200.0 / 255.0, 1e-3);
	assert_close((double)cargf(field.data[8]), 0.0, 1e-6);
	plica_free(field.data);
	assert_ok(plica_base_load_pictures(&field, NULL, wide, &ranges, &err));
	assert_int_equal(field.cols, 4);
	assert_close((double)cabsf(field.data[8]), 1.0, 1e-6);
	assert_close((double)cargf(field.data[8]), 1.2 * 200.0 / 255.0, 1e-3);
	plica_free(field.data);
	assert_error(plica_base_load_pictures(&field, amplitude, wide, &ranges, &err),
		PLICA_ERR_DATA, "is of 3 x 4 px, expected the 3 x 3 px");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_object_and_probe),
		cmocka_unit_test(reads_modes),
		cmocka_unit_test(refuses_what_is_not_a_field),
		cmocka_unit_test(refuses_bad_values),
		cmocka_unit_test(pictures_become_an_object),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
