/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "testing.h"

static struct plica_error err;

/* A stream over memory that gives at most `left` bytes, whatever its size says. */
struct stream {
	unsigned char bytes[4096];
	size_t next;
	size_t left;
};

static enum plica_status read_stream(
	size_t *got, void *context, void *buffer, size_t size, struct plica_error *error)
{
	struct stream *stream = context;
	size_t some = size < stream->left ? size : stream->left;

	(void)error;
	memcpy(buffer, stream->bytes + stream->next, some);
	stream->next += some;
	stream->left -= some;
	*got = some;
	return PLICA_OK;
}

static struct stream stream;

/* A whole NPY stream of version 1 in `stream`. */
static struct plica_npy_source source_of(const char *dict, const void *data, size_t size)
{
	size_t length = strlen(dict);

	memcpy(stream.bytes, "\x93NUMPY\x01\x00", 8);
	stream.bytes[8] = (unsigned char)(length & 0xFF);
	stream.bytes[9] = (unsigned char)(length >> 8);
	memcpy(stream.bytes + 10, dict, length);
	if (size > 0)
		memcpy(stream.bytes + 10 + length, data, size);
	stream.next = 0;
	stream.left = 10 + length + size;
	return (struct plica_npy_source){
		.read = read_stream, .context = &stream, .size = stream.left};
}

static enum plica_status read_dict(
	struct plica_array *out, const char *dict, const void *data, size_t size)
{
	struct plica_npy_source source = source_of(dict, data, size);

	return plica_npy_read(out, &source, "x", &err);
}

static void native_order_is_read_as_it_is(void **state)
{
	const float data[] = {1, 2, 3, 4, 5, 6};
	struct plica_array array;

	(void)state;
	assert_ok(read_dict(&array,
		"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   \n", data,
		sizeof(data)));
	assert_int_equal(array.info.dtype, PLICA_DTYPE_F32);
	assert_int_equal(array.info.dimensions, 2);
	assert_int_equal(array.info.shape[0], 2);
	assert_int_equal(array.info.shape[1], 3);
	assert_int_equal(array.info.count, 6);
	assert_memory_equal(array.data, data, sizeof(data));
	plica_array_release(&array);
}

static void keys_come_in_any_order(void **state)
{
	struct plica_array array;

	(void)state;
	assert_ok(read_dict(
		&array, "{\"shape\":(),\"descr\":\"|u1\",\"fortran_order\":True}", "\x07", 1));
	assert_int_equal(array.info.dimensions, 0);
	assert_int_equal(array.info.count, 1);
	assert_int_equal(*(const uint8_t *)array.data, 7);
	plica_array_release(&array);
	assert_ok(read_dict(&array, "{'shape': (2L,), 'fortran_order': False, 'descr': '<i2'}",
		"\x01\x00\x02\x00", 4));
	assert_int_equal(((const int16_t *)array.data)[1], 2);
	plica_array_release(&array);
}

static void other_byte_order_is_swapped(void **state)
{
	static const unsigned char wide[] = {0, 0, 0, 0, 0, 0, 1, 2};
	static const unsigned char half[] = {0x3F, 0x80, 0, 0, 0x40, 0, 0, 0};
	static const unsigned char letters[] = {0, 0, 0, 'h', 0, 0, 0, 'i'};
	struct plica_array array;

	(void)state;
	assert_ok(read_dict(&array, "{'descr':'>u8','fortran_order':False,'shape':()}", wide, 8));
	assert_int_equal(*(const uint64_t *)array.data, 0x102);
	plica_array_release(&array);
	assert_ok(read_dict(&array, "{'descr':'>i2','fortran_order':False,'shape':(4,)}", wide, 8));
	assert_int_equal(((const int16_t *)array.data)[3], 0x102);
	plica_array_release(&array);
	assert_ok(read_dict(&array, "{'descr':'>c8','fortran_order':False,'shape':(1,)}", half, 8));
	assert_true(((const float *)array.data)[0] == 1.0f);
	assert_true(((const float *)array.data)[1] == 2.0f);
	plica_array_release(&array);
	assert_ok(
		read_dict(&array, "{'descr':'>U2','fortran_order':False,'shape':()}", letters, 8));
	assert_int_equal(array.info.item_bytes, 8);
	assert_int_equal(((const uint32_t *)array.data)[1], 'i');
	plica_array_release(&array);
	assert_ok(read_dict(&array, "{'descr':'>S8','fortran_order':False,'shape':()}", wide, 8));
	assert_memory_equal(array.data, wide, 8);
	plica_array_release(&array);
}

/* Item (a, b, c, d) of a Fortran-order stream of shape (2, 3, 4, 5). */
static void fortran_order_is_turned(void **state)
{
	int16_t data[120];
	struct plica_array array;
	const int16_t *item;

	(void)state;
	for (int i = 0; i < 120; i++)
		data[i] = (int16_t)i;
	assert_ok(read_dict(&array,
		"{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3, 4, 5), }", data,
		sizeof(data)));
	item = array.data;
	for (int a = 0; a < 2; a++)
		for (int b = 0; b < 3; b++)
			for (int c = 0; c < 4; c++)
				for (int d = 0; d < 5; d++)
					assert_int_equal(*item++, a + 2 * (b + 3 * (c + 4 * d)));
	plica_array_release(&array);
}

static void empty_arrays_are_arrays(void **state)
{
	static const char *const dicts[] = {
		"{'descr':'<f8','fortran_order':False,'shape':(0,)}",
		"{'descr':'>f8','fortran_order':True,'shape':(3, 0, 2)}",
		"{'descr':'<U0','fortran_order':True,'shape':(1152921504606846975, 2)}",
		"{'descr':'|S0','fortran_order':False,'shape':()}",
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct plica_array array;

		assert_ok(read_dict(&array, dicts[i], NULL, 0));
		assert_int_equal(array.info.count * array.info.item_bytes, 0);
		plica_array_release(&array);
	}
}

static const struct {
	const char *dict;
	const char *message;
} wrong[] = {
	{"", "it ends at byte 0, expected {"},
	{"{", "it ends at byte 1, expected a quoted word"},
	{"[]", "found '[' at byte 0, expected {"},
	{"{'descr': '<f4', 'fortran_order': False}", "lacks the key 'shape'"},
	{"{'descr': '<f4', 'shape': ()}", "lacks the key 'fortran_order'"},
	{"{}", "lacks the key 'descr'"},
	{"{'descr': '<f4', 'descr': '<f4', 'shape': ()}", "has 'descr' twice"},
	{"{'descr': '<f4', 'order': 1}", "has the unknown key 'order'"},
	{"{'descr': '<f4' 'shape': ()}", "found ''' at byte 16, expected a comma or }"},
	{"{'descr' '<f4'}", "found ''' at byte 9, expected :"},
	{"{'descr': '<f4', 'shape': (1 2)}", "expected a comma or )"},
	{"{'descr': '<f4', 'shape': (1)}", "shape in its header is not a tuple"},
	{"{'descr': '<f4', 'shape': 1}", "found '1' at byte 26, expected ("},
	{"{'descr': '<f4', 'shape': (-1,)}", "found '-' at byte 27, expected a number"},
	{"{'descr': '<f4', 'shape': (1.5,)}", "found '.' at byte 28"},
	{"{'descr': '<f4', 'shape': (,)}", "found ',' at byte 27, expected a number"},
	{"{'descr': '<f4', 'shape': (True,)}", "found 'T' at byte 27, expected a number"},
	{"{'descr': '<f4', 'shape': (99999999999999999999,)}", "size of its shape overflows"},
	{"{'descr': '<f4', 'shape': (18446744073709551616,)}", "size of its shape overflows"},
	{"{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775808,)}",
		"the size of uint8 (9223372036854775808,) overflows"},
	{"{'descr': '<f4', 'shape': (1, 1, 1, 1, 1)}", "5 dimensions, at most 4"},
	{"{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", "found '0' at byte 34"},
	{"{'descr': '<f4', 'fortran_order': __import__('os'), 'shape': ()}", "found '_'"},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': ()}; x", "found ';' at byte 53"},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': ()}\x01", "found byte 0x01 at 53"},
	{"{'descr': '|O', 'fortran_order': False, 'shape': ()}", "Python objects (a pickle)"},
	{"{'descr': 'O', 'fortran_order': False, 'shape': ()}", "Python objects (a pickle)"},
	{"{'descr': [('a', '<f4')], 'shape': ()}", "structured"},
	{"{'descr': ('<f4', (2,)), 'shape': ()}", "structured"},
	{"{'descr': '|V8', 'shape': ()}", "type '|V8' is not supported"},
	{"{'descr': '<M8[ns]', 'shape': ()}", "type '<M8[ns]' is not supported"},
	{"{'descr': '<f16', 'shape': ()}", "type '<f16' is not supported"},
	{"{'descr': 'f4', 'shape': ()}", "type 'f4' is not supported"},
	{"{'descr': '<f', 'shape': ()}", "type '<f' is not supported"},
	{"{'descr': '<f4x', 'shape': ()}", "type '<f4x' is not supported"},
	{"{'descr': '|f4', 'shape': ()}", "type '|f4' is not supported"},
	{"{'descr': '', 'shape': ()}", "type '' is not supported"},
	{"{'descr': '<', 'shape': ()}", "type '<' is not supported"},
	{"{'descr': '<U4611686018427387904', 'shape': ()}", "is not supported"},
	{"{'descr': '<f\\x34', 'shape': ()}", "expected a short word and a quote"},
	{"{'descr': '<ffffffffffffffffffffffffffffffffff4'}", "expected a short word"},
	{"{'descr': '<f4", "expected a quote"},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 2)}",
		"the size of float32 (4611686018427387904, 2) overflows"},
	{"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904)}",
		"overflows"},
};

static void wrong_headers_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct plica_array array = {.data = NULL};

		assert_error(read_dict(&array, wrong[i].dict, "abcd", 4), PLICA_ERR_FORMAT,
			wrong[i].message);
		assert_int_equal(strncmp(err.text, "'x': ", 5), 0);
		assert_null(array.data);
	}
}

static void lengths_must_agree(void **state)
{
	const char *dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (28,), }";
	static const char data[200];
	struct plica_npy_source source;
	struct plica_array array;

	(void)state;
	assert_error(read_dict(&array, dict, data, 100), PLICA_ERR_FORMAT,
		"'x': 12 bytes are missing (found 100, expected 112)");
	assert_error(read_dict(&array, dict, data, 113), PLICA_ERR_FORMAT,
		"'x': 1 bytes are too many (found 113, expected 112)");
	/* The stream ends before, or goes on after, the size that it was said to have. */
	source = source_of(dict, data, 112);
	stream.left -= 50;
	assert_error(plica_npy_read(&array, &source, NULL, &err), PLICA_ERR_FORMAT,
		"50 bytes are missing (found 62, expected 112)");
	source = source_of(dict, data, 112);
	stream.left++;
	assert_error(plica_npy_read(&array, &source, NULL, &err), PLICA_ERR_FORMAT,
		"it goes on after the 180 bytes");
}

static void every_cut_is_an_error(void **state)
{
	const char *dict = "{'descr': '>f4', 'fortran_order': True, 'shape': (2, 2), }";
	static const char data[16];
	size_t whole = source_of(dict, data, 16).size;

	(void)state;
	for (size_t size = 0; size < whole; size++) {
		struct plica_npy_source source = source_of(dict, data, 16);
		struct plica_array array;

		source.size = size;
		stream.left = size;
		assert_int_equal(plica_npy_read(&array, &source, "x", &err), PLICA_ERR_FORMAT);
		source = source_of(dict, data, 16);
		stream.left = size;
		assert_int_equal(plica_npy_read(&array, &source, "x", &err), PLICA_ERR_FORMAT);
	}
}

static void versions_are_checked(void **state)
{
	const char *dict = "xx{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }";
	struct plica_npy_source source;
	struct plica_npy_header header;

	(void)state;
	for (unsigned char version = 2; version <= 3; version++) {
		source = source_of(dict, "\x07", 1);
		stream.bytes[6] = version;
		memcpy(stream.bytes + 8, (uint32_t[]){(uint32_t)strlen(dict) - 2}, 4);
		assert_ok(plica_npy_read_header(&header, &source, "x", &err));
		assert_int_equal(header.header_bytes, strlen(dict) + 10);
		assert_int_equal(header.info.count, 1);
	}
	source = source_of(dict, "\x07", 1);
	stream.bytes[6] = 4;
	assert_error(plica_npy_read_header(&header, &source, "x", &err), PLICA_ERR_FORMAT,
		"NPY version 4.0 is not supported");
	source = source_of(dict, "\x07", 1);
	stream.bytes[6] = 2;
	memcpy(stream.bytes + 8, "\xFF\xFF\xFF\xFF", 4);
	assert_error(plica_npy_read_header(&header, &source, "x", &err), PLICA_ERR_FORMAT,
		"claims 4294967295 bytes");
	source = source_of(dict, "\x07", 1);
	stream.bytes[9] = 0x7F;
	assert_error(plica_npy_read_header(&header, &source, "x", &err), PLICA_ERR_FORMAT,
		"bytes are missing");
	source = source_of(dict, "\x07", 1);
	stream.bytes[0] = 'P';
	assert_error(plica_npy_read_header(&header, &source, "x", &err), PLICA_ERR_FORMAT,
		"it is not an NPY array");
}

/* What numpy 1.24 writes for these. */
static void headers_are_numpys(void **state)
{
	static const char expected[] = "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': "
				       "False, 'shape': (1024, 64, 64), }";
	struct plica_array_info info = {.dtype = PLICA_DTYPE_F32,
		.item_bytes = 4,
		.dimensions = 3,
		.shape = {1024, 64, 64}};
	struct plica_text text = {0};

	(void)state;
	assert_ok(plica_npy_write_header(&text, &info, &err));
	assert_int_equal(text.size, 128);
	assert_memory_equal(text.data, expected, sizeof(expected) - 1);
	for (size_t i = sizeof(expected) - 1; i < 127; i++)
		assert_int_equal(text.data[i], ' ');
	assert_int_equal(text.data[127], '\n');
	plica_text_release(&text);

	info = (struct plica_array_info){
		.dtype = PLICA_DTYPE_UNICODE, .item_bytes = 28, .dimensions = 1, .shape = {5}};
	assert_ok(plica_npy_write_header(&text, &info, &err));
	assert_non_null(strstr(text.data + 10, "{'descr': '<U7', 'fortran_order': False, "
					       "'shape': (5,), }"));
	plica_text_release(&text);
}

static void files_go_round(void **state)
{
	char folder[] = "/tmp/plica-npy-XXXXXX";
	char path[64];
	struct plica_array array;
	struct plica_array again;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/a.npy", folder);
	assert_ok(plica_array_create(&array, PLICA_DTYPE_I64, 2, (size_t[]){100, 300}, &err));
	for (int64_t i = 0; i < 30000; i++)
		((int64_t *)array.data)[i] = i * i - 17;
	assert_ok(plica_npy_save(path, &array, &err));
	assert_ok(plica_npy_load(&again, path, &err));
	assert_memory_equal(&again.info, &array.info, sizeof(array.info));
	assert_memory_equal(again.data, array.data, 240000);
	plica_array_release(&again);
	plica_array_release(&array);

	assert_int_equal(truncate(path, 1000), 0);
	assert_error(plica_npy_load(&again, path, &err), PLICA_ERR_FORMAT,
		"a.npy': 239128 bytes are missing (found 872, expected 240000)");
	assert_error(plica_npy_load(&again, folder, &err), PLICA_ERR_IO, "not a regular file");
	assert_int_equal(unlink(path), 0);
	assert_error(plica_npy_load(&again, path, &err), PLICA_ERR_IO, "cannot open");
	assert_int_equal(rmdir(folder), 0);
}

/* More than one block, in both of the ways that go through blocks. */
static void large_arrays_go_through_blocks(void **state)
{
	enum { ROWS = 300, COLS = 500 };
	char path[] = "/tmp/plica-npy-XXXXXX";
	char head[128] = {0};
	struct plica_text file = {0};
	struct plica_array array;
	int descriptor = mkstemp(path);

	(void)state;
	assert_true(descriptor >= 0);
	(void)close(descriptor);
	for (int fortran = 0; fortran < 2; fortran++) {
		static const char magic[10] = "\x93NUMPY\x01\x00\x76";

		memset(head, ' ', sizeof(head));
		for (size_t k = 0; k < sizeof(magic); k++)
			head[k] = magic[k];
		(void)snprintf(head + 10, sizeof(head) - 10,
			"{'descr': '>u4', 'fortran_order': %s, 'shape': (%d, %d), }",
			fortran ? "True" : "False", ROWS, COLS);
		head[10 + strlen(head + 10)] = ' ';
		file.size = 0;
		assert_ok(plica_text_append(&file, head, sizeof(head), &err));
		for (uint32_t i = 0; i < ROWS * COLS; i++)
			assert_ok(plica_text_append(
				&file, (uint32_t[]){__builtin_bswap32(i)}, 4, &err));
		assert_ok(plica_file_save(path, file.data, file.size, &err));
		assert_ok(plica_npy_load(&array, path, &err));
		for (uint32_t y = 0; y < ROWS; y++)
			for (uint32_t x = 0; x < COLS; x++)
				assert_int_equal(((uint32_t *)array.data)[y * COLS + x],
					fortran ? y + ROWS * x : y * COLS + x);
		plica_array_release(&array);
	}
	plica_text_release(&file);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(native_order_is_read_as_it_is),
		cmocka_unit_test(keys_come_in_any_order),
		cmocka_unit_test(other_byte_order_is_swapped),
		cmocka_unit_test(fortran_order_is_turned),
		cmocka_unit_test(empty_arrays_are_arrays),
		cmocka_unit_test(wrong_headers_are_refused),
		cmocka_unit_test(lengths_must_agree),
		cmocka_unit_test(every_cut_is_an_error),
		cmocka_unit_test(versions_are_checked),
		cmocka_unit_test(headers_are_numpys),
		cmocka_unit_test(files_go_round),
		cmocka_unit_test(large_arrays_go_through_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
