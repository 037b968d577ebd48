/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Where an engine's time goes: the functions of its kernels, wrapped by ones that look at the
 * clock. Results keep their bits. For runs of one thread.
 *
 *     struct plica_profile profile;
 *
 *     plica_profile_attach(&profile, problem->kernels);
 *     ... epochs ...
 *     plica_profile_seconds(&profile, PLICA_PROFILE_EXIT_WAVE)
 */
#ifndef PLICA_RECON_PROFILE_H
#define PLICA_RECON_PROFILE_H

#include "num/kernels.h"

enum plica_profile_kernel {
	PLICA_PROFILE_FORWARD,
	PLICA_PROFILE_INVERSE,
	PLICA_PROFILE_EXIT_WAVE,
	PLICA_PROFILE_EXIT_MIXTURE,
	PLICA_PROFILE_LINE_SEARCH,
	PLICA_PROFILE_SCATTER,
	PLICA_PROFILE_SCATTER_POWER,
	PLICA_PROFILE_PAIR_SUMS,
	PLICA_PROFILE_POSITION_SUMS,
	PLICA_PROFILE_KERNELS,
};

struct plica_profile {
	struct plica_kernel_table table; /**< first: what the kernels point at */
	const struct plica_kernel_table *timed;
	double clock_s; /**< what looking at the clock adds to a call, measured at the start */
	struct {
		size_t calls;
		double seconds; /**< with the clock's */
	} kernel[PLICA_PROFILE_KERNELS];
};

/** Wraps the kernels, which `profile` must outlive, and sets all sums to 0. */
void plica_profile_attach(struct plica_profile *profile, struct plica_kernels *kernels);
/** Unwraps them. */
void plica_profile_detach(struct plica_profile *profile, struct plica_kernels *kernels);
/** Seconds in a kernel since they were attached, without the clock's share. */
double plica_profile_seconds(const struct plica_profile *profile, enum plica_profile_kernel kernel);
/** What looking at the clock has added in all: to be taken off the whole. */
double plica_profile_overhead(const struct plica_profile *profile);
/** "exit waves", "scatter", ... */
const char *plica_profile_name(enum plica_profile_kernel kernel);

#endif
