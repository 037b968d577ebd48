/* SPDX-License-Identifier: BSD-3-Clause */
/* The backend ptychi with an interpreter that stands for Python: found, asked, run, recorded. */
#include "study/backend.h"

#include "fixture.h"

#define DESIGN                                                                                     \
	"name: s\ndoses: [1e3]\nviews: [{name: baseline}]\nsplits: [train]\nbackend: ptychi\n"

/* Answers the probe, and leaves a result for the driver's arguments. */
#define INTERPRETER(ptychi)                                                                        \
	"#!/bin/sh\n"                                                                              \
	"say() { echo 'plica-versions: {\"ptychi\": \"" ptychi "\", \"torch\": \"2.14.1\"}'; }\n"  \
	"if [ \"$1\" = -c ]; then echo warned >&2; say >&2; exit 0; fi\n"                          \
	"while [ $# -gt 0 ]; do [ \"$1\" = --output-dir ] && out=$2; shift; done\n"                \
	"touch \"$out/ptychi_reconstruction.npz\"\n"

static void write_script(const struct study *study, const char *name, const char *text)
{
	char path[512];

	study_write(study, name, text);
	study_path(path, study, name);
	assert_int_equal(chmod(path, 0755), 0);
}

/* A study whose program lies in build/, and whose driver exists in the tree around it. */
static void begin(struct study *study, const char *design)
{
	study_begin(study, design);
	study_write_npz(study, "s/phase_c/dose_1000/patched_train.npz", "{}");
	study_write(study, "scripts/reconstruction/ptychi_reconstruct_tike.py", "");
	assert_int_equal(unsetenv("PLICA_PTYCHI_PYTHON"), 0);
	assert_int_equal(setenv("XDG_DATA_HOME", study->folder, 1), 0);
}

static enum plica_status list(struct study *study, const char *backend, struct plica_error *err)
{
	struct plica_job_settings settings = {.backend = backend};
	char program[512];

	study_path(program, study, "build/plica");
	settings.program = program;
	plica_jobs_free(study->jobs);
	study->jobs = NULL;
	return plica_study_jobs(&study->jobs, study->design, &settings, err);
}

static const char *word(const struct study *study, size_t index)
{
	return study->jobs->item[0].command[index];
}

static void the_interpreter_is_found(void **state)
{
	struct plica_error err;
	struct study study;
	char path[512];

	(void)state;
	begin(&study, DESIGN);
	assert_ok(list(&study, NULL, &err));
	assert_string_equal(word(&study, 0), "python3");
	study_write(&study, "plica/ptychi/bin/python3", "");
	study_path(path, &study, "plica/ptychi/bin/python3");
	assert_ok(list(&study, NULL, &err));
	assert_string_equal(word(&study, 0), path);
	assert_int_equal(setenv("PLICA_PTYCHI_PYTHON", "/opt/it's here/python", 1), 0);
	assert_ok(list(&study, NULL, &err));
	assert_string_equal(word(&study, 0), "/opt/it's here/python");
	plica_jobs_free(study.jobs);
	study.jobs = NULL;
	plica_design_free(study.design);
	study_path(path, &study, "d.yaml");
	assert_ok(plica_design_parse(&study.design, DESIGN "ptychi: {python: python3.12}\n",
		strlen(DESIGN "ptychi: {python: python3.12}\n"), path, &err));
	assert_ok(list(&study, NULL, &err));
	assert_string_equal(word(&study, 0), "python3.12");
	study_end(&study);
}

static void an_installed_driver_goes_before_that_of_the_sources(void **state)
{
	struct plica_error err;
	struct study study;
	char path[512];

	(void)state;
	begin(&study, DESIGN);
	assert_ok(list(&study, NULL, &err));
	study_path(path, &study, "build/../scripts/reconstruction/ptychi_reconstruct_tike.py");
	assert_string_equal(word(&study, 1), path);
	study_write(&study, "share/plica/ptychi_reconstruct_tike.py", "");
	study_write(&study, "build/anything", "");
	assert_ok(list(&study, NULL, &err));
	study_path(path, &study, "build/../share/plica/ptychi_reconstruct_tike.py");
	assert_string_equal(word(&study, 1), path);
	study_end(&study);
}

static void what_a_backend_lacks_is_refused(void **state)
{
	struct plica_error err;
	struct study study;

	(void)state;
	begin(&study, "name: s\ndoses: [1e3]\nviews: [{name: baseline}]\nsplits: [train]\n"
		      "reconstruction: {algorithm: ML}\n");
	assert_ok(list(&study, NULL, &err));
	assert_error(list(&study, "ptychi", &err), PLICA_ERR_ARGUMENT,
		"the backend ptychi has no algorithm 'ML'");
	study_end(&study);
	begin(&study, DESIGN "reconstruction: {algorithm: RAAR}\n");
	assert_ok(list(&study, NULL, &err));
	assert_string_equal(word(&study, 3), "RAAR");
	assert_error(list(&study, "native", &err), PLICA_ERR_ARGUMENT,
		"the backend native has no algorithm 'RAAR'");
	study_end(&study);
	begin(&study, DESIGN "reconstruction: {options: {object.step_size: 0.5}}\n");
	assert_error(list(&study, NULL, &err), PLICA_ERR_ARGUMENT,
		"the backend ptychi takes no 'reconstruction.options': found 'object.step_size'");
	study_end(&study);
}

static enum plica_status run(struct study *study, const char *interpreter, struct plica_error *err)
{
	struct plica_run_options options = plica_run_defaults();
	struct plica_run_summary summary;
	char path[512];

	write_script(study, "python", interpreter);
	study_path(path, study, "python");
	assert_int_equal(setenv("PLICA_PTYCHI_PYTHON", path, 1), 0);
	assert_int_equal(list(study, NULL, err), PLICA_OK);
	return plica_study_run(&summary, study->jobs, &options, err);
}

static void assert_versions(const struct study *study, const char *file, const char *expected)
{
	struct plica_json *json = study_json(study, file);
	const struct plica_json *versions = plica_json_get(json, "backend_versions");

	assert_string_equal(plica_json_get_text(versions, "ptychi"), expected);
	assert_string_equal(plica_json_get_text(versions, "torch"), "2.14.1");
	plica_json_free(json);
}

static const char manifest[] = "s/reconstructions/reconstruction_manifest.json";
static const char record[] = "s/reconstructions/dose_1000/baseline/train/job.json";

static void versions_are_recorded(void **state)
{
	struct plica_error err;
	struct study study;

	(void)state;
	begin(&study, DESIGN);
	study_write(&study, "build/plica", "");
	assert_ok(run(&study, INTERPRETER("2.2.0"), &err));
	assert_versions(&study, manifest, "2.2.0");
	assert_versions(&study, record, "2.2.0");
	assert_ok(run(&study, INTERPRETER("2.2.0"), &err));
	assert_int_equal(study.jobs->item[0].state, PLICA_JOB_CACHED);
	assert_versions(&study, manifest, "2.2.0");
	study_end(&study);
}

static void another_version_makes_results_stale(void **state)
{
	struct plica_error err;
	struct study study;

	(void)state;
	begin(&study, DESIGN);
	study_write(&study, "build/plica", "");
	assert_ok(run(&study, INTERPRETER("2.2.0"), &err));
	assert_ok(run(&study, "#!/bin/sh\nexit 1\n", &err)); /* nothing to do needs no pty-chi */
	assert_int_equal(study.jobs->item[0].state, PLICA_JOB_CACHED);
	assert_versions(&study, manifest, "2.2.0");
	assert_ok(run(&study, INTERPRETER("2.3.0"), &err));
	assert_string_equal(study.jobs->item[0].reason, "pty-chi was 2.2.0, now 2.3.0");
	assert_versions(&study, manifest, "2.3.0");
	assert_versions(&study, record, "2.3.0");
	study_end(&study);
}

static void a_failing_probe_stops_the_run(void **state)
{
	struct plica_error err;
	struct study study;
	char path[512];

	(void)state;
	begin(&study, DESIGN);
	study_write(&study, "build/plica", "");
	assert_error(run(&study,
			     "#!/bin/sh\necho Traceback >&2\necho 'No module named torch' >&2\n"
			     "exit 1\n",
			     &err),
		PLICA_ERR_CHILD, "/python': No module named torch; './dev setup ptychi'");
	assert_error(run(&study, "#!/bin/sh\nexit 0\n", &err), PLICA_ERR_CHILD,
		"did not tell the versions");
	study_path(path, &study, "s/reconstructions/dose_1000");
	assert_false(plica_file_exists(path));
	study_end(&study);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_interpreter_is_found),
		cmocka_unit_test(an_installed_driver_goes_before_that_of_the_sources),
		cmocka_unit_test(what_a_backend_lacks_is_refused),
		cmocka_unit_test(versions_are_recorded),
		cmocka_unit_test(another_version_makes_results_stale),
		cmocka_unit_test(a_failing_probe_stops_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
