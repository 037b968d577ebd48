/* SPDX-License-Identifier: BSD-3-Clause */
/** Slurm's programs as they are called: words, script, and patience with a busy controller. */
#ifndef PLICA_STUDY_SBATCH_H
#define PLICA_STUDY_SBATCH_H

#include "base/text.h"
#include "plica/slurm.h"
#include "study/submissions.h"

/** sbatch and its options for an array; the script's path is its last word. */
PLICA_MUST_USE enum plica_status plica_sbatch_words(struct plica_strings *out,
	const struct plica_submission *array, const struct plica_jobs *jobs,
	const struct plica_slurm_options *options, struct plica_error *err);
/** What a task executes, as a script. */
PLICA_MUST_USE enum plica_status plica_sbatch_script(struct plica_text *out,
	const struct plica_submission *array, const struct plica_slurm_options *options,
	struct plica_error *err);

/**
 * Runs sbatch and gives the id of the array. As long as the controller is busy or does not answer,
 * and for no longer than the options' patience, it is tried again; not before squeue has said that
 * the array was not taken, which it knows by the name of the script: to be a new one each time.
 */
PLICA_MUST_USE enum plica_status plica_sbatch_run(char id[24], const struct plica_strings *words,
	const struct plica_slurm_options *options, struct plica_error *err);

/** The id of the array that was submitted with a script of that name, asked with the same patience;
 * "" when Slurm has none. */
PLICA_MUST_USE enum plica_status plica_sbatch_find(char id[24], const char *script,
	const struct plica_slurm_options *options, struct plica_error *err);

/** The number of indices that an array may have here, asked with the same patience; Slurm's default
 * when it does not say. */
PLICA_MUST_USE enum plica_status plica_sbatch_largest_array(
	size_t *out, const struct plica_slurm_options *options, struct plica_error *err);

#endif
