/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * One position through the forward model, with whatever the problem has: several incoherent probe
 * modes, an incoherent background, an intensity of its own, a detector that blurs (doc/numerics.md,
 * "Forward model"). A problem with one mode and none of the others takes the kernels' shortest way.
 *
 * Wherever a probe is meant, all modes stand one after the other.
 */
#ifndef PLICA_RECON_EXIT_H
#define PLICA_RECON_EXIT_H

#include "recon/problem.h"

struct plica_exit {
	size_t index;                /**< of the position */
	double move_y_px, move_x_px; /**< how far from where the problem has it */
	const float *probe; /**< the modes' spectra when the problem is `shifted`, else waves */
	const struct plica_planes *object;
	const float *background; /**< photons, as a pattern; NULL: none */
	enum plica_detector_model model;
	float step;
	float epsilon;
	float *incident;   /**< out, a wave of each mode; NULL: not wanted */
	float *difference; /**< out, likewise */
	/** in/out: adds w_i conj(O) chi of each mode, as a spectrum with the adjoint shift when the
	 * problem is `shifted`; NULL: not wanted. Asks for `difference`. */
	float *probe_sum;
	/** in/out, as a pattern: adds what every Psi is multiplied by to give F chi; NULL. */
	float *factor_sum;
	/** in/out: the Poisson step of this pattern, see struct plica_mixture; NULL: none. */
	float *relaxation;
	float *expected; /**< out, as a pattern: the expected counts; NULL: not wanted */
	bool streaming;  /**< see struct plica_exit_wave */
};

/** Position `index` with the present object, probe and background, amplitude model, no outputs. */
struct plica_exit plica_exit_of(const struct plica_problem *problem, size_t index);

/** Is a pattern more than one wave, met pixel by pixel? */
bool plica_exit_is_mixture(const struct plica_problem *problem);

/** Runs it in the scratch of the calling thread of the problem. */
void plica_exit_run(const struct plica_problem *problem, const struct plica_exit *exit,
	struct plica_exit_sums *sums);

/** The kernels' arguments for one mode of it. */
struct plica_exit_wave plica_exit_wave_of(
	const struct plica_problem *problem, const struct plica_exit *exit, size_t mode);

#endif
