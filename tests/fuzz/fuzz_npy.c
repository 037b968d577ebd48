/* SPDX-License-Identifier: BSD-3-Clause */
/* An NPY stream: what is read must come back the same through our own header. */
#include <stdlib.h>
#include <string.h>

#include "format/npy.h"
#include "same_info.h"
#include "target.h"

struct stream {
	const uint8_t *data;
	size_t left;
};

static enum plica_status read_stream(
	size_t *got, void *context, void *buffer, size_t size, struct plica_error *err)
{
	struct stream *stream = context;

	(void)err;
	*got = size < stream->left ? size : stream->left;
	if (*got > 0)
		memcpy(buffer, stream->data, *got);
	stream->data += *got;
	stream->left -= *got;
	return PLICA_OK;
}

static enum plica_status read_bytes(struct plica_array *out, const void *data, size_t size)
{
	struct stream stream = {.data = data, .left = size};
	struct plica_npy_source source = {.read = read_stream, .context = &stream, .size = size};
	struct plica_error err;

	return plica_npy_read(out, &source, "input", &err);
}

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void go_round(const struct plica_array *array)
{
	size_t bytes = array->info.count * array->info.item_bytes;
	struct plica_array again = {.data = NULL};
	struct plica_text text = {0};

	require(plica_npy_write_header(&text, &array->info, NULL) == PLICA_OK);
	require(plica_text_append(&text, array->data, bytes, NULL) == PLICA_OK);
	require(read_bytes(&again, text.data, text.size) == PLICA_OK);
	require(same_info(&again.info, &array->info));
	require(memcmp(again.data, array->data, bytes) == 0);
	plica_array_release(&again);
	plica_text_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plica_array array = {.data = NULL};

	if (read_bytes(&array, data, size) == PLICA_OK)
		go_round(&array);
	plica_array_release(&array);
	return 0;
}
