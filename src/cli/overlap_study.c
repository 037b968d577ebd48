/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/overlap_study.h"

#include <math.h>
#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "cli/options.h"
#include "cli/output.h"

/* People are told on standard error: standard output is for the answer. */
static int on_data(
	void *context, enum plica_generate_event event, const char *path, const char *detail)
{
	(void)context;
	if (event == PLICA_GENERATE_WRITTEN)
		(void)fprintf(stderr, "made %s: %s\n", path, detail);
	return cli_signal != 0;
}

static void print_split(const struct plica_json *metrics)
{
	const char *reason = plica_json_get_text(metrics, "reason");

	(void)printf("%-9g %-10s %-6s", plica_json_get_number(metrics, "dose", (double)NAN),
		plica_json_get_text(metrics, "view"), plica_json_get_text(metrics, "split"));
	if (reason != NULL) {
		(void)printf(" %s\n", reason);
		return;
	}
	(void)printf(" %8.0f %8.0f %9.4f %7.4f %9.4f %9.4f %9.4f\n",
		plica_json_get_number(metrics, "n_images_total", (double)NAN),
		plica_json_get_number(metrics, "n_accepted", (double)NAN),
		plica_json_get_number(metrics, "linear_overlap", (double)NAN),
		plica_json_get_number(metrics, "area_overlap", (double)NAN),
		plica_json_get_number(metrics, "metric_1_group_based_avg", (double)NAN),
		plica_json_get_number(metrics, "metric_2_image_based_avg", (double)NAN),
		plica_json_get_number(metrics, "metric_3_group_to_group_avg", (double)NAN));
}

static enum plica_status add_split(struct plica_json *splits, const char *root, double dose,
	const char *view, const char *split, struct plica_error *err)
{
	struct plica_json *metrics = NULL;
	char name[256];
	char *path = NULL;
	enum plica_status status;

	(void)snprintf(name, sizeof(name), "dose_%.0f/%s/%s_metrics.json", dose, view, split);
	PLICA_TRY(plica_path_join(&path, root, name, err));
	if (!plica_file_exists(path)) /* the baseline is no view */
		goto out;
	PLICA_TRY(plica_json_load(&metrics, path, err));
	if (splits == NULL) {
		print_split(metrics);
		plica_json_free(metrics);
	} else {
		(void)snprintf(name, sizeof(name), "dose_%.0f/%s/%s", dose, view, split);
		plica_json_set(splits, name, metrics);
	}
out:
	plica_free(path);
	return status;
}

/* Into the object, or, without one, on standard output. */
static enum plica_status add_all(struct plica_json *splits, const struct plica_design *design,
	const char *root, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t d = 0; d < design->dose_count; d++)
		for (size_t v = 0; v < design->view_count; v++)
			for (int s = PLICA_SPLIT_TRAIN; s <= PLICA_SPLIT_TEST; s++)
				PLICA_TRY(add_split(splits, root, design->doses[d],
					design->views[v].name,
					plica_split_name((enum plica_split)s), err));
out:
	return status;
}

static enum plica_status show(int *result, const struct plica_design *design, const char *path,
	const char *root, bool json, struct plica_error *err)
{
	struct plica_json *answer;
	enum plica_status status;

	if (!json) {
		(void)printf("%-9s %-10s %-6s %8s %8s %9s %7s %9s %9s %9s\n", "dose", "view",
			"split", "images", "groups", "linear", "area", "1 group", "2 image",
			"3 centre");
		return add_all(NULL, design, root, err);
	}
	answer = plica_json_object();
	plica_json_set_integer(answer, "schema", 1);
	plica_json_set_text(answer, "design", path);
	status = add_all(plica_json_set_object(answer, "splits"), design, root, err);
	if (status != PLICA_OK)
		plica_json_free(answer);
	else
		*result = cli_print_json(answer);
	return status;
}

int overlap_study(const char *path, const struct plica_generate_options *where, bool json)
{
	const struct plica_generate_hooks hooks = {on_data, NULL};
	struct plica_design *design = NULL;
	struct plica_error err = {0};
	enum plica_status status;
	int result = CLI_DONE;

	cli_catch_signals();
	PLICA_TRY(plica_design_load(&design, path, &err));
	PLICA_TRY(plica_study_generate(design, where, &hooks, &err));
	PLICA_TRY(show(&result, design, path,
		where->phase_d_root != NULL ? where->phase_d_root : design->phase_d_root, json,
		&err));
out:
	plica_design_free(design);
	return status == PLICA_OK ? result : cli_fail(status, &err);
}
