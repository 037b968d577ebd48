/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * What a detector has measured at one position, as the kernels read it: whole photon counts up to
 * 65534, two bytes a pixel, or the amplitudes of anything else, four. A kernel takes the root of a
 * count as it reads it, so that both forms of one pattern give the same bits.
 *
 * Pixels are in the order of the kernels (num/kernels.h).
 */
#ifndef PLICA_NUM_PATTERN_H
#define PLICA_NUM_PATTERN_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/** The count of a pixel that is not valid. */
#define PLICA_INVALID_COUNT UINT16_MAX

struct plica_pattern {
	const float
		*amplitudes; /**< sqrt(I), negative where invalid; not read if there are counts */
	const uint16_t *counts; /**< I; NULL: none */
};

/** sqrt(I) of a count, -1 where invalid. */
static inline float plica_amplitude_of(uint16_t count)
{
	return count == PLICA_INVALID_COUNT ? -1.0F : sqrtf((float)count);
}

/** sqrt(I) of pixel k, negative where invalid. */
static inline float plica_pattern_amplitude(struct plica_pattern pattern, size_t k)
{
	return pattern.counts != NULL ? plica_amplitude_of(pattern.counts[k])
				      : pattern.amplitudes[k];
}

/** sqrt(I) of `count` pixels from `first` on. */
static inline void plica_pattern_amplitudes(
	float *amplitudes, struct plica_pattern pattern, size_t first, size_t count)
{
	if (pattern.counts != NULL)
		for (size_t k = 0; k < count; k++)
			amplitudes[k] = plica_amplitude_of(pattern.counts[first + k]);
	else
		for (size_t k = 0; k < count; k++)
			amplitudes[k] = pattern.amplitudes[first + k];
}

#endif
