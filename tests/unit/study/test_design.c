/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/design.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plica/compare.h"
#include "testing.h"

#define SMALLEST                                                                                   \
	"name: small\n"                                                                            \
	"doses: [1e3]\n"                                                                           \
	"views: [{name: baseline}]\n"

static enum plica_status parse(struct plica_design **out, const char *text, struct plica_error *err)
{
	return plica_design_parse(out, text, strlen(text), "/studies/d.yaml", err);
}

static void assert_refused(const char *text, const char *part)
{
	struct plica_design *design = NULL;
	struct plica_error err = {0};

	assert_error(parse(&design, text, &err), PLICA_ERR_DATA, part);
	assert_null(design);
}

static void reference_has_its_constants(void **state)
{
	struct plica_design *design = NULL;
	struct plica_error err;

	(void)state;
	assert_ok(parse(&design, plica_design_template("fly64-dose-overlap"), &err));
	assert_int_equal(design->dose_count, 3);
	assert_true(design->doses[0] == 1e3 && design->doses[2] == 1e5);
	assert_int_equal(design->gridsize_count, 2);
	assert_int_equal(design->neighbor_count, 7);
	assert_int_equal(design->pattern_px, 128);
	assert_int_equal(design->view_count, 3);
	assert_string_equal(design->views[0].name, "baseline");
	assert_true(design->views[0].whole);
	assert_string_equal(design->views[1].name, "dense");
	assert_true(fabs(design->views[1].spacing_px - 38.4) < 1e-9);
	assert_int_equal(design->views[1].gridsize, 2);
	assert_true(fabs(design->views[2].spacing_px - 102.4) < 1e-9);
	assert_int_equal(design->seeds.simulation, 42);
	assert_int_equal(design->seeds.grouping, 123);
	assert_int_equal(design->seeds.subsampling, 456);
	assert_int_equal(design->num_epochs, 100);
	assert_int_equal(design->batch_size, 96);
	assert_string_equal(design->artifact_root, "/studies/reconstructions");
	plica_design_free(design);
}

static void every_template_is_a_design(void **state)
{
	const char *const *names = plica_design_templates();
	struct plica_error err;

	(void)state;
	for (; *names != NULL; names++) {
		struct plica_design *design = NULL;

		assert_ok(parse(&design, plica_design_template(*names), &err));
		assert_string_equal(design->name, *names);
		plica_design_free(design);
	}
	assert_null(plica_design_template("no-such-study"));
}

static void smallest_design_gets_the_reference_defaults(void **state)
{
	struct plica_design *design = NULL;
	struct plica_error err;

	(void)state;
	assert_ok(parse(&design, SMALLEST, &err));
	assert_int_equal(design->neighbor_count, 7);
	assert_int_equal(design->pattern_px, 128);
	assert_string_equal(design->algorithm, "LSQML");
	assert_string_equal(design->noise_model, "gaussian");
	assert_string_equal(design->initial_object, "flat");
	assert_string_equal(design->backend, "native");
	assert_true(design->splits[PLICA_SPLIT_FULL]);
	assert_true(design->metrics.frc_threshold == 0.5);
	assert_int_equal(design->scene.seed, 42);
	assert_string_equal(design->phase_c_root, "/studies/small/phase_c");
	plica_design_free(design);
}

static void axes_are_put_in_order(void **state)
{
	struct plica_design *design = NULL;
	struct plica_error err;

	(void)state;
	assert_ok(parse(&design,
		"name: x\n"
		"doses: [1e5, 1e3]\n"
		"views: [{name: far, spacing: 200}, {name: sparse}, {name: baseline}]\n"
		"splits: [test]\n",
		&err));
	assert_true(design->doses[0] == 1e3);
	assert_string_equal(design->views[0].name, "baseline");
	assert_string_equal(design->views[1].name, "sparse");
	assert_string_equal(design->views[2].name, "far");
	assert_true(fabs(design->views[2].overlap - (1.0 - 200.0 / 128.0)) < 1e-12);
	assert_false(design->splits[PLICA_SPLIT_TRAIN]);
	assert_true(design->splits[PLICA_SPLIT_TEST]);
	plica_design_free(design);
}

static void views_have_a_kind(void **state)
{
	struct plica_design *design = NULL;
	struct plica_error err;

	(void)state;
	assert_ok(parse(&design,
		"name: x\n"
		"doses: [1e3]\n"
		"views:\n"
		"  - {name: own, scan_overlap: 0.6}\n"
		"  - {name: half, fraction: 0.5, groups: 20}\n"
		"  - {name: dense}\n"
		"  - {name: baseline}\n"
		"data: {dose_mode: equal-fluence, noise: paired}\n",
		&err));
	assert_int_equal(design->views[0].kind, PLICA_VIEW_WHOLE);
	assert_int_equal(design->views[1].kind, PLICA_VIEW_SPACING);
	assert_int_equal(design->views[2].kind, PLICA_VIEW_FRACTION);
	assert_true(design->views[2].fraction == 0.5);
	assert_int_equal(design->views[2].group_count, 20);
	assert_int_equal(design->views[3].kind, PLICA_VIEW_SCAN);
	assert_true(design->views[3].scan_overlap == 0.6);
	assert_true(design->equal_fluence && design->paired_noise);
	plica_design_free(design);
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: a, fraction: 0}]\n",
		"'views[0].fraction' is 0: expected a number in (0, 1]");
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: a, scan_overlap: 1}]\n",
		"'views[0].scan_overlap' is 1: expected a number in [0, 1)");
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: a, overlap: 0.5, groups: 3}]\n",
		"expected with 'fraction' alone");
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: a, fraction: 0.5, spacing: 3}]\n",
		"has both 'spacing' and 'fraction'");
	assert_refused(SMALLEST "data: {dose_mode: per-fram}\n", "per-frame, equal-fluence");
}

static void options_may_be_nested_or_dotted(void **state)
{
	struct plica_design *design = NULL;
	struct plica_error err;

	(void)state;
	assert_ok(parse(&design,
		SMALLEST "reconstruction:\n"
			 "  options:\n"
			 "    object.step_size: 0.5\n"
			 "    probe: {optimizable: false}\n",
		&err));
	assert_int_equal(design->option_count, 2);
	assert_string_equal(design->options[0].name, "object.step_size");
	assert_string_equal(design->options[0].value, "0.5");
	assert_string_equal(design->options[1].name, "probe.optimizable");
	assert_string_equal(design->options[1].value, "false");
	plica_design_free(design);
}

static void values_out_of_range_are_refused(void **state)
{
	(void)state;
	assert_refused(
		"name: x\ndoses: []\nviews: [{name: dense}]\n", "d.yaml:2: 'doses' is empty");
	assert_refused("name: x\nviews: [{name: dense}]\n", "'doses' is empty");
	assert_refused("name: x\ndoses: [1e3, 0]\nviews: [{name: dense}]\n",
		"d.yaml:2: 'doses[1]' is 0: expected a number of photons > 0");
	assert_refused("name: x\ndoses:\n  - 1e3\n  - -5\nviews: [{name: dense}]\n",
		"d.yaml:4: 'doses[1]' is -5: expected a number of photons > 0");
	assert_refused("name: x\ndoses: [1e3, 1000]\nviews: [{name: dense}]\n", "each dose once");
	assert_refused("name: x\ndoses: [0.5]\nviews: [{name: dense}]\n", "a whole number");
	assert_refused("name: x\ndoses: [1e3]\nviews:\n  - name: a\n    overlap: 1.0\n",
		"d.yaml:5: 'views[0].overlap' is 1: expected a number in [0, 1)");
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: a, overlap: -0.1}]\n",
		"expected a number in [0, 1)");
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: a, spacing: 0}]\n",
		"'views[0].spacing' is 0: expected a number of pixels > 0");
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: a, spacing: 5, overlap: 0.5}]\n",
		"expected one of them");
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: baseline, overlap: 0.5}]\n",
		"every position");
	assert_refused(SMALLEST "neighbor_count: 3\n",
		"d.yaml:4: 'neighbor_count' is 3: expected at least 4");
	assert_refused(SMALLEST "gridsizes: [1, 3]\n", "expected at least 9");
	assert_refused(SMALLEST "gridsizes: [0]\n", "a whole number from 1 to 8");
	assert_refused(SMALLEST "seeds: {grouping: -1}\n", "'seeds.grouping' is -1");
	assert_refused(SMALLEST "metrics: {frc_threshold: 1}\n", "a number in (0, 1)");
	assert_int_equal(PLICA_COMPARE_MOST_SIGMA_PX, 8);
	assert_refused(SMALLEST "metrics: {ms_ssim_sigma: 8.5}\n",
		"'metrics.ms_ssim_sigma' is 8.5: expected a number from 0 to 8");
	assert_refused(SMALLEST "reconstruction: {num_epochs: 0}\n",
		"'reconstruction.num_epochs' is 0: expected a whole number from 1 to 1000000");
	assert_refused(SMALLEST "environment: ['A B']\n", "'environment[0]' is A B");
}

static void engines_take_what_they_have(void **state)
{
	struct plica_error err;
	struct plica_design *design = NULL;

	(void)state;
	assert_ok(parse(&design, SMALLEST "reconstruction: {algorithm: ML}\n", &err));
	assert_string_equal(design->noise_model, "poisson");
	assert_int_equal(design->batch_size, 0);
	plica_design_free(design);
	assert_ok(parse(&design,
		SMALLEST "reconstruction: {algorithm: ML, noise_model: gaussian}\n", &err));
	assert_string_equal(design->noise_model, "gaussian");
	plica_design_free(design);
	assert_refused(SMALLEST "reconstruction:\n  algorithm: ML\n  batch_size: 96\n",
		"d.yaml:6: 'reconstruction.batch_size' does not apply to ML");
	assert_refused(SMALLEST "reconstruction: {noise_model: poisson}\n",
		"'reconstruction.noise_model' is 'poisson': expected one of gaussian");
	assert_refused(SMALLEST "reconstruction: {options: {noise_model: poisson}}\n",
		"expected as 'reconstruction.noise_model'");
}

static void unknown_names_are_refused_with_the_nearest(void **state)
{
	(void)state;
	assert_refused(SMALLEST "reconstruction:\n  algorithm: LSQLM\n",
		"d.yaml:5: 'reconstruction.algorithm' is 'LSQLM': expected one of LSQML, ML, rPIE, "
		"ePIE (did you "
		"mean 'LSQML'?)");
	assert_refused(SMALLEST "backend: natve\n", "expected one of native, ptychi (did you mean");
	assert_refused(SMALLEST "splits: [train, tset]\n",
		"'splits[1]' is 'tset': expected one of train, test, full (did you mean 'test'?)");
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: spars}]\n",
		"d.yaml:3: unknown view 'spars', did you mean 'sparse'?");
	assert_refused(SMALLEST "train_test_split_axis: z\n", "expected one of y, x");
}

static void keys_are_checked(void **state)
{
	(void)state;
	assert_refused(SMALLEST "neighbour_count: 7\n",
		"d.yaml:4: unknown key 'neighbour_count': did you mean 'neighbor_count'?");
	assert_refused("name: x\ndoses: [1e3]\nviews:\n  - name: a\n    overlp: 0.5\n",
		"d.yaml:5: unknown key 'views[0].overlp': did you mean 'overlap'?");
	assert_refused(SMALLEST "zebra: 1\n", "d.yaml:4: unknown key 'zebra'");
	assert_refused(
		SMALLEST "\nname: again\n", "d.yaml:5: duplicate key 'name', first on line 1");
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: a, overlap: 0.1, overlap: 0.2}]\n",
		"duplicate key 'views[0].overlap'");
	assert_refused(SMALLEST "reconstruction: {options: {a: 1, a: 2}}\n", "duplicate key");
	assert_refused(SMALLEST "reconstruction: {options: {batch_size: 1}}\n",
		"expected as 'reconstruction.batch_size'");
	assert_refused(SMALLEST "reconstruction: {options: [a]}\n", "one value each");
}

static void types_are_checked(void **state)
{
	(void)state;
	assert_refused(SMALLEST "neighbor_count: 4.5\n", "d.yaml:4: 'neighbor_count' is '4.5'");
	assert_refused(SMALLEST "neighbor_count: 99999999999999999999\n", "a whole number");
	assert_refused("name: x\ndoses: [1e3, many]\nviews: [{name: dense}]\n",
		"d.yaml:2: 'doses[1]' is 'many': expected a number");
	assert_refused("name: x\ndoses: [.nan]\nviews: [{name: dense}]\n", "expected a number");
	assert_refused("name: x\ndoses: 1e3\nviews: [{name: dense}]\n",
		"'doses' is a single value: expected a list");
	assert_refused(SMALLEST "seeds: 4\n", "'seeds' is a single value: expected a mapping");
	assert_refused(SMALLEST "metrics: {emphasize_phase: flase}\n", "expected true or false");
	assert_refused("[a, b]\n", "'the design' is a list");
	assert_refused("", "the design is empty");
	assert_refused("# nothing\n", "the design is empty");
}

static void yaml_faults_have_their_line(void **state)
{
	(void)state;
	assert_refused("name: x\ndoses: [1, 2\nviews: 3\n", "d.yaml:3: ");
	assert_refused(SMALLEST "---\nname: y\n", "d.yaml:4: a second document");
	assert_refused("name: &a x\ndoses: [1]\nviews: [{name: *a}]\n", "d.yaml:3: aliases");
	assert_refused("name: \"a\\0b\"\n", "zero byte");
	assert_refused("? [a]\n: 3\n", "a key has to be a plain text");
}

static void names_cannot_leave_their_folder(void **state)
{
	(void)state;
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: ../../etc, overlap: 0.5}]\n",
		"expected letters, digits");
	assert_refused("name: x\ndoses: [1e3]\nviews: [{name: .., overlap: 0.5}]\n",
		"expected letters, digits");
	assert_refused("name: ../x\ndoses: [1e3]\nviews: [{name: dense}]\n", "without '/'");
}

static void json_has_the_upstream_names(void **state)
{
	struct plica_design *design = NULL;
	struct plica_json *json;
	struct plica_error err;

	(void)state;
	assert_ok(parse(&design, plica_design_template("fly64-dose-overlap"), &err));
	json = plica_design_json(design);
	assert_int_equal(plica_json_length(plica_json_get(json, "dose_list")), 3);
	assert_true(fabs(plica_json_get_number(
				 plica_json_get(json, "spacing_thresholds"), "sparse", 0) -
			    102.4) < 1e-9);
	assert_true(
		plica_json_get_number(plica_json_get(json, "overlap_views"), "dense", 0) == 0.7);
	assert_true(plica_json_get_number(plica_json_get(json, "rng_seeds"), "grouping", 0) == 123);
	assert_true(plica_json_get_number(
			    plica_json_get(json, "metrics_config"), "ms_ssim_sigma", 0) == 1.0);
	assert_string_equal(plica_json_get_text(json, "train_test_split_axis"), "y");
	plica_json_free(json);
	plica_design_free(design);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reference_has_its_constants),
		cmocka_unit_test(every_template_is_a_design),
		cmocka_unit_test(smallest_design_gets_the_reference_defaults),
		cmocka_unit_test(axes_are_put_in_order),
		cmocka_unit_test(views_have_a_kind),
		cmocka_unit_test(options_may_be_nested_or_dotted),
		cmocka_unit_test(values_out_of_range_are_refused),
		cmocka_unit_test(engines_take_what_they_have),
		cmocka_unit_test(unknown_names_are_refused_with_the_nearest),
		cmocka_unit_test(keys_are_checked),
		cmocka_unit_test(types_are_checked),
		cmocka_unit_test(yaml_faults_have_their_line),
		cmocka_unit_test(names_cannot_leave_their_folder),
		cmocka_unit_test(json_has_the_upstream_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
