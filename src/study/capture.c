/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/capture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"

#define LARGEST_ANSWER ((size_t)64 << 20)

/* Ours, without what filters and shapes the answers of squeue (SQUEUE_PARTITION and the like): what
 * it leaves out would be taken for ended, and submitted again. */
static enum plica_status copy_environment(const char ***out, struct plica_error *err)
{
	static const char filter[] = "SQUEUE_";
	size_t count = 0;
	size_t kept = 0;
	enum plica_status status;

	while (environ[count] != NULL)
		count++;
	status = PLICA_NEW(out, count + 1, err);
	for (size_t i = 0; i < count && status == PLICA_OK; i++)
		if (strncmp(environ[i], filter, strlen(filter)) != 0)
			(*out)[kept++] = environ[i];
	return status;
}

static enum plica_status run(struct plica_process_result *out, const char *const *argv,
	const char *path, double timeout_s, struct plica_error *err)
{
	enum plica_status status;
	const char **environment = NULL;
	struct plica_process_request request = {
		.argv = argv,
		.log_path = path,
		.timeout_s = timeout_s,
		.grace_s = 1.0,
		.kept_descriptor = -1,
	};
	struct plica_process *process = NULL;
	size_t ended = 1;

	PLICA_TRY(copy_environment(&environment, err));
	request.environment = environment;
	PLICA_TRY(plica_process_start(&process, &request, err));
	while (ended != 0)
		PLICA_TRY(plica_process_wait(&ended, &process, 1, 1.0, err));
	*out = *plica_process_result(process);
out:
	plica_process_free(process);
	plica_free(environment);
	return status;
}

/* The answer goes through a file in memory: there may be no room on any disk. */
enum plica_status plica_capture(struct plica_captured *out, const char *const *argv,
	double timeout_s, struct plica_error *err)
{
	enum plica_status status;
	int memory = memfd_create("plica", MFD_CLOEXEC);
	char path[64];

	*out = (struct plica_captured){0};
	if (memory < 0)
		return plica_error_set(
			err, PLICA_ERR_IO, "cannot make a file in memory: %s", strerror(errno));
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
	PLICA_TRY(run(&out->result, argv, path, timeout_s, err));
	PLICA_TRY(plica_file_read(&out->output, path, LARGEST_ANSWER, err));
out:
	(void)close(memory);
	return status;
}

void plica_captured_release(struct plica_captured *captured)
{
	plica_text_release(&captured->output);
}
