/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/array.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "testing.h"

static struct plica_error err;

/* A 1-d array of `count` items over memory of the test's own. */
static struct plica_array array_of(enum plica_dtype dtype, void *data, size_t count)
{
	return (struct plica_array){.info = {.dtype = dtype,
					    .item_bytes = plica_dtype_bytes(dtype),
					    .dimensions = 1,
					    .shape = {count},
					    .count = count},
		.data = data};
}

#define ARRAY_OF(dtype, items) array_of((dtype), (items), sizeof(items) / sizeof((items)[0]))

static void assert_doubles(struct plica_array array, const double *expected)
{
	double out[8];

	assert_ok(plica_array_to_double(out, &array, 0, array.info.count, "x", &err));
	for (size_t i = 0; i < array.info.count; i++)
		assert_true(out[i] == expected[i]);
}

static void every_real_type_converts(void **state)
{
	int8_t i8[] = {-128, 0, 127};
	int16_t i16[] = {-32768, 0, 32767};
	int32_t i32[] = {INT32_MIN, 0, INT32_MAX};
	int64_t i64[] = {-(INT64_C(1) << 53), 0, INT64_C(1) << 53};
	uint8_t u8[] = {0, 1, 255};
	uint16_t u16[] = {0, 1, 65535};
	uint32_t u32[] = {0, 1, UINT32_MAX};
	uint64_t u64[] = {0, 1, UINT64_C(1) << 63};
	float f32[] = {-0.5f, 1e-30f, 3e38f};
	double f64[] = {-0.5, 1e-300, 1e300};
	uint8_t flags[] = {0, 1, 1};

	(void)state;
	assert_doubles(ARRAY_OF(PLICA_DTYPE_I8, i8), (double[]){-128, 0, 127});
	assert_doubles(ARRAY_OF(PLICA_DTYPE_I16, i16), (double[]){-32768, 0, 32767});
	assert_doubles(ARRAY_OF(PLICA_DTYPE_I32, i32), (double[]){-0x1p31, 0, 0x1p31 - 1});
	assert_doubles(ARRAY_OF(PLICA_DTYPE_I64, i64), (double[]){-0x1p53, 0, 0x1p53});
	assert_doubles(ARRAY_OF(PLICA_DTYPE_U8, u8), (double[]){0, 1, 255});
	assert_doubles(ARRAY_OF(PLICA_DTYPE_U16, u16), (double[]){0, 1, 65535});
	assert_doubles(ARRAY_OF(PLICA_DTYPE_U32, u32), (double[]){0, 1, 0x1p32 - 1});
	assert_doubles(ARRAY_OF(PLICA_DTYPE_U64, u64), (double[]){0, 1, 0x1p63});
	assert_doubles(ARRAY_OF(PLICA_DTYPE_F32, f32),
		(double[]){(double)f32[0], (double)f32[1], (double)f32[2]});
	assert_doubles(ARRAY_OF(PLICA_DTYPE_F64, f64), f64);
	assert_doubles(ARRAY_OF(PLICA_DTYPE_BOOL, flags), (double[]){0, 1, 1});
}

static void half_floats_convert(void **state)
{
	uint16_t half[] = {0x3C00, 0xC000, 0x7BFF, 0x0001, 0x03FF, 0x0400, 0x8000, 0x3555};
	uint16_t special[] = {0x7C00, 0xFC00, 0x7E00};
	struct plica_array array = ARRAY_OF(PLICA_DTYPE_F16, special);
	double out[3];
	float single[3];

	(void)state;
	assert_doubles(ARRAY_OF(PLICA_DTYPE_F16, half),
		(double[]){1, -2, 65504, 0x1p-24, 1023 * 0x1p-24, 0x1p-14, -0.0, 1365 * 0x1p-12});
	assert_ok(plica_array_to_double(out, &array, 0, 3, "x", &err));
	assert_true(isinf(out[0]) && out[0] > 0);
	assert_true(isinf(out[1]) && out[1] < 0);
	assert_true(isnan(out[2]));
	assert_ok(plica_array_to_float(single, &array, 0, 3, "x", &err));
	assert_true(isinf(single[0]) && isnan(single[2]));
}

static void floats_come_in_blocks(void **state)
{
	uint16_t counts[1000];
	float out[1000] = {0};
	struct plica_array array = ARRAY_OF(PLICA_DTYPE_U16, counts);

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		counts[i] = (uint16_t)(i * 61);
	assert_ok(plica_array_to_float(out, &array, 3, 900, "x", &err));
	for (size_t i = 0; i < 900; i++)
		assert_true(out[i] == (float)((i + 3) * 61));
	assert_true(out[900] == 0.0f);
}

static void complex_types_convert(void **state)
{
	float _Complex c64[] = {1.0f + 2.0f * I, -3.0f};
	double _Complex c128[] = {(double)1 + 2 * (double _Complex)I, -3.0};
	float _Complex out[2];
	struct plica_array single = ARRAY_OF(PLICA_DTYPE_C64, c64);
	struct plica_array twice = ARRAY_OF(PLICA_DTYPE_C128, c128);

	(void)state;
	assert_ok(plica_array_to_complex(out, &single, 0, 2, "probe", &err));
	assert_memory_equal(out, c64, sizeof(c64));
	assert_ok(plica_array_to_complex(out, &twice, 1, 1, "probe", &err));
	assert_true(crealf(out[0]) == -3.0f && cimagf(out[0]) == 0.0f);
}

static void wrong_types_are_named(void **state)
{
	float _Complex c64[2] = {0};
	float f32[2] = {0};
	float out[4];
	double doubles[2];
	char *text = NULL;
	struct plica_array complex_array = ARRAY_OF(PLICA_DTYPE_C64, c64);
	struct plica_array real_array = ARRAY_OF(PLICA_DTYPE_F32, f32);

	(void)state;
	assert_error(plica_array_to_double(doubles, &complex_array, 0, 2, "xcoords", &err),
		PLICA_ERR_DATA, "'xcoords' is complex64 (2,), expected real numbers");
	assert_error(plica_array_to_float(out, &complex_array, 0, 2, "xcoords", &err),
		PLICA_ERR_DATA, "expected real numbers");
	assert_error(
		plica_array_to_complex((float _Complex *)out, &real_array, 0, 2, "probe", &err),
		PLICA_ERR_DATA, "'probe' is float32 (2,), expected complex numbers");
	assert_error(plica_array_to_text(&text, &real_array, "_metadata", &err), PLICA_ERR_DATA,
		"'_metadata' is float32 (2,), expected one string");
	assert_error(plica_array_to_float(out, &real_array, 1, 2, "x", &err), PLICA_ERR_ARGUMENT,
		"'x' has 2 items, not 2 from number 1 on");
	assert_error(plica_array_to_double(doubles, &real_array, SIZE_MAX, 2, "x", &err),
		PLICA_ERR_ARGUMENT, "'x' has 2 items");
}

static void texts_go_round(void **state)
{
	static const char *const texts[] = {
		"", "a", "{\"dose\": 1e5}", "\xC3\xA4\xE2\x82\xAC", "\xF0\x9F\x94\xAC scan"};
	static const size_t bytes[] = {4, 4, 13 * 4, 2 * 4, 6 * 4};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct plica_array array;
		char *text = NULL;

		assert_ok(plica_array_from_text(&array, texts[i], &err));
		assert_int_equal(array.info.dimensions, 0);
		assert_int_equal(array.info.count, 1);
		assert_int_equal(array.info.item_bytes, bytes[i]);
		assert_ok(plica_array_to_text(&text, &array, "x", &err));
		assert_string_equal(text, texts[i]);
		plica_free(text);
		plica_array_release(&array);
	}
}

static void wrong_texts_are_refused(void **state)
{
	uint32_t surrogate[] = {'a', 0xD800};
	uint32_t hole[] = {'a', 0, 'b'};
	char gap[] = {'a', '\0', 'b'};
	char latin[] = {'\xE4', 'x'};
	struct plica_array array = {.info = {.dtype = PLICA_DTYPE_UNICODE, .count = 1}};
	char *text = NULL;

	(void)state;
	array.info.item_bytes = sizeof(surrogate);
	array.data = surrogate;
	assert_error(plica_array_to_text(&text, &array, "m", &err), PLICA_ERR_DATA,
		"'m' is not a valid text");
	array.info.item_bytes = sizeof(hole);
	array.data = hole;
	assert_error(plica_array_to_text(&text, &array, "m", &err), PLICA_ERR_DATA,
		"'m' is not a valid text");
	array.info.dtype = PLICA_DTYPE_BYTES;
	array.info.item_bytes = sizeof(gap);
	array.data = gap;
	assert_error(plica_array_to_text(&text, &array, "m", &err), PLICA_ERR_DATA,
		"'m' is not a valid text");
	array.info.item_bytes = sizeof(latin);
	array.data = latin;
	assert_error(plica_array_to_text(&text, &array, "m", &err), PLICA_ERR_DATA,
		"'m' is not a valid text");
	assert_error(plica_array_from_text(&array, "\xE4x", &err), PLICA_ERR_ARGUMENT,
		"not valid UTF-8");
	assert_null(text);
}

static void byte_strings_lose_their_padding(void **state)
{
	char bytes[8] = "abc";
	struct plica_array array = {
		.info = {.dtype = PLICA_DTYPE_BYTES, .count = 1, .item_bytes = 8}, .data = bytes};
	char *text = NULL;

	(void)state;
	assert_ok(plica_array_to_text(&text, &array, "m", &err));
	assert_string_equal(text, "abc");
	plica_free(text);
}

static void arrays_are_made(void **state)
{
	struct plica_array array;

	(void)state;
	assert_ok(plica_array_create(&array, PLICA_DTYPE_C64, 3, (size_t[]){2, 3, 4}, &err));
	assert_int_equal(array.info.count, 24);
	assert_int_equal(array.info.item_bytes, 8);
	for (size_t i = 0; i < 24 * 8; i++)
		assert_int_equal(((char *)array.data)[i], 0);
	plica_array_release(&array);
	assert_null(array.data);
	plica_array_release(&array);

	assert_ok(plica_array_create(&array, PLICA_DTYPE_F64, 2, (size_t[]){0, 7}, &err));
	assert_int_equal(array.info.count, 0);
	assert_non_null(array.data);
	plica_array_release(&array);
	assert_ok(plica_array_create(&array, PLICA_DTYPE_F64, 0, NULL, &err));
	assert_int_equal(array.info.count, 1);
	plica_array_release(&array);
}

static void impossible_arrays_are_refused(void **state)
{
	const size_t huge[] = {SIZE_MAX / 8, 4};
	const size_t empty_and_huge[] = {0, SIZE_MAX, SIZE_MAX};
	struct plica_array array;

	(void)state;
	assert_error(plica_array_create(&array, PLICA_DTYPE_F64, 2, huge, &err), PLICA_ERR_FORMAT,
		"overflows");
	assert_error(plica_array_create(&array, PLICA_DTYPE_F64, 3, empty_and_huge, &err),
		PLICA_ERR_FORMAT, "overflows");
	assert_error(plica_array_create(&array, PLICA_DTYPE_F64, 5, huge, &err), PLICA_ERR_ARGUMENT,
		"5 dimensions");
	assert_error(plica_array_create(&array, PLICA_DTYPE_UNICODE, 0, huge, &err),
		PLICA_ERR_ARGUMENT, "type str");
}

static void descriptions_are_pythons(void **state)
{
	struct plica_array_info info = {
		.dtype = PLICA_DTYPE_F32, .dimensions = 3, .shape = {1024, 64, 64}};
	char text[64];

	(void)state;
	plica_array_describe(text, sizeof(text), &info);
	assert_string_equal(text, "float32 (1024, 64, 64)");
	info.dimensions = 1;
	plica_array_describe(text, sizeof(text), &info);
	assert_string_equal(text, "float32 (1024,)");
	info.dimensions = 0;
	info.dtype = PLICA_DTYPE_UNICODE;
	plica_array_describe(text, sizeof(text), &info);
	assert_string_equal(text, "str ()");
	plica_array_describe(text, 3, &info);
	assert_string_equal(text, "st");
}

static void types_are_classed(void **state)
{
	enum plica_dtype dtype;

	(void)state;
	for (int i = PLICA_DTYPE_BOOL; i <= PLICA_DTYPE_C128; i++) {
		enum plica_dtype one = (enum plica_dtype)i;
		int classes = plica_dtype_is_integer(one) + plica_dtype_is_float(one) +
			      plica_dtype_is_complex(one);

		assert_int_equal(classes, one == PLICA_DTYPE_BOOL ? 0 : 1);
		assert_true(
			plica_dtype_find(&dtype, plica_dtype_kind(one), plica_dtype_bytes(one)));
		assert_int_equal(dtype, one);
	}
	assert_false(plica_dtype_find(&dtype, 'f', 16));
	assert_false(plica_dtype_find(&dtype, 'M', 8));
	assert_true(plica_dtype_find(&dtype, 'U', 40));
	assert_int_equal(dtype, PLICA_DTYPE_UNICODE);
	assert_string_equal(plica_dtype_name(PLICA_DTYPE_U16), "uint16");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_real_type_converts),
		cmocka_unit_test(half_floats_convert),
		cmocka_unit_test(floats_come_in_blocks),
		cmocka_unit_test(complex_types_convert),
		cmocka_unit_test(wrong_types_are_named),
		cmocka_unit_test(texts_go_round),
		cmocka_unit_test(wrong_texts_are_refused),
		cmocka_unit_test(byte_strings_lose_their_padding),
		cmocka_unit_test(arrays_are_made),
		cmocka_unit_test(impossible_arrays_are_refused),
		cmocka_unit_test(descriptions_are_pythons),
		cmocka_unit_test(types_are_classed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
