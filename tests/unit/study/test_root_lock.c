/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/root_lock.h"

#include "base/lock.h"
#include "fixture.h"

static const char design[] = "name: s\ndoses: [1e3, 1e4]\nviews: [{name: baseline}]\n"
			     "splits: [train]\n";

static struct study study;
static struct plica_error err;

static int begin(void **state)
{
	(void)state;
	study_begin(&study, design);
	study_write_npz(&study, "s/phase_c/dose_1000/patched_train.npz", "{}");
	study_write_npz(&study, "s/phase_c/dose_10000/patched_train.npz", "{}");
	study_write(&study, "s/reconstructions/any", "");
	assert_ok(study_list(&study, (struct plica_job_settings){0}, &err));
	return 0;
}

static int end(void **state)
{
	(void)state;
	study_end(&study);
	return 0;
}

static void tasks_of_different_jobs_go_side_by_side(void **state)
{
	int first = -1, second = -1;

	(void)state;
	assert_false(plica_root_is_locked(study.jobs));
	assert_ok(plica_root_lock(&first, study.jobs, &study.jobs->item[0], 0.0, &err));
	assert_ok(plica_root_lock(&second, study.jobs, &study.jobs->item[1], 0.0, &err));
	assert_true(plica_root_is_locked(study.jobs));
	plica_lock_release(first);
	assert_true(plica_root_is_locked(study.jobs));
	plica_lock_release(second);
	assert_false(plica_root_is_locked(study.jobs));
}

static void a_run_has_the_root_for_itself(void **state)
{
	int task = -1, run = -1;

	(void)state;
	assert_ok(plica_root_lock(&task, study.jobs, &study.jobs->item[0], 0.0, &err));
	assert_error(plica_root_lock(&run, study.jobs, NULL, 0.0, &err), PLICA_ERR_CHILD,
		"another run, or a job that one left behind, works in '");
	plica_lock_release(task);
	assert_ok(plica_root_lock(&run, study.jobs, NULL, 0.0, &err));
	plica_lock_release(run);
}

static void summaries_and_submissions_have_locks_of_their_own(void **state)
{
	int run = -1, summary = -1, submission = -1, other = -1;

	(void)state;
	assert_ok(plica_root_lock(&run, study.jobs, NULL, 0.0, &err));
	assert_ok(plica_summary_lock(&summary, study.jobs, &err));
	assert_ok(plica_submit_lock(&submission, study.jobs, &err));
	assert_error(plica_submit_lock(&other, study.jobs, &err), PLICA_ERR_CHILD,
		"another submission works in '");
	plica_lock_release(submission);
	plica_lock_release(summary);
	plica_lock_release(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			tasks_of_different_jobs_go_side_by_side, begin, end),
		cmocka_unit_test_setup_teardown(a_run_has_the_root_for_itself, begin, end),
		cmocka_unit_test_setup_teardown(
			summaries_and_submissions_have_locks_of_their_own, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
