/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Studies on a cluster that Slurm runs: the jobs of a study as the tasks of a job array.
 *
 *     plica_slurm_submit(&summary, jobs, &options, &err);   then nothing of ours keeps running
 *     plica_slurm_query(&states, jobs, &err);               what has become of them
 *
 * Task INDEX of an array executes `plica study run ... --task INDEX`, which is plica_study_run
 * with its option `task`; INDEX is the job's number in the list and in the manifest. What was
 * submitted is kept in <artifact_root>/slurm. Slurm is reached by its own
 * programs (sbatch, squeue, sacct, scontrol), found in PATH.
 */
#ifndef PLICA_SLURM_H
#define PLICA_SLURM_H

#include "plica/study.h"

struct plica_slurm_options {
	const char *partition; /**< NULL: the cluster's default */
	const char *memory;    /**< of a task, as sbatch takes it ("8G"); NULL: the default */
	size_t array_limit;    /**< tasks that run at once; 0: no limit */
	size_t threads;        /**< cores of a task; 0: one */
	double timeout_s;      /**< time limit of a task, in whole minutes; 0: the default */
	size_t option_count;   /**< further options of sbatch, each one word */
	const char *const *option;
	size_t task_size; /**< what a task executes but for "--task INDEX" at its end */
	const char *const *task;
	double patience_s; /**< how long a busy or dead controller is asked again */
	/** Before a pause; `why` is what Slurm said. A non-zero answer gives up. May be NULL. */
	int (*busy)(void *context, double pause_s, const char *why);
	void *context;
};

struct plica_slurm_summary {
	size_t submitted;   /**< jobs */
	size_t waiting;     /**< jobs that Slurm has from before: not submitted again */
	size_t cached;      /**< jobs that are complete */
	size_t array_count; /**< more than one only beyond the cluster's largest index */
	char first_id[24];  /**< of the first array; "" without one */
};

/**
 * Submits what is to be run (states RUN and STALE, not queued already) and writes the manifest and
 * the skip summary. A controller that is busy or does not answer is asked again, after pauses that
 * grow from 1 to 30 s; an array is not submitted again before squeue has said that Slurm did not
 * take it, nor after a submission that was killed or gave up. PLICA_ERR_CHILD: Slurm refuses, or the
 * patience is at an end; what was submitted before stays recorded.
 */
PLICA_API PLICA_MUST_USE enum plica_status plica_slurm_submit(struct plica_slurm_summary *out,
	struct plica_jobs *jobs, const struct plica_slurm_options *options,
	struct plica_error *err);

/** What plica_slurm_submit would do, as lines of a shell; asks and writes nothing. plica_free. */
PLICA_API PLICA_MUST_USE enum plica_status plica_slurm_pretend(char **out,
	const struct plica_jobs *jobs, const struct plica_slurm_options *options,
	struct plica_error *err);

/** A job as Slurm and its folder together tell it. */
struct plica_slurm_state {
	char id[48];     /**< "1234_5"; "" for a job that was never submitted */
	char state[32];  /**< Slurm's word, "PENDING"; "" when Slurm does not know the task */
	char reason[64]; /**< why it waits, in Slurm's words; or "" */
	struct plica_job_record record; /**< of its job.json, with `status` put right by Slurm's */
	const char *remedy;             /**< what to do about it; "" when nothing is to be done */
};

struct plica_slurm_states {
	size_t count;                   /**< that of the jobs */
	struct plica_slurm_state *item; /**< in their order */
	bool answered; /**< false: the controller did not; then states are those of the folders */
};

/** Joins Slurm's states with the job folders and the list of a run that works here, whose jobs are
 * queued; reads only. Release with plica_slurm_release. */
PLICA_API PLICA_MUST_USE enum plica_status plica_slurm_query(
	struct plica_slurm_states *out, const struct plica_jobs *jobs, struct plica_error *err);
PLICA_API void plica_slurm_release(struct plica_slurm_states *states);

#endif
