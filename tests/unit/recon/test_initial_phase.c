/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/initial_phase.h"

#include <complex.h>
#include <string.h>

#include "base/memory.h"
#include "num/fft.h"
#include "plica/dataset.h"
#include "plica/settings.h"
#include "testing.h"

#define SIDE 32
#define PER_AXIS 12
#define STEP 4
#define COUNT (PER_AXIS * PER_AXIS)
#define SIGMA 4.0 /* of the probe's amplitude */

static struct plica_error err;

static double complex phasor(double phase)
{
	return CMPLX(cos(phase), sin(phase));
}

/* Wraps; not the same along y and x, and not even. */
static double phase_at(double y, double x)
{
	return 5.0 * sin(2.0 * M_PI * y / 44.0 + 0.3) + 3.0 * sin(2.0 * M_PI * x / 22.0 + 1.0);
}

static double complex probe_at(size_t row, size_t col)
{
	double y = (double)row - SIDE / 2.0;
	double x = (double)col - SIDE / 2.0;

	return 30.0 * exp(-0.5 * (y * y + x * x) / (SIGMA * SIGMA));
}

/* Whole photons of the exit wave whose patch begins at (top, left). */
static void fill_pattern(float *pattern, size_t top, size_t left, double strength, bool transposed)
{
	struct plica_fft_double *fft = NULL;
	double complex *wave = NULL;

	assert_ok(plica_fft_double_create(&fft, SIDE, SIDE, &err));
	assert_ok(PLICA_NEW(&wave, SIDE * SIDE, &err));
	for (size_t k = 0; k < SIDE * SIDE; k++)
		wave[k] = probe_at(k / SIDE, k % SIDE) *
			  phasor(strength *
				  phase_at((double)(top + k / SIDE), (double)(left + k % SIDE)));
	plica_fft_double_forward(fft, wave);
	for (size_t k = 0; k < SIDE * SIDE; k++) {
		size_t row = (k / SIDE + SIDE / 2) % SIDE;
		size_t col = (k % SIDE + SIDE / 2) % SIDE;
		double amplitude = cabs(wave[k]) / SIDE;

		if (transposed)
			pattern[col * SIDE + row] = (float)sqrt(rint(amplitude * amplitude));
		else
			pattern[row * SIDE + col] = (float)sqrt(rint(amplitude * amplitude));
	}
	plica_fft_double_free(fft);
	plica_free(wave);
}

static struct plica_dataset *simulate(double strength, bool transposed)
{
	struct plica_dataset *dataset = NULL;

	assert_ok(plica_dataset_create(&dataset, COUNT, SIDE, 1, 0, 0, &err));
	for (size_t k = 0; k < SIDE * SIDE; k++)
		dataset->probe[k] = (float complex)probe_at(k / SIDE, k % SIDE);
	for (size_t i = 0; i < COUNT; i++) {
		size_t top = STEP * (i / PER_AXIS);
		size_t left = STEP * (i % PER_AXIS);

		dataset->y_px[i] = (double)(top + SIDE / 2);
		dataset->x_px[i] = (double)(left + SIDE / 2);
		fill_pattern((float *)dataset->patterns + i * SIDE * SIDE, top, left, strength,
			transposed);
	}
	return dataset;
}

/* The problem with its phase, and the dataset let go. */
static struct plica_problem *start(
	struct plica_dataset *dataset, struct plica_settings *settings, long threads)
{
	struct plica_problem *problem = NULL;

	assert_ok(plica_settings_init(settings, "LSQML", &err));
	settings->threads = threads;
	assert_ok(plica_problem_create(&problem, dataset, settings, &err));
	assert_ok(plica_initial_phase(problem, &err));
	plica_dataset_free(dataset);
	return problem;
}

/* |mean of O conj(truth)| over the scanned box: 1 where the phase is right but for a constant. */
static double agreement(const struct plica_problem *problem)
{
	const struct plica_planes *object = &problem->object;
	double complex sum = 0.0;
	size_t count = 0;

	for (size_t row = problem->roi[0]; row < problem->roi[1]; row++)
		for (size_t col = problem->roi[2]; col < problem->roi[3]; col++) {
			size_t k = row * object->stride + col;
			double y = (double)row + problem->origin_y;
			double x = (double)col + problem->origin_x;

			sum += CMPLX((double)object->re[k], (double)object->im[k]) *
			       phasor(-phase_at(y, x));
			count++;
		}
	return cabs(sum) / (double)count;
}

static bool is_flat(const struct plica_problem *problem)
{
	const struct plica_planes *object = &problem->object;

	for (size_t y = 0; y < object->rows; y++)
		for (size_t x = 0; x < object->cols; x++)
			if (object->re[y * object->stride + x] != 1.0F ||
				object->im[y * object->stride + x] != 0.0F)
				return false;
	return true;
}

static void a_phase_that_wraps_is_found(void **state)
{
	struct plica_settings settings;
	struct plica_problem *problem = start(simulate(1.0, false), &settings, 1);
	double found = agreement(problem);
	double flat;

	(void)state;
	plica_problem_flatten(problem);
	flat = agreement(problem);
	print_message("# agreement %.3f, flat %.3f\n", found, flat);
	assert_true(found > 0.75);
	assert_true(flat < 0.2);
	plica_problem_free(problem);
}

/* Nothing that the patterns do not confirm: no phase at all, and patterns that lie on their side. */
static void the_object_stays_flat(void **state)
{
	static const struct {
		double strength;
		bool transposed;
	} cases[] = {{0.0, false}, {1.0, true}};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct plica_settings settings;
		struct plica_problem *problem =
			start(simulate(cases[i].strength, cases[i].transposed), &settings, 1);

		assert_true(is_flat(problem));
		plica_problem_free(problem);
	}
}

static void threads_do_not_change_it(void **state)
{
	struct plica_settings settings[2];
	struct plica_problem *one = start(simulate(1.0, false), &settings[0], 1);
	struct plica_problem *three = start(simulate(1.0, false), &settings[1], 3);
	size_t bytes = one->object.rows * one->object.stride * sizeof(float);

	(void)state;
	assert_memory_equal(one->object.re, three->object.re, bytes);
	assert_memory_equal(one->object.im, three->object.im, bytes);
	plica_problem_free(one);
	plica_problem_free(three);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_phase_that_wraps_is_found),
		cmocka_unit_test(the_object_stays_flat),
		cmocka_unit_test(threads_do_not_change_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
