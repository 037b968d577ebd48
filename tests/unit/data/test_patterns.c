/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/reading.h"

#include "draft_fixture.h"
#include "testing.h"

static struct plica_error err;
static void shapes_must_be_stacks_of_squares(void **state)
{
	static const struct {
		int dimensions;
		size_t shape[4];
		const char *found, *expected;
	} wrong[] = {
		{2, {5, 64}, "float32 (5, 64)", "(n, N, N)"},
		{4, {5, 1, 8, 8}, "float32 (5, 1, 8, 8)", "(n, N, N)"},
		{3, {5, 4, 16}, "float32 (5, 4, 16)", "square patterns (n, N, N)"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		draft_set(&draft, "diffraction", PLICA_DTYPE_F32, draft.patterns,
			wrong[i].dimensions, wrong[i].shape);
		draft_has_finding(&draft, true, "diffraction", wrong[i].found, wrong[i].expected);
	}
}

static void there_must_be_a_pattern(void **state)
{
	const size_t none[] = {0, 8, 8};
	const size_t nothing[] = {0};
	struct plica_findings findings;

	(void)state;
	draft_set(&draft, "diffraction", PLICA_DTYPE_F32, draft.patterns, 3, none);
	draft_set(&draft, "xcoords", PLICA_DTYPE_F64, draft.x, 1, nothing);
	draft_set(&draft, "ycoords", PLICA_DTYPE_F64, draft.y, 1, nothing);
	findings = draft_validate(&draft);
	assert_true(findings.count >= 1);
	assert_true(findings.item[0].is_error);
	assert_string_equal(findings.item[0].found, "float32 (0, 8, 8)");
	assert_string_equal(findings.item[0].expected, "at least one pattern");
	plica_findings_release(&findings);
}

static void complex_and_text_patterns_are_refused(void **state)
{
	const size_t shape[] = {2, 4, 8};

	(void)state;
	draft_set(&draft, "diffraction", PLICA_DTYPE_C64, draft.probe, 3, shape);
	draft_has_finding(&draft, true, "diffraction", "complex64 (2, 4, 8)", "real amplitudes");
	draft_set_text(&draft, "diffraction", "a string");
	draft_has_finding(&draft, true, "diffraction", "str", "real amplitudes");
}

static void values_are_checked(void **state)
{
	(void)state;
	draft.patterns[100] = -1e-3F;
	draft.patterns[200] = -0.0F; /* is not negative */
	draft_has_finding(&draft, true, "diffraction", "negative in 1 pixel", "values >= 0");
	draft.patterns[100] = NAN;
	draft.patterns[101] = INFINITY;
	draft_has_finding(
		&draft, true, "diffraction", "NaN or infinite in 2 pixels", "finite values");
	memset(draft.patterns, 0, sizeof(draft.patterns));
	draft_has_finding(&draft, true, "diffraction", "zero in every pixel", "some photons");
}

/* Amplitudes whose squares overflow would end as a NaN somewhere in the first epoch. */
static void amplitudes_must_have_finite_squares(void **state)
{
	static double patterns[DRAFT_COUNT * DRAFT_PIXELS];

	(void)state;
	for (size_t k = 0; k < DRAFT_COUNT * DRAFT_PIXELS; k++)
		patterns[k] = (double)draft.patterns[k];
	patterns[36] = 1e39;
	draft_set(&draft, "diffraction", PLICA_DTYPE_F64, patterns, 3, draft_patterns_shape);
	draft_has_finding(&draft, true, "diffraction", "1e+39", "amplitudes up to 1e+15");
	draft.patterns[36] = 1e20F;
	draft_set(&draft, "diffraction", PLICA_DTYPE_F32, draft.patterns, 3, draft_patterns_shape);
	draft_has_finding(&draft, true, "diffraction", "1e+20", "amplitudes up to 1e+15");
}

static void the_alias_is_read_and_reported(void **state)
{
	struct plica_dataset *dataset;
	float amplitudes[DRAFT_PIXELS];

	(void)state;
	draft_drop(&draft, "diffraction");
	draft_set(&draft, "diff3d", PLICA_DTYPE_F32, draft.patterns, 3, draft_patterns_shape);
	draft_has_finding(&draft, false, "diff3d", "legacy name", "'diffraction'");
	dataset = draft_load(&draft);
	plica_dataset_amplitudes(amplitudes, dataset, 4);
	assert_memory_equal(amplitudes, draft.patterns + 4 * DRAFT_PIXELS, sizeof(amplitudes));
	assert_int_equal(dataset->note_count, 1);
	plica_dataset_free(dataset);
	/* what is wrong with it is told under its own name */
	draft.patterns[0] = NAN;
	draft_save(&draft);
	dataset = NULL;
	assert_error(plica_dataset_load(&dataset, draft.path, &err), PLICA_ERR_DATA,
		"'diff3d' is NaN or infinite in 1 pixel");
	/* the proper name wins */
	draft_set(&draft, "diffraction", PLICA_DTYPE_U16, draft.patterns, 1, draft_patterns_shape);
	draft_has_finding(&draft, true, "diffraction", "uint16 (5,)", "(n, N, N)");
}

/* (N, N, n): pattern i is [:, :, i]. */
static void patterns_last_are_moved_to_the_front(void **state)
{
	static float last[DRAFT_PIXELS * DRAFT_COUNT];
	const size_t shape[] = {DRAFT_SIDE, DRAFT_SIDE, DRAFT_COUNT};
	struct plica_dataset *dataset;

	(void)state;
	for (size_t k = 0; k < DRAFT_PIXELS; k++)
		for (size_t i = 0; i < DRAFT_COUNT; i++)
			last[k * DRAFT_COUNT + i] = draft_amplitude(i, k);
	draft_set(&draft, "diffraction", PLICA_DTYPE_F32, last, 3, shape);
	draft_has_finding(
		&draft, false, "diffraction", "float32 (8, 8, 5): the legacy layout", "(n, N, N)");
	dataset = draft_load(&draft);
	assert_int_equal(dataset->pattern_count, DRAFT_COUNT);
	assert_int_equal(dataset->pattern_px, DRAFT_SIDE);
	assert_memory_equal(dataset->patterns, draft.patterns, sizeof(draft.patterns));
	plica_dataset_free(dataset);
	/* the number of positions decides, not the shape alone */
	draft_set(&draft, "xcoords", PLICA_DTYPE_F64, draft.x, 1, (const size_t[]){4});
	draft_save(&draft);
	dataset = NULL;
	assert_error(plica_dataset_load(&dataset, draft.path, &err), PLICA_ERR_DATA,
		"'diffraction' is float32 (8, 8, 5), expected square patterns (n, N, N)");
}

/* Stored as `dtype`, patterns of this size hold `largest` photons in the middle and 9 elsewhere. */
static void check_counts(
	enum plica_dtype dtype, const void *data, enum plica_pattern_type type, double largest)
{
	struct plica_dataset *dataset;
	float amplitudes[DRAFT_PIXELS];
	size_t middle = DRAFT_SIDE / 2 * (DRAFT_SIDE + 1);

	draft_set(&draft, "diffraction", dtype, data, 3, draft_patterns_shape);
	draft_has_finding(&draft, false, "diffraction", "of integer type: taken as photon counts",
		"amplitudes (float)");
	dataset = draft_load(&draft);
	assert_int_equal(dataset->pattern_kind, PLICA_PATTERN_INTENSITY);
	assert_int_equal(dataset->pattern_type, type);
	for (size_t i = 0; i < DRAFT_COUNT; i++) {
		plica_dataset_amplitudes(amplitudes, dataset, i);
		for (size_t k = 0; k < DRAFT_PIXELS; k++)
			assert_close((double)amplitudes[k], k == middle ? sqrt(largest) : 3.0,
				1e-7 * sqrt(largest));
	}
	/* sums of squares in double, not in the stored type */
	assert_close(plica_dataset_mean_photons(dataset), largest + 9.0 * (DRAFT_PIXELS - 1),
		1e-6 * largest);
	plica_dataset_free(dataset);
}

#define CHECK_COUNTS(type, dtype, kept, largest)                                                   \
	do {                                                                                       \
		static type counts[DRAFT_COUNT * DRAFT_PIXELS];                                    \
                                                                                                   \
		for (size_t k = 0; k < DRAFT_COUNT * DRAFT_PIXELS; k++)                            \
			counts[k] = k % DRAFT_PIXELS == DRAFT_SIDE / 2 * (DRAFT_SIDE + 1)          \
					    ? (type)(largest)                                      \
					    : (type)9;                                             \
		check_counts(dtype, counts, kept, (double)(largest));                              \
	} while (0)

static void integers_of_every_type_are_counts(void **state)
{
	(void)state;
	CHECK_COUNTS(uint8_t, PLICA_DTYPE_U8, PLICA_PATTERN_U8, 255);
	/* 60000 squared does not fit into 32 bits: an amplitude of 60000 it must never become */
	CHECK_COUNTS(uint16_t, PLICA_DTYPE_U16, PLICA_PATTERN_U16, 60000);
	CHECK_COUNTS(uint32_t, PLICA_DTYPE_U32, PLICA_PATTERN_U32, 4294967295U);
	CHECK_COUNTS(uint64_t, PLICA_DTYPE_U64, PLICA_PATTERN_U32, 4294967295U);
	CHECK_COUNTS(int8_t, PLICA_DTYPE_I8, PLICA_PATTERN_U8, 127);
	CHECK_COUNTS(int16_t, PLICA_DTYPE_I16, PLICA_PATTERN_U16, 32767);
	CHECK_COUNTS(int32_t, PLICA_DTYPE_I32, PLICA_PATTERN_U32, 2147483647);
	CHECK_COUNTS(int64_t, PLICA_DTYPE_I64, PLICA_PATTERN_U32, 3000000000);
}

static void counts_out_of_range_are_refused(void **state)
{
	static int64_t counts[DRAFT_COUNT * DRAFT_PIXELS];
	struct plica_findings findings;

	(void)state;
	counts[36] = INT64_C(4294967296);
	draft_set(&draft, "diffraction", PLICA_DTYPE_I64, counts, 3, draft_patterns_shape);
	findings = draft_validate(&draft);
	assert_int_equal(findings.count, 2); /* the first says that they are counts */
	assert_string_equal(findings.item[1].expected, "at most 4294967295 counts");
	plica_findings_release(&findings);
	counts[36] = -1;
	counts[37] = 7;
	findings = draft_validate(&draft);
	assert_true(findings.item[0].is_error);
	assert_string_equal(findings.item[0].found, "negative in 1 pixel");
	plica_findings_release(&findings);
}

static void floats_of_every_type_are_amplitudes(void **state)
{
	static double wide[DRAFT_COUNT * DRAFT_PIXELS];
	/* 0.333, 1.5, 9.3 in half precision */
	static const uint16_t words[] = {0x3555, 0x3e00, 0x48a6};
	static const double halves[] = {0.333251953125, 1.5, 9.296875};
	static uint16_t half[DRAFT_COUNT * DRAFT_PIXELS];
	struct plica_dataset *dataset;
	float amplitudes[DRAFT_PIXELS];

	(void)state;
	for (size_t k = 0; k < DRAFT_COUNT * DRAFT_PIXELS; k++)
		wide[k] = (double)draft.patterns[k];
	draft_set(&draft, "diffraction", PLICA_DTYPE_F64, wide, 3, draft_patterns_shape);
	dataset = draft_load(&draft);
	assert_int_equal(dataset->pattern_type, PLICA_PATTERN_F64);
	assert_int_equal(dataset->pattern_kind, PLICA_PATTERN_AMPLITUDE);
	plica_dataset_amplitudes(amplitudes, dataset, 1);
	assert_memory_equal(amplitudes, draft.patterns + DRAFT_PIXELS, sizeof(amplitudes));
	plica_dataset_free(dataset);

	for (size_t k = 0; k < DRAFT_COUNT * DRAFT_PIXELS; k++)
		half[k] = words[k % DRAFT_PIXELS == 36 ? 2 : k % 2];
	draft_set(&draft, "diffraction", PLICA_DTYPE_F16, half, 3, draft_patterns_shape);
	dataset = draft_load(&draft);
	assert_int_equal(dataset->pattern_type, PLICA_PATTERN_F16);
	plica_dataset_amplitudes(amplitudes, dataset, 4);
	for (size_t k = 0; k < DRAFT_PIXELS; k++)
		assert_close((double)amplitudes[k], halves[k == 36 ? 2 : k % 2], 0.0);
	plica_dataset_free(dataset);
}

/* Counts that somebody stored as floats: taken as amplitudes, but not without a word. */
static void whole_numbers_in_floats_are_suspicious(void **state)
{
	(void)state;
	for (size_t k = 0; k < DRAFT_COUNT * DRAFT_PIXELS; k++)
		draft.patterns[k] = roundf(1000.0F * draft.patterns[k]);
	draft_has_finding(&draft, false, "diffraction", "whole numbers up to 9", "integer type");
	draft.patterns[5] += 0.5F;
	draft_has_no_finding(&draft);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(shapes_must_be_stacks_of_squares),
		TEST(there_must_be_a_pattern),
		TEST(complex_and_text_patterns_are_refused),
		TEST(values_are_checked),
		TEST(amplitudes_must_have_finite_squares),
		TEST(the_alias_is_read_and_reported),
		TEST(patterns_last_are_moved_to_the_front),
		TEST(integers_of_every_type_are_counts),
		TEST(counts_out_of_range_are_refused),
		TEST(floats_of_every_type_are_amplitudes),
		TEST(whole_numbers_in_floats_are_suspicious),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
