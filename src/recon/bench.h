/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * How fast an engine is on this machine, beside the floor: what FFTW's best plan, in the cache,
 * needs for the transforms of the model alone.
 *
 * A pattern passes two transforms per probe mode with positions on whole pixels (to the detector
 * and back) and four with sub-pixel ones (the probe's shift, and its adjoint). The floor of an
 * epoch on T threads is patterns x transforms x FFTW's time / T.
 */
#ifndef PLICA_RECON_BENCH_H
#define PLICA_RECON_BENCH_H

#include <stdbool.h>

#include "plica/dataset.h"
#include "plica/settings.h"
#include "recon/profile.h"

#define PLICA_BENCH_THREADS 16

/** Seconds an epoch (every pattern once through its transforms). */
struct plica_bench_epochs {
	int threads;
	size_t count; /**< of epochs that were measured; the first is not */
	double best_s, mean_s;
	double best_cpu_s; /**< of all threads together: what is left under other load */
	double floor_s;
};

struct plica_bench {
	const char *kernels; /**< instruction set: "avx512", ... */
	size_t patterns, side;
	bool shifted;       /**< sub-pixel positions */
	size_t transforms;  /**< of a pattern and epoch */
	double transform_s; /**< FFTW's, of one */
	size_t run_count;
	struct plica_bench_epochs
		run[PLICA_BENCH_THREADS]; /**< 1, 2, 4, ... threads, and the most */
	/** Where one thread's epoch goes: seconds in each kernel, and all of them with the rest. */
	double kernel_s[PLICA_PROFILE_KERNELS];
	double profiled_s;
	int64_t peak_bytes;    /**< resident, of this process, while the engine ran */
	int64_t program_bytes; /**< of these, pages of program and libraries */
	int64_t needed_bytes;  /**< patterns as stored, object, and the waves of one batch */
};

struct plica_bench_params {
	const struct plica_settings *settings; /**< threads: the most that are tried */
	double seconds;                        /**< roughly, for each measurement */
};

/** Measures the engine of the settings, from a flat object on, on *dataset, which it takes over:
 * the dataset is freed and set to NULL in every case. */
PLICA_MUST_USE enum plica_status plica_bench_run(struct plica_bench *out,
	struct plica_dataset **dataset, const struct plica_bench_params *params,
	struct plica_error *err);

#endif
