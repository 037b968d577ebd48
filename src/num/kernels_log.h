/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The natural logarithm of a positive normal float, within 2 units of the last place, without
 * branches or tables, so that loops over it vectorise: x = m 2^k with m in [sqrt(1/2), sqrt(2)),
 * log m = 2 atanh(s) with s = (m - 1)/(m + 1) by its series to s^9.
 */
#ifndef PLICA_NUM_KERNELS_LOG_H
#define PLICA_NUM_KERNELS_LOG_H

#include <stdint.h>
#include <string.h>

#define PLICA_LN2 0.693147180559945309f
#define PLICA_SQRT_HALF_BITS 0x3f3504f3

static inline float plica_log(float x)
{
	int32_t bits;
	int32_t exponent;
	float m;
	float s;
	float z;
	float series;

	memcpy(&bits, &x, sizeof(bits));
	exponent = (bits - PLICA_SQRT_HALF_BITS) >> 23;
	bits -= (int32_t)((uint32_t)exponent << 23);
	memcpy(&m, &bits, sizeof(m));
	s = (m - 1.0f) / (m + 1.0f);
	z = s * s;
	series = z * (1.0f / 3 + z * (1.0f / 5 + z * (1.0f / 7 + z * (1.0f / 9))));
	return (float)exponent * PLICA_LN2 + 2.0f * (s + s * series);
}

#endif
