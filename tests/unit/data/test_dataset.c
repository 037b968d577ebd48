/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/dataset.h"

#include <complex.h>

#include "base/memory.h"
#include "draft.h"
#include "testing.h"

static struct plica_error err;

static struct plica_dataset *sound(void)
{
	struct draft draft;
	struct plica_dataset *dataset;

	draft_init(&draft);
	draft_set_text(&draft, "_metadata", "{\"seed\": 42}");
	dataset = draft_load(&draft);
	draft_release(&draft);
	return dataset;
}

static void a_new_dataset_is_empty(void **state)
{
	struct plica_dataset *dataset = NULL;

	(void)state;
	assert_ok(plica_dataset_create(&dataset, 3, 4, 2, 5, 6, &err));
	assert_int_equal(dataset->pattern_kind, PLICA_PATTERN_AMPLITUDE);
	assert_int_equal(dataset->pattern_type, PLICA_PATTERN_F32);
	for (size_t k = 0; k < 3 * 16; k++)
		assert_true(((float *)dataset->patterns)[k] == 0.0F);
	for (size_t k = 0; k < 2 * 16; k++)
		assert_true(cabsf(dataset->probe[k]) == 0.0F);
	for (size_t k = 0; k < 30; k++)
		assert_true(cabsf(dataset->object[k]) == 0.0F);
	assert_close(dataset->y_px[2] + dataset->x_px[2], 0.0, 0.0);
	assert_close(plica_dataset_mean_photons(dataset), 0.0, 0.0);
	plica_dataset_free(dataset);
	assert_ok(plica_dataset_create(&dataset, 1, 4, 1, 0, 0, &err));
	assert_null(dataset->object);
	plica_dataset_free(dataset);
	plica_dataset_free(NULL);
}

static void sizes_that_overflow_are_errors(void **state)
{
	const size_t huge = (size_t)1 << 32;
	struct plica_dataset *dataset = NULL;

	(void)state;
	assert_int_equal(plica_dataset_create(&dataset, 1, huge, 1, 0, 0, &err), PLICA_ERR_MEMORY);
	assert_int_equal(
		plica_dataset_create(&dataset, huge, 1 << 16, 1, 0, 0, &err), PLICA_ERR_MEMORY);
	assert_int_equal(
		plica_dataset_create(&dataset, 1, 4, SIZE_MAX / 8, 0, 0, &err), PLICA_ERR_MEMORY);
	assert_int_equal(
		plica_dataset_create(&dataset, 1, 4, 1, huge, huge, &err), PLICA_ERR_MEMORY);
	assert_null(dataset);
}

static void a_saved_file_loads_as_it_was(void **state)
{
	struct plica_dataset *before = sound();
	struct plica_dataset *after = NULL;
	char path[512];

	(void)state;
	assert_ok(PLICA_NEW(&before->mask, DRAFT_PIXELS, &err));
	for (size_t k = 0; k < DRAFT_PIXELS; k++)
		before->mask[k] = k % 5 != 0;
	assert_ok(plica_dataset_save(before, scratch_path(path, "round.npz"), &err));
	assert_ok(plica_dataset_load(&after, path, &err));
	assert_int_equal(after->note_count, 0);
	assert_int_equal(after->pattern_count, DRAFT_COUNT);
	assert_int_equal(after->pattern_type, PLICA_PATTERN_F32);
	assert_memory_equal(
		after->patterns, before->patterns, DRAFT_COUNT * DRAFT_PIXELS * sizeof(float));
	assert_memory_equal(after->probe, before->probe, DRAFT_PIXELS * sizeof(*after->probe));
	assert_memory_equal(after->object, before->object,
		DRAFT_OBJECT * DRAFT_OBJECT * sizeof(*after->object));
	assert_memory_equal(after->y_px, before->y_px, DRAFT_COUNT * sizeof(double));
	assert_memory_equal(after->x_px, before->x_px, DRAFT_COUNT * sizeof(double));
	assert_memory_equal(after->mask, before->mask, DRAFT_PIXELS);
	assert_string_equal(after->metadata_json, "{\"seed\": 42}");
	assert_string_equal(after->path, path);
	plica_dataset_free(before);
	plica_dataset_free(after);
}

/* Counts are written as amplitudes; probe modes keep their axis. */
static void counts_are_saved_as_amplitudes(void **state)
{
	static uint16_t counts[DRAFT_COUNT * DRAFT_PIXELS];
	static float complex modes[2 * DRAFT_PIXELS];
	const size_t shape[] = {2, DRAFT_SIDE, DRAFT_SIDE};
	struct plica_dataset *before;
	struct plica_dataset *after = NULL;
	struct draft draft;
	float a[DRAFT_PIXELS], b[DRAFT_PIXELS];
	char path[512];

	(void)state;
	draft_init(&draft);
	for (size_t k = 0; k < DRAFT_COUNT * DRAFT_PIXELS; k++)
		counts[k] = (uint16_t)(k % DRAFT_PIXELS == 36 ? 60000 : k % 7);
	for (size_t k = 0; k < 2 * DRAFT_PIXELS; k++)
		modes[k] = (float)k;
	draft_set(&draft, "diffraction", PLICA_DTYPE_U16, counts, 3, draft_patterns_shape);
	draft_set(&draft, "probeGuess", PLICA_DTYPE_C64, modes, 3, shape);
	before = draft_load(&draft);
	assert_int_equal(before->note_count, 1);
	assert_ok(plica_dataset_save(before, scratch_path(path, "counts.npz"), &err));
	assert_ok(plica_dataset_load(&after, path, &err));
	assert_int_equal(after->pattern_kind, PLICA_PATTERN_AMPLITUDE);
	assert_int_equal(after->probe_modes, 2);
	for (size_t i = 0; i < DRAFT_COUNT; i++) {
		plica_dataset_amplitudes(a, before, i);
		plica_dataset_amplitudes(b, after, i);
		assert_memory_equal(a, b, sizeof(a));
		assert_close((double)b[36], sqrt(60000.0), 1e-5);
	}
	plica_dataset_free(before);
	plica_dataset_free(after);
	draft_release(&draft);
}

static void a_selection_is_in_the_given_order(void **state)
{
	const size_t order[] = {4, 0, 4};
	struct plica_dataset *dataset = sound();
	struct plica_dataset *selected = NULL;
	float a[DRAFT_PIXELS], b[DRAFT_PIXELS];

	(void)state;
	assert_ok(plica_dataset_select(&selected, dataset, order, 3, &err));
	assert_int_equal(selected->pattern_count, 3);
	for (size_t i = 0; i < 3; i++) {
		plica_dataset_amplitudes(a, selected, i);
		plica_dataset_amplitudes(b, dataset, order[i]);
		assert_memory_equal(a, b, sizeof(a));
		assert_close(selected->y_px[i], dataset->y_px[order[i]], 0.0);
		assert_close(selected->x_px[i], dataset->x_px[order[i]], 0.0);
	}
	assert_string_equal(selected->metadata_json, dataset->metadata_json);
	assert_string_equal(selected->path, dataset->path);
	assert_memory_equal(
		selected->probe, dataset->probe, DRAFT_PIXELS * sizeof(*dataset->probe));
	assert_memory_equal(selected->object, dataset->object,
		DRAFT_OBJECT * DRAFT_OBJECT * sizeof(*dataset->object));
	assert_ptr_not_equal(selected->object, dataset->object);
	plica_dataset_free(selected);
	plica_dataset_free(dataset);
}

static void selections_keep_type_and_mask(void **state)
{
	const size_t last = DRAFT_COUNT - 1;
	const size_t beyond[] = {0, DRAFT_COUNT};
	struct plica_dataset *dataset = sound();
	struct plica_dataset *selected = NULL;
	uint32_t *counts = dataset->patterns;

	(void)state;
	dataset->pattern_type = PLICA_PATTERN_U32; /* as wide as the floats that were there */
	dataset->pattern_kind = PLICA_PATTERN_INTENSITY;
	for (size_t k = 0; k < DRAFT_COUNT * DRAFT_PIXELS; k++)
		counts[k] = (uint32_t)k;
	assert_ok(PLICA_NEW(&dataset->mask, DRAFT_PIXELS, &err));
	dataset->mask[7] = 1;
	assert_ok(plica_dataset_select(&selected, dataset, &last, 1, &err));
	assert_int_equal(selected->pattern_type, PLICA_PATTERN_U32);
	assert_int_equal(selected->pattern_kind, PLICA_PATTERN_INTENSITY);
	assert_memory_equal(
		selected->patterns, counts + last * DRAFT_PIXELS, DRAFT_PIXELS * sizeof(*counts));
	assert_memory_equal(selected->mask, dataset->mask, DRAFT_PIXELS);
	plica_dataset_free(selected);
	selected = NULL;
	assert_error(plica_dataset_select(&selected, dataset, beyond, 2, &err), PLICA_ERR_ARGUMENT,
		"pattern 5 of 5");
	assert_null(selected);
	plica_dataset_free(dataset);
}

static void photons_are_counted_in_valid_pixels(void **state)
{
	struct plica_dataset *dataset = sound();
	double all = 0.0, some = 0.0;

	(void)state;
	for (size_t i = 0; i < DRAFT_COUNT; i++)
		for (size_t k = 0; k < DRAFT_PIXELS; k++) {
			double amplitude = (double)draft_amplitude(i, k);

			all += amplitude * amplitude / DRAFT_COUNT;
			some += k % 2 == 0 ? amplitude * amplitude / DRAFT_COUNT : 0.0;
		}
	assert_close(plica_dataset_mean_photons(dataset), all, 1e-12 * all);
	assert_ok(PLICA_NEW(&dataset->mask, DRAFT_PIXELS, &err));
	for (size_t k = 0; k < DRAFT_PIXELS; k += 2)
		dataset->mask[k] = 1;
	assert_close(plica_dataset_mean_photons(dataset), some, 1e-12 * some);
	plica_dataset_free(dataset);
}

/* A disc of 21 px in a patch of 64. */
static void the_probe_has_a_diameter(void **state)
{
	struct plica_dataset *dataset = NULL;

	(void)state;
	assert_ok(plica_dataset_create(&dataset, 1, 64, 1, 0, 0, &err));
	assert_close(plica_dataset_probe_diameter_px(dataset), 0.0, 0.0);
	for (size_t y = 0; y < 64; y++)
		for (size_t x = 0; x < 64; x++)
			if (hypot((double)y - 30.0, (double)x - 33.0) <= 10.5)
				dataset->probe[y * 64 + x] = 3.0F;
	assert_close(plica_dataset_probe_diameter_px(dataset), 21.0, 0.7);
	plica_dataset_free(dataset);
}

static void metadata_are_replaced(void **state)
{
	struct plica_dataset *dataset = sound();

	(void)state;
	assert_ok(plica_dataset_set_metadata(dataset, "{}", &err));
	assert_string_equal(dataset->metadata_json, "{}");
	assert_ok(plica_dataset_set_metadata(dataset, dataset->metadata_json, &err));
	assert_string_equal(dataset->metadata_json, "{}");
	plica_dataset_free(dataset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_dataset_is_empty),
		cmocka_unit_test(sizes_that_overflow_are_errors),
		cmocka_unit_test(a_saved_file_loads_as_it_was),
		cmocka_unit_test(counts_are_saved_as_amplitudes),
		cmocka_unit_test(a_selection_is_in_the_given_order),
		cmocka_unit_test(selections_keep_type_and_mask),
		cmocka_unit_test(photons_are_counted_in_valid_pixels),
		cmocka_unit_test(the_probe_has_a_diameter),
		cmocka_unit_test(metadata_are_replaced),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
