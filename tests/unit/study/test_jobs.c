/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/study.h"

#include "study/fixture.h"

#define GOOD                                                                                       \
	"{\"selection_strategy\": \"greedy\", \"spacing_threshold\": 38.4, "                       \
	"\"n_accepted\": 5, \"n_rejected\": 15, \"acceptance_rate\": 0.25, "                       \
	"\"neighbor_count\": 9}"

static const char three_doses[] = "name: s\n"
				  "doses: [1e4, 1e3, 1e5]\n"
				  "views: [{name: sparse}, {name: dense}, {name: baseline}]\n";

static void make_data(const struct study *study)
{
	static const char *const doses[] = {"1000", "10000", "100000"};
	static const char *const views[] = {"dense", "sparse"};
	static const char *const splits[] = {"train", "test"};
	char name[256];

	for (size_t d = 0; d < 3; d++) {
		(void)snprintf(name, sizeof(name), "s/phase_c/dose_%s/patched.npz", doses[d]);
		study_write_npz(study, name, "{}");
		for (size_t s = 0; s < 2; s++) {
			(void)snprintf(name, sizeof(name), "s/phase_c/dose_%s/patched_%s.npz",
				doses[d], splits[s]);
			study_write_npz(study, name, "{}");
			for (size_t v = 0; v < 2; v++) {
				(void)snprintf(name, sizeof(name), "s/phase_d/dose_%s/%s/%s_%s.npz",
					doses[d], views[v], views[v], splits[s]);
				study_write_npz(study, name, GOOD);
			}
		}
	}
}

static void remove_one(const struct study *study, const char *name)
{
	char path[512];

	study_path(path, study, name);
	assert_int_equal(unlink(path), 0);
}

static void twenty_one_jobs_in_their_order(void **state)
{
	static const char *const order[] = {"baseline/train", "baseline/test", "baseline/full",
		"dense/train", "dense/test", "sparse/train", "sparse/test"};
	static const double doses[] = {1e3, 1e4, 1e5};
	struct plica_error err;
	struct study study;

	(void)state;
	study_begin(&study, three_doses);
	make_data(&study);
	assert_ok(study_list(&study, (struct plica_job_settings){0}, &err));
	assert_int_equal(study.jobs->count, 21);
	for (size_t i = 0; i < 21; i++) {
		const struct plica_job *job = &study.jobs->item[i];
		char title[64];

		(void)snprintf(
			title, sizeof(title), "%s/%s", job->view, plica_split_name(job->split));
		assert_string_equal(title, order[i % 7]);
		assert_true(job->dose == doses[i / 7]);
		assert_int_equal(job->state, PLICA_JOB_RUN);
		assert_int_equal(job->gridsize, i % 7 < 3 ? 1 : 2);
		assert_int_equal(job->neighbor_count, i % 7 < 3 ? 7 : 9);
	}
	study_end(&study);
}

static void eighteen_without_full(void **state)
{
	struct plica_error err;
	struct study study;
	char design[512];

	(void)state;
	(void)snprintf(design, sizeof(design), "%ssplits: [train, test]\n", three_doses);
	study_begin(&study, design);
	make_data(&study);
	assert_ok(study_list(&study, (struct plica_job_settings){0}, &err));
	assert_int_equal(study.jobs->count, 18);
	study_end(&study);
}

static void a_job_has_its_fields(void **state)
{
	struct plica_error err;
	struct study study;
	const struct plica_job *job;
	char path[512];

	(void)state;
	study_begin(&study, three_doses);
	make_data(&study);
	assert_ok(study_list(&study, (struct plica_job_settings){.threads = 3}, &err));
	job = &study.jobs->item[3];
	study_path(path, &study, "s/phase_d/dose_1000/dense/dense_train.npz");
	assert_string_equal(job->input_npz, path);
	study_path(path, &study, "s/reconstructions/dose_1000/dense/train");
	assert_string_equal(job->output_dir, path);
	study_path(path, &study, "program");
	assert_string_equal(job->command[0], path);
	assert_string_equal(job->command[1], "reconstruct");
	assert_string_equal(job->command[2], "--algorithm");
	assert_string_equal(job->command[3], "LSQML");
	assert_string_equal(job->command[5], "100");
	assert_string_equal(job->command[7], job->input_npz);
	assert_string_equal(job->command[9], job->output_dir);
	assert_string_equal(job->command[job->command_size - 1], "3");
	assert_null(job->command[job->command_size]);
	assert_string_equal(job->selection.strategy, "greedy");
	assert_true(job->selection.acceptance_rate == 0.25);
	assert_false(study.jobs->item[0].selection.known);
	study_end(&study);
}

static void listing_writes_nothing(void **state)
{
	struct plica_error err;
	struct study study;
	char path[512];

	(void)state;
	study_begin(&study, three_doses);
	make_data(&study);
	assert_ok(study_list(&study, (struct plica_job_settings){0}, &err));
	assert_ok(plica_jobs_assess(study.jobs, &err));
	study_path(path, &study, "s/reconstructions");
	assert_false(plica_file_exists(path));
	study_end(&study);
}

static size_t count_selected(const struct plica_jobs *jobs)
{
	size_t count = 0;

	for (size_t i = 0; i < jobs->count; i++)
		count += plica_job_is_selected(&jobs->item[i]);
	return count;
}

static void filters_combine(void **state)
{
	static const char *const dose[] = {"1000", "1e5"};
	static const char *const view[] = {"dense"};
	static const char *const split[] = {"test"};
	static const char *const gridsize[] = {"1"};
	struct plica_error err;
	struct study study;

	(void)state;
	study_begin(&study, three_doses);
	make_data(&study);
	assert_ok(study_list(
		&study, (struct plica_job_settings){.dose = {2, dose}, .view = {1, view}}, &err));
	assert_int_equal(count_selected(study.jobs), 4);
	assert_int_equal(study.jobs->count, 21);
	assert_non_null(strstr(study.jobs->item[0].reason, "view=dense"));
	assert_non_null(strstr(study.jobs->item[7].reason, "dose=1000, 1e5"));
	assert_ok(study_list(&study,
		(struct plica_job_settings){.split = {1, split}, .gridsize = {1, gridsize}}, &err));
	assert_int_equal(count_selected(study.jobs), 3);
	study_end(&study);
}

static void a_filter_without_match_lists_what_there_is(void **state)
{
	static const char *const dose[] = {"1e6"};
	static const char *const typo[] = {"dense", "dens"};
	static const char *const sparse[] = {"sparse"};
	static const char *const full[] = {"full"};
	struct plica_error err;
	struct study study;

	(void)state;
	study_begin(&study, three_doses);
	make_data(&study);
	assert_error(study_list(&study, (struct plica_job_settings){.dose = {1, dose}}, &err),
		PLICA_ERR_ARGUMENT, "dose '1e6' matches no job: there are 1000, 10000, 100000");
	assert_error(study_list(&study, (struct plica_job_settings){.view = {2, typo}}, &err),
		PLICA_ERR_ARGUMENT,
		"view 'dens' matches no job: there are baseline, dense, sparse");
	assert_error(
		study_list(&study,
			(struct plica_job_settings){.view = {1, sparse}, .split = {1, full}}, &err),
		PLICA_ERR_ARGUMENT, "the filters together match no job");
	study_end(&study);
}

static void missing_data_are_an_error_unless_allowed(void **state)
{
	struct plica_error err;
	struct study study;

	(void)state;
	study_begin(&study, three_doses);
	make_data(&study);
	remove_one(&study, "s/phase_d/dose_1000/dense/dense_test.npz");
	assert_error(study_list(&study, (struct plica_job_settings){0}, &err), PLICA_ERR_IO,
		"job dose 1000 dense/test: Phase D data set not found: ");
	assert_ok(study_list(
		&study, (struct plica_job_settings){.allow_missing_phase_d = true}, &err));
	assert_int_equal(count_selected(study.jobs), 20);
	assert_true(study.jobs->item[4].phase_d_missing);
	assert_int_equal(
		strncmp(study.jobs->item[4].reason, "Phase D data set not found: /", 29), 0);
	remove_one(&study, "s/phase_c/dose_1000/patched.npz");
	assert_error(study_list(&study, (struct plica_job_settings){.allow_missing_phase_d = true},
			     &err),
		PLICA_ERR_IO, "baseline/full: Phase C data set not found: ");
	assert_ok(study_list(&study, (struct plica_job_settings){.allow_missing = true}, &err));
	assert_int_equal(count_selected(study.jobs), 19);
	assert_false(study.jobs->item[2].phase_d_missing);
	study_end(&study);
}

static void views_without_valid_selection_are_invalid(void **state)
{
	struct plica_error err;
	struct study study;

	(void)state;
	study_begin(&study, three_doses);
	make_data(&study);
	study_write_npz(&study, "s/phase_d/dose_1000/dense/dense_train.npz",
		"{\"n_accepted\": 0, \"neighbor_count\": 7}");
	study_write_npz(&study, "s/phase_d/dose_1000/dense/dense_test.npz",
		"{\"n_accepted\": 3, \"neighbor_count\": 3}");
	remove_one(&study, "s/phase_d/dose_1000/sparse/sparse_train.npz");
	study_write(&study, "s/phase_d/dose_1000/sparse/train_metrics.json",
		"{\"valid\": false, \"reason\": \"one group fits\"}");
	study_write(&study, "s/phase_d/dose_1000/sparse/sparse_test.npz", "not a zip archive");
	assert_ok(study_list(&study, (struct plica_job_settings){0}, &err));
	for (size_t i = 3; i < 7; i++)
		assert_int_equal(study.jobs->item[i].state, PLICA_JOB_INVALID);
	assert_non_null(strstr(study.jobs->item[3].reason, "no group"));
	assert_non_null(strstr(study.jobs->item[4].reason, "gridsize 2 needs at least 4"));
	assert_string_equal(study.jobs->item[5].reason, "one group fits");
	assert_non_null(strstr(study.jobs->item[6].reason, "sparse_test.npz"));
	study_end(&study);
}

static void output_stays_inside_the_root(void **state)
{
	struct plica_error err;
	struct study study;
	char link[512];

	(void)state;
	study_begin(&study, three_doses);
	make_data(&study);
	study_write(&study, "s/reconstructions/dose_10000/x", "");
	study_path(link, &study, "s/reconstructions/dose_1000");
	assert_int_equal(symlink("/tmp", link), 0);
	assert_error(study_list(&study, (struct plica_job_settings){0}, &err), PLICA_ERR_ARGUMENT,
		"symbolic link to '/tmp'");
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink("dose_10000", link), 0); /* leads on, but not out */
	assert_ok(study_list(&study, (struct plica_job_settings){0}, &err));
	study_end(&study);
}

static void environment_is_built_from_the_design(void **state)
{
	struct plica_error err;
	struct study study;
	bool passed = false;
	bool set = false;

	(void)state;
	assert_int_equal(setenv("PLICA_TEST_PASSED", "yes", 1), 0);
	assert_int_equal(setenv("PLICA_TEST_UNNAMED", "no", 1), 0);
	study_begin(&study, "name: s\ndoses: [1e3]\nviews: [{name: baseline}]\n"
			    "environment: [PLICA_TEST_PASSED, PLICA_TEST_ABSENT, COLOUR=blue]\n");
	assert_ok(study_list(
		&study, (struct plica_job_settings){.allow_missing = true, .threads = 2}, &err));
	for (size_t i = 0; i < study.jobs->environment_size; i++) {
		const char *text = study.jobs->environment[i];

		passed = passed || strcmp(text, "PLICA_TEST_PASSED=yes") == 0;
		set = set || strcmp(text, "COLOUR=blue") == 0;
		assert_null(strstr(text, "PLICA_TEST_UNNAMED"));
		assert_null(strstr(text, "PLICA_TEST_ABSENT"));
	}
	assert_true(passed && set);
	assert_null(study.jobs->environment[study.jobs->environment_size]);
	study_end(&study);
}

static void backend_ptychi_has_the_same_arguments(void **state)
{
	struct plica_error err;
	struct study study;
	const struct plica_job *job;

	(void)state;
	study_begin(&study, three_doses);
	make_data(&study);
	assert_ok(study_list(&study, (struct plica_job_settings){.backend = "ptychi"}, &err));
	job = &study.jobs->item[0];
	assert_non_null(strstr(job->command[0], "python3"));
	assert_non_null(strstr(job->command[1], "ptychi_reconstruct_tike.py"));
	assert_string_equal(job->command[2], "--algorithm");
	assert_non_null(strstr(job->log_path, "/ptychi.log"));
	assert_error(study_list(&study, (struct plica_job_settings){.backend = "magic"}, &err),
		PLICA_ERR_ARGUMENT, "unknown backend 'magic'");
	study_end(&study);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twenty_one_jobs_in_their_order),
		cmocka_unit_test(eighteen_without_full),
		cmocka_unit_test(a_job_has_its_fields),
		cmocka_unit_test(listing_writes_nothing),
		cmocka_unit_test(filters_combine),
		cmocka_unit_test(a_filter_without_match_lists_what_there_is),
		cmocka_unit_test(missing_data_are_an_error_unless_allowed),
		cmocka_unit_test(views_without_valid_selection_are_invalid),
		cmocka_unit_test(output_stays_inside_the_root),
		cmocka_unit_test(environment_is_built_from_the_design),
		cmocka_unit_test(backend_ptychi_has_the_same_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
