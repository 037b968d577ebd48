/* SPDX-License-Identifier: BSD-3-Clause */
/** Two words of complex arithmetic that every file of this room needs. */
#ifndef PLICA_EVAL_PHASOR_H
#define PLICA_EVAL_PHASOR_H

#include <complex.h>
#include <math.h>

/** |value|^2. */
static inline double plica_power(double _Complex value)
{
	return creal(value) * creal(value) + cimag(value) * cimag(value);
}

/** exp(2 pi i turns). */
static inline double _Complex plica_phasor(double turns)
{
	return CMPLX(cos(2.0 * M_PI * turns), sin(2.0 * M_PI * turns));
}

#endif
