/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/range.h"

#include <math.h>

struct plica_range plica_range_of(const double *values, size_t count)
{
	struct plica_range range = {INFINITY, -INFINITY};

	for (size_t i = 0; i < count; i++) {
		range.low = fmin(range.low, values[i]);
		range.high = fmax(range.high, values[i]);
	}
	return range;
}

double plica_extent_of(const double *values, size_t count)
{
	struct plica_range range = plica_range_of(values, count);

	return range.high - range.low;
}

float plica_largest_of(const float *values, size_t count)
{
	float largest = 0.0F;

	for (size_t i = 0; i < count; i++)
		largest = values[i] > largest ? values[i] : largest;
	return largest;
}
