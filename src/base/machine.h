/* SPDX-License-Identifier: BSD-3-Clause */
/** What this machine is, and what this process has used of it (Linux: /proc). */
#ifndef PLICA_BASE_MACHINE_H
#define PLICA_BASE_MACHINE_H

#include <stdint.h>

#define PLICA_CPU_NAME_SIZE 96

/** The processor's name, "" where it is not told. */
void plica_cpu_name(char out[PLICA_CPU_NAME_SIZE]);

/** Largest resident memory of this process since its start or the last reset; 0 if not told. */
int64_t plica_peak_memory_bytes(void);
/** What of the resident memory are pages of program and libraries, which processes share. */
int64_t plica_program_memory_bytes(void);
/** Gives unused memory back and forgets the peak so far, where the system can do that. */
void plica_peak_memory_reset(void);

/**
 * Lets every large block go back to the system as soon as it is freed. By itself glibc keeps more
 * and more of them, the larger ones it has seen. For programs: it concerns all of the process.
 */
void plica_return_freed_memory(void);

#endif
