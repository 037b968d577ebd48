/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/bench.h"

#include <complex.h>
#include <math.h>
#include <omp.h>

#include "base/clock.h"
#include "base/machine.h"
#include "base/try.h"
#include "data/dataset.h"
#include "num/fft.h"
#include "recon/engine.h"

/* However long they take; one more goes before and warms everything up. */
#define LEAST_EPOCHS 3

/* One engine on the data, ready to run. */
struct subject {
	struct plica_settings settings;
	struct plica_problem *problem;
	const struct plica_engine *engine;
	void *state;
};

static void release(struct subject *subject)
{
	if (subject->engine != NULL)
		subject->engine->destroy(subject->state);
	plica_problem_free(subject->problem);
}

/* With `profile`, its kernels are wrapped before the engine sees them. */
static enum plica_status prepare(struct subject *subject, const struct plica_dataset *dataset,
	struct plica_profile *profile, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_settings_check(&subject->settings, err));
	if (subject->settings.num_epochs < 1 + LEAST_EPOCHS)
		subject->settings.num_epochs = 1 + LEAST_EPOCHS;
	PLICA_TRY(plica_engine_find(&subject->engine, subject->settings.algorithm, err));
	PLICA_TRY(plica_problem_create(&subject->problem, dataset, &subject->settings, err));
	if (profile != NULL)
		plica_profile_attach(profile, subject->problem->kernels);
	PLICA_TRY(subject->engine->create(&subject->state, subject->problem, err));
out:
	return status;
}

/* What one epoch took. */
struct sample {
	double cost; /* passes over all patterns */
	double seconds, cpu_seconds;
};

static struct sample time_epoch(struct subject *subject, long number)
{
	struct plica_epoch epoch = {0};
	double start = plica_seconds();
	double cpu_start = plica_cpu_seconds();

	subject->engine->epoch(subject->state, number, &epoch);
	return (struct sample){.cost = epoch.cost,
		.seconds = plica_seconds() - start,
		.cpu_seconds = plica_cpu_seconds() - cpu_start};
}

/* As many as fit into the time, and into the number of epochs that the settings ask for. */
static void time_epochs(struct plica_bench_epochs *out, struct subject *subject, double seconds)
{
	double start = plica_seconds();
	double most = (double)subject->settings.num_epochs - time_epoch(subject, 0).cost;
	double passes = 0.0;

	out->best_s = INFINITY;
	out->best_cpu_s = INFINITY;
	while (passes < most && (out->count < LEAST_EPOCHS || plica_seconds() - start < seconds)) {
		struct sample sample = time_epoch(subject, (long)out->count + 1);

		out->count++;
		out->best_s = fmin(out->best_s, sample.seconds / sample.cost);
		out->best_cpu_s = fmin(out->best_cpu_s, sample.cpu_seconds / sample.cost);
		out->mean_s += sample.seconds;
		passes += sample.cost;
	}
	out->mean_s /= passes;
}

static enum plica_status run_threads(struct plica_bench *bench, int threads,
	const struct plica_dataset *dataset, const struct plica_bench_params *params,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_bench_epochs *run = &bench->run[bench->run_count];
	struct subject subject = {.settings = *params->settings};

	*run = (struct plica_bench_epochs){.threads = threads};
	subject.settings.threads = threads;
	PLICA_TRY(prepare(&subject, dataset, NULL, err));
	bench->kernels = subject.problem->kernels->table->name;
	bench->shifted = subject.problem->shifted;
	bench->transforms = (bench->shifted ? 4 : 2) * subject.problem->modes;
	bench->needed_bytes = (int64_t)(subject.problem->object.rows *
					subject.problem->object.cols * sizeof(float complex));
	time_epochs(run, &subject, params->seconds);
	bench->run_count++;
out:
	release(&subject);
	return status;
}

/* Once more on one thread, with the clock in every kernel. */
static enum plica_status run_profile(struct plica_bench *bench, const struct plica_dataset *dataset,
	const struct plica_bench_params *params, struct plica_error *err)
{
	enum plica_status status;
	struct plica_profile profile;
	struct subject subject = {.settings = *params->settings};
	double most, start, passes = 0.0;

	subject.settings.threads = 1;
	PLICA_TRY(prepare(&subject, dataset, &profile, err));
	most = (double)subject.settings.num_epochs;
	start = plica_seconds();
	for (long number = 0; passes < most &&
			      (number < LEAST_EPOCHS || plica_seconds() - start < params->seconds);
		number++)
		passes += time_epoch(&subject, number).cost;
	bench->profiled_s = (plica_seconds() - start - plica_profile_overhead(&profile)) / passes;
	for (size_t k = 0; k < PLICA_PROFILE_KERNELS; k++)
		bench->kernel_s[k] =
			plica_profile_seconds(&profile, (enum plica_profile_kernel)k) / passes;
out:
	release(&subject);
	return status;
}

/* Adds to the object's bytes those of the patterns as stored, and two waves a position and mode of
 * a batch. */
static void count_needed(struct plica_bench *bench, const struct plica_dataset *dataset,
	const struct plica_settings *settings)
{
	size_t pixels = dataset->pattern_px * dataset->pattern_px;
	size_t batch = (size_t)settings->batch_size < dataset->pattern_count
			       ? (size_t)settings->batch_size
			       : dataset->pattern_count;
	size_t modes = bench->transforms / (bench->shifted ? 4 : 2);

	bench->needed_bytes += (int64_t)(dataset->pattern_count * plica_pattern_bytes(dataset) +
					 2 * batch * modes * pixels * sizeof(float complex));
}

enum plica_status plica_bench_run(struct plica_bench *out, const struct plica_dataset *dataset,
	const struct plica_bench_params *params, struct plica_error *err)
{
	enum plica_status status;
	const struct plica_settings *settings = params->settings;
	int most = settings->threads > 0 ? (int)settings->threads : omp_get_num_procs();

	*out = (struct plica_bench){
		.patterns = dataset->pattern_count, .side = dataset->pattern_px};
	plica_peak_memory_reset();
	for (int threads = 1, last = 0; threads != last && out->run_count < PLICA_BENCH_THREADS;) {
		PLICA_TRY(run_threads(out, threads, dataset, params, err));
		last = threads;
		threads = 2 * threads < most ? 2 * threads : most;
	}
	out->peak_bytes = plica_peak_memory_bytes();
	count_needed(out, dataset, settings);
	PLICA_TRY(run_profile(out, dataset, params, err));
	PLICA_TRY(plica_fft_measure(&out->transform_s, out->side, 0.1, err));
	for (size_t i = 0; i < out->run_count; i++)
		out->run[i].floor_s = (double)(out->patterns * out->transforms) * out->transform_s /
				      (double)out->run[i].threads;
out:
	return status;
}
