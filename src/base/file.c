/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/try.h"

/* Between a file's name and the characters that make its temporary one unique. */
#define TEMPORARY ".tmp-"
#define UNIQUE_LENGTH 6
/* Names that are tried; each is free but for one chance in two thousand million. */
#define MOST_NAMES 100

static enum plica_status failed(
	struct plica_error *err, const char *verb, const char *path, int error)
{
	return plica_error_set(
		err, PLICA_ERR_IO, "cannot %s '%s': %s", verb, path, strerror(error));
}

static void fill_unique(char *unique)
{
	static const char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	uint64_t bits = 0;

	(void)getrandom(&bits, sizeof(bits), 0); /* O_EXCL guards against a name that is taken */
	for (size_t i = 0; i < UNIQUE_LENGTH; i++, bits /= 36)
		unique[i] = letters[bits % 36];
}

/* Makes a temporary file of a unique name and holds it, so that plica_folder_clean leaves it alone.
 * Where that was faster than we, it is made anew. A file system without locks is no error. Not by
 * mkstemp, whose files nobody else can read: to give them the ordinary mode the umask would have to
 * be asked, which changes it for all threads of the program. */
static int make_temporary(char *name)
{
	char *unique = name + strlen(name) - UNIQUE_LENGTH;

	for (int i = 0; i < MOST_NAMES; i++) {
		int descriptor;

		fill_unique(unique);
		descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (descriptor < 0 && errno != EEXIST)
			return -1;
		if (descriptor < 0)
			continue;
		if (flock(descriptor, LOCK_EX) != 0 || plica_file_exists(name))
			return descriptor;
		(void)close(descriptor);
	}
	errno = EEXIST;
	return -1;
}

enum plica_status plica_file_create(
	struct plica_file *file, const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text name = {0};

	*file = (struct plica_file){.descriptor = -1};
	PLICA_TRY(plica_text_printf(&name, err, "%s" TEMPORARY "%*s", path, UNIQUE_LENGTH, ""));
	PLICA_TRY(plica_copy_text(&file->path, path, err));
	PLICA_TRY(plica_copy_text(&file->temporary, name.data, err));
	file->descriptor = make_temporary(file->temporary);
	if (file->descriptor < 0)
		status = failed(err, "create", path, errno);
out:
	plica_text_release(&name);
	if (status != PLICA_OK)
		plica_file_discard(file);
	return status;
}

enum plica_status plica_file_write(
	struct plica_file *file, const void *bytes, size_t size, struct plica_error *err)
{
	const char *next = bytes;

	while (size > 0) {
		ssize_t written = write(file->descriptor, next, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return failed(err, "write", file->path, errno);
		next += written;
		size -= (size_t)written;
	}
	return PLICA_OK;
}

/* Makes the rename itself durable; a file system that cannot do it is not an error. */
static void sync_folder(const char *path)
{
	const char *name = plica_path_name(path);
	char *folder = name == path ? strdup(".") : strndup(path, (size_t)(name - path));
	int descriptor = folder != NULL ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (descriptor >= 0) {
		(void)fsync(descriptor);
		(void)close(descriptor);
	}
	free(folder);
}

/* Closes the file and puts it under its final name; the second descriptor holds it until then. */
static enum plica_status rename_file(struct plica_file *file, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	int holding = dup(file->descriptor);
	int closed = close(file->descriptor);

	file->descriptor = -1;
	if (closed != 0 || rename(file->temporary, file->path) != 0) {
		status = failed(err, "write", file->path, errno);
	} else {
		plica_free(file->temporary);
		file->temporary = NULL;
	}
	if (holding >= 0)
		(void)close(holding);
	return status;
}

enum plica_status plica_file_commit(struct plica_file *file, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	if (fsync(file->descriptor) != 0)
		status = failed(err, "write", file->path, errno);
	else
		status = rename_file(file, err);
	if (status == PLICA_OK)
		sync_folder(file->path);
	plica_file_discard(file);
	return status;
}

void plica_file_discard(struct plica_file *file)
{
	if (file->descriptor >= 0)
		(void)close(file->descriptor);
	if (file->temporary != NULL)
		(void)unlink(file->temporary);
	plica_free(file->temporary);
	plica_free(file->path);
	*file = (struct plica_file){.descriptor = -1};
}

static enum plica_status write_whole(struct plica_file *file, const char *path, const void *bytes,
	size_t size, struct plica_error *err)
{
	enum plica_status status = plica_file_create(file, path, err);

	if (status != PLICA_OK)
		return status;
	status = plica_file_write(file, bytes, size, err);
	if (status != PLICA_OK)
		plica_file_discard(file);
	return status;
}

enum plica_status plica_file_save(
	const char *path, const void *bytes, size_t size, struct plica_error *err)
{
	struct plica_file file;
	enum plica_status status = write_whole(&file, path, bytes, size, err);

	return status == PLICA_OK ? plica_file_commit(&file, err) : status;
}

enum plica_status plica_file_replace(
	const char *path, const void *bytes, size_t size, struct plica_error *err)
{
	struct plica_file file;
	enum plica_status status = write_whole(&file, path, bytes, size, err);

	if (status != PLICA_OK)
		return status;
	status = rename_file(&file, err);
	plica_file_discard(&file);
	return status;
}

void plica_folder_sync(const char *path)
{
	int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (descriptor < 0)
		return;
	(void)syncfs(descriptor);
	(void)close(descriptor);
}

static enum plica_status read_all(struct plica_text *out, FILE *stream, const char *path,
	size_t limit, struct plica_error *err)
{
	char block[65536];
	size_t size;
	size_t total = 0;

	while ((size = fread(block, 1, sizeof(block), stream)) > 0) {
		enum plica_status status;

		total += size;
		if (total > limit)
			return plica_error_set(err, PLICA_ERR_FORMAT,
				"cannot read '%s': it is larger than %zu bytes", path, limit);
		status = plica_text_append(out, block, size, err);
		if (status != PLICA_OK)
			return status;
	}
	if (ferror(stream))
		return failed(err, "read", path, errno);
	return PLICA_OK;
}

enum plica_status plica_file_read(
	struct plica_text *out, const char *path, size_t limit, struct plica_error *err)
{
	enum plica_status status;
	FILE *stream = fopen(path, "rb");

	if (stream == NULL)
		return failed(err, "open", path, errno);
	status = read_all(out, stream, path, limit, err);
	(void)fclose(stream);
	return status;
}

enum plica_status plica_file_open(
	int *descriptor, uint64_t *size, const char *path, struct plica_error *err)
{
	struct stat info;
	int opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (opened < 0)
		return failed(err, "open", path, errno);
	if (fstat(opened, &info) != 0 || !S_ISREG(info.st_mode)) {
		(void)close(opened);
		return plica_error_set(
			err, PLICA_ERR_IO, "cannot open '%s': it is not a regular file", path);
	}
	*size = (uint64_t)info.st_size;
	*descriptor = opened;
	return PLICA_OK;
}

struct plica_file_state plica_file_state(const char *path)
{
	struct stat info;

	if (stat(path, &info) != 0)
		return (struct plica_file_state){0};
	return (struct plica_file_state){.device = info.st_dev,
		.inode = info.st_ino,
		.size = (uint64_t)info.st_size,
		.written_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec};
}

bool plica_file_state_equal(const struct plica_file_state *a, const struct plica_file_state *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->written_ns == b->written_ns;
}

enum plica_status plica_descriptor_read(
	size_t *got, int descriptor, void *buffer, size_t size, struct plica_error *err)
{
	size_t done = 0;

	while (done < size) {
		ssize_t more = read(descriptor, (char *)buffer + done, size - done);

		if (more < 0 && errno == EINTR)
			continue;
		if (more < 0)
			return plica_error_set(err, PLICA_ERR_IO, "%s", strerror(errno));
		if (more == 0)
			break;
		done += (size_t)more;
	}
	*got = done;
	return PLICA_OK;
}

static bool is_temporary(const char *name)
{
	size_t length = strlen(name);
	size_t ending = strlen(TEMPORARY) + UNIQUE_LENGTH;

	return length > ending &&
	       strncmp(name + length - ending, TEMPORARY, strlen(TEMPORARY)) == 0;
}

/* A shared lock, since NFS gives the other kind to writers only: there each file would seem to be
 * on a file system without locks, and a writer at work would lose it. */
static void remove_unless_held(int folder, const char *name)
{
	int descriptor = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

	if (descriptor >= 0 && (flock(descriptor, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK))
		(void)unlinkat(folder, name, 0);
	if (descriptor >= 0)
		(void)close(descriptor);
}

void plica_folder_clean(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	while (folder != NULL && (entry = readdir(folder)) != NULL)
		if (is_temporary(entry->d_name))
			remove_unless_held(dirfd(folder), entry->d_name);
	if (folder != NULL)
		(void)closedir(folder);
}

bool plica_file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static bool is_folder(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

enum plica_status plica_make_folders(const char *path, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	char *partial = NULL;

	PLICA_TRY(plica_copy_text(&partial, path, err));
	for (char *end = partial + 1; *partial != '\0'; end++) {
		char kept = *end;

		if (kept != '/' && kept != '\0')
			continue;
		*end = '\0';
		if (mkdir(partial, 0777) != 0 && !is_folder(partial)) {
			status = failed(err, "make the folder", partial, errno);
			goto out;
		}
		*end = kept;
		if (kept == '\0')
			break;
	}
out:
	plica_free(partial);
	return status;
}

enum plica_status plica_path_join(
	char **out, const char *folder, const char *name, struct plica_error *err)
{
	struct plica_text text = {0};
	size_t length = strlen(folder);
	const char *slash = length > 0 && folder[length - 1] != '/' ? "/" : "";
	enum plica_status status;

	status = plica_text_printf(&text, err, "%s%s%s", folder, slash, name);
	if (status == PLICA_OK)
		status = plica_copy_text(out, text.data, err);
	plica_text_release(&text);
	return status;
}

const char *plica_path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}
