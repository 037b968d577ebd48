/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/simulate_check.h"

#include <string.h>

#include "testing.h"

static struct plica_error err;

#define NOT_GIVEN ((double)NAN)

static void defaults_are_right(void **state)
{
	const struct plica_simulate_params params = plica_simulate_defaults();

	(void)state;
	assert_ok(plica_simulate_check(&params, &err));
	assert_false(plica_simulate_specimen_is_file(&params));
	assert_false(plica_simulate_probe_is_file(&params));
	assert_string_equal(plica_simulate_probe_name(&params), "zone-plate");
	assert_true(plica_simulate_guess_is_nominal(&params));
}

/* Each number with a value beyond each of its ends, and what the message says. */
static void numbers_out_of_range_are_refused(void **state)
{
	struct plica_simulate_params params;
	const struct {
		double *field;
		double value;
		const char *part;
	} wrong[] = {
		{&params.amplitude_low, -0.1, "'amplitude-low' is -0.1, expected 0 to 1"},
		{&params.amplitude_low, NOT_GIVEN, "'amplitude-low' is nan"},
		{&params.phase_range_rad, 0.0, "'phase-range' is 0, expected more than 0"},
		{&params.phase_range_rad, 6.3, "'phase-range' is 6.3"},
		{&params.probe_diameter_px, 0.0, "'probe-diameter' is 0"},
		{&params.defocus_rad, 1e9, "'defocus' is 1e+09"},
		{&params.pupil_fraction, 0.5, "'pupil' is 0.5, expected more than 0, less"},
		{&params.pupil_fraction, 0.0, "'pupil' is 0,"},
		{&params.stop_fraction, 0.95, "'stop' is 0.95"},
		{&params.size_px, -1.0, "'size-px' is -1"},
		{&params.step_px, 0.0, "'step-px' is 0"},
		{&params.step_px, (double)INFINITY, "'step-px' is inf"},
		{&params.overlap, 1.0, "'overlap' is 1, expected 0 or more, less than 1"},
		{&params.overlap, -0.2, "'overlap' is -0.2"},
		{&params.jitter, 1.1, "'jitter' is 1.1, expected 0 to 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		params = plica_simulate_defaults();
		*wrong[i].field = wrong[i].value;
		assert_error(
			plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT, wrong[i].part);
	}
	params = plica_simulate_defaults();
	params.pattern_px = 7;
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT, "'pattern-px' is 7");
	params = plica_simulate_defaults();
	params.threads = -1;
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT, "'threads' is -1");
}

static void unknown_words_are_refused(void **state)
{
	struct plica_simulate_params params = plica_simulate_defaults();

	(void)state;
	params.specimen = "sells";
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT,
		"'specimen' is 'sells', expected 'cells', 'siemens', 'lines' or an NPZ file with "
		"'objectGuess': did you mean 'cells'?");
	params = plica_simulate_defaults();
	params.probe = "cells";
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT,
		"'probe' is 'cells', expected 'zone-plate', 'disc', 'gaussian' or an NPZ file");
	params = plica_simulate_defaults();
	params.scan = "spiral";
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT,
		"'scan' is 'spiral', expected 'raster' or 'fermat'");
	params = plica_simulate_defaults();
	params.probe_guess = "wrong";
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT,
		"'probe-guess' is 'wrong', expected 'true' or 'nominal'");
}

static void contradictions_are_refused(void **state)
{
	struct plica_simulate_params params = plica_simulate_defaults();

	(void)state;
	params.step_px = 5.0;
	params.overlap = 0.5;
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT,
		"both 'step-px' and 'overlap'");
	params.overlap = NOT_GIVEN;
	params.count = 10;
	params.size_px = 100.0;
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT, "expected two");
	params.step_px = NOT_GIVEN;
	assert_ok(plica_simulate_check(&params, &err));
	params.probe_diameter_px = 20.0;
	params.defocus_rad = 5.0;
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT, "zone plate");
	params.probe = "disc";
	assert_ok(plica_simulate_check(&params, &err));
	params.probe = "base.npz";
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT, "from a file");
	params = plica_simulate_defaults();
	params.specimen = "lines";
	params.phase_png = "phase.png";
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT, "pictures");
}

/* A specimen's file brings its probe, and that is true. */
static void files_are_recognised(void **state)
{
	struct plica_simulate_params params = plica_simulate_defaults();

	(void)state;
	params.specimen = "dir/base.npz";
	assert_ok(plica_simulate_check(&params, &err));
	assert_true(plica_simulate_specimen_is_file(&params));
	assert_string_equal(plica_simulate_probe_name(&params), "dir/base.npz");
	assert_true(plica_simulate_probe_is_file(&params));
	assert_false(plica_simulate_guess_is_nominal(&params));
	params.probe_guess = "nominal";
	assert_error(plica_simulate_check(&params, &err), PLICA_ERR_ARGUMENT,
		"'probe-guess' is 'nominal', expected 'true'");
	params.probe = "disc";
	assert_ok(plica_simulate_check(&params, &err));
	assert_true(plica_simulate_guess_is_nominal(&params));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_right),
		cmocka_unit_test(numbers_out_of_range_are_refused),
		cmocka_unit_test(unknown_words_are_refused),
		cmocka_unit_test(contradictions_are_refused),
		cmocka_unit_test(files_are_recognised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
