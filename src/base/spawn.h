/* SPDX-License-Identifier: BSD-3-Clause */
/** The start of a child process, for process.c alone: descriptors, process group, signals. */
#ifndef PLICA_BASE_SPAWN_H
#define PLICA_BASE_SPAWN_H

#include <sys/types.h>

#include "base/process.h"

struct plica_spawned {
	pid_t pid;
	int stderr_fd; /**< the child's standard error, to be read without blocking; the caller's */
	int log_fd;    /**< the log, opened for appending; the caller's */
};

PLICA_MUST_USE enum plica_status plica_spawn(struct plica_spawned *out,
	const struct plica_process_request *request, struct plica_error *err);

#endif
