/* SPDX-License-Identifier: BSD-3-Clause */
/* Both forms of one pattern: every kernel of every variant gives the same bits. */
#include "num/pattern.h"

#include <stdint.h>
#include <string.h>

#include "kernels_rig.h"

/* Counts of all sizes, some pixels invalid, and their roots. */
struct forms {
	uint16_t *counts;
	float *amplitudes;
};

static struct forms forms_of(const struct rig *rig)
{
	size_t count = rig->kernels->pattern_floats;
	struct forms forms = {new_array(count, sizeof(uint16_t)), new_array(count, sizeof(float))};
	uint32_t state = 7;

	for (size_t k = 0; k < count; k++) {
		state = state * 1664525U + 1013904223U;
		forms.counts[k] = (uint16_t)((state >> 16) >> (k % 16));
		if (k % 11 == 3)
			forms.counts[k] = PLICA_INVALID_COUNT;
		forms.amplitudes[k] = plica_amplitude_of(forms.counts[k]);
	}
	return forms;
}

static void release(struct forms *forms)
{
	plica_free(forms->counts);
	plica_free(forms->amplitudes);
}

/* What the kernels make of a pattern. */
struct result {
	struct plica_exit_sums sums, mixture;
	float relaxation;
	double objective[TRIALS];
	float *difference, *probe_sum;
};

static struct result run(
	struct rig *rig, enum plica_detector_model model, struct plica_pattern pattern)
{
	struct plica_exit_wave args = arguments(rig, model, true);
	struct result result = {
		.relaxation = 0.5F, .difference = new_wave(rig), .probe_sum = new_wave(rig)};
	struct plica_mixture mixture = {.mode = &args, .modes = 1};
	struct plica_line_search line;

	args.pattern = pattern;
	args.difference = result.difference;
	args.probe_sum = result.probe_sum;
	if (model == PLICA_DETECTOR_POISSON)
		mixture.relaxation = &result.relaxation;
	result.sums = run_exit_wave(rig, &args);
	rig->kernels->table->exit_mixture(rig->kernels, rig->work, &mixture, &result.mixture);
	line = line_arguments(rig, &args, args.probe);
	rig->kernels->table->line_search(rig->kernels, rig->work, &line, result.objective);
	return result;
}

static void release_result(struct result *result)
{
	plica_free(result->difference);
	plica_free(result->probe_sum);
}

static void check_model(struct rig *rig, enum plica_detector_model model, const struct forms *forms)
{
	struct result roots =
		run(rig, model, (struct plica_pattern){.amplitudes = forms->amplitudes});
	struct result counts = run(rig, model, (struct plica_pattern){.counts = forms->counts});
	size_t bytes = rig->kernels->wave_floats * sizeof(float);

	assert_memory_equal(&roots.sums, &counts.sums, sizeof(roots.sums));
	assert_memory_equal(&roots.mixture, &counts.mixture, sizeof(roots.mixture));
	assert_true(roots.relaxation == counts.relaxation);
	assert_memory_equal(roots.objective, counts.objective, sizeof(roots.objective));
	assert_memory_equal(roots.difference, counts.difference, bytes);
	assert_memory_equal(roots.probe_sum, counts.probe_sum, bytes);
	assert_true(roots.sums.measured > 0.0);
	release_result(&roots);
	release_result(&counts);
}

static void check_variant(const char *variant, size_t size)
{
	struct rig rig = rig_create(variant, size, 1.0);
	struct forms forms = forms_of(&rig);

	check_model(&rig, PLICA_DETECTOR_GAUSSIAN, &forms);
	check_model(&rig, PLICA_DETECTOR_POISSON, &forms);
	release(&forms);
	rig_release(&rig);
}

static void both_forms_give_the_same_bits(void **state)
{
	(void)state;
	for_each_variant(check_variant);
}

/* Rounding the square of the root gives the count back. */
static void every_count_has_its_root(void **state)
{
	(void)state;
	for (uint32_t count = 0; count < PLICA_INVALID_COUNT; count++) {
		float root = plica_amplitude_of((uint16_t)count);

		assert_true(root == sqrtf((float)count));
		assert_true((uint32_t)(root * root + 0.5F) == count);
	}
	assert_true(plica_amplitude_of(PLICA_INVALID_COUNT) < 0.0F);
}

static void pixels_are_read_from_where_they_are(void **state)
{
	static const uint16_t counts[] = {0, 1, 4, PLICA_INVALID_COUNT, 9};
	static const float roots[] = {0.0F, 1.0F, 2.0F, -1.0F, 3.0F};
	const struct plica_pattern forms[] = {{.counts = counts}, {.amplitudes = roots}};
	float found[3];

	(void)state;
	for (size_t f = 0; f < 2; f++) {
		plica_pattern_amplitudes(found, forms[f], 2, 3);
		assert_memory_equal(found, roots + 2, sizeof(found));
		for (size_t k = 0; k < 5; k++)
			assert_true(plica_pattern_amplitude(forms[f], k) == roots[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms_give_the_same_bits),
		cmocka_unit_test(every_count_has_its_root),
		cmocka_unit_test(pixels_are_read_from_where_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
