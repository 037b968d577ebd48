/* SPDX-License-Identifier: BSD-3-Clause */
#include "format/array.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/try.h"
#include "format/utf8.h"

static const struct dtype {
	const char *name;
	char kind;
	size_t bytes;
} dtypes[] = {
	[PLICA_DTYPE_BOOL] = {"bool", 'b', 1},
	[PLICA_DTYPE_I8] = {"int8", 'i', 1},
	[PLICA_DTYPE_I16] = {"int16", 'i', 2},
	[PLICA_DTYPE_I32] = {"int32", 'i', 4},
	[PLICA_DTYPE_I64] = {"int64", 'i', 8},
	[PLICA_DTYPE_U8] = {"uint8", 'u', 1},
	[PLICA_DTYPE_U16] = {"uint16", 'u', 2},
	[PLICA_DTYPE_U32] = {"uint32", 'u', 4},
	[PLICA_DTYPE_U64] = {"uint64", 'u', 8},
	[PLICA_DTYPE_F16] = {"float16", 'f', 2},
	[PLICA_DTYPE_F32] = {"float32", 'f', 4},
	[PLICA_DTYPE_F64] = {"float64", 'f', 8},
	[PLICA_DTYPE_C64] = {"complex64", 'c', 8},
	[PLICA_DTYPE_C128] = {"complex128", 'c', 16},
	[PLICA_DTYPE_UNICODE] = {"str", 'U', 0},
	[PLICA_DTYPE_BYTES] = {"bytes", 'S', 0},
};

#define DTYPE_COUNT (sizeof(dtypes) / sizeof(dtypes[0]))

size_t plica_dtype_bytes(enum plica_dtype dtype)
{
	return dtypes[dtype].bytes;
}

const char *plica_dtype_name(enum plica_dtype dtype)
{
	return dtypes[dtype].name;
}

char plica_dtype_kind(enum plica_dtype dtype)
{
	return dtypes[dtype].kind;
}

bool plica_dtype_find(enum plica_dtype *out, char kind, size_t item_bytes)
{
	for (size_t i = 0; i < DTYPE_COUNT; i++) {
		if (dtypes[i].kind != kind)
			continue;
		if (dtypes[i].bytes == 0 || dtypes[i].bytes == item_bytes) {
			*out = (enum plica_dtype)i;
			return true;
		}
	}
	return false;
}

bool plica_dtype_is_complex(enum plica_dtype dtype)
{
	return dtypes[dtype].kind == 'c';
}

bool plica_dtype_is_integer(enum plica_dtype dtype)
{
	return dtypes[dtype].kind == 'i' || dtypes[dtype].kind == 'u';
}

bool plica_dtype_is_float(enum plica_dtype dtype)
{
	return dtypes[dtype].kind == 'f';
}

void plica_array_describe(char *out, size_t size, const struct plica_array_info *info)
{
	char shape[PLICA_ARRAY_DIMENSIONS * 24] = "";
	size_t used = 0;

	for (int i = 0; i < info->dimensions; i++)
		used += (size_t)snprintf(shape + used, sizeof(shape) - used, "%s%zu",
			i > 0 ? ", " : "", info->shape[i]);
	(void)snprintf(out, size, "%s (%s%s)", dtypes[info->dtype].name, shape,
		info->dimensions == 1 ? "," : "");
}

enum plica_status plica_array_measure(
	size_t *bytes, struct plica_array_info *info, struct plica_error *err)
{
	size_t total = info->item_bytes;
	size_t count = 1;
	bool empty = false;

	for (int i = 0; i < info->dimensions; i++) {
		size_t extent = info->shape[i];

		empty = empty || extent == 0;
		if (extent == 0)
			continue;
		if (!plica_size_mul(&count, count, extent) ||
			!plica_size_mul(&total, total, extent) || total > SIZE_MAX / 2) {
			char text[128];

			plica_array_describe(text, sizeof(text), info);
			return plica_error_set(
				err, PLICA_ERR_FORMAT, "the size of %s overflows", text);
		}
	}
	info->count = empty ? 0 : count;
	*bytes = empty ? 0 : total;
	return PLICA_OK;
}

enum plica_status plica_array_allocate(
	struct plica_array *out, const struct plica_array_info *info, struct plica_error *err)
{
	void *data = NULL;
	enum plica_status status;

	status = plica_allocate_unset(&data, info->count, info->item_bytes, err);
	if (status == PLICA_OK)
		*out = (struct plica_array){.info = *info, .data = data};
	return status;
}

enum plica_status plica_array_create(struct plica_array *out, enum plica_dtype dtype,
	int dimensions, const size_t *shape, struct plica_error *err)
{
	struct plica_array_info info = {.dtype = dtype, .dimensions = dimensions};
	enum plica_status status;
	void *data = NULL;
	size_t bytes = 0;

	if (dimensions < 0 || dimensions > PLICA_ARRAY_DIMENSIONS || dtypes[dtype].bytes == 0)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"cannot make an array of type %s with %d dimensions", dtypes[dtype].name,
			dimensions);
	for (int i = 0; i < dimensions; i++)
		info.shape[i] = shape[i];
	info.item_bytes = dtypes[dtype].bytes;
	PLICA_TRY(plica_array_measure(&bytes, &info, err));
	PLICA_TRY(plica_allocate(&data, bytes, 1, err));
	*out = (struct plica_array){.info = info, .data = data};
out:
	return status;
}

void plica_array_release(struct plica_array *array)
{
	plica_free(array->data);
	*array = (struct plica_array){0};
}

static const void *items_from(const struct plica_array *array, size_t first)
{
	return (const char *)array->data + first * array->info.item_bytes;
}

#define CONVERTER(name, type)                                                                      \
	static void name(double *out, const void *items, size_t count)                             \
	{                                                                                          \
		const type *item = items;                                                          \
                                                                                                   \
		for (size_t i = 0; i < count; i++)                                                 \
			out[i] = (double)item[i];                                                  \
	}

CONVERTER(from_i8, int8_t)
CONVERTER(from_i16, int16_t)
CONVERTER(from_i32, int32_t)
CONVERTER(from_i64, int64_t)
CONVERTER(from_u8, uint8_t)
CONVERTER(from_u16, uint16_t)
CONVERTER(from_u32, uint32_t)
CONVERTER(from_u64, uint64_t)
CONVERTER(from_f32, float)
CONVERTER(from_f64, double)

/* IEEE 754 binary16: moved into the fields of a double, which holds every one of them exactly. */
static double half_to_double(uint16_t half)
{
	uint64_t sign = (uint64_t)(half >> 15) << 63;
	uint64_t exponent = (half >> 10) & 31u;
	uint64_t fraction = half & 1023u;
	uint64_t bits;
	double value;

	if (exponent == 0) {
		value = (double)fraction * 0x1p-24;
		return sign != 0 ? -value : value;
	}
	exponent = exponent == 31 ? 2047 : exponent - 15 + 1023;
	bits = sign | exponent << 52 | fraction << 42;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

static void from_f16(double *out, const void *items, size_t count)
{
	const uint16_t *half = items;

	for (size_t i = 0; i < count; i++)
		out[i] = half_to_double(half[i]);
}

static void (*const converters[DTYPE_COUNT])(double *, const void *, size_t) = {
	[PLICA_DTYPE_BOOL] = from_u8,
	[PLICA_DTYPE_I8] = from_i8,
	[PLICA_DTYPE_I16] = from_i16,
	[PLICA_DTYPE_I32] = from_i32,
	[PLICA_DTYPE_I64] = from_i64,
	[PLICA_DTYPE_U8] = from_u8,
	[PLICA_DTYPE_U16] = from_u16,
	[PLICA_DTYPE_U32] = from_u32,
	[PLICA_DTYPE_U64] = from_u64,
	[PLICA_DTYPE_F16] = from_f16,
	[PLICA_DTYPE_F32] = from_f32,
	[PLICA_DTYPE_F64] = from_f64,
};

static enum plica_status wrong_type(const struct plica_array *array, const char *subject,
	const char *expected, struct plica_error *err)
{
	char text[128];

	plica_array_describe(text, sizeof(text), &array->info);
	return plica_error_set(
		err, PLICA_ERR_DATA, "'%s' is %s, expected %s", subject, text, expected);
}

static enum plica_status check_range(const struct plica_array *array, size_t first, size_t count,
	const char *subject, struct plica_error *err)
{
	if (first <= array->info.count && count <= array->info.count - first)
		return PLICA_OK;
	return plica_error_set(err, PLICA_ERR_ARGUMENT,
		"'%s' has %zu items, not %zu from number %zu on", subject, array->info.count, count,
		first);
}

enum plica_status plica_array_to_double(double *out, const struct plica_array *array, size_t first,
	size_t count, const char *subject, struct plica_error *err)
{
	enum plica_status status;

	if (converters[array->info.dtype] == NULL)
		return wrong_type(array, subject, "real numbers", err);
	status = check_range(array, first, count, subject, err);
	if (status == PLICA_OK)
		converters[array->info.dtype](out, items_from(array, first), count);
	return status;
}

enum plica_status plica_array_to_float(float *out, const struct plica_array *array, size_t first,
	size_t count, const char *subject, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	double block[256];

	if (converters[array->info.dtype] == NULL)
		return wrong_type(array, subject, "real numbers", err);
	PLICA_TRY(check_range(array, first, count, subject, err));
	if (array->info.dtype == PLICA_DTYPE_F32) {
		memcpy(out, items_from(array, first), count * sizeof(*out));
		return PLICA_OK;
	}
	for (size_t done = 0; done < count; done += 256) {
		size_t some = count - done < 256 ? count - done : 256;

		converters[array->info.dtype](block, items_from(array, first + done), some);
		for (size_t i = 0; i < some; i++)
			out[done + i] = (float)block[i];
	}
out:
	return status;
}

enum plica_status plica_array_to_complex(float _Complex *out, const struct plica_array *array,
	size_t first, size_t count, const char *subject, struct plica_error *err)
{
	const double _Complex *item;
	enum plica_status status;

	if (!plica_dtype_is_complex(array->info.dtype))
		return wrong_type(array, subject, "complex numbers", err);
	status = check_range(array, first, count, subject, err);
	if (status != PLICA_OK)
		return status;
	if (array->info.dtype == PLICA_DTYPE_C64) {
		memcpy(out, items_from(array, first), count * sizeof(*out));
		return PLICA_OK;
	}
	item = items_from(array, first);
	for (size_t i = 0; i < count; i++)
		out[i] = (float _Complex)item[i];
	return PLICA_OK;
}

enum plica_status plica_array_from_text(
	struct plica_array *out, const char *utf8, struct plica_error *err)
{
	size_t left = strlen(utf8);
	struct plica_array_info info = {.dtype = PLICA_DTYPE_UNICODE, .count = 1};
	uint32_t *code_point;
	enum plica_status status;
	void *data = NULL;

	/* At most a code point a byte; numpy's empty string is one zero long. */
	status = plica_allocate(&data, left + 1, sizeof(*code_point), err);
	if (status != PLICA_OK)
		return status;
	code_point = data;
	while (left > 0) {
		size_t length = plica_utf8_decode(code_point, utf8, left);

		if (length == 0) {
			plica_free(data);
			return plica_error_set(
				err, PLICA_ERR_ARGUMENT, "'%.32s' is not valid UTF-8", utf8);
		}
		code_point++;
		utf8 += length;
		left -= length;
	}
	info.item_bytes = (size_t)((char *)code_point - (char *)data);
	if (info.item_bytes == 0)
		info.item_bytes = sizeof(*code_point);
	*out = (struct plica_array){.info = info, .data = data};
	return PLICA_OK;
}

static enum plica_status wrong_text(const char *subject, struct plica_error *err)
{
	return plica_error_set(err, PLICA_ERR_DATA, "'%s' is not a valid text", subject);
}

static enum plica_status text_from_unicode(struct plica_text *text, const uint32_t *code_point,
	size_t count, const char *subject, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	while (count > 0 && code_point[count - 1] == 0)
		count--;
	for (size_t i = 0; i < count; i++) {
		char bytes[PLICA_UTF8_SIZE];
		size_t length = plica_utf8_encode(bytes, code_point[i]);

		if (length == 0 || code_point[i] == 0)
			return wrong_text(subject, err);
		PLICA_TRY(plica_text_append(text, bytes, length, err));
	}
out:
	return status;
}

static enum plica_status text_from_bytes(struct plica_text *text, const char *bytes, size_t count,
	const char *subject, struct plica_error *err)
{
	size_t length;

	while (count > 0 && bytes[count - 1] == '\0')
		count--;
	for (size_t i = 0; i < count; i += length) {
		uint32_t code_point;

		length = plica_utf8_decode(&code_point, bytes + i, count - i);
		if (length == 0 || code_point == 0)
			return wrong_text(subject, err);
	}
	return plica_text_append(text, bytes, count, err);
}

enum plica_status plica_array_to_text(
	char **out, const struct plica_array *array, const char *subject, struct plica_error *err)
{
	enum plica_dtype dtype = array->info.dtype;
	size_t bytes = array->info.item_bytes;
	struct plica_text text = {0};
	enum plica_status status;

	if (array->info.count != 1 || (dtype != PLICA_DTYPE_UNICODE && dtype != PLICA_DTYPE_BYTES))
		return wrong_type(array, subject, "one string", err);
	if (dtype == PLICA_DTYPE_UNICODE)
		status = text_from_unicode(&text, array->data, bytes / 4, subject, err);
	else
		status = text_from_bytes(&text, array->data, bytes, subject, err);
	if (status == PLICA_OK)
		status = plica_copy_text(out, plica_text_string(&text), err);
	plica_text_release(&text);
	return status;
}
