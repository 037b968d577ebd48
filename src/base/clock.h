/* SPDX-License-Identifier: BSD-3-Clause */
/** Time: seconds that never run backwards, and wall-clock stamps for files. */
#ifndef PLICA_BASE_CLOCK_H
#define PLICA_BASE_CLOCK_H

#include <stddef.h>

/** Length of a stamp such as 2026-11-24T15:04:00Z, terminating zero included. */
#define PLICA_TIMESTAMP_SIZE 21

/** Seconds since an arbitrary start, monotonic. */
double plica_seconds(void);

/** Seconds of processor time that this process has used, all threads together. */
double plica_cpu_seconds(void);

/** The present wall-clock time in UTC, ISO 8601. */
void plica_timestamp(char out[PLICA_TIMESTAMP_SIZE]);

#endif
