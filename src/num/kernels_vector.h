/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Vectors of LANES floats (16, 8 or 4, given by the build), for the block kernels: loads and
 * stores, square root, selection, and the transposition that happens on the way between
 * memory and registers. Everything else is the compiler's vector arithmetic.
 */
#ifndef PLICA_NUM_KERNELS_VECTOR_H
#define PLICA_NUM_KERNELS_VECTOR_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "num/kernels_log.h"
#include "num/pattern.h"

#define LANES PLICA_KERNELS_LANES
/** Floats of a complex vector in memory: LANES real parts, then LANES imaginary parts. */
#define PAIR (2 * LANES)

#define INLINE static inline __attribute__((always_inline))

typedef float vec __attribute__((vector_size(4 * LANES)));
typedef float vec_anywhere __attribute__((vector_size(4 * LANES), aligned(4)));
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));
typedef uint16_t count_vec __attribute__((vector_size(2 * LANES)));

/** The same scalar in every lane. */
INLINE vec broadcast(float value)
{
	return value - (vec){0};
}

INLINE vec load(const float *from)
{
	return *(const vec *)from;
}

INLINE void store(float *to, vec value)
{
	*(vec *)to = value;
}

INLINE vec load_anywhere(const float *from)
{
	return *(const vec_anywhere *)from;
}

INLINE void store_anywhere(float *to, vec value)
{
	*(vec_anywhere *)to = value;
}

/** Past the caches; stream_end before anybody else may read it. */
INLINE void store_streaming(float *to, vec value)
{
#if LANES == 16
	_mm512_stream_ps(to, (__m512)value);
#elif LANES == 8
	_mm256_stream_ps(to, (__m256)value);
#else
	store(to, value);
#endif
}

INLINE void stream_end(void)
{
#if LANES >= 8
	_mm_sfence();
#endif
}

INLINE vec square_root(vec value)
{
#if LANES == 16
	return (vec)_mm512_sqrt_ps((__m512)value);
#elif LANES == 8
	return (vec)_mm256_sqrt_ps((__m256)value);
#elif defined(__SSE2__)
	return (vec)_mm_sqrt_ps((__m128)value);
#else
	for (size_t i = 0; i < LANES; i++)
		value[i] = sqrtf(value[i]);
	return value;
#endif
}

/** `value` in the lanes where `mask` (a comparison's result) is true, else 0. */
INLINE vec where(ivec mask, vec value)
{
	return (vec)((ivec)value & mask);
}

/** 1 / square_root of positive normal floats, to 2 units in the last place. With 16 lanes it starts
 * from the processor's approximation, so that other makers' may round some of them otherwise. */
INLINE vec inverse_square_root(vec value)
{
#if LANES == 16
	vec half = broadcast(0.5f) * value;
	vec root = (vec)_mm512_rsqrt14_ps((__m512)value);

	return root * (1.5f - half * root * root);
#else
	return 1.0f / square_root(value);
#endif
}

/** LANES pixels of a pattern. */
struct measured {
	vec amplitude; /**< sqrt(I); of invalid pixels anything */
	ivec valid;    /**< a mask */
};

/** Those from k on, of a pattern that is `counted`, which had better be known in compiling. */
INLINE struct measured measured_as(const struct plica_pattern *pattern, size_t k, bool counted)
{
	vec zero = {0};
	ivec counts;
	vec amplitude;

	if (!counted) {
		amplitude = load(pattern->amplitudes + k);
		return (struct measured){amplitude, amplitude >= zero};
	}
	counts = __builtin_convertvector(*(const count_vec *)(pattern->counts + k), ivec);
	amplitude = square_root(__builtin_convertvector(counts, vec));
	return (struct measured){amplitude, counts != PLICA_INVALID_COUNT};
}

/** The same, of either form. */
INLINE struct measured measured_at(const struct plica_pattern *pattern, size_t k)
{
	return measured_as(pattern, k, pattern->counts != NULL);
}

/** The natural logarithm of positive normal floats; see kernels_log.h. */
INLINE vec natural_log(vec x)
{
	ivec bits = (ivec)x;
	ivec exponent = (bits - PLICA_SQRT_HALF_BITS) >> 23;
	vec m = (vec)(bits - (exponent << 23));
	vec s = (m - 1.0f) / (m + 1.0f);
	vec z = s * s;
	vec series = z * (1.0f / 3 + z * (1.0f / 5 + z * (1.0f / 7 + z * (1.0f / 9))));

	return __builtin_convertvector(exponent, vec) * PLICA_LN2 + 2.0f * (s + s * series);
}

/** A sum over pixels: one double a lane, added up in a fixed order. */
struct lane_sums {
	double lane[LANES];
};

INLINE void add_to_lanes(struct lane_sums *sums, vec values)
{
	for (size_t i = 0; i < LANES; i++)
		sums->lane[i] += (double)values[i];
}

INLINE double sum_of_lanes(const struct lane_sums *sums)
{
	double sum = 0.0;

	for (size_t i = 0; i < LANES; i++)
		sum += sums->lane[i];
	return sum;
}

/* Interleave the low or high halves of every four lanes, by single floats or by pairs. */
#if LANES == 16
INLINE vec low_floats(vec a, vec b)
{
	return __builtin_shufflevector(
		a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
}

INLINE vec high_floats(vec a, vec b)
{
	return __builtin_shufflevector(
		a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
}

INLINE vec low_pairs(vec a, vec b)
{
	return __builtin_shufflevector(
		a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
}

INLINE vec high_pairs(vec a, vec b)
{
	return __builtin_shufflevector(
		a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
}

#elif LANES == 8
INLINE vec low_floats(vec a, vec b)
{
	return __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
}

INLINE vec high_floats(vec a, vec b)
{
	return __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
}

INLINE vec low_pairs(vec a, vec b)
{
	return __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
}

INLINE vec high_pairs(vec a, vec b)
{
	return __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
}

#else
INLINE vec low_floats(vec a, vec b)
{
	return __builtin_shufflevector(a, b, 0, 4, 1, 5);
}

INLINE vec high_floats(vec a, vec b)
{
	return __builtin_shufflevector(a, b, 2, 6, 3, 7);
}

INLINE vec low_pairs(vec a, vec b)
{
	return __builtin_shufflevector(a, b, 0, 1, 4, 5);
}

INLINE vec high_pairs(vec a, vec b)
{
	return __builtin_shufflevector(a, b, 2, 3, 6, 7);
}
#endif

/** Transposes the 4 x 4 squares that every four lanes of v[0..3] make. */
INLINE void transpose_squares(vec v[4])
{
	vec a = low_floats(v[0], v[1]);
	vec b = high_floats(v[0], v[1]);
	vec c = low_floats(v[2], v[3]);
	vec d = high_floats(v[2], v[3]);

	v[0] = low_pairs(a, c);
	v[1] = high_pairs(a, c);
	v[2] = low_pairs(b, d);
	v[3] = high_pairs(b, d);
}

/**
 * Eight columns of LANES rows: v[s] gets column s, its lane x from row x. Row x starts at
 * rows + x * PAIR; with LANES = 4 the columns 4 to 7 start at `next` instead.
 */
INLINE void load_columns(vec v[8], const float *rows, const float *next);
/** The reverse. */
INLINE void store_columns(float *rows, float *next, vec v[8]);

#if LANES == 16
typedef float half __attribute__((vector_size(32)));

INLINE vec two_rows(const float *rows, size_t first, size_t second)
{
	half a = *(const half *)(rows + first * PAIR);
	half b = *(const half *)(rows + second * PAIR);

	return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

INLINE void load_columns(vec v[8], const float *rows, const float *next)
{
	vec low[4];
	vec high[4];

	(void)next;
	for (size_t i = 0; i < 4; i++) {
		low[i] = two_rows(rows, i, i + 4);
		high[i] = two_rows(rows, i + 8, i + 12);
	}
	transpose_squares(low);
	transpose_squares(high);
	for (size_t i = 0; i < 4; i++) {
		v[i] = __builtin_shufflevector(
			low[i], high[i], 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
		v[i + 4] = __builtin_shufflevector(low[i], high[i], 4, 5, 6, 7, 12, 13, 14, 15, 20,
			21, 22, 23, 28, 29, 30, 31);
	}
}

INLINE void put_two_rows(float *rows, size_t first, size_t second, vec value)
{
	*(half *)(rows + first * PAIR) =
		__builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7);
	*(half *)(rows + second * PAIR) =
		__builtin_shufflevector(value, value, 8, 9, 10, 11, 12, 13, 14, 15);
}

INLINE void store_columns(float *rows, float *next, vec v[8])
{
	(void)next;
	transpose_squares(v);
	transpose_squares(v + 4);
	for (size_t i = 0; i < 4; i++) {
		vec a = __builtin_shufflevector(
			v[i], v[i + 4], 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
		vec b = __builtin_shufflevector(v[i], v[i + 4], 8, 9, 10, 11, 24, 25, 26, 27, 12,
			13, 14, 15, 28, 29, 30, 31);

		put_two_rows(rows, i, i + 4, a);
		put_two_rows(rows, i + 8, i + 12, b);
	}
}

#elif LANES == 8
typedef float half __attribute__((vector_size(16)));

INLINE vec two_rows(const float *rows, size_t first, size_t second)
{
	half a = *(const half *)(rows + first * PAIR);
	half b = *(const half *)(rows + second * PAIR);

	return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
}

INLINE void put_two_rows(float *rows, size_t first, size_t second, vec value)
{
	*(half *)(rows + first * PAIR) = __builtin_shufflevector(value, value, 0, 1, 2, 3);
	*(half *)(rows + second * PAIR) = __builtin_shufflevector(value, value, 4, 5, 6, 7);
}

INLINE void load_columns(vec v[8], const float *rows, const float *next)
{
	(void)next;
	for (size_t i = 0; i < 4; i++) {
		v[i] = two_rows(rows, i, i + 4);
		v[i + 4] = two_rows(rows + 4, i, i + 4);
	}
	transpose_squares(v);
	transpose_squares(v + 4);
}

INLINE void store_columns(float *rows, float *next, vec v[8])
{
	(void)next;
	transpose_squares(v);
	transpose_squares(v + 4);
	for (size_t i = 0; i < 4; i++) {
		put_two_rows(rows, i, i + 4, v[i]);
		put_two_rows(rows + 4, i, i + 4, v[i + 4]);
	}
}

#else
INLINE void load_columns(vec v[8], const float *rows, const float *next)
{
	for (size_t i = 0; i < 4; i++) {
		v[i] = load(rows + i * PAIR);
		v[i + 4] = load(next + i * PAIR);
	}
	transpose_squares(v);
	transpose_squares(v + 4);
}

INLINE void store_columns(float *rows, float *next, vec v[8])
{
	transpose_squares(v);
	transpose_squares(v + 4);
	for (size_t i = 0; i < 4; i++) {
		store(rows + i * PAIR, v[i]);
		store(next + i * PAIR, v[i + 4]);
	}
}
#endif

#endif
