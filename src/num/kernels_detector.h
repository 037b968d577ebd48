/* SPDX-License-Identifier: BSD-3-Clause */
/** What the block kernels do with |Psi|^2 and a pattern, LANES pixels at a time. */
#ifndef PLICA_NUM_KERNELS_DETECTOR_H
#define PLICA_NUM_KERNELS_DETECTOR_H

#include "num/kernels_block.h"

/** Keeps the ratio of the amplitudes finite where the model gives no light. */
#define TINY_POWER 1e-18f

/** Constants and sums of one call. */
struct detector {
	vec scale; /**< of |transform|^2 to |Psi|^2 */
	vec step;  /**< times that scale, for the way back */
	vec epsilon;
	struct lane_sums residual;
	struct lane_sums modelled;
	struct lane_sums measured;
	struct lane_sums poisson;
};

/** What is summed in float over one block of slots. */
struct partial_sums {
	vec residual;
	vec modelled;
	vec measured;
	vec poisson;
};

INLINE struct detector detector_of(const struct plica_exit_wave *args, size_t size)
{
	float scale = 1.0f / (float)(size * size);

	return (struct detector){
		.scale = broadcast(scale),
		.step = broadcast(args->step * scale),
		.epsilon = broadcast(args->epsilon),
	};
}

/** The factor of Psi that makes it F chi, and the sums (doc/numerics.md, "Gradients of one set of
 * positions"). */
INLINE vec compare(const struct detector *detector, struct partial_sums *sums, vec power,
	struct measured measured, bool poisson)
{
	ivec valid = measured.valid;
	vec inverse = inverse_square_root(power + TINY_POWER);
	vec modulus = poisson ? square_root(power) : power * inverse;
	vec difference = where(valid, modulus - measured.amplitude);
	vec known = where(valid, measured.amplitude);
	vec counts = known * known + detector->epsilon;
	vec expected = power + detector->epsilon;

	sums->residual += difference * difference;
	sums->modelled += where(valid, power);
	sums->measured += known * known;
	if (!poisson)
		return -detector->step * difference * inverse;
	sums->poisson += where(valid, expected - counts * natural_log(expected));
	return where(valid, detector->step * (counts - expected) / expected);
}

/** The Poisson likelihood along its own direction, 1 - alpha xi (doc/numerics.md, "Poisson
 * step"). */
struct relaxation_sums {
	vec slope;
	vec curvature;
};

INLINE void relax(struct relaxation_sums *sums, const struct detector *detector, vec alpha,
	vec power, struct measured measured)
{
	ivec valid = measured.valid;
	vec known = where(valid, measured.amplitude);
	vec counts = known * known;
	vec expected = power + detector->epsilon;
	vec xi = where(valid, (power - counts) / expected);
	vec least = broadcast(PLICA_LEAST_REMAINDER);
	vec remainder = 1.0f - alpha * xi;
	ivec enough = remainder > least;
	vec quotient;

	remainder = where(enough, remainder) + where(~enough, least);
	quotient = counts / remainder;
	sums->slope += xi * (power * remainder - quotient);
	sums->curvature += xi * xi * (power + quotient / remainder);
}

INLINE void flush(struct detector *detector, const struct partial_sums *sums)
{
	add_to_lanes(&detector->residual, sums->residual);
	add_to_lanes(&detector->modelled, sums->modelled);
	add_to_lanes(&detector->measured, sums->measured);
	add_to_lanes(&detector->poisson, sums->poisson);
}

INLINE void detector_results(struct plica_exit_sums *sums, const struct detector *detector)
{
	sums->residual = sum_of_lanes(&detector->residual);
	sums->modelled = sum_of_lanes(&detector->modelled);
	sums->measured = sum_of_lanes(&detector->measured);
	sums->poisson = sum_of_lanes(&detector->poisson);
}

#endif
