/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Complex vectors, and the butterflies of the block transforms: discrete Fourier transforms of
 * 4 and 8 complex vectors, in registers, in natural order. `direction` is -1 for the forward
 * transform, exp(-2 pi i ...), and +1 for the inverse; it and `radix` are constants wherever
 * these are called, so that everything unrolls.
 */
#ifndef PLICA_NUM_KERNELS_BUTTERFLY_H
#define PLICA_NUM_KERNELS_BUTTERFLY_H

#include "num/kernels_vector.h"

#define LARGEST_RADIX 8
#define SQRT_HALF 0.707106781186547524f

struct cvec {
	vec re;
	vec im;
};

INLINE struct cvec cload(const float *from)
{
	return (struct cvec){load(from), load(from + LANES)};
}

INLINE void cstore(float *to, struct cvec value)
{
	store(to, value.re);
	store(to + LANES, value.im);
}

INLINE struct cvec cadd(struct cvec a, struct cvec b)
{
	return (struct cvec){a.re + b.re, a.im + b.im};
}

INLINE struct cvec csub(struct cvec a, struct cvec b)
{
	return (struct cvec){a.re - b.re, a.im - b.im};
}

INLINE struct cvec cmul(struct cvec a, struct cvec b)
{
	return (struct cvec){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

/** a conj(b) */
INLINE struct cvec cmul_conj(struct cvec a, struct cvec b)
{
	return (struct cvec){a.re * b.re + a.im * b.im, a.im * b.re - a.re * b.im};
}

INLINE struct cvec cscale(struct cvec a, vec factor)
{
	return (struct cvec){a.re * factor, a.im * factor};
}

/** The same scalar in every lane: factor[0] + i factor[1]. */
INLINE struct cvec cbroadcast(const float factor[2])
{
	return (struct cvec){broadcast(factor[0]), broadcast(factor[1])};
}

/** i a, times the direction */
INLINE struct cvec turn(struct cvec a, int direction)
{
	return direction < 0 ? (struct cvec){a.im, -a.re} : (struct cvec){-a.im, a.re};
}

INLINE void butterfly4(struct cvec x[4], int direction)
{
	struct cvec a = cadd(x[0], x[2]);
	struct cvec b = csub(x[0], x[2]);
	struct cvec c = cadd(x[1], x[3]);
	struct cvec d = turn(csub(x[1], x[3]), direction);

	x[0] = cadd(a, c);
	x[1] = cadd(b, d);
	x[2] = csub(a, c);
	x[3] = csub(b, d);
}

/* The odd outputs of eight, from the differences x[q] - x[q + 4]. Those of 1 and 3 are turned by
 * an eighth, whose factor sqrt(1/2) goes into the last additions. */
INLINE void butterfly8_odd(struct cvec x[8], const struct cvec b[4], int direction)
{
	struct cvec quarter = turn(b[2], direction);
	struct cvec c = cadd(b[0], quarter);
	struct cvec d = csub(b[0], quarter);
	struct cvec sum = cadd(b[1], b[3]);
	struct cvec across = turn(csub(b[1], b[3]), -direction);
	struct cvec e = cscale(turn(cadd(sum, across), direction), broadcast(SQRT_HALF));
	struct cvec f = cscale(turn(csub(sum, across), direction), broadcast(SQRT_HALF));

	x[1] = cadd(c, e);
	x[5] = csub(c, e);
	x[3] = cadd(d, f);
	x[7] = csub(d, f);
}

INLINE void butterfly8(struct cvec x[8], int direction)
{
	struct cvec even[4];
	struct cvec odd[4];

	for (size_t q = 0; q < 4; q++) {
		even[q] = cadd(x[q], x[q + 4]);
		odd[q] = csub(x[q], x[q + 4]);
	}
	butterfly4(even, direction);
	for (size_t q = 0; q < 4; q++)
		x[2 * q] = even[q];
	butterfly8_odd(x, odd, direction);
}

INLINE void butterfly(struct cvec *x, size_t radix, int direction)
{
	if (radix == 8)
		butterfly8(x, direction);
	else
		butterfly4(x, direction);
}

#endif
