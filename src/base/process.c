/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/process.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/spawn.h"
#include "base/try.h"

#define READ_BLOCK 65536
#define DRAIN_BLOCKS 16        /* what a pipe can hold, with room to spare */
#define REAP_INTERVAL 0.02     /* seconds; where the kernel has no pidfd */
#define LONGEST_POLL 3600.0    /* seconds */
#define UNKNOWN_END (255 << 8) /* a wait status: exit status 255, for a child reaped by others */

struct plica_process {
	pid_t pid;
	int pidfd;     /* readable when the child has ended; -1 where there is no such thing */
	int stderr_fd; /* our end of the pipe; -1 after its end */
	int log_fd;
	double started;
	double grace_s;
	double term_at; /* when SIGTERM is due; 0: never */
	double kill_at; /* when SIGKILL is due; 0: never */
	bool timed_out;
	bool stopped;
	bool ended;
	size_t tail_size;
	char tail[PLICA_PROCESS_TAIL - 1];
	struct plica_process_result result;
};

static void close_if_open(int *descriptor)
{
	if (*descriptor >= 0)
		(void)close(*descriptor);
	*descriptor = -1;
}

/* glibc has a wrapper since 2.36, and other systems may lack the call: -1 is served as well. */
static int open_pidfd(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	return -1;
#endif
}

enum plica_status plica_process_start(struct plica_process **out,
	const struct plica_process_request *request, struct plica_error *err)
{
	enum plica_status status;
	struct plica_process *process = NULL;
	struct plica_spawned child = {0};

	PLICA_TRY(PLICA_NEW(&process, 1, err));
	PLICA_TRY(plica_spawn(&child, request, err));
	process->pid = child.pid;
	process->pidfd = open_pidfd(child.pid);
	process->stderr_fd = child.stderr_fd;
	process->log_fd = child.log_fd;
	process->started = plica_seconds();
	process->grace_s = request->grace_s;
	if (request->timeout_s > 0.0)
		process->term_at = process->started + request->timeout_s;
	*out = process;
	process = NULL;
out:
	plica_free(process);
	return status;
}

static void write_log(struct plica_process *process, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t written = write(process->log_fd, bytes, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0) {
			if (process->result.log_error == 0)
				process->result.log_error = errno;
			return;
		}
		bytes += written;
		size -= (size_t)written;
	}
}

static void keep_tail(struct plica_process *process, const char *bytes, size_t size)
{
	size_t room = sizeof(process->tail);
	size_t kept = process->tail_size;

	if (size > room) {
		bytes += size - room;
		size = room;
	}
	if (kept + size > room) {
		size_t dropped = kept + size - room;

		kept -= dropped;
		memmove(process->tail, process->tail + dropped, kept);
	}
	memcpy(process->tail + kept, bytes, size);
	process->tail_size = kept + size;
}

/* One block of standard error into the log; false when there is none at the moment. */
static bool forward_block(struct plica_process *process)
{
	char block[READ_BLOCK];
	ssize_t size;

	if (process->stderr_fd < 0)
		return false;
	size = read(process->stderr_fd, block, sizeof(block));
	if (size < 0)
		return false;
	if (size == 0) {
		close_if_open(&process->stderr_fd);
		return false;
	}
	write_log(process, block, (size_t)size);
	keep_tail(process, block, (size_t)size);
	return true;
}

/* The tail from its first whole line on, fit to be printed on a terminal. */
static void finish_tail(struct plica_process *process)
{
	const char *from = process->tail;
	size_t size = process->tail_size;
	char *to = process->result.tail;

	if (size == sizeof(process->tail)) {
		const char *newline = memchr(from, '\n', size - 1);

		if (newline != NULL) {
			size -= (size_t)(newline + 1 - from);
			from = newline + 1;
		}
	}
	for (size_t i = 0; i < size; i++) {
		unsigned char byte = (unsigned char)from[i];

		if (byte == '\r')
			*to++ = '\n';
		else if (byte >= 0x80 || isprint(byte) || byte == '\n' || byte == '\t')
			*to++ = (char)byte;
		else
			*to++ = '?';
	}
	*to = '\0';
}

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + 1e-6 * (double)time.tv_usec;
}

static void judge(struct plica_process *process, int wait_status, const struct rusage *usage)
{
	struct plica_process_result *result = &process->result;
	bool exited = WIFEXITED(wait_status);

	result->code = exited ? WEXITSTATUS(wait_status) : -WTERMSIG(wait_status);
	result->end = exited ? PLICA_PROCESS_EXITED : PLICA_PROCESS_SIGNALLED;
	if (process->timed_out)
		result->end = PLICA_PROCESS_TIMED_OUT;
	else if (process->stopped && result->code != 0)
		result->end = PLICA_PROCESS_STOPPED;
	result->seconds = plica_seconds() - process->started;
	result->user_seconds = seconds_of(usage->ru_utime);
	result->system_seconds = seconds_of(usage->ru_stime);
	result->peak_memory_bytes = (int64_t)usage->ru_maxrss * 1024;
}

/*
 * Takes leave of a child that has ended. The rest of its group dies while the child is still a
 * zombie: until it is reaped nobody else can get the group's number.
 */
static void finish(struct plica_process *process)
{
	struct rusage usage = {0};
	int wait_status = UNKNOWN_END;

	(void)kill(-process->pid, SIGKILL);
	while (wait4(process->pid, &wait_status, 0, &usage) < 0 && errno == EINTR)
		;
	for (int i = 0; i < DRAIN_BLOCKS && forward_block(process); i++)
		;
	judge(process, wait_status, &usage);
	finish_tail(process);
	close_if_open(&process->stderr_fd);
	close_if_open(&process->log_fd);
	close_if_open(&process->pidfd);
	process->ended = true;
}

static bool has_ended(const struct plica_process *process)
{
	siginfo_t info = {0};

	if (waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
		return errno == ECHILD; /* whoever started us had SIGCHLD ignored */
	return info.si_pid == process->pid;
}

static void terminate(struct plica_process *process, double now)
{
	(void)kill(-process->pid, SIGTERM);
	process->term_at = 0.0;
	if (process->kill_at <= 0.0)
		process->kill_at = now + process->grace_s;
}

static void enforce_limits(struct plica_process *process, double now)
{
	if (process->term_at > 0.0 && now >= process->term_at) {
		process->timed_out = true;
		terminate(process, now);
	}
	if (process->kill_at > 0.0 && now >= process->kill_at) {
		(void)kill(-process->pid, SIGKILL);
		process->kill_at = now + 1.0; /* again, should something in the group be slow */
	}
}

void plica_process_stop(struct plica_process *process)
{
	if (process->ended || process->stopped)
		return;
	process->stopped = true;
	terminate(process, plica_seconds());
}

static double nearest(double until, double due)
{
	return due > 0.0 && due < until ? due : until;
}

/* Milliseconds to sleep in poll: until the next limit of any process, rounded up. */
static int poll_timeout(struct plica_process *const *set, size_t count, double until, double now)
{
	double wait;

	for (size_t i = 0; i < count; i++) {
		until = nearest(until, set[i]->term_at);
		until = nearest(until, set[i]->kill_at);
		if (set[i]->pidfd < 0)
			until = nearest(until, now + REAP_INTERVAL);
	}
	wait = until - now;
	if (wait <= 0.0)
		return 0;
	return (int)(1000.0 * (wait < LONGEST_POLL ? wait : LONGEST_POLL)) + 1;
}

static void fill_poll(struct pollfd *polled, struct plica_process *const *set, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		polled[2 * i] = (struct pollfd){set[i]->pidfd, POLLIN, 0};
		polled[2 * i + 1] = (struct pollfd){set[i]->stderr_fd, POLLIN, 0};
	}
}

/* After poll: forwards what came, enforces limits; the index of an ended process, or `count`. */
static size_t serve(const struct pollfd *polled, struct plica_process *const *set, size_t count)
{
	double now = plica_seconds();

	for (size_t i = 0; i < count; i++) {
		if (polled[2 * i + 1].revents != 0)
			(void)forward_block(set[i]);
		enforce_limits(set[i], now);
	}
	for (size_t i = 0; i < count; i++) {
		if ((set[i]->pidfd < 0 || polled[2 * i].revents != 0) && has_ended(set[i])) {
			finish(set[i]);
			return i;
		}
	}
	return count;
}

enum plica_status plica_process_wait(size_t *ended, struct plica_process *const *set, size_t count,
	double timeout_s, struct plica_error *err)
{
	enum plica_status status;
	struct pollfd *polled = NULL;
	double now = plica_seconds();
	double until = now + timeout_s;
	bool interrupted = false;

	*ended = count;
	PLICA_TRY(PLICA_NEW(&polled, 2 * count, err));
	for (bool first = true; *ended == count && !interrupted; first = false) {
		now = plica_seconds();
		if (!first && now >= until)
			break;
		fill_poll(polled, set, count);
		if (poll(polled, 2 * count, poll_timeout(set, count, until, now)) < 0) {
			interrupted = errno == EINTR;
			memset(polled, 0, 2 * count * sizeof(*polled));
		}
		*ended = serve(polled, set, count);
	}
out:
	plica_free(polled);
	return status;
}

const struct plica_process_result *plica_process_result(const struct plica_process *process)
{
	return &process->result;
}

pid_t plica_process_pid(const struct plica_process *process)
{
	return process->pid;
}

void plica_process_free(struct plica_process *process)
{
	if (process == NULL)
		return;
	if (!process->ended)
		finish(process);
	plica_free(process);
}

/* Field 22 of /proc/PID/stat; the name in field 2 may hold anything, so count from its end. */
uint64_t plica_process_birth(pid_t pid)
{
	char path[64];
	char line[1024] = "";
	const char *next;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	line[fread(line, 1, sizeof(line) - 1, file)] = '\0';
	(void)fclose(file);
	next = strrchr(line, ')');
	for (int field = 2; next != NULL && field < 22; field++)
		next = strchr(next + 1, ' ');
	return next != NULL ? strtoull(next + 1, NULL, 10) : 0;
}
