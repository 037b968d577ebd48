/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Sequential small batches with the batch's own illumination: rPIE (Maiden, Johnson, Li, Optica 4,
 * 736 (2017)) for one position, and stable for any batch because W_B holds the overlap inside it.
 *
 *     O += G / ((1 - eta) W_B + eta max |A|^2),   P += D / b
 */
#ifndef PLICA_RECON_PIE_H
#define PLICA_RECON_PIE_H

#include "recon/batches.h"
#include "recon/pass.h"

struct plica_pie {
	struct plica_problem *problem;
	struct plica_pass *pass;
	struct plica_batches batches;
	double eta;         /**< regularisation of the object update, in (0, 1] */
	float *probe_power; /**< N x N, |P|^2 in natural order */
};

PLICA_MUST_USE enum plica_status plica_pie_create(struct plica_pie **out,
	struct plica_problem *problem, size_t batch_size, double eta, struct plica_error *err);
void plica_pie_free(struct plica_pie *pie);
/** One epoch; returns the mean squared amplitude residual per valid pixel. */
double plica_pie_epoch(struct plica_pie *pie, long number);

#endif
