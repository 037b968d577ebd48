/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Microseconds per call of every kernel of every variant, beside what FFTW (PATIENT, in place,
 * in cache) needs for the transforms alone. The first columns repeat one call on the same
 * arrays; those of "all" go over BATCH patterns as an engine does, exit waves of all, then scatter,
 * then pair sums, with sub-pixel shifts, or "int" without, where the probe itself is the incident
 * wave. "exit cnt" is "exit" of a pattern of counts. The ratios are the sum of those three over
 * four or two of FFTW's transforms. Minimum over the rounds, of one thread's own time: other
 * programs on the machine take only the shared cache and memory away, of which "all" sees most.
 *
 *     bench_kernels [rounds [variant]]
 */
#include <complex.h>
#include <fftw3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "num/kernels.h"

#define BATCH 96
#define MARGIN 64

enum measure {
	FORWARD_TRANSFORM,
	INVERSE_TRANSFORM,
	EXIT_SHIFTED,
	EXIT_INTEGER,
	EXIT_COUNTS,
	EXIT_POISSON,
	EXIT_SUMS,
	EXIT_MODES,
	LINE_SEARCH,
	SCATTER,
	SCATTER_POWER,
	PAIR_SUMS,
	POSITION_SUMS,
	ALL_EXIT,
	ALL_SCATTER,
	ALL_PAIR_SUMS,
	INTEGER_EXIT,
	INTEGER_SCATTER,
	INTEGER_PAIR_SUMS,
	MEASURES,
};

struct waves {
	float *incident;
	float *difference;
	float *pattern;
};

/* One variant at one size, with all that its functions want. */
struct bench {
	struct plica_kernels *kernels;
	struct plica_planes object;
	struct plica_planes direction;
	struct plica_planes sum;
	void *work;
	float *probe;
	float *spectrum;
	float *probe_sum;
	struct waves wave[BATCH];
	uint16_t *counts;
	bool streaming, streaming_integer; /* of a whole batch */
	double best[MEASURES];
};

static const char *const titles[MEASURES] = {"forward", "inverse", "exit", "exit int", "exit cnt",
	"exit poi", "exit sum", "2 modes", "line", "scatter", "power", "pair", "position",
	"all exit", "all scat", "all pair", "int exit", "int scat", "int pair"};

static void *new_array(size_t count, size_t size)
{
	void *array = NULL;

	if (plica_allocate(&array, count, size, NULL) != PLICA_OK)
		abort();
	return array;
}

static void fill(float *values, size_t count, float mean)
{
	uint32_t state = 12345;

	for (size_t i = 0; i < count; i++) {
		state = state * 1664525U + 1013904223U;
		values[i] = mean + (float)(state >> 8) * 0x1p-24f - 0.5f;
	}
}

static void make_planes(struct plica_planes *planes, size_t rows, float mean)
{
	if (plica_planes_create(planes, rows, rows, NULL) != PLICA_OK)
		abort();
	fill(planes->re, rows * planes->stride, mean);
	fill(planes->im, rows * planes->stride, 0.0f);
}

static void bench_create(struct bench *bench, size_t size, const char *variant)
{
	size_t floats;

	memset(bench, 0, sizeof(*bench));
	if (plica_kernels_create(&bench->kernels, size, variant, NULL) != PLICA_OK)
		abort();
	floats = bench->kernels->wave_floats;
	bench->streaming = plica_kernels_should_stream(bench->kernels, 2 * BATCH);
	bench->streaming_integer = plica_kernels_should_stream(bench->kernels, BATCH);
	make_planes(&bench->object, size + MARGIN, 1.0f);
	make_planes(&bench->direction, size + MARGIN, 0.0f);
	make_planes(&bench->sum, size + MARGIN, 0.0f);
	bench->work = new_array(bench->kernels->work_bytes, 1);
	bench->probe = new_array(floats, sizeof(float));
	bench->spectrum = new_array(floats, sizeof(float));
	bench->probe_sum = new_array(floats, sizeof(float));
	fill(bench->probe, floats, 0.0f);
	bench->counts = new_array(bench->kernels->pattern_floats, sizeof(uint16_t));
	for (size_t k = 0; k < bench->kernels->pattern_floats; k++)
		bench->counts[k] = (uint16_t)(k % 100);
	for (size_t i = 0; i < BATCH; i++) {
		bench->wave[i].incident = new_array(floats, sizeof(float));
		bench->wave[i].difference = new_array(floats, sizeof(float));
		bench->wave[i].pattern = new_array(bench->kernels->pattern_floats, sizeof(float));
		fill(bench->wave[i].pattern, bench->kernels->pattern_floats, 0.5f);
	}
	bench->kernels->table->forward(bench->kernels, bench->work, bench->spectrum, bench->probe);
	for (size_t i = 0; i < MEASURES; i++)
		bench->best[i] = 1e9;
}

static void bench_release(struct bench *bench)
{
	for (size_t i = 0; i < BATCH; i++) {
		plica_free(bench->wave[i].incident);
		plica_free(bench->wave[i].difference);
		plica_free(bench->wave[i].pattern);
	}
	plica_free(bench->counts);
	plica_free(bench->probe_sum);
	plica_free(bench->spectrum);
	plica_free(bench->probe);
	plica_free(bench->work);
	plica_planes_release(&bench->sum);
	plica_planes_release(&bench->direction);
	plica_planes_release(&bench->object);
	plica_kernels_free(bench->kernels);
}

static size_t row_of(size_t i)
{
	return i * 7 % (MARGIN + 1);
}

static size_t col_of(size_t i)
{
	return i * 11 % (MARGIN + 1);
}

static struct plica_exit_wave exit_arguments(
	const struct bench *bench, size_t i, enum measure measure, bool batch)
{
	bool shifted = measure != EXIT_INTEGER && measure != INTEGER_EXIT;
	bool streaming = shifted ? bench->streaming : bench->streaming_integer;

	return (struct plica_exit_wave){
		.probe = shifted ? bench->spectrum : bench->probe,
		.shifted = shifted,
		.shift_y = 0.25,
		.shift_x = -0.125,
		.amplitude = 1.0f,
		.object = &bench->object,
		.row = row_of(i),
		.col = col_of(i),
		.pattern = {.amplitudes = bench->wave[i].pattern,
			.counts = measure == EXIT_COUNTS ? bench->counts : NULL},
		.step = 1.0f,
		.epsilon = 1e-4f,
		.incident = shifted ? bench->wave[i].incident : NULL,
		.streaming = batch && streaming,
		.difference = measure == EXIT_SUMS ? NULL : bench->wave[i].difference,
		.probe_sum = measure == EXIT_SUMS ? NULL : bench->probe_sum,
		.model = measure == EXIT_POISSON ? PLICA_DETECTOR_POISSON : PLICA_DETECTOR_GAUSSIAN,
	};
}

static void run_exit(const struct bench *bench, size_t i, enum measure measure, bool batch)
{
	struct plica_exit_wave args = exit_arguments(bench, i, measure, batch);
	struct plica_exit_sums sums;

	bench->kernels->table->exit_wave(bench->kernels, bench->work, &args, &sums);
}

/* Two incoherent modes of one pattern. */
static void run_mixture(const struct bench *bench)
{
	const struct plica_exit_wave modes[] = {exit_arguments(bench, 0, EXIT_SHIFTED, false),
		exit_arguments(bench, 1, EXIT_SHIFTED, false)};
	const struct plica_mixture args = {.mode = modes, .modes = 2};
	struct plica_exit_sums sums;

	bench->kernels->table->exit_mixture(bench->kernels, bench->work, &args, &sums);
}

/* Six trials, the Gaussian model. */
static void run_line_search(const struct bench *bench)
{
	const struct plica_line_search args = {
		.probe = bench->spectrum,
		.probe_direction = bench->spectrum,
		.shifted = true,
		.shift_y = 0.25,
		.shift_x = -0.125,
		.amplitude = 1.0f,
		.object = &bench->object,
		.direction = &bench->direction,
		.pattern = {.amplitudes = bench->wave[0].pattern},
		.trials = 6,
		.t = {0.0, 0.3, 0.6, 1.0, 1.5, 2.2},
	};
	double objective[PLICA_MOST_TRIALS];

	bench->kernels->table->line_search(bench->kernels, bench->work, &args, objective);
}

static struct plica_stored_waves stored_waves(const struct bench *bench, size_t i, bool integer)
{
	return (struct plica_stored_waves){
		.row = row_of(i),
		.col = col_of(i),
		.incident = integer ? bench->probe : bench->wave[i].incident,
		.difference = bench->wave[i].difference,
	};
}

static void run_scatter(struct bench *bench, size_t i, bool integer)
{
	struct plica_stored_waves waves = stored_waves(bench, i, integer);

	bench->kernels->table->scatter(bench->kernels, &bench->sum, 0, bench->sum.rows, &waves);
}

static void run_scatter_power(struct bench *bench, size_t i)
{
	struct plica_stored_waves waves = stored_waves(bench, i, false);

	bench->kernels->table->scatter_power(
		bench->kernels, bench->sum.re, bench->sum.stride, 0, bench->sum.rows, &waves);
}

static void run_pair_sums(const struct bench *bench, size_t i, bool integer)
{
	struct plica_stored_waves waves = stored_waves(bench, i, integer);
	double sums[PLICA_PAIR_SUMS];

	bench->kernels->table->pair_sums(
		bench->kernels, sums, &bench->object, &bench->direction, bench->probe, &waves);
}

static void run_position_sums(const struct bench *bench, size_t i)
{
	struct plica_stored_waves waves = stored_waves(bench, i, false);
	double sums[PLICA_POSITION_SUMS];

	bench->kernels->table->position_sums(
		bench->kernels, sums, &bench->object, &bench->direction, &waves);
}

static void run_of_batch(struct bench *bench, size_t i, enum measure measure)
{
	if (measure == ALL_SCATTER || measure == INTEGER_SCATTER)
		run_scatter(bench, i, measure == INTEGER_SCATTER);
	else if (measure == ALL_PAIR_SUMS || measure == INTEGER_PAIR_SUMS)
		run_pair_sums(bench, i, measure == INTEGER_PAIR_SUMS);
	else
		run_exit(bench, i, measure, true);
}

static void run(struct bench *bench, enum measure measure)
{
	const struct plica_kernels *kernels = bench->kernels;

	switch (measure) {
	case FORWARD_TRANSFORM:
		kernels->table->forward(kernels, bench->work, bench->probe_sum, bench->probe);
		break;
	case INVERSE_TRANSFORM:
		kernels->table->inverse(kernels, bench->work, bench->probe_sum, bench->spectrum);
		break;
	case EXIT_SHIFTED:
	case EXIT_INTEGER:
	case EXIT_COUNTS:
	case EXIT_POISSON:
	case EXIT_SUMS:
		run_exit(bench, 0, measure, false);
		break;
	case EXIT_MODES:
		run_mixture(bench);
		break;
	case LINE_SEARCH:
		run_line_search(bench);
		break;
	case SCATTER:
		run_scatter(bench, 0, false);
		break;
	case SCATTER_POWER:
		run_scatter_power(bench, 0);
		break;
	case PAIR_SUMS:
		run_pair_sums(bench, 0, false);
		break;
	case POSITION_SUMS:
		run_position_sums(bench, 0);
		break;
	case ALL_EXIT:
	case ALL_SCATTER:
	case ALL_PAIR_SUMS:
	case INTEGER_EXIT:
	case INTEGER_SCATTER:
	case INTEGER_PAIR_SUMS:
		for (size_t i = 0; i < BATCH; i++)
			run_of_batch(bench, i, measure);
		break;
	case MEASURES:
		break;
	}
}

/* Of this process's own time, which other programs take nothing from but the caches. */
static double microseconds(void)
{
	struct timespec now = {0};

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return 1e6 * (double)now.tv_sec + 1e-3 * (double)now.tv_nsec;
}

static void measure_all(struct bench *bench)
{
	for (enum measure m = 0; m < MEASURES; m++) {
		size_t calls = m >= ALL_EXIT ? 1 : 20;
		size_t patterns = m >= ALL_EXIT ? BATCH : calls;
		double start;
		double each;

		run(bench, m); /* as one batch finds what the one before has left */
		start = microseconds();
		for (size_t i = 0; i < calls; i++)
			run(bench, m);
		each = (microseconds() - start) / (double)patterns;
		if (each < bench->best[m])
			bench->best[m] = each;
	}
}

/* FFTW's best plan, in place. */
struct floor {
	fftwf_plan plan;
	fftwf_complex *data;
	double best;
};

static struct floor floor_create(size_t size)
{
	struct floor floor = {.data = new_array(size * size, sizeof(fftwf_complex)), .best = 1e9};

	floor.plan = fftwf_plan_dft_2d(
		(int)size, (int)size, floor.data, floor.data, FFTW_FORWARD, FFTW_PATIENT);
	memset(floor.data, 0, size * size * sizeof(*floor.data));
	return floor;
}

static void floor_measure(struct floor *floor)
{
	double start = microseconds();
	double each;

	for (size_t i = 0; i < 20; i++)
		fftwf_execute(floor->plan);
	each = (microseconds() - start) / 20.0;
	if (each < floor->best)
		floor->best = each;
}

static void print_header(size_t size)
{
	printf("\n%4zu^2, us", size);
	for (size_t m = 0; m < MEASURES; m++)
		printf("%9s", titles[m]);
	printf("%9s%9s%9s\n", "FFTW", "ratio 4", "ratio 2");
}

/* Exit waves, scatter and pair sums. */
static double sum_from(const struct bench *bench, enum measure first)
{
	return bench->best[first] + bench->best[first + 1] + bench->best[first + 2];
}

static void print_row(const struct bench *bench, double floor)
{
	printf("%-10s", bench->kernels->table->name);
	for (size_t m = 0; m < MEASURES; m++)
		printf("%9.2f", bench->best[m]);
	printf("%9.2f%9.2f%9.2f\n", floor, sum_from(bench, ALL_EXIT) / (4.0 * floor),
		sum_from(bench, INTEGER_EXIT) / (2.0 * floor));
	(void)fflush(stdout);
}

/* One variant after the other: taking turns, each would find the others' data in the cache. */
static void bench_size(size_t size, size_t rounds, const char *variant)
{
	const struct plica_kernel_table *const *tables = plica_kernel_tables();
	struct floor floor = floor_create(size);

	print_header(size);
	for (size_t t = 0; tables[t] != NULL; t++) {
		struct bench bench;

		if (!tables[t]->supports(size) ||
			(variant != NULL && strcmp(variant, tables[t]->name) != 0))
			continue;
		bench_create(&bench, size, tables[t]->name);
		for (size_t round = 0; round < rounds; round++) {
			floor_measure(&floor);
			measure_all(&bench);
		}
		print_row(&bench, floor.best);
		bench_release(&bench);
	}
	fftwf_destroy_plan(floor.plan);
	plica_free(floor.data);
}

int main(int argc, char **argv)
{
	size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 30;
	const char *variant = argc > 2 ? argv[2] : NULL;

	bench_size(64, 4 * rounds, variant);
	bench_size(128, rounds, variant);
	bench_size(256, rounds / 2 + 1, variant);
	return 0;
}
