/* SPDX-License-Identifier: BSD-3-Clause */
/** The epochs of a run: constraints, checks, checkpoints, previews and progress between them. */
#ifndef PLICA_RECON_RUN_H
#define PLICA_RECON_RUN_H

#include "plica/reconstruct.h"
#include "recon/checkpoint.h"

/** Room for what grows with the epochs; before a checkpoint is loaded. */
PLICA_MUST_USE enum plica_status plica_run_allocate(struct plica_run *run, struct plica_error *err);

/**
 * Runs epochs until settings.num_epochs passes are done or the early stop says so. Stopped by the
 * caller: PLICA_ERR_INTERRUPTED. Diverged: PLICA_ERR_NUMERIC with the epoch, the reason, and the
 * checkpoint of the last good state, which is not replaced by a bad one.
 */
PLICA_MUST_USE enum plica_status plica_run_epochs(struct plica_run *run,
	const struct plica_reconstruct_hooks *hooks, struct plica_error *err);

#endif
