/* SPDX-License-Identifier: BSD-3-Clause */
/** One fixture in a variant's own order, and where its results go. */
#ifndef PLICA_KERNELS_RIG_H
#define PLICA_KERNELS_RIG_H

#include "kernels_reference.h"

#define TOLERANCE 1e-6
#define TRIALS 3

static const double trial_steps[TRIALS] = {0.0, 0.6, 2.2};

struct rig {
	struct plica_kernels *kernels;
	struct fixture fixture;
	struct plica_planes object;
	struct plica_planes direction;
	void *work;
	float *probe;
	float *probe_spectrum;
	float *probe_direction;
	float *pattern;
	float *incident;
	float *difference;
	float *probe_sum;
	float _Complex *natural;
};

static inline float *new_wave(const struct rig *rig)
{
	return new_array(rig->kernels->wave_floats, sizeof(float));
}

static inline struct plica_planes planes_of(const float _Complex *natural, size_t rows)
{
	struct plica_planes planes;

	assert_int_equal(plica_planes_create(&planes, rows, rows, NULL), PLICA_OK);
	plica_planes_from(&planes, natural);
	return planes;
}

static inline struct rig rig_create(const char *variant, size_t size, double shift)
{
	struct rig rig = {.fixture = fixture_create(size, shift)};
	const struct plica_kernel_table *table;

	assert_int_equal(plica_kernels_create(&rig.kernels, size, variant, NULL), PLICA_OK);
	table = rig.kernels->table;
	rig.object = planes_of(rig.fixture.object, rig.fixture.rows);
	rig.direction = planes_of(rig.fixture.direction, rig.fixture.rows);
	rig.work = new_array(rig.kernels->work_bytes, 1);
	rig.probe = new_wave(&rig);
	rig.probe_spectrum = new_wave(&rig);
	rig.probe_direction = new_wave(&rig);
	rig.incident = new_wave(&rig);
	rig.difference = new_wave(&rig);
	rig.probe_sum = new_wave(&rig);
	rig.pattern = new_array(rig.kernels->pattern_floats, sizeof(float));
	rig.natural = new_array(size * size, sizeof(float _Complex));
	table->wave_from(rig.kernels, rig.probe, rig.fixture.probe);
	table->wave_from(rig.kernels, rig.probe_direction, rig.fixture.probe_direction);
	table->pattern_from(rig.kernels, rig.pattern, rig.fixture.pattern);
	table->forward(rig.kernels, rig.work, rig.probe_spectrum, rig.probe);
	return rig;
}

static inline void rig_release(struct rig *rig)
{
	float *const waves[] = {rig->probe, rig->probe_spectrum, rig->probe_direction, rig->pattern,
		rig->incident, rig->difference, rig->probe_sum};

	for (size_t i = 0; i < sizeof(waves) / sizeof(waves[0]); i++)
		plica_free(waves[i]);
	plica_free(rig->natural);
	plica_free(rig->work);
	plica_planes_release(&rig->object);
	plica_planes_release(&rig->direction);
	plica_kernels_free(rig->kernels);
	fixture_release(&rig->fixture);
}

static inline struct plica_exit_wave arguments(
	struct rig *rig, enum plica_detector_model model, bool shifted)
{
	return (struct plica_exit_wave){
		.probe = shifted ? rig->probe_spectrum : rig->probe,
		.shifted = shifted,
		.shift_y = rig->fixture.shift_y,
		.shift_x = rig->fixture.shift_x,
		.amplitude = (float)rig->fixture.amplitude,
		.object = &rig->object,
		.row = rig->fixture.row,
		.col = rig->fixture.col,
		.pattern = {.amplitudes = rig->pattern},
		.model = model,
		.step = model == PLICA_DETECTOR_POISSON ? 0.5F : 0.9F,
		.epsilon = 1e-2F,
		.incident = rig->incident,
		.difference = rig->difference,
		.probe_sum = rig->probe_sum,
	};
}

static inline struct plica_exit_sums run_exit_wave(
	struct rig *rig, const struct plica_exit_wave *args)
{
	struct plica_exit_sums sums = {0};

	rig->kernels->table->exit_wave(rig->kernels, rig->work, args, &sums);
	return sums;
}

/** The line search of the same pattern, along the fixture's direction and that of a probe. */
static inline struct plica_line_search line_arguments(
	struct rig *rig, const struct plica_exit_wave *args, const float *direction)
{
	struct plica_line_search line = {
		.probe = args->probe,
		.probe_direction = direction,
		.shifted = args->shifted,
		.shift_y = args->shift_y,
		.shift_x = args->shift_x,
		.amplitude = args->amplitude,
		.object = &rig->object,
		.direction = &rig->direction,
		.row = args->row,
		.col = args->col,
		.pattern = args->pattern,
		.model = args->model,
		.epsilon = args->epsilon,
		.trials = TRIALS,
	};

	memcpy(line.t, trial_steps, sizeof(trial_steps));
	return line;
}

/** The fixture's probe in place of a stored incident wave, and `difference`. */
static inline struct plica_stored_waves probe_and(const struct rig *rig, const float *difference)
{
	return (struct plica_stored_waves){
		rig->fixture.row, rig->fixture.col, rig->probe, difference};
}

/** Calls `check` for every variant at every size that it takes. */
static inline void for_each_variant(void (*check)(const char *variant, size_t size))
{
	static const size_t sizes[] = {1, 2, 5, 6, 15, 16, 32, 48, 63, 64, 128, 256, 512};
	const struct plica_kernel_table *const *tables = plica_kernel_tables();

	for (size_t t = 0; tables[t] != NULL; t++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			if (tables[t]->supports(sizes[i]))
				check(tables[t]->name, sizes[i]);
}

static inline void assert_wave(
	struct rig *rig, const char *what, const float *wave, const double _Complex *expected)
{
	size_t pixels = rig->fixture.size * rig->fixture.size;

	rig->kernels->table->wave_to(rig->kernels, rig->natural, wave);
	assert_field(what, rig->natural, expected, pixels, TOLERANCE);
}

#endif
