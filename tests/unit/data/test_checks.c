/* SPDX-License-Identifier: BSD-3-Clause */
#include "draft_fixture.h"
#include "testing.h"

/* Metres instead of pixels, or pixels of something else. */
static void positions_must_fit_an_object(void **state)
{
	static const double far[] = {1e4, 1e5, 1e9, 1e300}; /* the first needs 0.8 GB a plane */

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		draft.y[1] = far[i];
		draft.x[2] = -far[i];
		draft_has_finding(&draft, true, "xcoords, ycoords", "so far apart",
			"pixels of the object array");
	}
}

static void objects_that_do_not_cover_the_scan_are_a_warning(void **state)
{
	struct plica_dataset *dataset;

	(void)state;
	draft.y[0] = 3.9; /* the first row of the patch is -0.1 */
	draft_has_finding(&draft, false, "objectGuess", "24 x 24 and does not cover",
		"the canvas is made from the positions");
	draft.y[0] = 4.0;
	draft.x[0] = 20.0; /* columns 16 to 23 */
	dataset = draft_load(&draft);
	assert_int_equal(dataset->note_count, 0);
	plica_dataset_free(dataset);
	draft.x[0] = 20.1;
	dataset = draft_load(&draft);
	assert_int_equal(dataset->note_count, 1);
	assert_non_null(strstr(dataset->notes[0], "'objectGuess' is 24 x 24 and does not cover"));
	assert_non_null(strstr(dataset->notes[0], "columns 7.5 to 24.1"));
	plica_dataset_free(dataset);
}

/* Photons of the draft: what a right label says. */
static double draft_photons(void)
{
	struct plica_dataset *dataset = draft_load(&draft);
	double photons = plica_dataset_mean_photons(dataset);

	plica_dataset_free(dataset);
	return photons;
}

static void label_with(const char *format, double dose)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "{\"dose\": %.17g%s}", dose, format);
	draft_set_text(&draft, "_metadata", text);
}

static void the_dose_label_is_held_against_the_counts(void **state)
{
	double photons = draft_photons();
	char found[64];

	(void)state;
	label_with("", 1.04 * photons);
	draft_has_no_finding(&draft);
	label_with("", 1.06 * photons);
	(void)snprintf(found, sizeof(found), "the patterns hold %g photons", photons);
	draft_has_finding(&draft, false, "_metadata", found, "photons per exposure");
	label_with("", 0.9 * photons);
	draft_has_finding(&draft, false, "_metadata", found, "photons per exposure");
	draft_set_text(&draft, "_metadata", "{\"dose\": \"high\"}");
	draft_has_no_finding(&draft);
}

/* Bad pixels do not count. */
static void the_dose_is_that_of_valid_pixels(void **state)
{
	static uint8_t mask[DRAFT_PIXELS];

	(void)state;
	label_with("", draft_photons());
	memset(mask, 1, sizeof(mask));
	for (size_t i = 0; i < DRAFT_COUNT; i++) /* at an edge: neither middle nor corner */
		draft.patterns[i * DRAFT_PIXELS + DRAFT_SIDE / 2] = 1000.5F;
	draft_has_finding(&draft, false, "_metadata", "labelled with a dose", "photons");
	mask[DRAFT_SIDE / 2] = 0;
	draft_set(&draft, "mask", PLICA_DTYPE_U8, mask, 2, draft_probe_shape);
	draft_has_no_finding(&draft);
}

static void groups_need_enough_neighbours(void **state)
{
	static const struct {
		const char *text, *found; /* NULL: sound */
	} cases[] = {
		{"{\"gridsize\": 1}", NULL},
		{"{\"gridsize\": 2, \"neighbor_count\": 4}", NULL},
		{"{\"gridsize\": 2, \"neighbor_count\": 7}", NULL},
		{"{\"gridsize\": 2}", "without neighbor_count"},
		{"{\"gridsize\": 2, \"neighbor_count\": 3}", "with neighbor_count 3"},
		{"{\"gridsize\": 3, \"neighbor_count\": 8}", "with neighbor_count 8"},
		{"{\"gridsize\": 3, \"neighbor_count\": 9}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		draft_set_text(&draft, "_metadata", cases[i].text);
		if (cases[i].found == NULL)
			draft_has_no_finding(&draft);
		else
			draft_has_finding(&draft, true, "_metadata", cases[i].found,
				i == 5 ? "neighbor_count >= 9" : "neighbor_count >= 4");
	}
}

/* The zero frequency at [0, 0], as numpy.fft.fft2 leaves it. */
static void a_forgotten_fftshift_is_noticed(void **state)
{
	const size_t half = DRAFT_SIDE / 2;

	(void)state;
	for (size_t i = 0; i < DRAFT_COUNT; i++)
		for (size_t y = 0; y < DRAFT_SIDE; y++)
			for (size_t x = 0; x < DRAFT_SIDE; x++) {
				size_t from = (y + half) % DRAFT_SIDE * DRAFT_SIDE +
					      (x + half) % DRAFT_SIDE;

				draft.patterns[i * DRAFT_PIXELS + y * DRAFT_SIDE + x] =
					draft_amplitude(i, from);
			}
	draft_has_finding(&draft, false, "diffraction", "brighter in its corners",
		"the zero frequency at index N/2");
}

/* A hot pixel in a corner that the mask takes out is no reason for a word. */
static void bad_pixels_do_not_look_like_a_forgotten_fftshift(void **state)
{
	static uint8_t mask[DRAFT_PIXELS];

	(void)state;
	for (size_t i = 0; i < DRAFT_COUNT; i++)
		draft.patterns[i * DRAFT_PIXELS] = 1000.5F;
	draft_has_finding(&draft, false, "diffraction", "brighter in its corners", "N/2");
	memset(mask, 1, sizeof(mask));
	mask[0] = 0;
	draft_set(&draft, "mask", PLICA_DTYPE_U8, mask, 2, draft_probe_shape);
	draft_has_no_finding(&draft);
}

static void optional_members_of_the_wrong_shape_are_ignored(void **state)
{
	static const char *const names[] = {
		"Y", "scan_index", "xcoords_start", "ycoords_start", "filenames"};
	const size_t four[] = {4};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		draft_set(&draft, names[i], PLICA_DTYPE_F64, draft.x, 1, four);
		draft_has_finding(&draft, false, names[i], "float64 (4,)", "one entry a pattern");
		draft_set(&draft, names[i], PLICA_DTYPE_F64, draft.x, 0, NULL);
		draft_has_finding(&draft, false, names[i], "float64 ()", "ignored");
		draft_drop(&draft, names[i]);
	}
	for (size_t i = 1; i < 5; i++)
		draft_set(&draft, names[i], PLICA_DTYPE_F64, draft.x, 1, draft_coordinates_shape);
	draft_has_no_finding(&draft);
}

/* The legacy layouts of the patches: real, with phases beside the amplitudes. */
static void patches_in_two_parts_are_recognised(void **state)
{
	static float complex patches[2 * DRAFT_COUNT * DRAFT_PIXELS];
	const size_t pairs[] = {DRAFT_COUNT, DRAFT_SIDE, DRAFT_SIDE, 2};

	(void)state;
	draft_set(&draft, "Y", PLICA_DTYPE_C64, patches, 3, draft_patterns_shape);
	draft_has_no_finding(&draft);
	draft_set(&draft, "Y", PLICA_DTYPE_F32, patches, 3, draft_patterns_shape);
	draft_has_finding(&draft, false, "Y", "separate amplitude and phase", "complex patches");
	draft_set(&draft, "Y", PLICA_DTYPE_F32, patches, 4, pairs);
	draft_has_finding(&draft, false, "Y", "separate amplitude and phase", "complex patches");
	draft_drop(&draft, "Y");
	draft_set(&draft, "Y_I", PLICA_DTYPE_F32, patches, 3, draft_patterns_shape);
	draft_set(&draft, "Y_phi", PLICA_DTYPE_F32, patches, 3, draft_patterns_shape);
	draft_has_finding(&draft, false, "Y_I", "separate amplitude and phase", "'Y'");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(positions_must_fit_an_object),
		TEST(objects_that_do_not_cover_the_scan_are_a_warning),
		TEST(the_dose_label_is_held_against_the_counts),
		TEST(the_dose_is_that_of_valid_pixels),
		TEST(groups_need_enough_neighbours),
		TEST(a_forgotten_fftshift_is_noticed),
		TEST(bad_pixels_do_not_look_like_a_forgotten_fftshift),
		TEST(optional_members_of_the_wrong_shape_are_ignored),
		TEST(patches_in_two_parts_are_recognised),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
