/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Child processes: started with posix_spawn, watched with poll, several at once.
 *
 * A child is the leader of its own process group, reads /dev/null, has default signal handlers,
 * gets exactly the environment that is asked for and none of our descriptors but `kept_descriptor`.
 * Its standard output goes straight to the log; its standard error goes through us into the same
 * log as it comes, and the last part of it is kept for messages. When the child ends, whatever is
 * left of its group is killed.
 *
 * No signal handlers are installed and no global state is changed.
 */
#ifndef PLICA_BASE_PROCESS_H
#define PLICA_BASE_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "plica/error.h"

/** How much of the end of standard error is kept, terminating zero included. */
#define PLICA_PROCESS_TAIL 4096

/** Borrowed for the time of the call to plica_process_start. */
struct plica_process_request {
	const char *const *argv;        /**< ends with NULL; argv[0] is searched for in PATH */
	const char *const *environment; /**< "NAME=value", ends with NULL */
	const char *log_path;           /**< appended to, made when missing; NULL: nowhere */
	double timeout_s;               /**< then SIGTERM to the group; 0: no limit */
	double grace_s;                 /**< from SIGTERM to SIGKILL */
	int kept_descriptor;            /**< the child has it as descriptor 3 (a lock); -1: none */
};

enum plica_process_end {
	PLICA_PROCESS_EXITED,    /**< by itself; `code` is its exit status */
	PLICA_PROCESS_SIGNALLED, /**< by a signal that was not ours; `code` is its number */
	PLICA_PROCESS_TIMED_OUT, /**< stopped at the time limit */
	PLICA_PROCESS_STOPPED,   /**< stopped by plica_process_stop */
};

struct plica_process_result {
	enum plica_process_end end;
	int code; /**< exit status, or minus the signal's number if a signal ended it */
	double seconds;
	double user_seconds, system_seconds;
	int64_t peak_memory_bytes; /**< largest resident set of the child or of one of its own */
	int log_error;             /**< errno of the first failed write to the log, or 0 */
	char tail[PLICA_PROCESS_TAIL]; /**< the last lines of stderr, unprintable bytes replaced */
};

struct plica_process;

/** Starts a child; PLICA_ERR_CHILD names the program that could not be started. */
PLICA_MUST_USE enum plica_status plica_process_start(struct plica_process **out,
	const struct plica_process_request *request, struct plica_error *err);

/**
 * Serves all of `set` until one of them ends, a signal arrives or `timeout_s` has passed.
 * *ended is the index of the one that ended, or `count`. A process that has ended must not be in
 * `set` again.
 */
PLICA_MUST_USE enum plica_status plica_process_wait(size_t *ended, struct plica_process *const *set,
	size_t count, double timeout_s, struct plica_error *err);

/** Asks the group to end: SIGTERM now, SIGKILL after the grace of the request. */
void plica_process_stop(struct plica_process *process);

/** Of a process that has ended; alive as long as the process. */
const struct plica_process_result *plica_process_result(const struct plica_process *process);
pid_t plica_process_pid(const struct plica_process *process);

/** Kills the group first when the child has not ended; NULL is fine. */
void plica_process_free(struct plica_process *process);

/**
 * A number that tells a process from a later one of the same id (its start, in clock ticks since
 * boot); 0 when there is no such process.
 */
uint64_t plica_process_birth(pid_t pid);

#endif
