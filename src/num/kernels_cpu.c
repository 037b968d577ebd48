/* SPDX-License-Identifier: BSD-3-Clause */
/* What this machine can run and hold. Compiled for the oldest variant. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "num/kernels_variants.h"

/* Where the system does not say. */
#define LIKELY_CACHE_BYTES (16L << 20)
#define CACHE_SIZE_FILE "/sys/devices/system/cpu/cpu0/cache/index3/size"

/* 0 where there is no such file. */
static long cache_bytes_of_kernel(void)
{
	char text[32] = ""; /* "32768K" */
	FILE *file = fopen(CACHE_SIZE_FILE, "re");

	if (file == NULL)
		return 0;
	if (fgets(text, sizeof(text), file) == NULL)
		text[0] = '\0';
	(void)fclose(file);
	return strtol(text, NULL, 10) << 10;
}

/* The C library's figure is that of the whole processor on some virtual machines. */
static long cache_bytes(void)
{
	long bytes = cache_bytes_of_kernel();

	if (bytes <= 0)
		bytes = sysconf(_SC_LEVEL3_CACHE_SIZE);
	return bytes > 0 ? bytes : LIKELY_CACHE_BYTES;
}

bool plica_kernels_should_stream(const struct plica_kernels *kernels, size_t waves)
{
	size_t cache = (size_t)cache_bytes();

	return waves > cache / 4 / (kernels->wave_floats * sizeof(float));
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
