/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/results.h"

#include <math.h>
#include <string.h>

#include "artifacts.h"

static void root_of(char out[512], const char *name)
{
	char path[1024];
	struct plica_error err;

	(void)artifact_path(path, scratch_path(out, name), "dose_1000/dense/train");
	assert_ok(plica_make_folders(path, &err));
}

static void write_in(const char *root, const char *name, const char *text)
{
	char path[1024];

	artifact_write(artifact_path(path, root, name), text);
}

/* A study of one job, which ran below /old/place, with the given record. */
static void load_one(struct plica_report_study *study, const char *name, const char *record)
{
	char root[512];
	struct plica_error err;

	root_of(root, name);
	write_in(root, "reconstruction_manifest.json",
		"{\"artifact_root\": \"/old/place/\", \"jobs\": [{\"dose\": 1000, \"view\": "
		"\"dense\", \"split\": \"train\", \"output_dir\": "
		"\"/old/place/dose_1000/dense/train\", \"input_npz\": \"/data/in.npz\"}], "
		"\"timestamp\": \"2026-11-24T15:04:00Z\"}");
	if (record != NULL)
		write_in(root, "dose_1000/dense/train/job.json", record);
	assert_ok(plica_report_study_load(study, root, &err));
	assert_int_equal(study->count, 1);
}

static void moved_folders_are_found(void **state)
{
	struct plica_report_study study;
	char expected[512];

	(void)state;
	load_one(&study, "moved", "{\"status\": \"done\", \"log_path\": \"/etc/passwd\"}");
	assert_string_equal(
		study.job[0].folder, scratch_path(expected, "moved/dose_1000/dense/train"));
	/* A record cannot make the report show a file from elsewhere. */
	assert_string_equal(study.job[0].log_path,
		scratch_path(expected, "moved/dose_1000/dense/train/passwd"));
	assert_string_equal(study.job[0].input_path, "/data/in.npz");
	assert_true(study.job[0].dose == 1000.0);
	assert_int_equal(study.job[0].number, 1);
	plica_report_study_release(&study);
}

static void every_status_has_its_reason(void **state)
{
	static const struct {
		const char *record;
		enum plica_report_state state;
		const char *reason;
		bool cached;
	} cases[] = {
		{"{\"status\": \"done\"}", PLICA_REPORT_DONE, NULL, false},
		{"{\"status\": \"done\", \"started\": \"2026-11-24T15:03:59Z\"}", PLICA_REPORT_DONE,
			NULL, true},
		{"{\"status\": \"done\", \"started\": \"2026-11-24T15:04:00Z\"}", PLICA_REPORT_DONE,
			NULL, false},
		{NULL, PLICA_REPORT_WAITING, "not started", false},
		{"{\"status\": \"queued\"}", PLICA_REPORT_WAITING, "waits", false},
		{"{\"status\": \"running\"}", PLICA_REPORT_RUNNING, "is running", false},
		{"{\"status\": \"failed\", \"returncode\": 3}", PLICA_REPORT_FAILED,
			"exit status 3", false},
		{"{\"status\": \"killed\", \"returncode\": -9}", PLICA_REPORT_FAILED, "signal 9",
			false},
		{"{\"status\": \"timeout\"}", PLICA_REPORT_FAILED, "time limit", false},
		{"{\"status\": \"out-of-memory\"}", PLICA_REPORT_FAILED, "memory", false},
		{"{\"status\": \"enchanted\"}", PLICA_REPORT_FAILED, "does not know", false},
		{"{\"seconds\": 1}", PLICA_REPORT_FAILED, "does not know", false},
		{"{\"status\": ", PLICA_REPORT_FAILED, "job.json", false},
	};
	char name[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plica_report_study study;

		(void)snprintf(name, sizeof(name), "status-%zu", i);
		load_one(&study, name, cases[i].record);
		assert_int_equal(study.job[0].state, cases[i].state);
		assert_int_equal(study.job[0].cached, cases[i].cached);
		if (cases[i].reason == NULL)
			assert_null(study.job[0].reason);
		else
			assert_non_null(strstr(study.job[0].reason, cases[i].reason));
		assert_int_equal(plica_report_count(&study, cases[i].state), 1);
		plica_report_study_release(&study);
	}
}

static void skipped_jobs_follow(void **state)
{
	struct plica_report_study study;
	struct plica_error err;
	char root[512];

	(void)state;
	root_of(root, "skips");
	write_in(root, "reconstruction_manifest.json", "{\"jobs\": []}");
	write_in(root, "skip_summary.json",
		"{\"skipped_jobs\": [{\"dose\": 1000, \"view\": \"dense\", \"split\": \"test\", "
		"\"reason\": \"filtered out by split=train\"}, {\"view\": 7}]}");
	assert_ok(plica_report_study_load(&study, root, &err));
	assert_int_equal(study.count, 2);
	assert_int_equal(plica_report_count(&study, PLICA_REPORT_SKIPPED), 2);
	assert_string_equal(study.job[0].reason, "filtered out by split=train");
	assert_string_equal(study.job[0].split, "test");
	assert_string_equal(study.job[1].view, "");
	assert_true(isnan(study.job[1].dose));
	plica_report_study_release(&study);
}

static void broken_studies_are_refused(void **state)
{
	struct plica_report_study study;
	struct plica_error err;
	char root[512];

	(void)state;
	root_of(root, "broken");
	assert_error(plica_report_study_load(&study, root, &err), PLICA_ERR_IO,
		"reconstruction_manifest.json");
	write_in(root, "reconstruction_manifest.json", "{\"jobs\": {}}");
	assert_error(
		plica_report_study_load(&study, root, &err), PLICA_ERR_FORMAT, "'jobs' is missing");
	write_in(root, "reconstruction_manifest.json", "{\"jobs\": [");
	assert_error(plica_report_study_load(&study, root, &err), PLICA_ERR_FORMAT, "line 1");
	write_in(root, "reconstruction_manifest.json", "{\"jobs\": [5, null, \"x\"]}");
	write_in(root, "skip_summary.json", "{");
	assert_error(
		plica_report_study_load(&study, root, &err), PLICA_ERR_FORMAT, "skip_summary.json");
	write_in(root, "skip_summary.json", "{}");
	assert_ok(plica_report_study_load(&study, root, &err));
	assert_int_equal(study.count, 3);
	assert_int_equal(study.job[2].state, PLICA_REPORT_FAILED);
	assert_string_equal(study.job[2].reason, "the manifest names no folder for it");
	plica_report_study_release(&study);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moved_folders_are_found),
		cmocka_unit_test(every_status_has_its_reason),
		cmocka_unit_test(skipped_jobs_follow),
		cmocka_unit_test(broken_studies_are_refused),
	};

	return cmocka_run_group_tests(tests, artifact_make, artifact_remove);
}
