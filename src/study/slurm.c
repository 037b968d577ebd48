/* SPDX-License-Identifier: BSD-3-Clause */
#include "plica/slurm.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/memory.h"
#include "base/shell.h"
#include "base/text.h"
#include "base/try.h"
#include "study/manifest.h"
#include "study/preflight.h"
#include "study/root_lock.h"
#include "study/sbatch.h"
#include "study/slurm_states.h"
#include "study/submissions.h"

/* Which jobs are to be submitted, by their indices. */
struct selection {
	size_t count;
	size_t *job;
};

static bool is_pending(const struct plica_job *job)
{
	return job->state == PLICA_JOB_RUN || job->state == PLICA_JOB_STALE;
}

static enum plica_status select_jobs(struct selection *out, struct plica_slurm_summary *summary,
	const struct plica_jobs *jobs, const struct plica_slurm_states *states,
	struct plica_error *err)
{
	enum plica_status status = PLICA_NEW(&out->job, jobs->count, err);

	for (size_t i = 0; i < jobs->count && status == PLICA_OK; i++) {
		const struct plica_job *job = &jobs->item[i];

		summary->cached += job->state == PLICA_JOB_CACHED;
		if (!is_pending(job))
			continue;
		if (states != NULL && plica_slurm_is_active(&states->item[i]))
			summary->waiting++;
		else
			out->job[out->count++] = i;
	}
	return status;
}

/* The next array: as many of the jobs as have an index below the largest one that is allowed. */
static struct plica_submission next_array(const struct selection *left, size_t largest)
{
	struct plica_submission array = {.script = "array.sh", .job = left->job};

	array.offset = left->job[0] / largest * largest;
	while (array.count < left->count && left->job[array.count] - array.offset < largest)
		array.count++;
	return array;
}

static enum plica_status write_script(const char *path, const struct plica_submission *array,
	const struct plica_slurm_options *options, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text script = {0};

	PLICA_TRY(plica_sbatch_script(&script, array, options, err));
	PLICA_TRY(plica_file_save(path, script.data, script.size, err));
out:
	plica_text_release(&script);
	return status;
}

static enum plica_status submit_array(char id[24], struct plica_submission *array,
	const struct plica_jobs *jobs, const struct plica_slurm_options *options,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_strings words = {0};

	PLICA_TRY(plica_submission_begin(array, jobs, err));
	PLICA_TRY(plica_sbatch_words(&words, array, jobs, options, err));
	PLICA_TRY(write_script(words.item[words.size - 1], array, options, err));
	PLICA_TRY(plica_sbatch_run(id, &words, options, err));
	PLICA_TRY(plica_submission_settle(id, jobs, err));
out:
	plica_strings_release(&words);
	return status;
}

/* A submission before this one may have been stopped between sbatch and its answer. */
static enum plica_status settle_begun(const struct plica_jobs *jobs,
	const struct plica_slurm_options *options, struct plica_error *err)
{
	enum plica_status status;
	char script[32];
	char id[24] = "";

	PLICA_TRY(plica_submission_begun(script, jobs, err));
	if (script[0] != '\0')
		PLICA_TRY(plica_sbatch_find(id, script, options, err));
	PLICA_TRY(plica_submission_settle(id, jobs, err));
out:
	return status;
}

static enum plica_status submit_all(struct plica_slurm_summary *summary, struct selection left,
	size_t largest, const struct plica_jobs *jobs, const struct plica_slurm_options *options,
	struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	while (left.count > 0) {
		struct plica_submission array = next_array(&left, largest);
		char id[24];

		PLICA_TRY(submit_array(id, &array, jobs, options, err));
		if (summary->array_count++ == 0)
			(void)snprintf(summary->first_id, sizeof(summary->first_id), "%s", id);
		summary->submitted += array.count;
		left.job += array.count;
		left.count -= array.count;
	}
out:
	return status;
}

static enum plica_status write_summaries(const struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status;
	char now[PLICA_TIMESTAMP_SIZE];
	int lock = -1;

	PLICA_TRY(plica_summary_lock(&lock, jobs, err));
	PLICA_TRY(plica_skip_summary_save(jobs, err));
	plica_timestamp(now);
	PLICA_TRY(plica_manifest_gather(jobs, now, err));
out:
	plica_lock_release(lock);
	return status;
}

enum plica_status plica_slurm_submit(struct plica_slurm_summary *out, struct plica_jobs *jobs,
	const struct plica_slurm_options *options, struct plica_error *err)
{
	enum plica_status status;
	struct plica_slurm_states states = {0};
	struct selection selection = {0};
	char *folder = NULL;
	size_t largest;
	int lock = -1;

	*out = (struct plica_slurm_summary){0};
	PLICA_TRY(plica_slurm_folder(&folder, jobs, err));
	PLICA_TRY(plica_make_folders(folder, err));
	PLICA_TRY(plica_submit_lock(&lock, jobs, err));
	PLICA_TRY(plica_preflight(jobs, err));
	PLICA_TRY(plica_sbatch_largest_array(&largest, options, err));
	PLICA_TRY(settle_begun(jobs, options, err));
	PLICA_TRY(plica_slurm_query(&states, jobs, err));
	if (!states.answered) {
		status = plica_error_set(err, PLICA_ERR_CHILD,
			"squeue does not answer, so that it is not known what Slurm has already: "
			"submit again later");
		goto out;
	}
	PLICA_TRY(select_jobs(&selection, out, jobs, &states, err));
	PLICA_TRY(write_summaries(jobs, err));
	PLICA_TRY(submit_all(out, selection, largest, jobs, options, err));
out:
	plica_lock_release(lock);
	plica_slurm_release(&states);
	plica_free(selection.job);
	plica_free(folder);
	return status;
}

static enum plica_status print_array(struct plica_text *out, const struct plica_submission *array,
	const struct plica_jobs *jobs, const struct plica_slurm_options *options,
	struct plica_error *err)
{
	enum plica_status status;
	struct plica_strings words = {0};
	char *folder = NULL;

	PLICA_TRY(plica_sbatch_words(&words, array, jobs, options, err));
	PLICA_TRY(plica_slurm_folder(&folder, jobs, err));
	PLICA_TRY(plica_text_add(out, "mkdir -p ", err));
	PLICA_TRY(plica_shell_word(out, folder, err));
	PLICA_TRY(plica_text_add(out, "\ncat > ", err));
	PLICA_TRY(plica_shell_word(out, words.item[words.size - 1], err));
	PLICA_TRY(plica_text_add(out, " <<'END'\n", err));
	PLICA_TRY(plica_sbatch_script(out, array, options, err));
	PLICA_TRY(plica_text_add(out, "END\n", err));
	for (size_t i = 0; i < words.size; i++) {
		PLICA_TRY(plica_text_add(out, i > 0 ? " " : "", err));
		PLICA_TRY(plica_shell_word(out, words.item[i], err));
	}
	PLICA_TRY(plica_text_add(out, "\n", err));
out:
	plica_free(folder);
	plica_strings_release(&words);
	return status;
}

enum plica_status plica_slurm_pretend(char **out, const struct plica_jobs *jobs,
	const struct plica_slurm_options *options, struct plica_error *err)
{
	enum plica_status status;
	struct plica_slurm_summary summary = {0};
	struct selection selection = {0};
	struct plica_submission array;
	struct plica_text text = {0};

	PLICA_TRY(select_jobs(&selection, &summary, jobs, NULL, err));
	if (selection.count > 0) {
		array = next_array(&selection, jobs->count);
		PLICA_TRY(print_array(&text, &array, jobs, options, err));
	}
	PLICA_TRY(plica_copy_text(out, plica_text_string(&text), err));
out:
	plica_text_release(&text);
	plica_free(selection.job);
	return status;
}
