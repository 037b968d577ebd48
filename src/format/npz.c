/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/npz.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"
#include "format/npy.h"

#define ENDING ".npy"
#define ENDING_SIZE (sizeof(ENDING) - 1)
/* An archive without members: nothing but the end record. */
#define SMALLEST_ARCHIVE 22

struct plica_npz {
	char *subject; /* the path, for messages */
	zip_t *zip;
	uint64_t bytes; /* of the whole archive */
	struct plica_strings names;
	zip_uint64_t *index; /* in the archive, of each name */
};

static enum plica_status not_an_archive(
	const struct plica_npz *npz, zip_error_t *reason, struct plica_error *err)
{
	return plica_error_set(err, PLICA_ERR_FORMAT,
		"cannot read '%s': it is not a whole NPZ archive (%s)", npz->subject,
		zip_error_strerror(reason));
}

static enum plica_status broken(
	const struct plica_npz *npz, const char *what, struct plica_error *err)
{
	return plica_error_set(err, PLICA_ERR_FORMAT, "cannot read '%s': %s", npz->subject, what);
}

/* "x.npy" as "x" at the end of the list; other members are no arrays and are left out. */
static enum plica_status add_name(
	struct plica_npz *npz, const char *name, zip_uint64_t index, struct plica_error *err)
{
	size_t length = strlen(name);

	if (length < ENDING_SIZE || strcmp(name + length - ENDING_SIZE, ENDING) != 0)
		return PLICA_OK;
	/* The look-up finds the first of two equal names: the second one does not find itself. */
	if (zip_name_locate(npz->zip, name, 0) != (zip_int64_t)index)
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"cannot read '%s': two members are called '%s'", npz->subject, name);
	npz->index[npz->names.size] = index;
	return plica_strings_printf(&npz->names, err, "%.*s", (int)(length - ENDING_SIZE), name);
}

/* Lists the members; more compressed data than the file has means that members overlap. */
static enum plica_status list_members(struct plica_npz *npz, struct plica_error *err)
{
	zip_int64_t count = zip_get_num_entries(npz->zip, 0);
	uint64_t compressed = 0;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&npz->index, (size_t)count, err));
	for (zip_uint64_t i = 0; i < (zip_uint64_t)count; i++) {
		zip_stat_t stat;

		zip_stat_init(&stat);
		if (zip_stat_index(npz->zip, i, 0, &stat) != 0 || stat.name == NULL ||
			(stat.valid & ZIP_STAT_COMP_SIZE) == 0)
			return broken(npz, "its directory is damaged", err);
		if (stat.comp_size > npz->bytes - compressed)
			return broken(npz, "its members are larger than the file", err);
		compressed += stat.comp_size;
		PLICA_TRY(add_name(npz, stat.name, i, err));
	}
out:
	return status;
}

/* Takes the source over in every case. */
static enum plica_status open_source(
	struct plica_npz *npz, zip_source_t *source, struct plica_error *err)
{
	zip_error_t reason;
	enum plica_status status;

	if (npz->bytes < SMALLEST_ARCHIVE) {
		zip_source_free(source);
		return broken(npz, "it is too short for an NPZ archive", err);
	}
	zip_error_init(&reason);
	npz->zip = zip_open_from_source(source, ZIP_RDONLY, &reason);
	if (npz->zip == NULL) {
		status = not_an_archive(npz, &reason, err);
		zip_source_free(source);
	} else {
		status = list_members(npz, err);
	}
	zip_error_fini(&reason);
	return status;
}

static enum plica_status create_handle(
	struct plica_npz **out, const char *subject, uint64_t bytes, struct plica_error *err)
{
	struct plica_npz *npz = NULL;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&npz, 1, err));
	npz->bytes = bytes;
	PLICA_TRY(plica_copy_text(&npz->subject, subject, err));
	*out = npz;
	npz = NULL; /* ownership has moved to the caller */
out:
	plica_npz_close(npz);
	return status;
}

static enum plica_status out_of_memory(struct plica_error *err)
{
	return plica_error_set(err, PLICA_ERR_MEMORY, "cannot open an archive: out of memory");
}

/* Takes the descriptor over in every case. */
static enum plica_status open_descriptor(
	struct plica_npz *npz, int descriptor, struct plica_error *err)
{
	FILE *stream = fdopen(descriptor, "rb");
	zip_source_t *source;

	if (stream == NULL) {
		(void)close(descriptor);
		return out_of_memory(err);
	}
	source = zip_source_filep_create(stream, 0, -1, NULL);
	if (source == NULL) {
		(void)fclose(stream);
		return out_of_memory(err);
	}
	/* NOLINTNEXTLINE(clang-analyzer-unix.Stream): the source closes the stream */
	return open_source(npz, source, err);
}

enum plica_status plica_npz_open(struct plica_npz **out, const char *path, struct plica_error *err)
{
	struct plica_npz *npz = NULL;
	enum plica_status status;
	int descriptor = -1;
	uint64_t bytes;

	PLICA_TRY(plica_file_open(&descriptor, &bytes, path, err));
	PLICA_TRY(create_handle(&npz, path, bytes, err));
	status = open_descriptor(npz, descriptor, err);
	descriptor = -1;
	if (status == PLICA_OK) {
		*out = npz;
		npz = NULL; /* ownership has moved to the caller */
	}
out:
	if (descriptor >= 0)
		(void)close(descriptor);
	plica_npz_close(npz);
	return status;
}

enum plica_status plica_npz_open_bytes(struct plica_npz **out, const void *bytes, size_t size,
	const char *subject, struct plica_error *err)
{
	struct plica_npz *npz = NULL;
	zip_source_t *source;
	enum plica_status status;

	PLICA_TRY(create_handle(&npz, subject, size, err));
	source = zip_source_buffer_create(bytes, size, 0, NULL);
	if (source == NULL) {
		status = out_of_memory(err);
		goto out;
	}
	PLICA_TRY(open_source(npz, source, err));
	*out = npz;
	npz = NULL; /* ownership has moved to the caller */
out:
	plica_npz_close(npz);
	return status;
}

void plica_npz_close(struct plica_npz *npz)
{
	if (npz == NULL)
		return;
	if (npz->zip != NULL)
		zip_discard(npz->zip);
	plica_strings_release(&npz->names);
	plica_free(npz->index);
	plica_free(npz->subject);
	plica_free(npz);
}

size_t plica_npz_count(const struct plica_npz *npz)
{
	return npz->names.size;
}

const char *plica_npz_name(const struct plica_npz *npz, size_t index)
{
	return npz->names.item[index];
}

bool plica_npz_has(const struct plica_npz *npz, const char *name)
{
	return plica_strings_contains(&npz->names, name);
}

/* What the directory says about a member, before a byte of it is believed. */
static enum plica_status check_member(
	const struct plica_npz *npz, const zip_stat_t *stat, struct plica_error *err)
{
	const char *lie = NULL;

	if (stat->encryption_method != ZIP_EM_NONE)
		lie = "it is encrypted";
	else if (stat->comp_method != ZIP_CM_STORE && stat->comp_method != ZIP_CM_DEFLATE)
		lie = "its compression is neither stored nor deflated";
	else if (stat->comp_size > npz->bytes)
		lie = "it is larger than the file";
	else if (stat->comp_method == ZIP_CM_STORE && stat->size != stat->comp_size)
		lie = "its two sizes differ although it is stored";
	else if (stat->size > PLICA_NPZ_MEMBER_LIMIT)
		lie = "it is too large";
	else if (stat->size / PLICA_NPZ_RATIO_LIMIT > stat->comp_size)
		lie = "it claims to be larger than its compressed bytes can hold";
	if (lie == NULL)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_FORMAT, "%s (%llu bytes, %llu in the archive)", lie,
		(unsigned long long)stat->size, (unsigned long long)stat->comp_size);
}

static enum plica_status read_member(
	size_t *got, void *context, void *buffer, size_t size, struct plica_error *err)
{
	zip_file_t *member = context;
	size_t done = 0;

	while (done < size) {
		zip_int64_t more = zip_fread(member, (char *)buffer + done, size - done);

		if (more < 0)
			return plica_error_set(err, PLICA_ERR_FORMAT, "it is damaged (%s)",
				zip_error_strerror(zip_file_get_error(member)));
		if (more == 0)
			break;
		done += (size_t)more;
	}
	*got = done;
	return PLICA_OK;
}

static enum plica_status open_member(struct plica_npy_source *source, struct plica_npz *npz,
	const char *name, struct plica_error *err)
{
	enum plica_status status;
	zip_stat_t stat;
	size_t i = 0;

	while (i < npz->names.size && strcmp(npz->names.item[i], name) != 0)
		i++;
	if (i == npz->names.size)
		return plica_error_set(err, PLICA_ERR_FORMAT, "there is no such array");
	zip_stat_init(&stat);
	if (zip_stat_index(npz->zip, npz->index[i], 0, &stat) != 0)
		return plica_error_set(err, PLICA_ERR_FORMAT, "%s", zip_strerror(npz->zip));
	PLICA_TRY(check_member(npz, &stat, err));
	source->read = read_member;
	source->size = stat.size;
	source->context = zip_fopen_index(npz->zip, npz->index[i], 0);
	if (source->context == NULL)
		return plica_error_set(
			err, PLICA_ERR_FORMAT, "it is damaged (%s)", zip_strerror(npz->zip));
out:
	return status;
}

static enum plica_status named(enum plica_status status, const struct plica_npz *npz,
	const char *name, struct plica_error *err)
{
	if (status == PLICA_OK)
		return PLICA_OK;
	return plica_error_context(err, status, "cannot read '%s': '%s'", npz->subject, name);
}

static void close_member(struct plica_npy_source *source)
{
	if (source->context != NULL)
		(void)zip_fclose(source->context);
}

enum plica_status plica_npz_info(struct plica_array_info *out, struct plica_npz *npz,
	const char *name, struct plica_error *err)
{
	struct plica_npy_source source = {.context = NULL};
	struct plica_npy_header header;
	enum plica_status status;

	PLICA_TRY(open_member(&source, npz, name, err));
	PLICA_TRY(plica_npy_read_header(&header, &source, NULL, err));
	*out = header.info;
out:
	close_member(&source);
	return named(status, npz, name, err);
}

enum plica_status plica_npz_read(
	struct plica_array *out, struct plica_npz *npz, const char *name, struct plica_error *err)
{
	struct plica_npy_source source = {.context = NULL};
	enum plica_status status;

	PLICA_TRY(open_member(&source, npz, name, err));
	PLICA_TRY(plica_npy_read(out, &source, NULL, err));
out:
	close_member(&source);
	return named(status, npz, name, err);
}

/* The header of a member being written; libzip reads it at the commit. */
struct npz_header {
	struct npz_header *next;
	struct plica_text text;
};

struct plica_npz_writer {
	struct plica_file file;
	zip_t *zip;
	struct npz_header *headers;
	struct plica_error failure; /* of a write to the file; empty when there was none */
	zip_error_t refusal;        /* what libzip is told */
};

static zip_int64_t refuse(struct plica_npz_writer *writer, int error, int reason)
{
	zip_error_set(&writer->refusal, error, reason);
	return -1;
}

static zip_int64_t write_archive(
	struct plica_npz_writer *writer, const void *bytes, zip_uint64_t size)
{
	if (plica_file_write(&writer->file, bytes, size, &writer->failure) != PLICA_OK)
		return refuse(writer, ZIP_ER_WRITE, EIO);
	return (zip_int64_t)size;
}

static zip_int64_t seek_archive(struct plica_npz_writer *writer, void *data, zip_uint64_t size)
{
	const zip_source_args_seek_t *args =
		ZIP_SOURCE_GET_ARGS(zip_source_args_seek_t, data, size, &writer->refusal);

	if (args == NULL)
		return -1;
	if (lseek(writer->file.descriptor, args->offset, args->whence) < 0)
		return refuse(writer, ZIP_ER_SEEK, errno);
	return 0;
}

/* libzip's view of the file being written: a new archive, in our own temporary file. */
static zip_int64_t archive_command(
	void *context, void *data, zip_uint64_t size, zip_source_cmd_t command)
{
	struct plica_npz_writer *writer = context;

	switch ((int)command) {
	case ZIP_SOURCE_SUPPORTS:
		return ZIP_SOURCE_SUPPORTS_WRITABLE;
	case ZIP_SOURCE_STAT:
		return refuse(writer, ZIP_ER_READ, ENOENT);
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&writer->refusal, data, size);
	case ZIP_SOURCE_WRITE:
		return write_archive(writer, data, size);
	case ZIP_SOURCE_SEEK_WRITE:
		return seek_archive(writer, data, size);
	case ZIP_SOURCE_TELL_WRITE:
		return lseek(writer->file.descriptor, 0, SEEK_CUR);
	case ZIP_SOURCE_BEGIN_WRITE:
	case ZIP_SOURCE_COMMIT_WRITE:
	case ZIP_SOURCE_ROLLBACK_WRITE:
	case ZIP_SOURCE_FREE:
		return 0;
	default:
		return refuse(writer, ZIP_ER_OPNOTSUPP, 0);
	}
}

enum plica_status plica_npz_create(
	struct plica_npz_writer **out, const char *path, struct plica_error *err)
{
	struct plica_npz_writer *writer = NULL;
	zip_source_t *source = NULL;
	enum plica_status status;

	PLICA_TRY(PLICA_NEW(&writer, 1, err));
	writer->file.descriptor = -1;
	zip_error_init(&writer->refusal);
	PLICA_TRY(plica_file_create(&writer->file, path, err));
	source = zip_source_function_create(archive_command, writer, NULL);
	if (source != NULL)
		writer->zip = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	if (writer->zip == NULL) {
		zip_source_free(source);
		status = out_of_memory(err);
		goto out;
	}
	*out = writer;
	writer = NULL; /* ownership has moved to the caller */
out:
	plica_npz_abandon(writer);
	return status;
}

/* Header and data one after the other, without a copy of either. */
static zip_source_t *member_source(
	const struct plica_npz_writer *writer, const struct plica_array *array)
{
	const struct plica_text *header = &writer->headers->text;
	size_t bytes = array->info.count * array->info.item_bytes;
	const zip_buffer_fragment_t fragments[] = {
		{.data = (zip_uint8_t *)header->data, .length = header->size},
		{.data = array->data, .length = bytes},
	};

	return zip_source_buffer_fragment_create(fragments, bytes > 0 ? 2 : 1, 0, NULL);
}

static enum plica_status push_header(struct plica_npz_writer *writer,
	const struct plica_array_info *info, struct plica_error *err)
{
	struct npz_header *header = NULL;
	enum plica_status status = PLICA_NEW(&header, 1, err);

	if (status != PLICA_OK)
		return status;
	header->next = writer->headers;
	writer->headers = header;
	return plica_npy_write_header(&header->text, info, err);
}

/* Noon of the first day that ZIP knows: a fixed stamp, in whatever time zone. */
#define ZIP_TIME (12 << 11)
#define ZIP_DATE (1 << 5 | 1)
/* zlib's usual level; libzip's own choice is 9, three times slower for two per cent. */
#define DEFLATE_LEVEL 6

enum plica_status plica_npz_add(struct plica_npz_writer *writer, const char *name,
	const struct plica_array *array, bool deflate, struct plica_error *err)
{
	struct plica_text file_name = {0};
	enum plica_status status;
	zip_source_t *source;
	zip_int64_t index = -1;

	PLICA_TRY(plica_text_printf(&file_name, err, "%s" ENDING, name));
	PLICA_TRY(push_header(writer, &array->info, err));
	source = member_source(writer, array);
	if (source != NULL)
		index = zip_file_add(writer->zip, file_name.data, source, ZIP_FL_ENC_UTF_8);
	if (index < 0) {
		status = plica_error_set(err, PLICA_ERR_ARGUMENT, "cannot write '%s': '%s': %s",
			writer->file.path, name, zip_strerror(writer->zip));
		zip_source_free(source);
		goto out;
	}
	if (zip_set_file_compression(writer->zip, (zip_uint64_t)index,
		    deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, deflate ? DEFLATE_LEVEL : 0) != 0 ||
		zip_file_set_dostime(writer->zip, (zip_uint64_t)index, ZIP_TIME, ZIP_DATE, 0) != 0)
		status = out_of_memory(err);
out:
	plica_text_release(&file_name);
	return status;
}

static enum plica_status write_members(struct plica_npz_writer *writer, struct plica_error *err)
{
	if (writer->headers == NULL)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"cannot write '%s': an archive needs an array", writer->file.path);
	if (zip_close(writer->zip) == 0) {
		writer->zip = NULL;
		return PLICA_OK;
	}
	if (writer->failure.text[0] != '\0')
		return plica_error_set(err, PLICA_ERR_IO, "%s", writer->failure.text);
	return plica_error_set(err, PLICA_ERR_IO, "cannot write '%s': %s", writer->file.path,
		zip_strerror(writer->zip));
}

enum plica_status plica_npz_commit(struct plica_npz_writer *writer, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(write_members(writer, err));
	PLICA_TRY(plica_file_commit(&writer->file, err));
out:
	plica_npz_abandon(writer);
	return status;
}

void plica_npz_abandon(struct plica_npz_writer *writer)
{
	if (writer == NULL)
		return;
	if (writer->zip != NULL)
		zip_discard(writer->zip);
	while (writer->headers != NULL) {
		struct npz_header *header = writer->headers;

		writer->headers = header->next;
		plica_text_release(&header->text);
		plica_free(header);
	}
	plica_file_discard(&writer->file);
	zip_error_fini(&writer->refusal);
	plica_free(writer);
}
