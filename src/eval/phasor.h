/* SPDX-License-Identifier: BSD-3-Clause */
/** The words of complex arithmetic that every file of this room needs. */
#ifndef PLICA_EVAL_PHASOR_H
#define PLICA_EVAL_PHASOR_H

#include <complex.h>
#include <math.h>

/** re + i im, signed zeros kept; C11's CMPLX, which not every clang and glibc have together. */
static inline double _Complex plica_complex(double re, double im)
{
	const union {
		double part[2];
		double _Complex whole;
	} value = {{re, im}};

	return value.whole;
}

/** |value|^2. */
static inline double plica_power(double _Complex value)
{
	return creal(value) * creal(value) + cimag(value) * cimag(value);
}

/** exp(2 pi i turns). */
static inline double _Complex plica_phasor(double turns)
{
	return plica_complex(cos(2.0 * M_PI * turns), sin(2.0 * M_PI * turns));
}

#endif
