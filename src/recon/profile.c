/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/profile.h"

#include <math.h>
#include <stdint.h>

#include "base/clock.h"

static const char *const names[PLICA_PROFILE_KERNELS] = {
	[PLICA_PROFILE_FORWARD] = "forward transforms",
	[PLICA_PROFILE_INVERSE] = "inverse transforms",
	[PLICA_PROFILE_EXIT_WAVE] = "exit waves",
	[PLICA_PROFILE_EXIT_MIXTURE] = "exit waves of modes",
	[PLICA_PROFILE_LINE_SEARCH] = "line search",
	[PLICA_PROFILE_SCATTER] = "scatter",
	[PLICA_PROFILE_SCATTER_POWER] = "illumination",
	[PLICA_PROFILE_PAIR_SUMS] = "pair sums",
	[PLICA_PROFILE_POSITION_SUMS] = "position sums",
};

const char *plica_profile_name(enum plica_profile_kernel kernel)
{
	return names[kernel];
}

/* The table that the kernels point at is the first member of the profile. */
static struct plica_profile *profile_of(const struct plica_kernels *self)
{
	return (struct plica_profile *)(uintptr_t)self->table;
}

static void add(struct plica_profile *profile, enum plica_profile_kernel kernel, double start)
{
	profile->kernel[kernel].calls++;
	profile->kernel[kernel].seconds += plica_seconds() - start;
}

static void forward(
	const struct plica_kernels *self, void *work, float *spectrum, const float *wave)
{
	double start = plica_seconds();

	profile_of(self)->timed->forward(self, work, spectrum, wave);
	add(profile_of(self), PLICA_PROFILE_FORWARD, start);
}

static void inverse(
	const struct plica_kernels *self, void *work, float *wave, const float *spectrum)
{
	double start = plica_seconds();

	profile_of(self)->timed->inverse(self, work, wave, spectrum);
	add(profile_of(self), PLICA_PROFILE_INVERSE, start);
}

static void exit_wave(const struct plica_kernels *self, void *work,
	const struct plica_exit_wave *args, struct plica_exit_sums *sums)
{
	double start = plica_seconds();

	profile_of(self)->timed->exit_wave(self, work, args, sums);
	add(profile_of(self), PLICA_PROFILE_EXIT_WAVE, start);
}

static void exit_mixture(const struct plica_kernels *self, void *work,
	const struct plica_mixture *args, struct plica_exit_sums *sums)
{
	double start = plica_seconds();

	profile_of(self)->timed->exit_mixture(self, work, args, sums);
	add(profile_of(self), PLICA_PROFILE_EXIT_MIXTURE, start);
}

static void line_search(const struct plica_kernels *self, void *work,
	const struct plica_line_search *args, double *objective)
{
	double start = plica_seconds();

	profile_of(self)->timed->line_search(self, work, args, objective);
	add(profile_of(self), PLICA_PROFILE_LINE_SEARCH, start);
}

static void scatter(const struct plica_kernels *self, struct plica_planes *sum, size_t first_row,
	size_t end_row, const struct plica_stored_waves *waves)
{
	double start = plica_seconds();

	profile_of(self)->timed->scatter(self, sum, first_row, end_row, waves);
	add(profile_of(self), PLICA_PROFILE_SCATTER, start);
}

static void scatter_power(const struct plica_kernels *self, float *sum, size_t stride,
	size_t first_row, size_t end_row, const struct plica_stored_waves *waves)
{
	double start = plica_seconds();

	profile_of(self)->timed->scatter_power(self, sum, stride, first_row, end_row, waves);
	add(profile_of(self), PLICA_PROFILE_SCATTER_POWER, start);
}

static void pair_sums(const struct plica_kernels *self, double sums[PLICA_PAIR_SUMS],
	const struct plica_planes *object, const struct plica_planes *direction,
	const float *probe_direction, const struct plica_stored_waves *waves)
{
	double start = plica_seconds();

	profile_of(self)->timed->pair_sums(self, sums, object, direction, probe_direction, waves);
	add(profile_of(self), PLICA_PROFILE_PAIR_SUMS, start);
}

static void position_sums(const struct plica_kernels *self, double sums[PLICA_POSITION_SUMS],
	const struct plica_planes *slope_y, const struct plica_planes *slope_x,
	const struct plica_stored_waves *waves)
{
	double start = plica_seconds();

	profile_of(self)->timed->position_sums(self, sums, slope_y, slope_x, waves);
	add(profile_of(self), PLICA_PROFILE_POSITION_SUMS, start);
}

/* The least that passes between two looks at the clock. */
static double clock_cost(void)
{
	double cost = INFINITY;

	for (int i = 0; i < 1000; i++) {
		double start = plica_seconds();

		cost = fmin(cost, plica_seconds() - start);
	}
	return cost;
}

void plica_profile_attach(struct plica_profile *profile, struct plica_kernels *kernels)
{
	*profile = (struct plica_profile){
		.table = *kernels->table,
		.timed = kernels->table,
		.clock_s = clock_cost(),
	};
	profile->table.forward = forward;
	profile->table.inverse = inverse;
	profile->table.exit_wave = exit_wave;
	profile->table.exit_mixture = exit_mixture;
	profile->table.line_search = line_search;
	profile->table.scatter = scatter;
	profile->table.scatter_power = scatter_power;
	profile->table.pair_sums = pair_sums;
	profile->table.position_sums = position_sums;
	kernels->table = &profile->table;
}

void plica_profile_detach(struct plica_profile *profile, struct plica_kernels *kernels)
{
	kernels->table = profile->timed;
}

double plica_profile_seconds(const struct plica_profile *profile, enum plica_profile_kernel kernel)
{
	double clock = profile->clock_s * (double)profile->kernel[kernel].calls;

	return fmax(0.0, profile->kernel[kernel].seconds - clock);
}

/* Two looks a call, of which the one that the call's own sum has is half. */
double plica_profile_overhead(const struct plica_profile *profile)
{
	double calls = 0.0;

	for (size_t i = 0; i < PLICA_PROFILE_KERNELS; i++)
		calls += (double)profile->kernel[i].calls;
	return 2.0 * profile->clock_s * calls;
}
