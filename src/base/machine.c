/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/machine.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is freed in blocks of this size is worth a system call. */
#define RETURNED_BYTES (1 << 18)
/* Free memory at the end of the heap, of smaller blocks, that may stay. */
#define KEPT_BYTES (1 << 22)

/* What follows "key ... : " in the first line of `path` that begins with `key`. */
static void read_entry(char *out, size_t size, const char *path, const char *key)
{
	FILE *file = fopen(path, "re");
	char line[256];

	out[0] = '\0';
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		const char *value = strchr(line, ':');

		if (value == NULL || strncmp(line, key, strlen(key)) != 0)
			continue;
		value += 1 + strspn(value + 1, " \t");
		(void)snprintf(out, size, "%.*s", (int)strcspn(value, "\n"), value);
		break;
	}
	if (file != NULL)
		(void)fclose(file);
}

void plica_cpu_name(char out[PLICA_CPU_NAME_SIZE])
{
	read_entry(out, PLICA_CPU_NAME_SIZE, "/proc/cpuinfo", "model name");
}

/* An entry of the process's status in kilobytes, as bytes. */
static int64_t status_bytes(const char *key)
{
	char text[64];

	read_entry(text, sizeof(text), "/proc/self/status", key);
	return (int64_t)strtoll(text, NULL, 10) * 1024;
}

int64_t plica_peak_memory_bytes(void)
{
	return status_bytes("VmHWM");
}

int64_t plica_program_memory_bytes(void)
{
	return status_bytes("RssFile");
}

void plica_peak_memory_reset(void)
{
	static const char forget_peak[] = "5";
	int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

	(void)malloc_trim(0);
	if (file < 0)
		return;
	if (write(file, forget_peak, 1) < 0)
		(void)0; /* an old kernel: the peak of the whole process is told instead */
	(void)close(file);
}

void plica_return_freed_memory(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, RETURNED_BYTES);
	/* which stops glibc from raising this one by itself: FFTW takes and gives scratch in every
	 * transform, and each time the heap's end would go and come back page by page */
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
}
