/* SPDX-License-Identifier: BSD-3-Clause */
#include "cli/bench_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/machine.h"
#include "cli/output.h"

/* Above this load average other programs have their share of the times. */
#define IDLE_LOAD 0.5

static double ratio_of(const struct plica_bench_epochs *epochs)
{
	return epochs->best_s / epochs->floor_s;
}

static double rest_of(const struct plica_bench *bench)
{
	double rest = bench->profiled_s;

	for (size_t k = 0; k < PLICA_PROFILE_KERNELS; k++)
		rest -= bench->kernel_s[k];
	return fmax(0.0, rest);
}

void cli_bench_print_machine(const char *algorithm)
{
	char cpu[PLICA_CPU_NAME_SIZE];
	double load[3] = {0};

	plica_cpu_name(cpu);
	(void)getloadavg(load, 3);
	(void)printf("%s; load average %.2f %.2f %.2f\n", cpu, load[0], load[1], load[2]);
	(void)printf("%s, milliseconds an epoch; floor: FFTW (PATIENT, in cache) for the "
		     "transforms alone\n",
		algorithm);
	if (load[0] > IDLE_LOAD)
		cli_warn("the machine is not idle: times are too long, and ratios to the floor too "
			 "large; processor time (CPU) is disturbed least");
}

/* Kernels with less than half a per cent go with the rest. */
static void print_profile(const struct plica_bench *bench)
{
	double rest = 100.0;

	(void)printf("  one thread's epoch:");
	for (size_t k = 0; k < PLICA_PROFILE_KERNELS; k++) {
		double share = 100.0 * bench->kernel_s[k] / bench->profiled_s;

		if (share < 0.5)
			continue;
		(void)printf(
			" %s %.1f %%,", plica_profile_name((enum plica_profile_kernel)k), share);
		rest -= share;
	}
	(void)printf(" rest %.1f %%\n", fmax(0.0, rest));
}

void cli_bench_print(const struct plica_bench *bench)
{
	(void)printf("\n%zu patterns of %zu^2, %s positions, %s: %zu transforms a pattern, "
		     "FFTW %.2f us each\n",
		bench->patterns, bench->side, bench->shifted ? "sub-pixel" : "whole-pixel",
		bench->kernels, bench->transforms, bench->transform_s * 1e6);
	(void)printf("  threads     best     mean      CPU    floor  best/floor  speed-up\n");
	for (size_t i = 0; i < bench->run_count; i++) {
		const struct plica_bench_epochs *epochs = &bench->run[i];

		(void)printf("  %7d %8.2f %8.2f %8.2f %8.2f  %10.2f  %8.2f\n", epochs->threads,
			epochs->best_s * 1e3, epochs->mean_s * 1e3, epochs->best_cpu_s * 1e3,
			epochs->floor_s * 1e3, ratio_of(epochs),
			bench->run[0].best_s / epochs->best_s);
	}
	print_profile(bench);
	(void)printf("  peak memory %.1f MB, %.1f of it program and libraries; "
		     "%.2f x (patterns, object, one batch)\n",
		(double)bench->peak_bytes / 1e6, (double)bench->program_bytes / 1e6,
		(double)bench->peak_bytes / (double)bench->needed_bytes);
	(void)fflush(stdout);
}

struct plica_json *cli_bench_json(const char *algorithm)
{
	struct plica_json *root = plica_json_object();
	struct plica_json *loads;
	char cpu[PLICA_CPU_NAME_SIZE];
	char timestamp[PLICA_TIMESTAMP_SIZE];
	double load[3] = {0};

	plica_timestamp(timestamp);
	plica_cpu_name(cpu);
	(void)getloadavg(load, 3);
	plica_json_set_integer(root, "schema", 1);
	plica_json_set_text(root, "version", PLICA_VERSION);
	plica_json_set_text(root, "timestamp", timestamp);
	plica_json_set_text(root, "cpu", cpu);
	loads = plica_json_set_array(root, "load_average");
	for (size_t i = 0; i < 3; i++)
		plica_json_add_number(loads, load[i]);
	plica_json_set_text(root, "algorithm", algorithm);
	return root;
}

static void add_runs(struct plica_json *entry, const struct plica_bench *bench)
{
	struct plica_json *runs = plica_json_set_array(entry, "runs");

	for (size_t i = 0; i < bench->run_count; i++) {
		const struct plica_bench_epochs *epochs = &bench->run[i];
		struct plica_json *item = plica_json_add_object(runs);

		plica_json_set_integer(item, "threads", epochs->threads);
		plica_json_set_integer(item, "epochs", (int64_t)epochs->count);
		plica_json_set_number(item, "best_s", epochs->best_s);
		plica_json_set_number(item, "mean_s", epochs->mean_s);
		plica_json_set_number(item, "best_cpu_s", epochs->best_cpu_s);
		plica_json_set_number(item, "floor_s", epochs->floor_s);
		plica_json_set_number(item, "best_over_floor", ratio_of(epochs));
		plica_json_set_number(item, "speed_up", bench->run[0].best_s / epochs->best_s);
	}
}

void cli_bench_add(struct plica_json *cases, const struct plica_bench *bench)
{
	struct plica_json *entry = plica_json_add_object(cases);
	struct plica_json *profile;

	plica_json_set_integer(entry, "patterns", (int64_t)bench->patterns);
	plica_json_set_integer(entry, "pattern_px", (int64_t)bench->side);
	plica_json_set_bool(entry, "sub_pixel", bench->shifted);
	plica_json_set_text(entry, "kernels", bench->kernels);
	plica_json_set_integer(entry, "transforms", (int64_t)bench->transforms);
	plica_json_set_number(entry, "fftw_s", bench->transform_s);
	add_runs(entry, bench);
	profile = plica_json_set_object(entry, "one_thread_s");
	for (size_t k = 0; k < PLICA_PROFILE_KERNELS; k++)
		if (bench->kernel_s[k] > 0.0)
			plica_json_set_number(profile,
				plica_profile_name((enum plica_profile_kernel)k),
				bench->kernel_s[k]);
	plica_json_set_number(profile, "rest", rest_of(bench));
	plica_json_set_number(profile, "epoch", bench->profiled_s);
	plica_json_set_integer(entry, "peak_memory_bytes", bench->peak_bytes);
	plica_json_set_integer(entry, "program_memory_bytes", bench->program_bytes);
	plica_json_set_integer(entry, "needed_memory_bytes", bench->needed_bytes);
}
