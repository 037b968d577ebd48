/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/bench.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/machine.h"
#include "base/memory.h"
#include "base/try.h"
#include "data/dataset.h"
#include "num/fft.h"
#include "recon/engine.h"

/* However long they take; one more goes before and warms everything up. */
#define LEAST_EPOCHS 3

/* The data, ready for one engine after the other. */
struct subject {
	struct plica_settings settings;
	struct plica_problem *problem;
	int most_threads;     /* the problem's own number */
	float complex *probe; /* the modes at the start, natural order */
	const struct plica_engine *engine;
	void *state;
};

static void end(struct subject *subject)
{
	if (subject->engine != NULL)
		subject->engine->destroy(subject->state);
	subject->state = NULL;
}

static void release(struct subject *subject)
{
	end(subject);
	if (subject->problem != NULL)
		subject->problem->threads = subject->most_threads;
	plica_free(subject->probe);
	plica_problem_free(subject->problem);
}

static size_t probe_bytes(const struct plica_problem *problem)
{
	return problem->modes * problem->side * problem->side * sizeof(float complex);
}

static enum plica_status prepare(
	struct subject *subject, struct plica_dataset **dataset, struct plica_error *err)
{
	enum plica_status status;
	struct plica_settings *settings = &subject->settings;

	PLICA_TRY(plica_settings_check(settings, err));
	if (settings->num_epochs < 1 + LEAST_EPOCHS)
		settings->num_epochs = 1 + LEAST_EPOCHS;
	PLICA_TRY(plica_engine_find(&subject->engine, settings->algorithm, err));
	PLICA_TRY(plica_problem_consume(&subject->problem, dataset, settings, err));
	subject->most_threads = subject->problem->threads;
	PLICA_TRY(plica_allocate(
		(void **)(void *)&subject->probe, 1, probe_bytes(subject->problem), err));
	plica_problem_modes_out(subject->problem);
	memcpy(subject->probe, subject->problem->natural, probe_bytes(subject->problem));
out:
	return status;
}

/* A new engine, on the object and the probe of the start. */
static enum plica_status begin(struct subject *subject, int threads, struct plica_error *err)
{
	struct plica_problem *problem = subject->problem;

	problem->threads = threads;
	plica_problem_flatten(problem);
	memcpy(problem->natural, subject->probe, probe_bytes(problem));
	plica_problem_modes_in(problem);
	return subject->engine->create(&subject->state, problem, err);
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
	struct subject *subject, double seconds, struct plica_error *err)
{
	struct plica_bench_epochs *run = &bench->run[bench->run_count];
	enum plica_status status = begin(subject, threads, err);

	if (status != PLICA_OK)
		return status;
	*run = (struct plica_bench_epochs){.threads = threads};
	time_epochs(run, subject, seconds);
	bench->run_count++;
	end(subject);
	return PLICA_OK;
}

/* Once more on one thread, with the clock in every kernel. */
static enum plica_status run_profile(
	struct plica_bench *bench, struct subject *subject, double seconds, struct plica_error *err)
{
	struct plica_profile profile;
	double most = (double)subject->settings.num_epochs;
	double passes = 0.0;
	double start;
	enum plica_status status;

	plica_profile_attach(&profile, subject->problem->kernels);
	PLICA_TRY(begin(subject, 1, err));
	start = plica_seconds();
	for (long number = 0;
		passes < most && (number < LEAST_EPOCHS || plica_seconds() - start < seconds);
		number++)
		passes += time_epoch(subject, number).cost;
	bench->profiled_s = (plica_seconds() - start - plica_profile_overhead(&profile)) / passes;
	for (size_t k = 0; k < PLICA_PROFILE_KERNELS; k++)
		bench->kernel_s[k] =
			plica_profile_seconds(&profile, (enum plica_profile_kernel)k) / passes;
	end(subject);
out:
	plica_profile_detach(&profile, subject->problem->kernels);
	return status;
}

/* Patterns as stored, the object, and two waves a position and mode of a batch. */
static int64_t needed_bytes(int64_t stored_bytes, const struct plica_problem *problem)
{
	size_t asked = (size_t)problem->settings->batch_size;
	size_t batch = asked < problem->count ? asked : problem->count;
	size_t object = problem->object.rows * problem->object.cols;

	return stored_bytes +
	       (int64_t)(object * sizeof(float complex) + 2 * batch * probe_bytes(problem));
}

static void describe(struct plica_bench *out, const struct plica_problem *problem)
{
	out->patterns = problem->count;
	out->side = problem->side;
	out->kernels = problem->kernels->table->name;
	out->shifted = problem->shifted;
	out->transforms = (problem->shifted ? 4 : 2) * problem->modes;
}

enum plica_status plica_bench_run(struct plica_bench *out, struct plica_dataset **dataset,
	const struct plica_bench_params *params, struct plica_error *err)
{
	enum plica_status status;
	struct subject subject = {.settings = *params->settings};
	int64_t stored = (int64_t)((*dataset)->pattern_count * plica_pattern_bytes(*dataset));

	*out = (struct plica_bench){0};
	plica_peak_memory_reset();
	PLICA_TRY(prepare(&subject, dataset, err));
	describe(out, subject.problem);
	for (int threads = 1, last = 0; threads != last && out->run_count < PLICA_BENCH_THREADS;) {
		PLICA_TRY(run_threads(out, threads, &subject, params->seconds, err));
		last = threads;
		threads = 2 * threads < subject.most_threads ? 2 * threads : subject.most_threads;
	}
	out->peak_bytes = plica_peak_memory_bytes();
	out->program_bytes = plica_program_memory_bytes();
	out->needed_bytes = needed_bytes(stored, subject.problem);
	PLICA_TRY(run_profile(out, &subject, params->seconds, err));
	PLICA_TRY(plica_fft_measure(&out->transform_s, out->side, 0.1, err));
	for (size_t i = 0; i < out->run_count; i++)
		out->run[i].floor_s = (double)(out->patterns * out->transforms) * out->transform_s /
				      (double)out->run[i].threads;
out:
	release(&subject);
	plica_dataset_free(*dataset); /* where the settings were refused */
	*dataset = NULL;
	return status;
}
