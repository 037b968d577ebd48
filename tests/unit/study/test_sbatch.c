/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/sbatch.h"

#include <signal.h>

#include "base/lock.h"
#include "study/fixture.h"

static const char design[] = "name: s\ndoses: [1e3]\nviews: [{name: baseline}]\n";

static struct study study;
static struct plica_error err;
static char old_path[4096];

/* A stand-in for Slurm's programs, first in PATH. */
static void write_stand_in(const char *name, const char *body)
{
	char text[1024];
	char path[512];

	(void)snprintf(text, sizeof(text), "#!/bin/sh\ncd '%s'\n%s\n", study.folder, body);
	study_write(&study, name, text);
	study_path(path, &study, name);
	assert_int_equal(chmod(path, 0755), 0);
}

static int begin(void **state)
{
	char path[4608];

	(void)state;
	study_begin(&study, design);
	(void)snprintf(old_path, sizeof(old_path), "%s", getenv("PATH"));
	(void)snprintf(path, sizeof(path), "%s:%s", study.folder, old_path);
	study_write_npz(&study, "s/phase_c/dose_1000/patched.npz", "{}");
	study_write_npz(&study, "s/phase_c/dose_1000/patched_train.npz", "{}");
	study_write_npz(&study, "s/phase_c/dose_1000/patched_test.npz", "{}");
	write_stand_in("scontrol", "echo 'MaxArraySize            = 1001'");
	write_stand_in("squeue", "exit 0");
	write_stand_in("sacct", "echo 'accounting storage is disabled' >&2; exit 1");
	return setenv("PATH", path, 1);
}

static int end(void **state)
{
	(void)state;
	study_end(&study);
	return setenv("PATH", old_path, 1);
}

struct pauses {
	size_t count;
	double last_s;
	size_t patience;
};

static int on_busy(void *context, double pause_s, const char *why)
{
	struct pauses *pauses = context;

	assert_true(strstr(why, "contact slurm controller") || strstr(why, "timed out"));
	pauses->last_s = pause_s;
	return ++pauses->count > pauses->patience;
}

static enum plica_status submit(struct plica_slurm_summary *summary, struct pauses *pauses)
{
	static const char *const task[] = {"plica", "study", "run", "it's"};
	const struct plica_slurm_options options = {
		.task_size = 4,
		.task = task,
		.array_limit = 2,
		.patience_s = 60.0,
		.busy = on_busy,
		.context = pauses,
	};

	assert_ok(study_list(&study, (struct plica_job_settings){0}, &err));
	assert_ok(plica_jobs_assess(study.jobs, &err));
	return plica_slurm_submit(summary, study.jobs, &options, &err);
}

static void a_busy_controller_is_asked_again(void **state)
{
	struct plica_slurm_summary summary;
	struct pauses pauses = {.patience = 9};
	struct plica_text text = {0};
	char path[512];

	(void)state;
	write_stand_in("sbatch",
		"printf '%s\\n' \"$@\" > said; echo x >> tries\n"
		"[ $(wc -l < tries) -ge 2 ] && { echo '77;here'; exit 0; }\n"
		"echo 'error: Unable to contact slurm controller (connect failure)' >&2; exit 1");
	assert_ok(submit(&summary, &pauses));
	assert_int_equal(summary.submitted, 3);
	assert_string_equal(summary.first_id, "77");
	assert_int_equal(pauses.count, 1);
	assert_true(pauses.last_s == 1.0);
	study_path(path, &study, "said");
	assert_ok(plica_file_read(&text, path, 65536, &err));
	assert_non_null(strstr(text.data, "\n--array=0-2%2\n"));
	plica_text_release(&text);
	study_path(path, &study, "s/reconstructions/slurm/77.sh");
	assert_ok(plica_file_read(&text, path, 65536, &err));
	assert_non_null(strstr(text.data,
		"exec plica study run 'it'\\''s' --task \"$((SLURM_ARRAY_TASK_ID + 0))\""));
	plica_text_release(&text);
}

static void without_squeue_nothing_is_submitted_again(void **state)
{
	struct plica_slurm_summary summary;
	struct pauses pauses = {0};

	(void)state;
	write_stand_in("sbatch", "echo 77");
	assert_ok(submit(&summary, &pauses));
	write_stand_in("sbatch", "echo 78");
	write_stand_in("squeue", "exit 1");
	assert_error(submit(&summary, &pauses), PLICA_ERR_CHILD, "squeue does not answer");
	assert_int_equal(summary.submitted, 0);
}

static void tasks_that_slurm_has_are_not_submitted_again(void **state)
{
	struct plica_slurm_summary summary;
	struct plica_slurm_states states = {0};
	struct pauses pauses = {0};

	(void)state;
	write_stand_in("sbatch", "echo 77");
	assert_ok(submit(&summary, &pauses));
	write_stand_in("sbatch", "echo 78");
	write_stand_in("squeue", "echo '77_0|RUNNING|None'; echo '77_N/A|CANCELLED|None'");
	assert_ok(submit(&summary, &pauses));
	assert_int_equal(summary.waiting, 1);
	assert_int_equal(summary.submitted, 2);
	write_stand_in("squeue", "echo '78_1|PENDING|Resources'; exit 0");
	write_stand_in("sacct", "echo '77_0|CANCELLED by 0'; echo '77_0.batch|CANCELLED'");
	assert_ok(plica_slurm_query(&states, study.jobs, &err));
	assert_true(states.answered);
	assert_string_equal(states.item[0].id, "77_0");
	assert_string_equal(states.item[0].state, "CANCELLED");
	assert_int_equal(states.item[0].record.status, PLICA_JOB_KILLED);
	assert_string_equal(states.item[1].id, "78_1");
	assert_string_equal(states.item[1].reason, "Resources");
	assert_int_equal(states.item[1].record.status, PLICA_JOB_QUEUED);
	plica_slurm_release(&states);
}

static void a_refusal_is_final(void **state)
{
	struct plica_slurm_summary summary;
	struct pauses pauses = {0};

	(void)state;
	write_stand_in("sbatch", "echo 'error: invalid partition specified: x' >&2; exit 1");
	assert_error(submit(&summary, &pauses), PLICA_ERR_CHILD, "invalid partition");
	assert_int_equal(pauses.count, 0);
}

static void waiting_can_be_given_up(void **state)
{
	struct plica_slurm_summary summary;
	struct pauses pauses = {0};

	(void)state;
	write_stand_in("scontrol", "echo 'Unable to contact slurm controller' >&2; exit 1");
	assert_error(submit(&summary, &pauses), PLICA_ERR_INTERRUPTED, "interrupted");
}

static void large_studies_take_several_arrays(void **state)
{
	struct plica_slurm_summary summary;
	struct pauses pauses = {0};
	struct plica_json *json;

	(void)state;
	write_stand_in("scontrol", "echo 'MaxArraySize            = 2'");
	write_stand_in("sbatch", "echo x >> tries; wc -l < tries");
	assert_ok(submit(&summary, &pauses));
	assert_int_equal(summary.array_count, 2);
	json = study_json(&study, "s/reconstructions/slurm/2.json");
	assert_true(plica_json_get_number(
			    plica_json_at(plica_json_get(json, "tasks"), 0), "task", -1) == 0);
	assert_true(plica_json_get_number(
			    plica_json_at(plica_json_get(json, "tasks"), 0), "index", -1) == 2);
	plica_json_free(json);
}

/* sbatch that is told a time-out; of the array that Slurm has taken all the same, squeue knows. */
static void let_sbatch_time_out(const char *taken)
{
	char body[512];

	(void)snprintf(body, sizeof(body),
		"for last; do :; done; echo x >> tries\n"
		"%s && printf '%%s|77\\n' \"$last\" > taken\n"
		"echo 'error: Batch job submission failed: Socket timed out' >&2; exit 1",
		taken);
	write_stand_in("sbatch", body);
	write_stand_in("squeue", "case \"$*\" in *%o*) [ -e taken ] && cat taken; exit 0;; esac\n"
				 "[ -e taken ] && printf '77_%s|PENDING|None\\n' 0 1 2; exit 0");
}

static size_t count_tries(void)
{
	struct plica_text tries = {0};
	char path[512];
	size_t count;

	study_path(path, &study, "tries");
	assert_ok(plica_file_read(&tries, path, 65536, &err));
	count = tries.size / 2;
	plica_text_release(&tries);
	return count;
}

static void an_array_that_was_taken_is_not_submitted_twice(void **state)
{
	struct plica_slurm_summary summary;
	struct pauses pauses = {.patience = 9};
	struct plica_json *json;

	(void)state;
	let_sbatch_time_out("true");
	assert_ok(submit(&summary, &pauses));
	assert_int_equal(count_tries(), 1);
	assert_int_equal(pauses.count, 1);
	assert_int_equal(summary.submitted, 3);
	assert_string_equal(summary.first_id, "77");
	json = study_json(&study, "s/reconstructions/slurm/77.json");
	assert_int_equal(plica_json_length(plica_json_get(json, "tasks")), 3);
	plica_json_free(json);
}

static void what_a_stopped_submission_left_is_found(void **state)
{
	struct plica_slurm_summary summary;
	struct pauses pauses = {0};
	char path[512];

	(void)state;
	let_sbatch_time_out("true");
	assert_error(submit(&summary, &pauses), PLICA_ERR_INTERRUPTED, "interrupted");
	assert_ok(submit(&summary, &pauses));
	assert_int_equal(count_tries(), 1);
	assert_int_equal(summary.submitted, 0);
	assert_int_equal(summary.waiting, 3);
	study_path(path, &study, "s/reconstructions/slurm/submitting.json");
	assert_false(plica_file_exists(path));
	study_path(path, &study, "s/reconstructions/slurm/77.sh");
	assert_true(plica_file_exists(path));
}

static void an_array_that_was_not_taken_is_submitted_again(void **state)
{
	struct plica_slurm_summary summary;
	struct pauses pauses = {.patience = 2};

	(void)state;
	let_sbatch_time_out("[ -e tried ]; a=$?; touch tried; [ $a = 0 ]");
	assert_ok(submit(&summary, &pauses));
	assert_int_equal(count_tries(), 2);
	assert_int_equal(summary.submitted, 3);
}

static void two_submissions_do_not_go_side_by_side(void **state)
{
	struct plica_slurm_summary summary;
	struct pauses pauses = {0};
	char path[512];
	int lock = -1;

	(void)state;
	write_stand_in("sbatch", "echo 77");
	study_write(&study, "s/reconstructions/slurm/other", "");
	study_path(path, &study, "s/reconstructions/.plica-submit.lock");
	assert_ok(plica_lock_take(&lock, path, &err));
	assert_error(submit(&summary, &pauses), PLICA_ERR_CHILD, "another submission works in '");
	plica_lock_release(lock);
	assert_ok(submit(&summary, &pauses));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_busy_controller_is_asked_again, begin, end),
		cmocka_unit_test_setup_teardown(
			without_squeue_nothing_is_submitted_again, begin, end),
		cmocka_unit_test_setup_teardown(
			tasks_that_slurm_has_are_not_submitted_again, begin, end),
		cmocka_unit_test_setup_teardown(two_submissions_do_not_go_side_by_side, begin, end),
		cmocka_unit_test_setup_teardown(a_refusal_is_final, begin, end),
		cmocka_unit_test_setup_teardown(waiting_can_be_given_up, begin, end),
		cmocka_unit_test_setup_teardown(large_studies_take_several_arrays, begin, end),
		cmocka_unit_test_setup_teardown(
			an_array_that_was_taken_is_not_submitted_twice, begin, end),
		cmocka_unit_test_setup_teardown(
			what_a_stopped_submission_left_is_found, begin, end),
		cmocka_unit_test_setup_teardown(
			an_array_that_was_not_taken_is_submitted_again, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
