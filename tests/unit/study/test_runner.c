/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/study.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "base/process.h"
#include "base/text.h"
#include "study/fixture.h"

/* Three jobs: train, test, full. */
static const char design[] = "name: s\ndoses: [1e3]\nviews: [{name: baseline}]\n";

#define ROOT "s/reconstructions/"
#define TEST ROOT "dose_1000/baseline/test/"
#define SUCCEED "echo made > \"$out/reconstruction.npz\""

struct seen {
	size_t started, retried, ended, cached;
	size_t stop_after; /* `stop` says yes from so many starts on; 0: never */
	char tail[PLICA_PROCESS_TAIL];
};

static void on_report(void *context, enum plica_run_event event, const struct plica_job *job,
	const struct plica_job_record *record, const char *tail)
{
	struct seen *seen = context;

	(void)job;
	(void)record;
	seen->started += event == PLICA_RUN_STARTED;
	seen->retried += event == PLICA_RUN_RETRIED;
	seen->ended += event == PLICA_RUN_ENDED;
	seen->cached += event == PLICA_RUN_CACHED;
	if (tail[0] != '\0')
		(void)snprintf(seen->tail, sizeof(seen->tail), "%s", tail);
}

static bool on_stop(void *context)
{
	const struct seen *seen = context;

	return seen->stop_after > 0 && seen->started >= seen->stop_after;
}

static void begin(struct study *study, const char *program)
{
	study_begin(study, design);
	study_write_npz(study, "s/phase_c/dose_1000/patched.npz", "{}");
	study_write_npz(study, "s/phase_c/dose_1000/patched_train.npz", "{}");
	study_write_npz(study, "s/phase_c/dose_1000/patched_test.npz", "{}");
	study_write_program(study, program);
}

static enum plica_status run(struct study *study, struct plica_run_summary *summary,
	struct seen *seen, struct plica_run_options options, struct plica_error *err)
{
	enum plica_status status =
		study_list(study, (struct plica_job_settings){.threads = 1}, err);

	*summary = (struct plica_run_summary){0};
	*seen = (struct seen){.stop_after = seen->stop_after};
	options.hooks = (struct plica_run_hooks){on_report, on_stop, seen};
	if (options.grace_s <= 0.0)
		options.grace_s = 0.3;
	if (status == PLICA_OK)
		status = plica_study_run(summary, study->jobs, &options, err);
	return status;
}

static const char *result_text(const struct plica_json *manifest, size_t index, const char *key)
{
	return plica_json_get_text(
		plica_json_at(plica_json_get(manifest, "execution_results"), index), key);
}

static void a_run_is_recorded(void **state)
{
	struct plica_run_summary summary;
	struct seen seen = {0};
	struct plica_error err;
	struct study study;
	struct plica_json *json;

	(void)state;
	begin(&study, "echo working; " SUCCEED);
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){.parallel = 2}, &err));
	assert_int_equal(summary.done, 3);
	assert_int_equal(summary.failed, 0);
	assert_int_equal(seen.started, 3);
	json = study_json(&study, TEST "job.json");
	assert_string_equal(plica_json_get_text(json, "status"), "done");
	assert_true(plica_json_get_number(json, "returncode", -1) == 0);
	assert_true(plica_json_get_number(json, "attempts", 0) == 1);
	assert_int_equal(strlen(plica_json_get_text(json, "input_sha256")), 64);
	assert_string_equal(plica_json_get_text(json, "program_version"), PLICA_VERSION);
	assert_true(plica_json_length(plica_json_get(json, "environment")) > 0);
	plica_json_free(json);
	json = study_json(&study, ROOT "reconstruction_manifest.json");
	assert_true(plica_json_get_number(json, "schema_version", 0) == 1);
	assert_true(plica_json_get_number(json, "total_jobs", 0) == 3);
	assert_true(plica_json_get_number(json, "filtered_jobs", 0) == 3);
	assert_int_equal(plica_json_length(plica_json_get(json, "jobs")), 3);
	assert_int_equal(plica_json_length(plica_json_get(json, "execution_results")), 3);
	assert_string_equal(result_text(json, 0, "split"), "train");
	assert_string_equal(result_text(json, 2, "split"), "full");
	plica_json_free(json);
	study_end(&study);
}

static void what_is_complete_is_not_run_again(void **state)
{
	struct plica_run_summary summary;
	struct seen seen = {0};
	struct plica_error err;
	struct study study;
	struct plica_json *json;

	(void)state;
	begin(&study, SUCCEED);
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){0}, &err));
	study_write_program(&study, "exit 9");
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){0}, &err));
	assert_int_equal(summary.cached, 3);
	assert_int_equal(seen.started, 0);
	json = study_json(&study, ROOT "reconstruction_manifest.json");
	assert_int_equal(plica_json_length(plica_json_get(json, "execution_results")), 3);
	plica_json_free(json);
	/* one input with another content, of the same size */
	study_write_npz(&study, "s/phase_c/dose_1000/patched_test.npz", "[]");
	study_write_program(&study, SUCCEED);
	assert_ok(study_list(&study, (struct plica_job_settings){0}, &err));
	assert_ok(plica_jobs_assess(study.jobs, &err));
	assert_int_equal(study.jobs->item[0].state, PLICA_JOB_CACHED);
	assert_int_equal(study.jobs->item[1].state, PLICA_JOB_STALE);
	assert_non_null(strstr(study.jobs->item[1].reason, "the content of input_npz has changed"));
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){0}, &err));
	assert_int_equal(summary.done, 1);
	assert_int_equal(summary.cached, 2);
	study_end(&study);
}

static void a_failure_does_not_stop_the_others(void **state)
{
	struct plica_run_summary summary;
	struct seen seen = {0};
	struct plica_error err;
	struct study study;
	struct plica_json *json;

	(void)state;
	begin(&study, "case $out in */test) echo no luck >&2; exit 3;; esac; " SUCCEED);
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){0}, &err));
	assert_int_equal(summary.done, 2);
	assert_int_equal(summary.failed, 1);
	assert_string_equal(seen.tail, "no luck\n");
	json = study_json(&study, TEST "job.json");
	assert_string_equal(plica_json_get_text(json, "status"), "failed");
	assert_true(plica_json_get_number(json, "returncode", 0) == 3);
	plica_json_free(json);
	study_end(&study);
}

/* What cannot be written down in one folder is that job's failure, not the run's. */
static void a_broken_folder_does_not_stop_the_others(void **state)
{
	struct plica_run_summary summary;
	struct seen seen = {0};
	struct plica_error err;
	struct study study;

	(void)state;
	begin(&study, "case $out in */test) sleep 0.4; rm -r \"$out\"; exit 0;; esac; " SUCCEED);
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){0}, &err));
	assert_int_equal(summary.done, 2);
	assert_int_equal(summary.failed, 1);
	study_end(&study);
}

static void a_result_is_part_of_success(void **state)
{
	struct plica_run_summary summary;
	struct seen seen = {0};
	struct plica_error err;
	struct study study;

	(void)state;
	begin(&study, "exit 0");
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){0}, &err));
	assert_int_equal(summary.failed, 3);
	study_end(&study);
}

static void replace_design(struct study *study, const char *text)
{
	struct plica_error err;
	char path[512];

	plica_jobs_free(study->jobs);
	study->jobs = NULL;
	plica_design_free(study->design);
	study_path(path, study, "d.yaml");
	assert_ok(plica_design_parse(&study->design, text, strlen(text), path, &err));
}

/* The reason is the setting that changed, with both values, and nothing else. */
static void a_change_is_named(void **state)
{
	static const struct {
		const char *more;
		const char *reason;
	} cases[] = {
		{"reconstruction: {num_epochs: 7}\n", "num_epochs was 100, now 7"},
		{"reconstruction: {batch_size: 8, num_epochs: 7}\n",
			"num_epochs was 100, now 7; batch_size was 96, now 8"},
		{"reconstruction: {options: {object.step_size: 0.5}}\n",
			"object.step_size was not set, now 0.5"},
	};
	struct plica_run_summary summary;
	struct seen seen = {0};
	struct plica_error err;
	struct study study;
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&study, SUCCEED);
		assert_ok(run(&study, &summary, &seen, (struct plica_run_options){0}, &err));
		(void)snprintf(text, sizeof(text), "%s%s", design, cases[i].more);
		replace_design(&study, text);
		assert_ok(study_list(&study, (struct plica_job_settings){.threads = 2}, &err));
		assert_ok(plica_jobs_assess(study.jobs, &err));
		assert_int_equal(study.jobs->item[0].state, PLICA_JOB_STALE);
		assert_string_equal(study.jobs->item[0].reason, cases[i].reason);
		study_end(&study);
	}
}

/* A rerun with other data that leaves nothing does not succeed on the result of the old data. */
static void an_old_result_does_not_pass_for_a_new_one(void **state)
{
	struct plica_run_summary summary;
	struct seen seen = {0};
	struct plica_error err;
	struct study study;
	char path[512];

	(void)state;
	begin(&study, SUCCEED);
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){0}, &err));
	study_write_npz(&study, "s/phase_c/dose_1000/patched_test.npz", "[1]");
	study_write_program(&study, "exit 0");
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){0}, &err));
	assert_int_equal(summary.cached, 2);
	assert_int_equal(summary.failed, 1);
	study_path(path, &study, TEST "reconstruction.npz");
	assert_false(plica_file_exists(path));
	study_end(&study);
}

static void failures_are_tried_again(void **state)
{
	struct plica_run_summary summary;
	struct seen seen = {0};
	struct plica_error err;
	struct study study;
	struct plica_json *json;

	(void)state;
	begin(&study, "case $out in */test) echo x >> \"$out/tries\"; "
		      "[ $(wc -l < \"$out/tries\") -ge 3 ] || exit 1;; esac; " SUCCEED);
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){.retries = 3}, &err));
	assert_int_equal(summary.done, 3);
	assert_int_equal(seen.retried, 2);
	json = study_json(&study, TEST "job.json");
	assert_true(plica_json_get_number(json, "attempts", 0) == 3);
	plica_json_free(json);
	study_end(&study);
}

static void endings_are_told_apart(void **state)
{
	static const struct {
		const char *program;
		const char *status;
	} cases[] = {
		{"kill -KILL $$", "killed"},
		{"trap '' TERM; while :; do sleep 0.05; done", "timeout"},
		{"echo cannot allocate 9 bytes: out of memory >&2; exit 1", "out-of-memory"},
		{"exit 1", "failed"},
	};
	struct plica_run_summary summary;
	struct seen seen = {0};
	struct plica_error err;
	struct study study;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plica_json *json;

		begin(&study, cases[i].program);
		assert_ok(run(&study, &summary, &seen,
			(struct plica_run_options){.parallel = 3, .timeout_s = 0.5, .grace_s = 0.2},
			&err));
		assert_int_equal(summary.failed, 3);
		json = study_json(&study, TEST "job.json");
		assert_string_equal(plica_json_get_text(json, "status"), cases[i].status);
		plica_json_free(json);
		study_end(&study);
	}
}

static void interrupted_it_goes_on_later(void **state)
{
	struct plica_run_summary summary;
	struct seen seen = {.stop_after = 2};
	struct plica_error err;
	struct study study;

	(void)state;
	begin(&study, "case $out in */test) [ -e \"$out/again\" ] || "
		      "{ : > \"$out/again\"; sleep 60; };; esac; " SUCCEED);
	assert_error(run(&study, &summary, &seen, (struct plica_run_options){0}, &err),
		PLICA_ERR_INTERRUPTED, "");
	assert_int_equal(summary.done, 1);
	assert_int_equal(summary.left, 1);
	seen.stop_after = 0;
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){0}, &err));
	assert_int_equal(summary.cached, 1);
	assert_int_equal(summary.done, 2);
	study_end(&study);
}

static void a_dry_run_starts_nothing(void **state)
{
	struct plica_run_summary summary;
	struct seen seen = {0};
	struct plica_error err;
	struct study study;
	struct plica_json *json;
	char path[512];

	(void)state;
	begin(&study, SUCCEED);
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){.dry_run = true}, &err));
	assert_int_equal(seen.started, 0);
	study_path(path, &study, ROOT "dose_1000");
	assert_false(plica_file_exists(path));
	json = study_json(&study, ROOT "reconstruction_manifest.json");
	assert_int_equal(plica_json_length(plica_json_get(json, "jobs")), 3);
	assert_int_equal(plica_json_length(plica_json_get(json, "execution_results")), 0);
	plica_json_free(json);
	json = study_json(&study, ROOT "skip_summary.json");
	assert_true(plica_json_get_number(json, "skipped_count", -1) == 0);
	plica_json_free(json);
	study_end(&study);
}

static void what_is_left_out_is_recorded_once(void **state)
{
	static const char *const split[] = {"train", "test"};
	const struct plica_job_settings settings = {.split = {2, split}, .allow_missing = true};
	struct plica_run_options options = {.dry_run = true};
	struct plica_run_summary summary;
	struct plica_error err;
	struct study study;
	struct plica_json *json;
	const struct plica_json *list;
	char path[512];

	(void)state;
	begin(&study, SUCCEED);
	study_path(path, &study, "s/phase_c/dose_1000/patched_test.npz");
	assert_int_equal(unlink(path), 0);
	assert_ok(study_list(&study, settings, &err));
	assert_ok(plica_study_run(&summary, study.jobs, &options, &err));
	json = study_json(&study, ROOT "skip_summary.json");
	list = plica_json_get(json, "skipped_jobs");
	assert_int_equal(plica_json_length(list), 2);
	assert_true(plica_json_get_number(json, "skipped_count", 0) == 2);
	assert_true(plica_json_get_number(json, "missing_phase_d_count", -1) == 0);
	assert_non_null(strstr(plica_json_get_text(plica_json_at(list, 0), "reason"),
		"Phase C data set not found: "));
	assert_non_null(
		strstr(plica_json_get_text(plica_json_at(list, 1), "reason"), "split=train, test"));
	plica_json_free(json);
	json = study_json(&study, ROOT "reconstruction_manifest.json");
	assert_true(plica_json_get_number(json, "total_jobs", 0) == 3);
	assert_true(plica_json_get_number(json, "filtered_jobs", 0) == 1);
	assert_int_equal(plica_json_length(plica_json_get(json, "missing_jobs")), 1);
	assert_int_equal(
		plica_json_length(plica_json_get(plica_json_get(json, "filters"), "split")), 2);
	plica_json_free(json);
	study_end(&study);
}

static void a_backend_that_cannot_run_is_said_before_the_start(void **state)
{
	struct plica_run_options options = {0};
	struct plica_run_summary summary;
	struct plica_error err;
	struct study study;
	char path[512];

	(void)state;
	begin(&study, SUCCEED);
	assert_ok(study_list(&study, (struct plica_job_settings){.backend = "ptychi"}, &err));
	assert_error(plica_study_run(&summary, study.jobs, &options, &err), PLICA_ERR_CHILD,
		"ptychi_reconstruct_tike.py' is");
	study_path(path, &study, ROOT "dose_1000");
	assert_false(plica_file_exists(path));
	study_end(&study);
}

static double user_seconds(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return (double)usage.ru_utime.tv_sec + 1e-6 * (double)usage.ru_utime.tv_usec;
}

/* Our own user time. What the kernel takes to start a process and to write files is of the same
 * size (1.3 ms a job both together, on an idle machine), but twice that next to other work. */
static void overhead_of_a_job_is_small(void **state)
{
	enum { DOSES = 300, JOBS = 3 * DOSES };
	struct plica_run_summary summary;
	struct seen seen = {0};
	struct plica_error err;
	struct study study;
	struct plica_text text = {0};
	double begin_s;

	(void)state;
	begin(&study, SUCCEED);
	assert_ok(plica_text_add(&text, "name: s\nviews: [{name: baseline}]\ndoses: [1000", &err));
	for (int i = 1; i < DOSES; i++) {
		char name[64];
		char path[512];

		assert_ok(plica_text_printf(&text, &err, ", %d", 1000 + i));
		(void)snprintf(name, sizeof(name), "s/phase_c/dose_%d", 1000 + i);
		study_path(path, &study, name);
		assert_int_equal(symlink("dose_1000", path), 0);
	}
	assert_ok(plica_text_add(&text, "]\n", &err));
	replace_design(&study, text.data);
	begin_s = user_seconds();
	assert_ok(run(&study, &summary, &seen, (struct plica_run_options){.parallel = 2}, &err));
	assert_int_equal(summary.done, JOBS);
	assert_true(user_seconds() - begin_s < 2e-3 * (double)summary.done);
	plica_text_release(&text);
	study_end(&study);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_is_recorded),
		cmocka_unit_test(what_is_complete_is_not_run_again),
		cmocka_unit_test(a_failure_does_not_stop_the_others),
		cmocka_unit_test(a_broken_folder_does_not_stop_the_others),
		cmocka_unit_test(a_result_is_part_of_success),
		cmocka_unit_test(a_change_is_named),
		cmocka_unit_test(an_old_result_does_not_pass_for_a_new_one),
		cmocka_unit_test(failures_are_tried_again),
		cmocka_unit_test(endings_are_told_apart),
		cmocka_unit_test(interrupted_it_goes_on_later),
		cmocka_unit_test(overhead_of_a_job_is_small),
		cmocka_unit_test(a_dry_run_starts_nothing),
		cmocka_unit_test(what_is_left_out_is_recorded_once),
		cmocka_unit_test(a_backend_that_cannot_run_is_said_before_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
