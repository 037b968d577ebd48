/* SPDX-License-Identifier: BSD-3-Clause */
/* Which variants this machine can run. Compiled for the oldest one. */
#include "num/kernels_variants.h"

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
