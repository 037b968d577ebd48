/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/tail.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/try.h"

#define TAIL_BYTES 16384

/* The last bytes of the file; `cut` tells that they do not begin with it. */
static enum plica_status read_end(
	char block[TAIL_BYTES], size_t *size, bool *cut, const char *path, struct plica_error *err)
{
	enum plica_status status;
	uint64_t whole = 0;
	int descriptor = -1;

	PLICA_TRY(plica_file_open(&descriptor, &whole, path, err));
	*cut = whole > TAIL_BYTES;
	if (*cut && lseek(descriptor, (off_t)(whole - TAIL_BYTES), SEEK_SET) < 0) {
		status = plica_error_set(
			err, PLICA_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
		goto out;
	}
	PLICA_TRY(plica_descriptor_read(size, descriptor, block, TAIL_BYTES, err));
out:
	if (descriptor >= 0)
		(void)close(descriptor);
	return status;
}

/* The length of the terminal's escape sequence at `text` (ESC [ ... letter), or 0. */
static size_t sequence_length(const char *text, size_t size)
{
	size_t length = 2;

	if (size < 2 || text[0] != '\x1b' || text[1] != '[')
		return 0;
	while (length < size && (text[length] < '@' || text[length] > '~'))
		length++;
	return length < size ? length + 1 : size;
}

/* Takes out what only a terminal understands; gives the new size. */
static size_t clean(char *block, size_t size)
{
	size_t line = 0;
	size_t to = 0;

	for (size_t from = 0; from < size; from++) {
		size_t skip = sequence_length(block + from, size - from);
		bool line_ends = from + 1 == size || block[from + 1] == '\n';

		if (skip > 0) {
			from += skip - 1;
			continue;
		}
		if (block[from] == '\r') {
			to = line_ends ? to : line;
			continue;
		}
		block[to++] = block[from] != '\0' ? block[from] : ' ';
		if (block[from] == '\n')
			line = to;
	}
	return to;
}

/* Where the last `lines` lines begin. */
static size_t start_of_lines(const char *block, size_t size, size_t lines)
{
	size_t start = size;

	while (start > 0) {
		bool at_end = start == size;

		if (block[start - 1] == '\n' && !at_end && lines-- <= 1)
			return start;
		start--;
	}
	return 0;
}

enum plica_status plica_report_tail(
	struct plica_text *out, const char *path, size_t lines, struct plica_error *err)
{
	char block[TAIL_BYTES];
	size_t size = 0;
	size_t start;
	bool cut = false;
	enum plica_status status = read_end(block, &size, &cut, path, err);

	if (status != PLICA_OK)
		return status;
	if (cut) {
		/* The first line is only half there. */
		const char *first = memchr(block, '\n', size);
		size_t half = first != NULL ? (size_t)(first - block) + 1 : 0;

		memmove(block, block + half, size - half);
		size -= half;
	}
	size = clean(block, size);
	start = start_of_lines(block, size, lines);
	return plica_text_append(out, block + start, size - start, err);
}
