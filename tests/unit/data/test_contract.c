/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/contract.h"

#include "draft_fixture.h"
#include "testing.h"

static struct plica_error err;
static void a_sound_file_has_no_findings(void **state)
{
	struct plica_dataset *dataset;

	(void)state;
	draft_has_no_finding(&draft);
	dataset = draft_load(&draft);
	assert_int_equal(dataset->pattern_count, DRAFT_COUNT);
	assert_int_equal(dataset->pattern_px, DRAFT_SIDE);
	assert_int_equal(dataset->probe_modes, 1);
	assert_int_equal(dataset->object_rows, DRAFT_OBJECT);
	assert_string_equal(dataset->path, draft.path);
	assert_memory_equal(dataset->probe, draft.probe, sizeof(draft.probe));
	assert_memory_equal(dataset->object, draft.object, sizeof(draft.object));
	assert_memory_equal(dataset->x_px, draft.x, sizeof(draft.x));
	assert_memory_equal(dataset->y_px, draft.y, sizeof(draft.y));
	assert_int_equal(dataset->note_count, 0);
	assert_null(dataset->mask);
	assert_null(dataset->metadata_json);
	plica_dataset_free(dataset);
}

static void missing_members_are_named(void **state)
{
	static const char *const names[] = {
		"diffraction", "probeGuess", "objectGuess", "xcoords", "ycoords"};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct plica_dataset *dataset = NULL;
		char part[64];

		draft_release(&draft);
		draft_init(&draft);
		draft_drop(&draft, names[i]);
		draft_has_finding(&draft, true, names[i], "missing", i < 1 ? "(n, N, N)" : "(");
		(void)snprintf(
			part, sizeof(part), "draft.npz': '%s' is missing, expected", names[i]);
		assert_error(plica_dataset_load(&dataset, draft.path, &err), PLICA_ERR_DATA, part);
		assert_null(dataset);
	}
}

static void object_and_probe_must_be_complex(void **state)
{
	(void)state;
	draft_set(&draft, "probeGuess", PLICA_DTYPE_F32, draft.patterns, 2, draft_probe_shape);
	draft_has_finding(&draft, true, "probeGuess", "float32 (8, 8)", "complex64 or complex128");
	draft_set(&draft, "probeGuess", PLICA_DTYPE_C64, draft.probe, 2, draft_probe_shape);
	draft_set(&draft, "objectGuess", PLICA_DTYPE_F32, draft.object, 2, draft_object_shape);
	draft_has_finding(&draft, true, "objectGuess", "float32 (24, 24)", "(H, W) complex");
}

/* Probes of other shapes, and one that is empty. */
static void probes_must_fit_the_patterns(void **state)
{
	static const struct {
		int dimensions;
		size_t shape[4];
		const char *found;
	} wrong[] = {
		{1, {64}, "complex64 (64,)"},
		{2, {4, 8}, "complex64 (4, 8)"},
		{2, {4, 4}, "complex64 (4, 4)"},
		{3, {4, 4, 4}, "complex64 (4, 4, 4)"},
		{3, {0, 8, 8}, "complex64 (0, 8, 8)"},
		{4, {1, 1, 8, 8}, "complex64 (1, 1, 8, 8)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		draft_set(&draft, "probeGuess", PLICA_DTYPE_C64, draft.object, wrong[i].dimensions,
			wrong[i].shape);
		draft_has_finding(
			&draft, true, "probeGuess", wrong[i].found, "(8, 8) or (modes, 8, 8)");
	}
}

static void probes_may_have_modes_and_double_precision(void **state)
{
	const size_t shape[] = {3, DRAFT_SIDE, DRAFT_SIDE};
	double complex modes[3 * DRAFT_PIXELS];
	struct plica_dataset *dataset;

	(void)state;
	for (size_t k = 0; k < 3 * DRAFT_PIXELS; k++)
		modes[k] = CMPLX(0.1 * (double)k, -0.5);
	draft_set(&draft, "probeGuess", PLICA_DTYPE_C128, modes, 3, shape);
	dataset = draft_load(&draft);
	assert_int_equal(dataset->probe_modes, 3);
	assert_close((double)crealf(dataset->probe[191]), 19.1, 1e-6);
	assert_close((double)cimagf(dataset->probe[191]), -0.5, 0.0);
	plica_dataset_free(dataset);
}

static void a_dark_probe_is_refused(void **state)
{
	static const float complex dark[DRAFT_PIXELS];

	(void)state;
	draft_set(&draft, "probeGuess", PLICA_DTYPE_C64, dark, 2, draft_probe_shape);
	draft_has_finding(&draft, true, "probeGuess", "zero everywhere", "an illumination");
}

static void objects_must_be_one_plane(void **state)
{
	const size_t slices[] = {1, 24, 24};
	const size_t none[] = {0, 24};

	(void)state;
	draft_set(&draft, "objectGuess", PLICA_DTYPE_C64, draft.object, 3, slices);
	draft_has_finding(&draft, true, "objectGuess", "complex64 (1, 24, 24)", "(H, W) complex");
	draft_set(&draft, "objectGuess", PLICA_DTYPE_C64, draft.object, 2, none);
	draft_has_finding(&draft, true, "objectGuess", "complex64 (0, 24)", "(H, W) complex");
}

static void values_must_be_finite(void **state)
{
	(void)state;
	draft.probe[3] = CMPLXF(0.0F, NAN);
	draft_has_finding(&draft, true, "probeGuess", "NaN or infinite", "finite values");
	draft.probe[3] = 1.0F;
	draft.object[575] = CMPLXF(-INFINITY, 0.0F);
	draft_has_finding(&draft, true, "objectGuess", "NaN or infinite", "finite values");
	draft.object[575] = 1.0F;
	draft.x[4] = (double)NAN;
	draft_has_finding(&draft, true, "xcoords", "NaN or infinite at entry 4", "finite values");
	draft.x[4] = 10.0;
	draft.y[0] = (double)INFINITY;
	draft_has_finding(&draft, true, "ycoords", "NaN or infinite at entry 0", "finite values");
}

/* complex128 values that single precision cannot hold would become infinite */
static void values_must_fit_single_precision(void **state)
{
	static double complex huge[DRAFT_PIXELS];

	(void)state;
	huge[7] = 1e39;
	draft_set(&draft, "probeGuess", PLICA_DTYPE_C128, huge, 2, draft_probe_shape);
	draft_has_finding(&draft, true, "probeGuess", "infinite", "finite values");
}

static void lengths_must_agree(void **state)
{
	const size_t four[] = {4};
	const size_t column[] = {5, 1};

	(void)state;
	draft_set(&draft, "xcoords", PLICA_DTYPE_F64, draft.x, 1, four);
	draft_has_finding(
		&draft, true, "xcoords", "4 entries, 'diffraction' has 5", "as many as patterns");
	draft_set(&draft, "xcoords", PLICA_DTYPE_F64, draft.x, 1, draft_coordinates_shape);
	draft_set(&draft, "ycoords", PLICA_DTYPE_F64, draft.y, 2, column);
	draft_has_finding(&draft, true, "ycoords", "float64 (5, 1)", "(n,) real");
	draft_set(&draft, "ycoords", PLICA_DTYPE_C64, draft.probe, 1, draft_coordinates_shape);
	draft_has_finding(&draft, true, "ycoords", "complex64 (5,)", "(n,) real");
}

static void whole_number_coordinates_are_fine(void **state)
{
	static const int16_t rows[] = {5, 6, 7, 8, 9};
	struct plica_dataset *dataset;

	(void)state;
	draft_set(&draft, "ycoords", PLICA_DTYPE_I16, rows, 1, draft_coordinates_shape);
	dataset = draft_load(&draft);
	for (size_t i = 0; i < DRAFT_COUNT; i++)
		assert_close(dataset->y_px[i], 5.0 + (double)i, 0.0);
	plica_dataset_free(dataset);
}

static void metadata_must_be_json(void **state)
{
	struct plica_dataset *dataset;

	(void)state;
	draft_set_text(&draft, "_metadata", "{\"units\": \"px\"}");
	dataset = draft_load(&draft);
	assert_string_equal(dataset->metadata_json, "{\"units\": \"px\"}");
	assert_int_equal(dataset->note_count, 0);
	plica_dataset_free(dataset);
	draft_set_text(&draft, "_metadata", "dose: 1000");
	draft_has_finding(&draft, false, "_metadata", "not JSON", "ignored");
	dataset = draft_load(&draft);
	assert_null(dataset->metadata_json);
	plica_dataset_free(dataset);
	draft_set(&draft, "_metadata", PLICA_DTYPE_F64, draft.x, 1, draft_coordinates_shape);
	draft_has_finding(&draft, false, "_metadata", "not text", "ignored");
}

static void masks_are_read(void **state)
{
	static float mask[DRAFT_PIXELS];
	struct plica_dataset *dataset;

	(void)state;
	for (size_t k = 0; k < DRAFT_PIXELS; k++)
		mask[k] = k % 3 == 0 ? 0.0F : 0.5F;
	draft_set(&draft, "mask", PLICA_DTYPE_F32, mask, 2, draft_probe_shape);
	dataset = draft_load(&draft);
	for (size_t k = 0; k < DRAFT_PIXELS; k++)
		assert_int_equal(dataset->mask[k], k % 3 != 0);
	plica_dataset_free(dataset);
}

static void masks_of_the_wrong_kind_are_ignored_with_a_warning(void **state)
{
	static const char text[DRAFT_PIXELS * 4];
	const size_t shape[] = {4, 16};
	struct plica_dataset *dataset;

	(void)state;
	draft_set(&draft, "mask", PLICA_DTYPE_F32, draft.patterns, 2, shape);
	draft_has_finding(&draft, false, "mask", "float32 (4, 16)", "(N, N)");
	dataset = draft_load(&draft);
	assert_null(dataset->mask);
	plica_dataset_free(dataset);
	draft_set(&draft, "mask", PLICA_DTYPE_C64, draft.probe, 2, draft_probe_shape);
	draft_has_finding(&draft, false, "mask", "complex64 (8, 8)", "(N, N)");
	draft_set(&draft, "mask", PLICA_DTYPE_UNICODE, text, 2, draft_probe_shape);
	draft.members.item[draft.members.count - 1].array.info.item_bytes = 4;
	draft_has_finding(&draft, false, "mask", "(8, 8)", "(N, N)");
}

/* These would be silently wrong: a NaN is not zero, and without a valid pixel there is nothing. */
static void masks_without_sense_are_refused(void **state)
{
	static float mask[DRAFT_PIXELS];

	(void)state;
	draft_set(&draft, "mask", PLICA_DTYPE_F32, mask, 2, draft_probe_shape);
	draft_has_finding(&draft, true, "mask", "zero in every pixel", "a valid pixel");
	mask[0] = 1.0F;
	mask[9] = NAN;
	draft_has_finding(&draft, true, "mask", "NaN", "0");
}

static void several_findings_are_all_reported(void **state)
{
	const size_t four[] = {4};
	struct plica_findings findings;
	struct plica_dataset *dataset = NULL;

	(void)state;
	draft.patterns[17] = -1.0F;
	draft.patterns[18] = NAN;
	draft_drop(&draft, "objectGuess");
	draft_set(&draft, "probeGuess", PLICA_DTYPE_F32, draft.patterns, 2, draft_probe_shape);
	draft_set(&draft, "ycoords", PLICA_DTYPE_F64, draft.y, 1, four);
	findings = draft_validate(&draft);
	assert_int_equal(findings.count, 5);
	assert_string_equal(findings.item[0].found, "NaN or infinite in 1 pixel");
	assert_string_equal(findings.item[1].found, "negative in 1 pixel");
	assert_string_equal(findings.item[2].field, "probeGuess");
	assert_string_equal(findings.item[3].field, "objectGuess");
	assert_string_equal(findings.item[4].field, "ycoords");
	for (size_t i = 0; i < 5; i++)
		assert_true(findings.item[i].is_error);
	plica_findings_release(&findings);
	/* and loading says the first of them, with the file */
	assert_error(plica_dataset_load(&dataset, draft.path, &err), PLICA_ERR_DATA,
		"draft.npz': 'diffraction' is NaN or infinite in 1 pixel, expected finite values");
}

/* What is known of the probe's shape without the patterns. */
static void a_probe_is_judged_without_patterns(void **state)
{
	const size_t shape[] = {8, 4};
	struct plica_findings findings;

	(void)state;
	draft_drop(&draft, "diffraction");
	draft_set(&draft, "probeGuess", PLICA_DTYPE_C64, draft.probe, 2, shape);
	findings = draft_validate(&draft);
	assert_int_equal(findings.count, 2);
	assert_string_equal(findings.item[1].field, "probeGuess");
	assert_string_equal(findings.item[1].expected, "(N, N) or (modes, N, N)");
	plica_findings_release(&findings);
}

static void unreadable_files_are_findings(void **state)
{
	static const char *const paths[] = {"/nowhere/a.npz", "/tmp", "/etc/passwd"};
	struct plica_dataset *dataset = NULL;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct plica_findings findings = {0};

		assert_ok(plica_dataset_validate(&findings, paths[i], &err));
		assert_int_equal(findings.count, 1);
		assert_true(findings.item[0].is_error);
		assert_string_equal(findings.item[0].field, "file");
		assert_non_null(strstr(findings.item[0].message, paths[i]));
		plica_findings_release(&findings);
		assert_int_not_equal(plica_dataset_load(&dataset, paths[i], &err), PLICA_OK);
		assert_non_null(strstr(err.text, paths[i]));
	}
	assert_null(dataset);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_sound_file_has_no_findings),
		TEST(missing_members_are_named),
		TEST(object_and_probe_must_be_complex),
		TEST(probes_must_fit_the_patterns),
		TEST(probes_may_have_modes_and_double_precision),
		TEST(a_dark_probe_is_refused),
		TEST(objects_must_be_one_plane),
		TEST(values_must_be_finite),
		TEST(values_must_fit_single_precision),
		TEST(lengths_must_agree),
		TEST(whole_number_coordinates_are_fine),
		TEST(metadata_must_be_json),
		TEST(masks_are_read),
		TEST(masks_of_the_wrong_kind_are_ignored_with_a_warning),
		TEST(masks_without_sense_are_refused),
		TEST(several_findings_are_all_reported),
		TEST(a_probe_is_judged_without_patterns),
		TEST(unreadable_files_are_findings),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
