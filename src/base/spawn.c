/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "base/try.h"

/* The descriptors that a child starts with: input, log, our end and its end of the pipe. */
struct wiring {
	int input;
	int log;
	int pipe[2];
};

static void close_if_open(int *descriptor)
{
	if (*descriptor >= 0)
		(void)close(*descriptor);
	*descriptor = -1;
}

static enum plica_status open_wiring(
	struct wiring *wiring, const char *log_path, struct plica_error *err)
{
	wiring->input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	wiring->log = log_path != NULL
			      ? open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)
			      : open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (wiring->log < 0)
		return plica_error_set(err, PLICA_ERR_IO, "cannot open the log '%s': %s",
			log_path != NULL ? log_path : "/dev/null", strerror(errno));
	if (wiring->input < 0 || pipe2(wiring->pipe, O_CLOEXEC) != 0)
		return plica_error_set(err, PLICA_ERR_IO,
			"cannot open the descriptors of a child: %s", strerror(errno));
	if (fcntl(wiring->pipe[0], F_SETFL, O_NONBLOCK) != 0)
		return plica_error_set(
			err, PLICA_ERR_IO, "cannot prepare a pipe: %s", strerror(errno));
	return PLICA_OK;
}

static int add_descriptors(posix_spawn_file_actions_t *actions, const struct wiring *wiring,
	const struct plica_process_request *request)
{
	int error = posix_spawn_file_actions_adddup2(actions, wiring->input, STDIN_FILENO);

	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, wiring->log, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(actions, wiring->pipe[1], STDERR_FILENO);
	if (error == 0 && request->kept_descriptor >= 0)
		error = posix_spawn_file_actions_adddup2(
			actions, request->kept_descriptor, STDERR_FILENO + 1);
	return error;
}

static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	short flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	int error;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGKILL);
	(void)sigdelset(&all, SIGSTOP);
	error = posix_spawnattr_setflags(attributes, flags);
	if (error == 0)
		error = posix_spawnattr_setpgroup(attributes, 0);
	if (error == 0)
		error = posix_spawnattr_setsigmask(attributes, &none);
	if (error == 0)
		error = posix_spawnattr_setsigdefault(attributes, &all);
	return error;
}

/* posix_spawn takes its vectors as `char *const *` but does not write to them. */
static char *const *vector(const char *const *texts)
{
	return (char *const *)(uintptr_t)texts;
}

static int spawn(
	pid_t *pid, const struct wiring *wiring, const struct plica_process_request *request)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error = posix_spawn_file_actions_init(&actions);

	if (error != 0)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (error == 0) {
		error = add_descriptors(&actions, wiring, request);
		if (error == 0)
			error = set_attributes(&attributes);
		if (error == 0)
			error = posix_spawnp(pid, request->argv[0], &actions, &attributes,
				vector(request->argv), vector(request->environment));
		(void)posix_spawnattr_destroy(&attributes);
	}
	(void)posix_spawn_file_actions_destroy(&actions);
	return error;
}

enum plica_status plica_spawn(struct plica_spawned *out,
	const struct plica_process_request *request, struct plica_error *err)
{
	enum plica_status status;
	struct wiring wiring = {-1, -1, {-1, -1}};
	pid_t pid = 0;
	int error;

	PLICA_TRY(open_wiring(&wiring, request->log_path, err));
	error = spawn(&pid, &wiring, request);
	if (error != 0) {
		status = plica_error_set(err, PLICA_ERR_CHILD, "cannot start '%s': %s",
			request->argv[0], strerror(error));
		goto out;
	}
	*out = (struct plica_spawned){pid, wiring.pipe[0], wiring.log};
	wiring.pipe[0] = -1; /* both are the caller's now */
	wiring.log = -1;
out:
	close_if_open(&wiring.input);
	close_if_open(&wiring.log);
	close_if_open(&wiring.pipe[0]);
	close_if_open(&wiring.pipe[1]);
	return status;
}
