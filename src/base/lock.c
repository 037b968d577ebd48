/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static enum plica_status take_range(
	int *descriptor, const char *path, struct flock range, struct plica_error *err)
{
	int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

	if (opened < 0)
		return plica_error_set(
			err, PLICA_ERR_IO, "cannot open the lock '%s': %s", path, strerror(errno));
	if (fcntl(opened, F_OFD_SETLK, &range) == 0) {
		*descriptor = opened;
		return PLICA_OK;
	}
	if (errno == EAGAIN || errno == EACCES) {
		*descriptor = -1;
		(void)close(opened);
		return PLICA_OK;
	}
	(void)plica_error_set(err, PLICA_ERR_IO, "cannot lock '%s': %s", path, strerror(errno));
	(void)close(opened);
	return PLICA_ERR_IO;
}

enum plica_status plica_lock_take(int *descriptor, const char *path, struct plica_error *err)
{
	const struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return take_range(descriptor, path, whole, err);
}

enum plica_status plica_lock_take_part(
	int *descriptor, const char *path, uint64_t part, struct plica_error *err)
{
	const struct flock one = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)part, .l_len = 1};

	return take_range(descriptor, path, one, err);
}

void plica_lock_release(int descriptor)
{
	if (descriptor >= 0)
		(void)close(descriptor);
}

bool plica_lock_is_held(const char *path)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int opened = open(path, O_RDONLY | O_CLOEXEC);
	bool held;

	if (opened < 0)
		return false;
	held = fcntl(opened, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
	(void)close(opened);
	return held;
}
