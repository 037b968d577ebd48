/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdlib.h>

#include "base/try.h"
#include "cli/bench_report.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "plica/simulate.h"

#define DOSE_PHOTONS 1e4
#define SMALLEST_SIDE 8L
#define LARGEST_SIDE 4096L
#define MOST_PATTERNS 10000000L

struct arguments {
	const char *algorithm;
	struct plica_strings sizes;
	long patterns; /* 0: by the size */
	long threads;
	double seconds;
	bool integer, json;
};

static long smaller(long a, long b)
{
	return a < b ? a : b;
}

/* Enough to go past the caches, and for two batches at the least. */
static size_t patterns_for(long side, long asked)
{
	long by_size = smaller(1024, (1L << 23) / (side * side));

	if (asked > 0)
		return (size_t)asked;
	return (size_t)(by_size > 192 ? by_size : 192);
}

static enum plica_status simulate(struct plica_dataset **out, long side,
	const struct arguments *arguments, struct plica_error *err)
{
	enum plica_status status;
	struct plica_simulate_params params = plica_simulate_defaults();
	struct plica_scene *scene = NULL;

	params.pattern_px = (size_t)side;
	params.count = patterns_for(side, arguments->patterns);
	PLICA_TRY(plica_scene_create(&scene, &params, err));
	PLICA_TRY(plica_scene_expose(out, scene, DOSE_PHOTONS, 42, err));
out:
	plica_scene_free(scene);
	return status;
}

/* The patterns no longer fit, which no one's time depends on. */
static void round_positions(struct plica_dataset *dataset)
{
	for (size_t i = 0; i < dataset->pattern_count; i++) {
		dataset->y_px[i] = rint(dataset->y_px[i]);
		dataset->x_px[i] = rint(dataset->x_px[i]);
	}
}

static enum plica_status measure(struct plica_bench *out, struct plica_dataset **dataset,
	const struct arguments *arguments, struct plica_error *err)
{
	enum plica_status status;
	struct plica_settings settings;
	const struct plica_bench_params params = {
		.settings = &settings, .seconds = arguments->seconds};

	if (arguments->integer)
		round_positions(*dataset);
	PLICA_TRY(plica_settings_init(&settings, arguments->algorithm, err));
	settings.threads = arguments->threads;
	PLICA_TRY(plica_bench_run(out, dataset, &params, err));
out:
	return status;
}

/* One data set: a file, or one of the given size. */
static enum plica_status measure_one(struct plica_bench *out, const char *file, long side,
	const struct arguments *arguments, struct plica_error *err)
{
	enum plica_status status;
	struct plica_dataset *dataset = NULL;

	if (file != NULL)
		PLICA_TRY(plica_dataset_load(&dataset, file, err));
	else
		PLICA_TRY(simulate(&dataset, side, arguments, err));
	PLICA_TRY(measure(out, &dataset, arguments, err));
out:
	plica_dataset_free(dataset);
	return status;
}

static int bench(const char *file, const struct arguments *arguments)
{
	enum plica_status status = PLICA_OK;
	struct plica_error err = {0};
	struct plica_json *root = cli_bench_json(arguments->algorithm);
	struct plica_json *cases = plica_json_set_array(root, "cases");
	size_t count = file != NULL ? 1 : arguments->sizes.size;

	if (!arguments->json)
		cli_bench_print_machine(arguments->algorithm);
	for (size_t i = 0; i < count; i++) {
		struct plica_bench result;
		long side = file != NULL ? 0 : strtol(arguments->sizes.item[i], NULL, 10);

		PLICA_TRY(measure_one(&result, file, side, arguments, &err));
		cli_bench_add(cases, &result);
		if (!arguments->json)
			cli_bench_print(&result);
	}
out:
	if (status == PLICA_OK && arguments->json)
		return cli_print_json(root);
	plica_json_free(root);
	return status == PLICA_OK ? CLI_DONE : cli_fail(status, &err);
}

static bool is_size(const char *text)
{
	char *end;
	long side = strtol(text, &end, 10);

	return end != text && *end == '\0' && side >= SMALLEST_SIDE && side <= LARGEST_SIDE;
}

static enum plica_status add_default_sizes(struct plica_strings *sizes, struct plica_error *err)
{
	static const char *const defaults[] = {"64", "128", "256"};
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < 3 && sizes->size < 3; i++)
		PLICA_TRY(plica_strings_add(sizes, defaults[i], err));
out:
	return status;
}

static int check_and_run(
	const struct cli_command *self, const char *file, struct arguments *arguments)
{
	struct plica_settings settings;
	struct plica_error err = {0};

	if (plica_settings_init(&settings, arguments->algorithm, &err) != PLICA_OK)
		return cli_usage_error(self, "%s", err.text);
	arguments->algorithm = settings.algorithm; /* as it is spelt */
	for (size_t i = 0; i < arguments->sizes.size; i++)
		if (!is_size(arguments->sizes.item[i]))
			return cli_usage_error(self,
				"--size takes a number of pixels, %ld to %ld, "
				"not '%s'",
				SMALLEST_SIDE, LARGEST_SIDE, arguments->sizes.item[i]);
	if (file != NULL && (arguments->sizes.size > 0 || arguments->patterns != 0))
		return cli_usage_error(self, "a FILE has its own --size and --patterns");
	if (arguments->patterns < 0 || arguments->patterns > MOST_PATTERNS)
		return cli_usage_error(self, "--patterns takes 1 to %ld, not %ld", MOST_PATTERNS,
			arguments->patterns);
	if (arguments->threads < 0 || arguments->threads > 4096)
		return cli_usage_error(
			self, "--threads takes 0 to 4096, not %ld", arguments->threads);
	if (!(arguments->seconds > 0.0 && arguments->seconds <= 3600.0))
		return cli_usage_error(
			self, "--seconds takes up to 3600, not %g", arguments->seconds);
	if (arguments->sizes.size == 0 && add_default_sizes(&arguments->sizes, &err) != PLICA_OK)
		return cli_fail(PLICA_ERR_MEMORY, &err);
	return bench(file, arguments);
}

static int run(const struct cli_command *self, int argc, const char **argv)
{
	struct arguments arguments = {.algorithm = "LSQML", .seconds = 0.4};
	const struct cli_option options[] = {
		{"algorithm", 'a', CLI_TEXT, &arguments.algorithm, "NAME",
			"engine: LSQML, ML, rPIE or ePIE (LSQML)"},
		{"size", 0, CLI_LIST, &arguments.sizes, "N",
			"side of the patterns, px; repeatable (64, 128 and 256)"},
		{"patterns", 0, CLI_INT, &arguments.patterns, "N",
			"their number (by the size: 1024 to 192)"},
		{"integer", 0, CLI_FLAG, &arguments.integer, NULL, "positions on whole pixels"},
		{"threads", 't', CLI_INT, &arguments.threads, "N",
			"most threads; 1, 2, 4, ... are tried (0: all cores)"},
		{"seconds", 0, CLI_NUMBER, &arguments.seconds, "S",
			"for each measurement, roughly (0.4)"},
		{"json", 0, CLI_FLAG, &arguments.json, NULL, "print as JSON"},
		{0},
	};
	struct plica_strings words = {0};
	enum cli_parsed parsed = cli_parse(self, options, argc, argv, &words, 0, 1);
	int result = cli_parse_exit(parsed);

	if (parsed == CLI_RUN)
		result = check_and_run(self, words.size > 0 ? words.item[0] : NULL, &arguments);
	plica_strings_release(&words);
	plica_strings_release(&arguments.sizes);
	return result;
}

const struct cli_command cmd_bench = {
	.name = "bench",
	.arguments = "[FILE] [OPTIONS]",
	.summary = "Measure an engine's speed on this machine.",
	.details =
		"An epoch is held against what FFTW's best plan would need, in the cache, for the\n"
		"transforms alone: four a pattern with sub-pixel positions, two without. "
		"Simulates\n"
		"its data unless given a dataset. For figures that mean something, let the "
		"machine\n"
		"be idle.",
	.run = run,
};
