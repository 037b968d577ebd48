/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The pass over a set of positions that every engine is made of: exit waves, and the gradients of
 * object and probe that follow from them.
 *
 *     for each position i of the set:   A_im = w_i T_delta P_m,  chi_im = exit-wave difference
 *     object gradient   G(R) = sum_im conj(A_im) chi_im         on the canvas
 *     illumination      W(R) = sum_im |A_im|^2                  on the canvas, on request
 *     probe gradient    D_m(r) = sum_i w_i T_-delta[ conj(O_i) chi_im ]
 *     background's      f(q) = sum_i of what Psi is multiplied by to give F chi
 *
 * A_im and chi_im of the last set stay stored for what comes after (step lengths, positions), until
 * the probe changes. A pass over all positions is begun once, fed set by set, and ended once.
 *
 * Determinism: a set is cut into blocks whatever the number of threads, each block adds its
 * spectra in order, the blocks are added in order by pixel owners; canvas pixels are owned by row
 * bands that add the patches in the order of the set.
 */
#ifndef PLICA_RECON_PASS_H
#define PLICA_RECON_PASS_H

#include "recon/problem.h"

#define PLICA_PASS_BLOCKS ((size_t)16)

/** The directions of a step-length problem, and the position whose it is. */
struct plica_pair {
	const struct plica_planes *object_direction;
	const float *probe_direction; /**< all modes */
	size_t index;
	size_t modes; /**< how many take part: the first ones */
};

struct plica_pass {
	struct plica_problem *problem;
	size_t capacity; /**< largest set */
	/** Of each position all modes, waves. No `incident` where A is the probe at every position:
	 * on whole pixels, without intensities of their own. */
	float *incident, *difference;
	struct plica_exit_sums *sums; /**< of each position of the last set */
	bool streaming;               /**< a full set's waves do not fit the cache */
	size_t blocks;                /**< how many hold sums of this pass: the first ones */
	float *block_sums;            /**< PLICA_PASS_BLOCKS times all modes */
	float *block_factors;         /**< likewise patterns; NULL without background */
	struct plica_planes gradient; /**< G; rows outside [first_row, end_row) are stale */
	float *power;                 /**< W, rows x gradient.stride floats; NULL: not wanted */
	float *probe_gradient;        /**< D of all modes, waves; complete after plica_pass_end */
	float *factor_sum;            /**< f, a pattern, likewise; NULL without background */
	size_t first_row, end_row;    /**< canvas rows of the sets since plica_pass_begin */
	size_t object_modes;          /**< how many modes G is summed over: the first ones */
	enum plica_detector_model model;
	float step;    /**< relaxation of the detector step; 1: the full projection */
	float epsilon; /**< offset of the Poisson model, photons */
	/** of every position, the caller's: its Poisson step, improved on each visit; NULL: none */
	float *relaxation;
};

/** `with_power` asks for W as well. The model is Gaussian with step 1, G of all modes. */
PLICA_MUST_USE enum plica_status plica_pass_create(struct plica_pass **out,
	struct plica_problem *problem, size_t capacity, bool with_power, struct plica_error *err);
void plica_pass_free(struct plica_pass *pass);

/** Clears the sums, for sets that touch the canvas rows [first_row, end_row). */
void plica_pass_begin(struct plica_pass *pass, size_t first_row, size_t end_row);
/** Adds `count` positions (<= capacity) to the sums. */
void plica_pass_add(struct plica_pass *pass, const size_t *positions, size_t count);
/** Completes the probe gradient. */
void plica_pass_end(struct plica_pass *pass);

/** What is stored of a mode of position `index`, the k-th of the last set. */
struct plica_stored_waves plica_pass_waves(
	const struct plica_pass *pass, size_t k, size_t index, size_t mode);
/** The sums of the step-length problem of position `index`, the k-th of the last set, over the
 * first `modes` modes. */
void plica_pass_pair_sums(const struct plica_pass *pass, double sums[PLICA_PAIR_SUMS], size_t k,
	const struct plica_pair *pair);
/** The sums of the position step of position `index`, the k-th of the last set, over all modes;
 * `slope` are dO/dy and dO/dx. */
void plica_pass_position_sums(const struct plica_pass *pass, double sums[PLICA_POSITION_SUMS],
	size_t k, size_t index, const struct plica_planes slope[2]);

/** Begin, add and end of a single set, over the rows that it touches. */
void plica_pass_run(struct plica_pass *pass, const size_t *positions, size_t count);

#endif
