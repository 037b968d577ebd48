/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/slurm_states.h"

#include <string.h>

#define AGAIN "run it again"
#define AGAIN_FROM_CHECKPOINT "run it again: it goes on from its checkpoint"

/* Slurm's words (squeue(1), JOB STATE CODES). */
static const struct known_state {
	const char *name;
	enum plica_job_status status;
	bool active;
	const char *remedy;
} known_states[] = {
	{"PENDING", PLICA_JOB_QUEUED, true, ""},
	{"CONFIGURING", PLICA_JOB_QUEUED, true, ""},
	{"REQUEUED", PLICA_JOB_QUEUED, true, ""},
	{"REQUEUE_FED", PLICA_JOB_QUEUED, true, ""},
	{"REQUEUE_HOLD", PLICA_JOB_QUEUED, true, "held: scontrol release it"},
	{"SPECIAL_EXIT", PLICA_JOB_QUEUED, true, "held: scontrol release it"},
	{"RESV_DEL_HOLD", PLICA_JOB_QUEUED, true, "held: scontrol release it"},
	{"RUNNING", PLICA_JOB_RUNNING, true, ""},
	{"COMPLETING", PLICA_JOB_RUNNING, true, ""},
	{"RESIZING", PLICA_JOB_RUNNING, true, ""},
	{"SIGNALING", PLICA_JOB_RUNNING, true, ""},
	{"STAGE_OUT", PLICA_JOB_RUNNING, true, ""},
	{"SUSPENDED", PLICA_JOB_RUNNING, true, "suspended: scontrol resume it"},
	{"STOPPED", PLICA_JOB_RUNNING, true, "stopped: scontrol resume it"},
	{"COMPLETED", PLICA_JOB_FAILED, false, "it left no result: see its log"},
	{"FAILED", PLICA_JOB_FAILED, false, "see its log; run it again with --retries"},
	{"CANCELLED", PLICA_JOB_KILLED, false, AGAIN_FROM_CHECKPOINT},
	{"TIMEOUT", PLICA_JOB_TIMEOUT, false,
		"run it again with a longer --timeout: it goes on from its checkpoint"},
	{"DEADLINE", PLICA_JOB_TIMEOUT, false, "run it again with a later deadline"},
	{"OUT_OF_MEMORY", PLICA_JOB_OUT_OF_MEMORY, false, "run it again with more --memory"},
	{"PREEMPTED", PLICA_JOB_KILLED, false, AGAIN_FROM_CHECKPOINT},
	{"NODE_FAIL", PLICA_JOB_KILLED, false, AGAIN_FROM_CHECKPOINT},
	{"BOOT_FAIL", PLICA_JOB_KILLED, false, AGAIN},
	{"REVOKED", PLICA_JOB_KILLED, false, AGAIN},
};

static const struct known_state *find(const char *name)
{
	for (size_t i = 0; i < sizeof(known_states) / sizeof(known_states[0]); i++)
		if (strcmp(name, known_states[i].name) == 0)
			return &known_states[i];
	return NULL;
}

bool plica_slurm_is_active(const struct plica_slurm_state *state)
{
	const struct known_state *known = find(state->state);

	return known != NULL && known->active;
}

/* The remedy where the task itself wrote how it ended. */
static const char *remedy_of(enum plica_job_status status)
{
	if (status == PLICA_JOB_FAILED)
		return find("FAILED")->remedy;
	if (status == PLICA_JOB_OUT_OF_MEMORY)
		return find("OUT_OF_MEMORY")->remedy;
	return status == PLICA_JOB_KILLED ? AGAIN_FROM_CHECKPOINT : "";
}

static void judge_active(
	struct plica_slurm_state *state, const struct known_state *known, bool ours)
{
	enum plica_job_status said = state->record.status;

	/* the task has ended and Slurm has not noticed yet */
	if (ours && known->status == PLICA_JOB_RUNNING && said != PLICA_JOB_NONE &&
		said != PLICA_JOB_RUNNING) {
		state->remedy = remedy_of(said);
		return;
	}
	state->record.status = known->status;
	state->remedy = known->remedy;
}

/* What the task itself wrote is nearer to the cause than that Slurm saw it fail. */
static void judge_ended(struct plica_slurm_state *state, const struct known_state *known, bool ours)
{
	enum plica_job_status said = state->record.status;
	bool known_better = ours && said != PLICA_JOB_RUNNING && said != PLICA_JOB_NONE;

	state->remedy = known->remedy;
	if (known->status != PLICA_JOB_FAILED || !known_better)
		state->record.status = known->status;
	else
		state->remedy = remedy_of(said);
}

/* Slurm has forgotten the task, and its accounts are not kept or do not have it. */
static void judge_forgotten(struct plica_slurm_state *state, bool ours)
{
	if (ours)
		state->remedy = remedy_of(state->record.status);
	else
		state->remedy = "Slurm no longer knows it, and it left no word: " AGAIN;
	if (!ours || state->record.status != PLICA_JOB_RUNNING)
		return;
	state->record.status = PLICA_JOB_KILLED;
	state->remedy = "Slurm no longer knows it: " AGAIN_FROM_CHECKPOINT;
}

void plica_slurm_judge(struct plica_slurm_state *state, bool answered)
{
	const struct known_state *known = find(state->state);
	bool ours = strcmp(state->record.executor_id, state->id) == 0;

	state->remedy = "";
	if (state->id[0] == '\0')
		return;
	/* done; unless the result is one of before and the task is still to make its own */
	if (state->record.status == PLICA_JOB_DONE && (ours || known == NULL || !known->active))
		return;
	if (known != NULL && known->active)
		judge_active(state, known, ours);
	else if (known != NULL)
		judge_ended(state, known, ours);
	else if (answered)
		judge_forgotten(state, ours);
}
