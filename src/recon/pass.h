/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The pass over a set of positions that every engine is made of: exit waves, and the gradients of
 * object and probe that follow from them.
 *
 *     for each position i of the set:   A_i = T_delta P,  chi_i = exit-wave difference
 *     object gradient   G(R) = sum_i conj(A_i) chi_i          on the canvas
 *     probe gradient    D(r) = sum_i T_-delta[ conj(O_i) chi_i ]
 *
 * A_i and chi_i of the whole set stay stored for what comes after (step lengths, positions).
 *
 * Determinism: the set is cut into PLICA_PASS_BLOCKS blocks whatever the number of threads, each
 * block adds its spectra in order, the blocks are added in order by pixel owners; canvas pixels are
 * owned by row bands that add the patches in the order of the set.
 */
#ifndef PLICA_RECON_PASS_H
#define PLICA_RECON_PASS_H

#include "recon/problem.h"

#define PLICA_PASS_BLOCKS 16

struct plica_pass {
	struct plica_problem *problem;
	size_t capacity;              /**< largest set */
	float *incident, *difference; /**< capacity waves each */
	struct plica_exit_sums *sums; /**< of each position of the set */
	float *block_sums;            /**< PLICA_PASS_BLOCKS waves */
	struct plica_planes gradient; /**< G; rows outside [first_row, end_row) are stale */
	float *probe_gradient;        /**< D, a wave */
	size_t first_row, end_row;    /**< canvas rows that the set touches */
	enum plica_detector_model model;
	float step;
};

PLICA_MUST_USE enum plica_status plica_pass_create(struct plica_pass **out,
	struct plica_problem *problem, size_t capacity, struct plica_error *err);
void plica_pass_free(struct plica_pass *pass);

/** Runs the pass over `count` positions (<= capacity), overwriting the results of the last one. */
void plica_pass_run(struct plica_pass *pass, const size_t *positions, size_t count);

#endif
