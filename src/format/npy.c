/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/npy.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "format/npy_dict.h"

static const char magic[6] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};

/* Magic, two bytes of version, and the length of the dictionary: 2 bytes, or 4 from version 2. */
#define VERSION_END 8
#define LONGEST_PREFIX 12
/* Only the description of a structured type could be longer. */
#define DICT_LIMIT 65536
#define BLOCK_BYTES 262144

static enum plica_status with_subject(
	enum plica_status status, const char *subject, struct plica_error *err)
{
	if (status == PLICA_OK || subject == NULL)
		return status;
	return plica_error_context(err, status, "'%s'", subject);
}

static enum plica_status missing(uint64_t found, uint64_t expected, struct plica_error *err)
{
	return plica_error_set(err, PLICA_ERR_FORMAT,
		"%llu bytes are missing (found %llu, expected %llu)",
		(unsigned long long)(expected - found), (unsigned long long)found,
		(unsigned long long)expected);
}

static size_t data_bytes(const struct plica_array_info *info)
{
	return info->count * info->item_bytes;
}

static enum plica_status read_exactly(
	const struct plica_npy_source *source, void *buffer, size_t size, struct plica_error *err)
{
	size_t got = 0;
	enum plica_status status = source->read(&got, source->context, buffer, size, err);

	if (status == PLICA_OK && got != size)
		return missing(got, size, err);
	return status;
}

/* Reads up to the dictionary and gives its length; prefix_bytes is where it starts. */
static enum plica_status read_prefix(size_t *prefix_bytes, size_t *dict_bytes,
	const struct plica_npy_source *source, struct plica_error *err)
{
	unsigned char prefix[LONGEST_PREFIX] = {0};
	enum plica_status status;
	size_t length = 0;

	if (source->size < LONGEST_PREFIX)
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"it is not an NPY array: it has only %llu bytes",
			(unsigned long long)source->size);
	PLICA_TRY(read_exactly(source, prefix, VERSION_END, err));
	if (memcmp(prefix, magic, sizeof(magic)) != 0)
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"it is not an NPY array: it does not start with \\x93NUMPY");
	if (prefix[6] < 1 || prefix[6] > 3 || prefix[7] != 0)
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"NPY version %d.%d is not supported, expected 1.0, 2.0 or 3.0", prefix[6],
			prefix[7]);
	*prefix_bytes = prefix[6] == 1 ? VERSION_END + 2 : VERSION_END + 4;
	PLICA_TRY(read_exactly(source, prefix + VERSION_END, *prefix_bytes - VERSION_END, err));
	for (size_t i = *prefix_bytes; i > VERSION_END; i--)
		length = length << 8 | prefix[i - 1];
	*dict_bytes = length;
out:
	return status;
}

/* The array that the dictionary promises against what the stream holds after it. */
static enum plica_status check_length(
	struct plica_npy_header *header, uint64_t size, struct plica_error *err)
{
	uint64_t found = size - header->header_bytes;
	enum plica_status status;
	size_t expected;

	PLICA_TRY(plica_array_measure(&expected, &header->info, err));
	if (found < expected)
		return missing(found, expected, err);
	if (found > expected)
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"%llu bytes are too many (found %llu, expected %zu)",
			(unsigned long long)(found - expected), (unsigned long long)found,
			expected);
out:
	return status;
}

static enum plica_status read_header(struct plica_npy_header *out,
	const struct plica_npy_source *source, struct plica_error *err)
{
	struct plica_npy_header header = {.header_bytes = 0};
	struct plica_npy_dict dict;
	enum plica_status status;
	size_t prefix_bytes = 0;
	size_t dict_bytes = 0;
	char *text = NULL;

	PLICA_TRY(read_prefix(&prefix_bytes, &dict_bytes, source, err));
	if (dict_bytes > DICT_LIMIT)
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"its NPY header claims %zu bytes, at most %d are read", dict_bytes,
			DICT_LIMIT);
	if (dict_bytes > source->size - prefix_bytes)
		return missing(source->size - prefix_bytes, dict_bytes, err);
	PLICA_TRY(PLICA_NEW(&text, dict_bytes, err));
	PLICA_TRY(read_exactly(source, text, dict_bytes, err));
	PLICA_TRY(plica_npy_dict_parse(&dict, text, dict_bytes, err));
	header.info = dict.info;
	header.fortran_order = dict.fortran_order;
	header.swapped = dict.swapped;
	header.header_bytes = prefix_bytes + dict_bytes;
	PLICA_TRY(check_length(&header, source->size, err));
	*out = header;
out:
	plica_free(text);
	return status;
}

enum plica_status plica_npy_read_header(struct plica_npy_header *out,
	const struct plica_npy_source *source, const char *subject, struct plica_error *err)
{
	return with_subject(read_header(out, source, err), subject, err);
}

#define SWAPPER(name, pointer, swap)                                                               \
	static void name(void *data, size_t bytes)                                                 \
	{                                                                                          \
		pointer item = data;                                                               \
                                                                                                   \
		for (size_t i = 0; i < bytes / sizeof(*item); i++)                                 \
			item[i] = swap(item[i]);                                                   \
	}

SWAPPER(swap_2, uint16_t *, __builtin_bswap16)
SWAPPER(swap_4, uint32_t *, __builtin_bswap32)
SWAPPER(swap_8, uint64_t *, __builtin_bswap64)

/* Complex numbers are swapped by halves, strings by code points. */
static void swap_bytes(void *data, size_t bytes, const struct plica_array_info *info)
{
	size_t unit = info->item_bytes;

	if (plica_dtype_is_complex(info->dtype))
		unit /= 2;
	if (info->dtype == PLICA_DTYPE_UNICODE || unit == 4)
		swap_4(data, bytes);
	else if (unit == 2)
		swap_2(data, bytes);
	else
		swap_8(data, bytes);
}

/*
 * A Fortran-order stream is a row of slabs, one for each value of the last index, and this index is
 * the one that runs fastest in memory: some slabs together give whole cache lines to write.
 */
struct slabs {
	char *data;
	size_t item_bytes;
	const size_t *shape;
	int last;                            /* the last dimension with more than one index */
	size_t slab_items;                   /* in the order of the stream */
	size_t step[PLICA_ARRAY_DIMENSIONS]; /* bytes in memory from one index to the next */
};

static int last_dimension(const struct plica_array_info *info)
{
	int last = info->dimensions - 1;

	while (last > 0 && info->shape[last] == 1)
		last--;
	return last;
}

static struct slabs slabs_of(const struct plica_array *array)
{
	const struct plica_array_info *info = &array->info;
	struct slabs slabs = {.data = array->data,
		.item_bytes = info->item_bytes,
		.shape = info->shape,
		.last = last_dimension(info),
		.slab_items = 1};
	size_t step = info->item_bytes;

	for (int i = slabs.last; i >= 0; i--) {
		slabs.step[i] = step;
		step *= info->shape[i];
	}
	for (int i = 0; i < slabs.last; i++)
		slabs.slab_items *= info->shape[i];
	return slabs;
}

/* How many slabs to take at once: a block, and a cache line for each item of one. */
static size_t slabs_at_once(const struct slabs *slabs)
{
	size_t line = PLICA_ALIGNMENT / slabs->item_bytes;
	size_t block = BLOCK_BYTES / slabs->item_bytes / slabs->slab_items;
	size_t most = slabs->shape[slabs->last];
	size_t count = block > line ? block : line;

	if (count == 0)
		return 1;
	return count < most ? count : most;
}

static inline void gather_items(
	char *to, const char *from, size_t step, size_t count, size_t item_bytes)
{
	for (size_t i = 0; i < count; i++)
		memcpy(to + i * item_bytes, from + i * step, item_bytes);
}

/* The sizes of the numeric types as constants, so that each copy is one move. */
static void gather(char *to, const char *from, size_t step, size_t count, size_t item_bytes)
{
	switch (item_bytes) {
	case 1:
		gather_items(to, from, step, count, 1);
		break;
	case 2:
		gather_items(to, from, step, count, 2);
		break;
	case 4:
		gather_items(to, from, step, count, 4);
		break;
	case 8:
		gather_items(to, from, step, count, 8);
		break;
	case 16:
		gather_items(to, from, step, count, 16);
		break;
	default:
		gather_items(to, from, step, count, item_bytes);
	}
}

/* Puts `count` slabs, from number `first` on, into their places. */
static void place_slabs(const struct slabs *slabs, const char *from, size_t first, size_t count)
{
	size_t index[PLICA_ARRAY_DIMENSIONS] = {0};
	size_t item_bytes = slabs->item_bytes;

	for (size_t i = 0; i < slabs->slab_items; i++) {
		char *to = slabs->data + first * item_bytes;

		for (int j = 0; j < slabs->last; j++)
			to += index[j] * slabs->step[j];
		gather(to, from + i * item_bytes, slabs->slab_items * item_bytes, count,
			item_bytes);
		index[0]++;
		for (int j = 0; j + 1 < slabs->last && index[j] == slabs->shape[j]; j++) {
			index[j] = 0;
			index[j + 1]++;
		}
	}
}

/* Reads the data from byte `done` on. */
static enum plica_status read_part(void *to, size_t size, size_t done,
	const struct plica_array *array, const struct plica_npy_source *source,
	struct plica_error *err)
{
	size_t got = 0;
	enum plica_status status = source->read(&got, source->context, to, size, err);

	if (status == PLICA_OK && got != size)
		return missing(done + got, data_bytes(&array->info), err);
	return status;
}

static enum plica_status read_fortran(struct plica_array *array,
	const struct plica_npy_source *source, bool swapped, struct plica_error *err)
{
	struct slabs slabs = slabs_of(array);
	size_t slab_bytes = slabs.slab_items * slabs.item_bytes;
	size_t all = slabs.shape[slabs.last];
	size_t most = slabs_at_once(&slabs);
	enum plica_status status;
	void *buffer = NULL;

	PLICA_TRY(plica_allocate_unset(&buffer, most, slab_bytes, err));
	for (size_t first = 0; first < all; first += most) {
		size_t count = all - first < most ? all - first : most;
		size_t bytes = count * slab_bytes;

		PLICA_TRY(read_part(buffer, bytes, first * slab_bytes, array, source, err));
		if (swapped)
			swap_bytes(buffer, bytes, &array->info);
		place_slabs(&slabs, buffer, first, count);
	}
out:
	plica_free(buffer);
	return status;
}

/* Straight into the final memory; in blocks, so that the CRC and the swap find them in the cache. */
static enum plica_status read_straight(struct plica_array *array,
	const struct plica_npy_source *source, bool swapped, struct plica_error *err)
{
	size_t bytes = data_bytes(&array->info);
	enum plica_status status = PLICA_OK;

	for (size_t done = 0; done < bytes; done += BLOCK_BYTES) {
		char *part = (char *)array->data + done;
		size_t size = bytes - done < BLOCK_BYTES ? bytes - done : BLOCK_BYTES;

		PLICA_TRY(read_part(part, size, done, array, source, err));
		if (swapped)
			swap_bytes(part, size, &array->info);
	}
out:
	return status;
}

/* A stream that goes on is not the one whose size was checked; its end also checks the CRC. */
static enum plica_status expect_end(const struct plica_npy_source *source, struct plica_error *err)
{
	size_t got = 0;
	char byte;
	enum plica_status status = source->read(&got, source->context, &byte, 1, err);

	if (status == PLICA_OK && got != 0)
		return plica_error_set(err, PLICA_ERR_FORMAT,
			"it goes on after the %llu bytes that it is said to have",
			(unsigned long long)source->size);
	return status;
}

static enum plica_status read_array(
	struct plica_array *out, const struct plica_npy_source *source, struct plica_error *err)
{
	struct plica_npy_header header = {.header_bytes = 0};
	struct plica_array array = {.data = NULL};
	enum plica_status status;

	PLICA_TRY(read_header(&header, source, err));
	PLICA_TRY(plica_array_allocate(&array, &header.info, err));
	if (header.fortran_order && data_bytes(&header.info) > 0 &&
		last_dimension(&header.info) > 0)
		PLICA_TRY(read_fortran(&array, source, header.swapped, err));
	else
		PLICA_TRY(read_straight(&array, source, header.swapped, err));
	PLICA_TRY(expect_end(source, err));
	*out = array;
	array.data = NULL; /* ownership has moved to the caller */
out:
	plica_array_release(&array);
	return status;
}

enum plica_status plica_npy_read(struct plica_array *out, const struct plica_npy_source *source,
	const char *subject, struct plica_error *err)
{
	return with_subject(read_array(out, source, err), subject, err);
}

enum plica_status plica_npy_write_header(
	struct plica_text *out, const struct plica_array_info *info, struct plica_error *err)
{
	struct plica_text dict = {0};
	char start[4] = {1, 0}; /* version and length */
	enum plica_status status;
	size_t length;

	PLICA_TRY(plica_npy_dict_write(&dict, info, err));
	length = VERSION_END + 2 + dict.size + 1;
	while (length % 64 != 0) {
		PLICA_TRY(plica_text_append(&dict, " ", 1, err));
		length++;
	}
	PLICA_TRY(plica_text_append(&dict, "\n", 1, err));
	PLICA_TRY(plica_text_append(out, magic, sizeof(magic), err));
	start[2] = (char)(dict.size & 0xFF);
	start[3] = (char)(dict.size >> 8);
	PLICA_TRY(plica_text_append(out, start, sizeof(start), err));
	PLICA_TRY(plica_text_append(out, dict.data, dict.size, err));
out:
	plica_text_release(&dict);
	return status;
}

static enum plica_status read_descriptor(
	size_t *got, void *context, void *buffer, size_t size, struct plica_error *err)
{
	return plica_descriptor_read(got, *(const int *)context, buffer, size, err);
}

enum plica_status plica_npy_load(struct plica_array *out, const char *path, struct plica_error *err)
{
	struct plica_npy_source source = {.read = read_descriptor};
	int descriptor;
	enum plica_status status = plica_file_open(&descriptor, &source.size, path, err);

	if (status != PLICA_OK)
		return status;
	source.context = &descriptor;
	status = plica_npy_read(out, &source, NULL, err);
	(void)close(descriptor);
	if (status != PLICA_OK)
		return plica_error_context(err, status, "cannot read '%s'", path);
	return PLICA_OK;
}

enum plica_status plica_npy_save(
	const char *path, const struct plica_array *array, struct plica_error *err)
{
	struct plica_file file = {.descriptor = -1};
	struct plica_text header = {0};
	enum plica_status status;

	PLICA_TRY(plica_npy_write_header(&header, &array->info, err));
	PLICA_TRY(plica_file_create(&file, path, err));
	PLICA_TRY(plica_file_write(&file, header.data, header.size, err));
	PLICA_TRY(plica_file_write(&file, array->data, data_bytes(&array->info), err));
	PLICA_TRY(plica_file_commit(&file, err));
out:
	plica_file_discard(&file);
	plica_text_release(&header);
	return status;
}
