/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/report.h"

#include <math.h>
#include <string.h>

#include "artifacts.h"

#define HOSTILE "<script>alert('x')</script>"
#define HOSTILE_JSON "<script>alert('x')</script>\\\"&"

static void write_in(const char *root, const char *name, const char *text)
{
	char path[1024];

	artifact_write(artifact_path(path, root, name), text);
}

/* The folder of a job, with a record of the given status. */
static void make_job(const char *root, const char *folder, const char *status)
{
	struct plica_error err;
	char path[1024];
	char record[512];

	(void)artifact_path(path, root, folder);
	assert_ok(plica_make_folders(path, &err));
	(void)snprintf(record, sizeof(record),
		"{\"status\": \"%s\", \"returncode\": 1, \"seconds\": 2.5, \"attempts\": 1, "
		"\"log_path\": \"/old/%s/native.log\", \"peak_memory_bytes\": 64e6}",
		status, folder);
	write_in(path, "job.json", record);
	write_in(path, "native.log", "line one\n" HOSTILE "\n");
}

static void write_manifest(const char *root)
{
	struct plica_text text = {0};
	struct plica_error err;

	assert_ok(plica_text_printf(&text, &err,
		"{\"artifact_root\": \"/old\", \"study\": \"name %s\", \"jobs\": ["
		"{\"dose\": 1000, \"view\": \"baseline\", \"split\": \"train\", \"output_dir\": "
		"\"/old/one\", \"input_npz\": \"/old/one.npz\", \"command\": [\"plica\", "
		"\"it's\"]},"
		"{\"dose\": 1000, \"view\": \"dense\", \"split\": \"train\", \"output_dir\": "
		"\"/old/two\", \"input_npz\": \"/old/two.npz\"},"
		"{\"dose\": 10000, \"view\": \"baseline\", \"split\": \"train\", \"output_dir\": "
		"\"/old/three\", \"input_npz\": \"/old/three.npz\"},"
		"{\"dose\": 10000, \"view\": \"%s\", \"split\": \"train\", \"output_dir\": "
		"\"/old/four\", \"input_npz\": \"/old/one.npz\"}]}",
		HOSTILE_JSON, HOSTILE_JSON));
	write_in(root, "reconstruction_manifest.json", text.data);
	write_in(root, "skip_summary.json",
		"{\"skipped_jobs\": [{\"dose\": 1e5, \"view\": \"dense\", \"split\": \"train\", "
		"\"reason\": \"because " HOSTILE_JSON "\"}]}");
	plica_text_release(&text);
}

/* Four jobs: one with everything, one without a truth, one failed, one whose file is broken. */
static void make_study(const char *root)
{
	char path[1024];

	make_job(root, "one", "done");
	make_job(root, "two", "done");
	make_job(root, "three", "failed");
	make_job(root, "four", "done");
	write_manifest(root);
	(void)artifact_path(path, root, "one.npz");
	artifact_input(path, 1234.0, true);
	(void)artifact_path(path, root, "two.npz");
	artifact_input(path, 1000.0, false);
	(void)artifact_path(path, root, "one/reconstruction.npz");
	artifact_result(path, 0.05);
	(void)artifact_path(path, root, "two/ptychi_reconstruction.npz");
	artifact_result(path, 0.05);
	write_in(root, "four/reconstruction.npz", "this is no archive");
}

static void make_page(struct plica_text *page, const char *root, const char *title)
{
	struct plica_report_options options = {.artifact_root = root, .title = title};
	struct plica_error err;
	char path[1024];

	(void)artifact_path(path, root, "report.html");
	options.output_path = path;
	assert_ok(plica_report_save(&options, &err));
	assert_ok(plica_file_read(page, path, 16 << 20, &err));
}

static size_t count_of(const struct plica_text *page, const char *part)
{
	size_t count = 0;

	for (const char *at = page->data; (at = strstr(at, part)) != NULL; at++)
		count++;
	return count;
}

#define assert_shows(page, part)                                                                   \
	do {                                                                                       \
		if (count_of((page), (part)) == 0)                                                 \
			fail_msg("the page does not hold '%s'", (part));                           \
	} while (0)

static void page_answers_and_explains(void **state)
{
	struct plica_text page = {0};

	make_page(&page, *state, NULL);
	assert_shows(&page, "2 of 5 jobs are done.");
	assert_int_equal(count_of(&page, "<tr data-number="), 5);
	assert_int_equal(count_of(&page, "<details class=\"card\""), 5);
	/* one: seven pictures; two: object and probe; a thumbnail each */
	assert_int_equal(count_of(&page, "<img src=\"data:image/png;base64,iVBOR"), 7 + 4 + 2);
	assert_int_equal(count_of(&page, "<img"), count_of(&page, "<img src=\"data:"));
	assert_int_equal(count_of(&page, "\" alt=\"\""), 0);
	assert_shows(&page, "the patterns hold 1234 photons each, which is +23.4 % off");
	assert_shows(&page, "expected (H, W) complex");
	assert_shows(&page, "<span>not compared</span>");
	assert_shows(&page, "ended with an error (exit status 1)");
	assert_shows(&page, "cannot read");
	assert_shows(&page, "0.6250"); /* the metadata's acceptance rate */
	assert_shows(&page, "plica &#39;it&#39;\\&#39;&#39;s&#39;");
	assert_shows(&page, "64 MB");
	plica_text_release(&page);
}

static void nothing_from_a_file_becomes_markup(void **state)
{
	struct plica_text page = {0};

	make_page(&page, *state, NULL);
	assert_int_equal(count_of(&page, "<script>alert"), 0);
	assert_shows(
		&page, "<title>name &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;");
	assert_shows(&page, "because &lt;script&gt;");
	assert_shows(&page, "line one\n&lt;script&gt;");
	/* data, Chart.js, d3, the page's own */
	assert_int_equal(count_of(&page, "<script"), 4);
	assert_int_equal(count_of(&page, "</script"), 4);
	assert_int_equal(count_of(&page, "'sha256-"), 3);
	plica_text_release(&page);
}

static void page_needs_nothing_else(void **state)
{
	struct plica_text page = {0};

	make_page(&page, *state, NULL);
	assert_int_equal(count_of(&page, "<link"), 0);
	assert_int_equal(count_of(&page, " src=\"http"), 0);
	assert_int_equal(count_of(&page, "@import"), 0);
	assert_int_equal(count_of(&page, "url("), count_of(&page, "url(data:"));
	assert_shows(&page, "default-src 'none'");
	assert_shows(&page, "Chart.js Contributors");
	assert_shows(&page, "Mike Bostock");
	plica_text_release(&page);
}

static void title_can_be_given(void **state)
{
	struct plica_text page = {0};

	make_page(&page, *state, "My <study>");
	assert_shows(&page, "<h1>My &lt;study&gt;</h1>");
	plica_text_release(&page);
}

static void failures_leave_the_old_page(void **state)
{
	struct plica_report_options options = {.artifact_root = "/nowhere"};
	struct plica_text page = {0};
	struct plica_error err;
	char path[512];

	(void)state;
	options.output_path = scratch_path(path, "old.html");
	artifact_write(path, "old");
	assert_error(plica_report_save(&options, &err), PLICA_ERR_IO,
		"/nowhere/reconstruction_manifest.json");
	assert_ok(plica_file_read(&page, path, 100, &err));
	assert_string_equal(page.data, "old");
	plica_text_release(&page);
	options.artifact_root = *state;
	options.output_path = "/nowhere/report.html";
	assert_error(plica_report_save(&options, &err), PLICA_ERR_IO, "/nowhere/report.html");
}

static void empty_study_has_a_page(void **state)
{
	struct plica_text page = {0};
	struct plica_error err;
	char root[512];

	(void)state;
	assert_ok(plica_make_folders(scratch_path(root, "empty"), &err));
	write_in(root, "reconstruction_manifest.json", "{\"jobs\": []}");
	make_page(&page, root, NULL);
	assert_shows(&page, "The study has no job.");
	assert_shows(&page, "<h1>empty</h1>");
	plica_text_release(&page);
}

/* A study of one job with a data set and, so far, no result; `dose` is its entry or "". */
static void make_single(const char *root, const char *dose)
{
	struct plica_text text = {0};
	struct plica_error err;
	char path[1024];

	make_job(root, "one", "done");
	assert_ok(plica_text_printf(&text, &err,
		"{\"artifact_root\": \"/old\", \"jobs\": [{%s\"view\": \"baseline\", \"split\": "
		"\"train\", \"output_dir\": \"/old/one\", \"input_npz\": \"/old/one.npz\"}]}",
		dose));
	write_in(root, "reconstruction_manifest.json", text.data);
	plica_text_release(&text);
	artifact_input(artifact_path(path, root, "one.npz"), 1000.0, true);
}

/* The truth itself as the result: there is a truth, but no figure to be believed. */
static void refused_figures_are_not_a_missing_truth(void **state)
{
	struct plica_text page = {0};
	char root[512], path[1024];

	(void)state;
	make_single(scratch_path(root, "refused"), "");
	artifact_result(artifact_path(path, root, "one/reconstruction.npz"), 0.0);
	make_page(&page, root, NULL);
	assert_shows(&page, "No error against the truth (complex NRMSE) can be trusted.");
	assert_shows(&page, "<span>not trusted</span>");
	assert_shows(&page, "better than shot noise allows");
	plica_text_release(&page);
}

/* A result with an object of `dtype` and an origin of so many entries. */
static void save_odd_result(const char *root, enum plica_dtype dtype, size_t entries)
{
	static const char *const names[] = {"reconstructed_object", "object_origin"};
	const size_t shape[2] = {ARTIFACT_PX, ARTIFACT_PX};
	struct plica_array arrays[2] = {0};
	struct plica_error err;
	char path[1024];

	assert_ok(plica_array_create(&arrays[0], dtype, 2, shape, &err));
	assert_ok(plica_array_create(&arrays[1], PLICA_DTYPE_F64, 1, &entries, &err));
	artifact_save(artifact_path(path, root, "one/reconstruction.npz"), names, arrays, 2);
}

static void results_that_cannot_be_used_name_their_file(void **state)
{
	struct plica_text page = {0};
	char root[512];

	(void)state;
	make_single(scratch_path(root, "odd"), "");
	save_odd_result(root, PLICA_DTYPE_F32, 2);
	make_page(&page, root, NULL);
	assert_shows(&page, "/odd/one/reconstruction.npz&#39;: &#39;reconstructed_object&#39; is "
			    "float32 (48, 48), expected complex numbers");
	plica_text_release(&page);
	save_odd_result(root, PLICA_DTYPE_C64, 2);
	make_page(&page, root, NULL);
	/* what the file does not hold is not none of it */
	assert_shows(&page, "<dt>epochs</dt><dd>\xe2\x80\x93</dd>");
	assert_shows(&page, "<dt>probe modes</dt><dd>\xe2\x80\x93</dd>");
	assert_shows(&page, "alt=\"Object, phase, baseline, train\"");
	/* and an object of nothing has no negative amplitude */
	assert_shows(&page, "Object, amplitude <small>0 <i class=\"map\">to</i> 0.500</small>");
	plica_text_release(&page);
	save_odd_result(root, PLICA_DTYPE_C64, 3);
	make_page(&page, root, NULL);
	assert_shows(&page, "/odd/one/reconstruction.npz&#39;: &#39;object_origin&#39; has 3 "
			    "entries, expected a finite row and column");
	plica_text_release(&page);
}

/* A view of equal fluence is listed under the baseline's dose and has its own. */
static void a_dose_is_held_against_its_own_label(void **state)
{
	static const struct {
		const char *metadata;
		size_t warnings;
	} cases[] = {
		{"{\"dose\": 4000, \"dose_label\": 1000}", 0},
		{"{\"dose\": 4000}", 1},
		{"{\"dose\": 1000, \"dose_label\": 1000}", 1},
	};
	char root[512], path[1024];

	(void)state;
	make_single(scratch_path(root, "fluence"), "\"dose\": 1000, ");
	artifact_result(artifact_path(path, root, "one/reconstruction.npz"), 0.05);
	for (size_t i = 0; i < 3; i++) {
		struct plica_text page = {0};

		artifact_input_of(
			artifact_path(path, root, "one.npz"), 4000.0, true, cases[i].metadata);
		make_page(&page, root, NULL);
		assert_int_equal(count_of(&page, "the patterns hold 4000 photons each, which is "
						 "+300.0 % off the dose 1000"),
			cases[i].warnings);
		assert_int_equal(count_of(&page, "photons each"), cases[i].warnings);
		plica_text_release(&page);
	}
}

static int prepare(void **state)
{
	static char root[512];

	if (artifact_make(state) != 0)
		return -1;
	*state = root;
	(void)scratch_path(root, "study");
	make_study(root);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_answers_and_explains),
		cmocka_unit_test(nothing_from_a_file_becomes_markup),
		cmocka_unit_test(page_needs_nothing_else),
		cmocka_unit_test(title_can_be_given),
		cmocka_unit_test(failures_leave_the_old_page),
		cmocka_unit_test(empty_study_has_a_page),
		cmocka_unit_test(refused_figures_are_not_a_missing_truth),
		cmocka_unit_test(results_that_cannot_be_used_name_their_file),
		cmocka_unit_test(a_dose_is_held_against_its_own_label),
	};

	return cmocka_run_group_tests(tests, prepare, artifact_remove);
}
