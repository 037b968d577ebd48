/* SPDX-License-Identifier: BSD-3-Clause */
/** The smallest and the largest of some numbers. */
#ifndef PLICA_BASE_RANGE_H
#define PLICA_BASE_RANGE_H

#include <stddef.h>

/** In the unit of the numbers. */
struct plica_range {
	double low, high;
};

/** NaN is passed over; {INFINITY, -INFINITY} when nothing is left. */
struct plica_range plica_range_of(const double *values, size_t count);
/** high - low. */
double plica_extent_of(const double *values, size_t count);
/** The largest of what cannot be negative: 0 when nothing is more, NaN is passed over. */
float plica_largest_of(const float *values, size_t count);

#endif
