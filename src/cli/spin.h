/* SPDX-License-Identifier: BSD-3-Clause */
/** Keeps OpenMP threads from burning a core that somebody else needs. */
#ifndef PLICA_CLI_SPIN_H
#define PLICA_CLI_SPIN_H

/**
 * libgomp's threads spin at barriers; on a machine that runs anything else beside, one of them then
 * waits for a time slice at each barrier, and an epoch takes ten times as long. A bound on the
 * spinning costs nothing on an idle machine, but libgomp reads it before main: so the program
 * starts itself once more with it, unless the user has chosen (GOMP_SPINCOUNT, OMP_WAIT_POLICY).
 * `argv` is main's. Returns when there is nothing to do, or when it cannot be done.
 */
void cli_bound_spinning(char **argv);

#endif
