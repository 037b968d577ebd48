/* SPDX-License-Identifier: BSD-3-Clause */
/** Slurm's states of a task: what each means for a job, and what is to be done about it. */
#ifndef PLICA_STUDY_SLURM_STATES_H
#define PLICA_STUDY_SLURM_STATES_H

#include "plica/slurm.h"

/**
 * Puts status and remedy of `state`, whose id, state and record are set, right. `answered`: Slurm
 * was asked and knows all its tasks of late, so that an empty state means that it is gone.
 */
void plica_slurm_judge(struct plica_slurm_state *state, bool answered);

/** Whether Slurm still has the task: waiting, running, or to run again. */
bool plica_slurm_is_active(const struct plica_slurm_state *state);

#endif
