/* SPDX-License-Identifier: BSD-3-Clause */
/* What this machine can run and hold. Compiled for the oldest variant. */
#include <unistd.h>

#include "num/kernels_variants.h"

/* Where the system does not say. */
#define LIKELY_CACHE_BYTES (16L << 20)

bool plica_kernels_should_stream(const struct plica_kernels *kernels, size_t waves)
{
	long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);

	if (cache <= 0)
		cache = LIKELY_CACHE_BYTES;
	return waves > (size_t)cache / 2 / (kernels->wave_floats * sizeof(float));
}

#if defined(__x86_64__)
bool plica_usable_avx512(void)
{
	return __builtin_cpu_supports("x86-64-v4") != 0;
}

bool plica_usable_avx2(void)
{
	return __builtin_cpu_supports("x86-64-v3") != 0;
}

bool plica_usable_sse2(void)
{
	return true;
}
#else
bool plica_usable_vector(void)
{
	return true;
}
#endif
