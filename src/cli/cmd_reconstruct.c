/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/try.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "plica/reconstruct.h"

struct arguments {
	const char *algorithm;
	const char *input;
	const char *output_dir;
	const char *initial_object;
	const char *progress;
	long num_epochs, batch_size, seed, threads;
	double checkpoint_minutes;
	long checkpoint_epochs;
	bool resume;
	const char *preview;
	long preview_epochs;
	double memory_gigabytes;
	bool dry_run;
	struct plica_strings set;
	bool show_settings;
	bool json;
};

#define GIGABYTE 1e9

static void print_settings(const struct plica_settings *settings)
{
	static const char *const types[] = {
		[PLICA_SETTING_INTEGER] = "whole number",
		[PLICA_SETTING_NUMBER] = "number",
		[PLICA_SETTING_BOOL] = "true or false",
		[PLICA_SETTING_CHOICE] = "word",
	};
	size_t count;
	const struct plica_setting *row = plica_settings_table(&count);

	(void)printf("Settings of %s, for --set NAME=VALUE:\n", settings->algorithm);
	for (size_t i = 0; i < count; i++, row++) {
		char value[PLICA_SETTING_TEXT];

		plica_settings_get(value, settings, row);
		(void)printf("\n  %s = %s\n      %s%s%s: %s", row->name, value, types[row->type],
			row->unit[0] != '\0' ? ", " : "", row->unit, row->help);
		if (row->type == PLICA_SETTING_INTEGER || row->type == PLICA_SETTING_NUMBER)
			(void)printf(" (%g to %g)", row->least, row->most);
		for (size_t k = 0; row->choices != NULL && row->choices[k] != NULL; k++)
			(void)printf("%s%s", k == 0 ? " (" : ", ", row->choices[k]);
		(void)printf("%s\n", row->choices != NULL ? ")" : "");
	}
}

static enum plica_status set_pair(
	struct plica_settings *settings, const char *pair, struct plica_error *err)
{
	enum plica_status status;
	const char *equals = strchr(pair, '=');
	struct plica_text name = {0};

	if (equals == NULL)
		return plica_error_set(
			err, PLICA_ERR_ARGUMENT, "--set takes NAME=VALUE, not '%s'", pair);
	PLICA_TRY(plica_text_append(&name, pair, (size_t)(equals - pair), err));
	PLICA_TRY(plica_settings_set(settings, name.data, equals + 1, err));
out:
	plica_text_release(&name);
	return status;
}

static enum plica_status set_number(
	struct plica_settings *settings, const char *name, long number, struct plica_error *err)
{
	char text[32];

	if (number == CLI_NOT_GIVEN)
		return PLICA_OK;
	(void)snprintf(text, sizeof(text), "%ld", number);
	return plica_settings_set(settings, name, text, err);
}

static enum plica_status fill_settings(
	struct plica_settings *settings, const struct arguments *arguments, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_settings_init(settings, arguments->algorithm, err));
	PLICA_TRY(set_number(settings, "num_epochs", arguments->num_epochs, err));
	PLICA_TRY(set_number(settings, "batch_size", arguments->batch_size, err));
	PLICA_TRY(set_number(settings, "random_seed", arguments->seed, err));
	PLICA_TRY(set_number(settings, "threads", arguments->threads, err));
	if (arguments->initial_object != NULL)
		PLICA_TRY(plica_settings_set(
			settings, "initial_object", arguments->initial_object, err));
	for (size_t i = 0; i < arguments->set.size; i++)
		PLICA_TRY(set_pair(settings, arguments->set.item[i], err));
	PLICA_TRY(plica_settings_check(settings, err));
out:
	return status;
}

/* What the callbacks of a run work with. */
struct watch {
	struct cli_progress progress;
	const char *preview; /* a picture; NULL after one could not be drawn */
	bool early;
};

static int on_epoch(void *context, const struct plica_progress *epoch)
{
	struct watch *watch = context;

	cli_progress_show(&watch->progress, epoch);
	watch->early = epoch->early;
	return cli_signal != 0;
}

static void on_warning(void *context, const char *text)
{
	(void)context;
	cli_warn("%s", text);
}

/* A picture that cannot be drawn does not end a run. */
static void on_preview(void *context, const struct plica_product *product)
{
	struct watch *watch = context;
	struct plica_error err = {0};

	if (watch->preview == NULL ||
		plica_product_save_picture(product, watch->preview, &err) == PLICA_OK)
		return;
	cli_warn("no more previews: %s", err.text);
	watch->preview = NULL;
}

/* Where the input came from stands in the product. */
static enum plica_status note_input(struct plica_product *product, const char *path,
	const char *digest, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text text = {0};
	struct plica_json *json = plica_json_object();

	plica_json_set_text(json, "path", path);
	plica_json_set_text(json, "sha256", digest);
	PLICA_TRY(plica_json_line(&text, json, err));
	PLICA_TRY(plica_copy_text(&product->input_json, text.data, err));
out:
	plica_text_release(&text);
	plica_json_free(json);
	return status;
}

static void print_position_map(const struct plica_position_map *map)
{
	(void)printf(
		"positions, against those given: scale %.5f, asymmetry %.5f, rotation %.5f rad, "
		"shear %.5f rad\n",
		map->scale, map->asymmetry, map->rotation_rad, map->shear_rad);
}

static void put_position_map(struct plica_json *json, const struct plica_position_map *map)
{
	plica_json_set_number(json, "position_scale", map->scale);
	plica_json_set_number(json, "position_asymmetry", map->asymmetry);
	plica_json_set_number(json, "position_rotation_rad", map->rotation_rad);
	plica_json_set_number(json, "position_shear_rad", map->shear_rad);
}

static int print_result(const struct plica_product *product, const char *path, double seconds,
	const struct arguments *arguments)
{
	double loss = product->epoch_count > 0 ? product->loss[product->epoch_count - 1] : 0.0;
	struct plica_json *json;

	if (product->negative_counts > 0.0)
		cli_warn("%.0f counts were negative after data.offset and taken as 0",
			product->negative_counts);
	if (!arguments->json) {
		(void)printf("%s: %zu x %zu px, loss %.6g, E_F %.4g, %.1f s\n", path,
			product->object_rows, product->object_cols, loss, product->fourier_error,
			seconds);
		if (product->position_map != NULL)
			print_position_map(product->position_map);
		return CLI_DONE;
	}
	json = plica_json_object();
	plica_json_set_integer(json, "schema", 1);
	plica_json_set_text(json, "file", path);
	plica_json_set_text(json, "algorithm", product->algorithm);
	plica_json_set_integer(json, "epochs", (int64_t)product->epoch_count);
	plica_json_set_number(json, "loss", loss);
	plica_json_set_number(json, "fourier_error", product->fourier_error);
	plica_json_set_number(json, "seconds", seconds);
	if (product->position_map != NULL)
		put_position_map(json, product->position_map);
	return cli_print_json(json);
}

static enum plica_status load_input(
	struct plica_dataset **out, const char *path, struct plica_error *err)
{
	enum plica_status status = plica_dataset_load(out, path, err);

	if (status != PLICA_OK)
		return status;
	for (size_t i = 0; i < (*out)->note_count; i++)
		cli_warn("'%s': %s", path, (*out)->notes[i]);
	return PLICA_OK;
}

/* Reads the file and takes its checksum at the same time, where there are threads for both. Of a
 * file that changes meanwhile the checksum would be another's. */
static enum plica_status load_and_sum(struct plica_dataset **out, char digest[PLICA_SHA256_SIZE],
	const struct arguments *arguments, struct plica_error *err)
{
	enum plica_status loaded = PLICA_OK;
	enum plica_status summed = PLICA_OK;
	struct plica_error cause = {0};
	struct plica_file_state before = plica_file_state(arguments->input);
	struct plica_file_state after;

#pragma omp parallel sections num_threads(arguments->threads == 1 ? 1 : 2)
	{
#pragma omp section
		loaded = load_input(out, arguments->input, err);
#pragma omp section
		summed = plica_sha256_file(digest, arguments->input, &cause);
	}
	if (loaded != PLICA_OK)
		return loaded;
	if (summed != PLICA_OK)
		return plica_error_set(err, summed, "%s", cause.text);
	after = plica_file_state(arguments->input);
	if (plica_file_state_equal(&before, &after))
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_IO,
		"cannot use '%s': it was changed while it was read", arguments->input);
}

static enum plica_status save_outputs(char **path, struct plica_product *product,
	const struct arguments *arguments, struct plica_error *err)
{
	enum plica_status status;
	char *picture = NULL;

	PLICA_TRY(plica_path_join(path, arguments->output_dir, "reconstruction.npz", err));
	PLICA_TRY(plica_path_join(&picture, arguments->output_dir, "reconstruction.png", err));
	PLICA_TRY(plica_product_save(product, *path, err));
	/* a picture that cannot be drawn does not undo a reconstruction that is there */
	if (plica_product_save_picture(product, picture, err) != PLICA_OK)
		cli_warn("%s", err->text);
out:
	plica_free(picture);
	return status;
}

static int print_forecast(const struct plica_forecast *forecast, const struct arguments *arguments)
{
	const struct {
		const char *name, *text;
		double bytes;
	} rows[] = {
		{"dataset", "data set, beside the rest", forecast->dataset},
		{"patterns", "patterns", forecast->patterns},
		{"object", "object and what is of its size", forecast->object},
		{"waves", "exit waves", forecast->waves},
		{"scratch", "threads, probe, program", forecast->scratch},
		{"total", "in all", forecast->total},
		{"available", "available", forecast->available},
	};
	struct plica_json *json = arguments->json ? plica_json_object() : NULL;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (json != NULL)
			plica_json_set_number(json, rows[i].name, rows[i].bytes);
		else
			(void)printf("%-32s %10.1f MB\n", rows[i].text, rows[i].bytes / 1e6);
	return json != NULL ? cli_print_json(json) : CLI_DONE;
}

/* Says what the run would take, and whether it would be begun. */
static int dry_run(const struct arguments *arguments, const struct plica_settings *settings)
{
	enum plica_status status;
	struct plica_error err = {0};
	struct plica_dataset *dataset = NULL;
	struct plica_forecast forecast;
	int result = CLI_DONE;

	PLICA_TRY(load_input(&dataset, arguments->input, &err));
	PLICA_TRY(plica_forecast_memory(&forecast, dataset, settings, true, &err));
	result = print_forecast(&forecast, arguments);
	PLICA_TRY(plica_reconstruct_check(
		dataset, settings, GIGABYTE * arguments->memory_gigabytes, true, &err));
out:
	if (status != PLICA_OK)
		result = cli_fail(status, &err);
	plica_dataset_free(dataset);
	return result;
}

static int reconstruct(const struct arguments *arguments, const struct plica_settings *settings)
{
	enum plica_status status;
	struct plica_error err = {0};
	struct plica_dataset *dataset = NULL;
	struct plica_product *product = NULL;
	struct watch watch = {.preview = arguments->preview};
	struct plica_reconstruct_hooks hooks = {.progress = on_epoch,
		.warning = on_warning,
		.preview = on_preview,
		.preview_epochs = arguments->preview != NULL ? arguments->preview_epochs : 0,
		.context = &watch,
		.checkpoint_seconds = 60.0 * arguments->checkpoint_minutes,
		.checkpoint_epochs = arguments->checkpoint_epochs,
		.resume = arguments->resume,
		.memory_bytes = GIGABYTE * arguments->memory_gigabytes};
	char *path = NULL;
	char *checkpoint = NULL;
	char digest[PLICA_SHA256_SIZE];
	double start = plica_seconds();
	int result = CLI_DONE;

	(void)cli_progress_init(&watch.progress, arguments->progress);
	cli_catch_signals();
	PLICA_TRY(load_and_sum(&dataset, digest, arguments, &err));
	PLICA_TRY(plica_make_folders(arguments->output_dir, &err));
	PLICA_TRY(plica_path_join(&checkpoint, arguments->output_dir, "checkpoint.npz", &err));
	if (!arguments->resume && plica_file_exists(checkpoint))
		cli_warn("starting anew; '%s' will be replaced (--resume goes on from it)",
			checkpoint);
	hooks.checkpoint_path = checkpoint;
	status = plica_reconstruct_consume(&product, &dataset, settings, &hooks, &err);
	cli_progress_end(&watch.progress);
	if (status != PLICA_OK)
		goto out;
	if (watch.early)
		(void)fprintf(stderr, "the loss has settled: stopped early, as early_stop asks\n");
	PLICA_TRY(note_input(product, arguments->input, digest, &err));
	PLICA_TRY(save_outputs(&path, product, arguments, &err));
	result = print_result(product, path, plica_seconds() - start, arguments);
out:
	if (status != PLICA_OK)
		result = cli_fail(status, &err);
	plica_free(path);
	plica_free(checkpoint);
	plica_product_free(product);
	plica_dataset_free(dataset);
	return result;
}

static int check_and_run(const struct cli_command *self, const struct arguments *arguments)
{
	struct plica_settings settings;
	struct plica_error err = {0};
	struct cli_progress progress;

	if (fill_settings(&settings, arguments, &err) != PLICA_OK)
		return cli_usage_error(self, "%s", err.text);
	if (arguments->show_settings) {
		print_settings(&settings);
		return CLI_DONE;
	}
	if (!(arguments->checkpoint_minutes > 0.0))
		return cli_usage_error(self, "--checkpoint-every takes minutes > 0, not %g",
			arguments->checkpoint_minutes);
	if (!cli_progress_init(&progress, arguments->progress))
		return cli_usage_error(self, "--progress is auto, plain, json or none, not '%s'",
			arguments->progress);
	if (arguments->checkpoint_epochs < 0 || arguments->preview_epochs < 1)
		return cli_usage_error(self, "--checkpoint-epochs takes 0 and more, "
					     "--preview-every 1 and more");
	if (!(arguments->memory_gigabytes >= 0.0))
		return cli_usage_error(
			self, "--memory takes gigabytes, not %g", arguments->memory_gigabytes);
	if (arguments->input == NULL)
		return cli_usage_error(self, "--input-npz is missing");
	if (arguments->dry_run)
		return dry_run(arguments, &settings);
	if (arguments->output_dir == NULL)
		return cli_usage_error(self, "--output-dir is missing");
	return reconstruct(arguments, &settings);
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments arguments = {
		.algorithm = "ML",
		.progress = "auto",
		.checkpoint_minutes = 1.0,
		.preview_epochs = 10,
		.num_epochs = CLI_NOT_GIVEN,
		.batch_size = CLI_NOT_GIVEN,
		.seed = CLI_NOT_GIVEN,
		.threads = CLI_NOT_GIVEN,
	};
	const struct cli_option options[] = {
		{"input-npz", 'i', CLI_TEXT, &arguments.input, "FILE", "dataset (DATA-001)"},
		{"output-dir", 'o', CLI_TEXT, &arguments.output_dir, "DIR",
			"folder for what it writes; made when missing"},
		{"algorithm", 'a', CLI_TEXT, &arguments.algorithm, "NAME",
			"engine: ML, LSQML, rPIE or ePIE (ML)"},
		{"num-epochs", 'n', CLI_INT, &arguments.num_epochs, "N",
			"passes over all patterns (ML 30, others 100)"},
		{"batch-size", 'b', CLI_INT, &arguments.batch_size, "N",
			"positions a minibatch (LSQML 96, PIE 10)"},
		{"seed", 0, CLI_INT, &arguments.seed, "N", "of the order of positions (0)"},
		{"threads", 't', CLI_INT, &arguments.threads, "N", "threads (0: all cores)"},
		{"initial-object", 0, CLI_TEXT, &arguments.initial_object, "WORD",
			"flat, or dataset: start from objectGuess (flat)"},
		{"resume", 0, CLI_FLAG, &arguments.resume, NULL,
			"go on from DIR/checkpoint.npz, if there is one"},
		{"checkpoint-every", 0, CLI_NUMBER, &arguments.checkpoint_minutes, "MINUTES",
			"besides those at the end and when stopped (1)"},
		{"checkpoint-epochs", 0, CLI_INT, &arguments.checkpoint_epochs, "N",
			"and after every so many epochs (0: by time alone)"},
		{"preview", 0, CLI_TEXT, &arguments.preview, "FILE.png",
			"a picture of object and probe, drawn anew during the run"},
		{"preview-every", 0, CLI_INT, &arguments.preview_epochs, "N",
			"epochs between two previews (10)"},
		{"memory", 0, CLI_NUMBER, &arguments.memory_gigabytes, "GB",
			"most that the run may take (0: what the machine can give)"},
		{"dry-run", 0, CLI_FLAG, &arguments.dry_run, NULL,
			"say what memory the run takes, and stop"},
		{"set", 's', CLI_LIST, &arguments.set, "NAME=VALUE",
			"any other setting; repeatable"},
		{"show-settings", 0, CLI_FLAG, &arguments.show_settings, NULL,
			"list the settings with their values and ranges"},
		{"progress", 0, CLI_TEXT, &arguments.progress, "WORD",
			"auto, plain, json or none (auto)"},
		{"json", 0, CLI_FLAG, &arguments.json, NULL, "print the result as JSON"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 0, 0);
	int result = parsed == CLI_RUN ? check_and_run(self, &arguments) : cli_parse_exit(parsed);

	plica_strings_release(&words);
	plica_strings_release(&arguments.set);
	return result;
}

const struct cli_command cmd_reconstruct = {
	.name = "reconstruct",
	.arguments = "--input-npz FILE --output-dir DIR [OPTIONS]",
	.summary = "Reconstruct object and probe from a dataset.",
	.details =
		"Starts from the file's probeGuess and a flat object, with a phase where the\n"
		"patterns' centres of mass tell of one. Writes reconstruction.npz and\n"
		"reconstruction.png. The same file and settings give the same bits, whatever the\n"
		"number of threads.",
	.run = run,
};
