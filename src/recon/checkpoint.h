/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Checkpoints: everything that a run needs to go on with the same bits, in one NPZ file that is
 * written atomically. A checkpoint belongs to its data and options: another dataset or other
 * settings (but for num_epochs, threads and early_stop, which do not change what has been done) are
 * refused, with the difference.
 */
#ifndef PLICA_RECON_CHECKPOINT_H
#define PLICA_RECON_CHECKPOINT_H

#include "recon/constraint.h"
#include "recon/engine.h"
#include "recon/loss.h"

struct plica_run {
	struct plica_problem *problem;
	struct plica_constraints *constraints;
	const struct plica_engine *engine;
	void *state;
	struct plica_loss *displayed;    /**< what is told instead of the residual; NULL */
	double first_residual, residual; /**< of amplitudes, of the first and the last epoch */
	double *loss;                    /**< room for num_epochs + 1 values */
	double *objective;               /**< likewise: what the engine minimises */
	long epochs;                     /**< run so far */
	long preliminary;                /**< of these, before the engine's last stage */
	char fingerprint[17];            /**< of the data, see plica_checkpoint_fingerprint */
	double cost;                     /**< passes over all patterns so far */
	long saved_epochs;               /**< in the last checkpoint; 0: there is none */
	double saved_seconds;            /**< when it was written, or the run began */
};

/** Takes the fingerprint of patterns and positions; before a run moves the positions. */
void plica_checkpoint_fingerprint(struct plica_run *run);
PLICA_MUST_USE enum plica_status plica_checkpoint_save(
	struct plica_run *run, const char *path, struct plica_error *err);
PLICA_MUST_USE enum plica_status plica_checkpoint_load(
	struct plica_run *run, const char *path, struct plica_error *err);

#endif
