/* SPDX-License-Identifier: BSD-3-Clause */
/** The step along a line from a few trial values of the objective. */
#ifndef PLICA_RECON_LINE_H
#define PLICA_RECON_LINE_H

#define PLICA_LINE_TRIALS 6

/** Trial steps as multiples of the last step; the first is 0, the present point. */
extern const double plica_line_factors[PLICA_LINE_TRIALS];

/**
 * The minimum of the parabola through the three trials around the smallest f, within
 * [0.3 t_1, 1.5 t_last]; 0.2 t_1 where no trial is better than t_0 = 0. `t` rises.
 */
double plica_line_choose(const double t[PLICA_LINE_TRIALS], const double f[PLICA_LINE_TRIALS]);

#endif
