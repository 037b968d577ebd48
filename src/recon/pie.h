/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The PIE family: sequential small batches (doc/numerics.md, "PIE").
 *
 *     rPIE    O += G / ((1 - alpha) W + alpha max W)        P += alpha_P D / max(b, sum_i |O_i|^2)
 *     ePIE    O += alpha G / max(W, max |P|^2)                      P += alpha_P D / (b max |O|^2)
 *
 * (Maiden, Johnson, Li, Optica 4, 736 (2017); Maiden and Rodenburg, Ultramicroscopy 109, 1256
 * (2009)). W is the batch's own illumination, in rPIE with max |P|^2 for its maximum: stable for any
 * batch because it holds the overlap inside it, and with one position the methods of the papers. rPIE
 * may have that of the whole scan, as in tike.
 */
#ifndef PLICA_RECON_PIE_H
#define PLICA_RECON_PIE_H

#include "recon/batches.h"
#include "recon/coverage.h"
#include "recon/pass.h"
#include "recon/pie_momentum.h"

struct plica_pie {
	struct plica_problem *problem;
	struct plica_pass *pass;
	struct plica_batches batches;
	bool extended;                   /**< ePIE */
	double alpha;                    /**< of the object: rPIE's regularisation, ePIE's step */
	double probe_alpha;              /**< step of the probe */
	struct plica_coverage *coverage; /**< its wave: the probe's step for a batch */
	float *probe_power;              /**< N x N, |P|^2 in natural order */
	float *scan_power; /**< W of the whole scan, on the canvas; NULL: the batch's own */
	float largest_scan_power;
	struct plica_pie_momentum *momentum; /**< NULL: none */
};

/** rPIE with the batch's illumination, probe step 1, no momentum. */
PLICA_MUST_USE enum plica_status plica_pie_create(struct plica_pie **out,
	struct plica_problem *problem, size_t batch_size, double alpha, struct plica_error *err);
void plica_pie_free(struct plica_pie *pie);
/** One epoch; returns the mean squared amplitude residual per valid pixel. */
double plica_pie_epoch(struct plica_pie *pie, long number);

#endif
