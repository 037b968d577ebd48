/* SPDX-License-Identifier: BSD-3-Clause */
/* What has become of the tasks: squeue for those of late, sacct (where accounts are kept) for those
 * that the controller has forgotten, and the job folders for everything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "study/capture.h"
#include "study/queue.h"
#include "study/slurm_states.h"
#include "study/submissions.h"

#define QUERY_TIMEOUT_S 60.0

/* The distinct arrays of the tasks that have no state yet, "12,15". */
static enum plica_status list_arrays(
	struct plica_text *out, const struct plica_slurm_states *states, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;
	const char *last = "";

	for (size_t i = 0; i < states->count; i++) {
		const char *id = states->item[i].id;
		size_t length = strcspn(id, "_");

		if (length == 0 || states->item[i].state[0] != '\0' ||
			strncmp(id, last, length + 1) == 0)
			continue;
		/* neighbours are mostly of one array; naming one twice does no harm */
		last = id;
		PLICA_TRY(plica_text_printf(
			out, err, "%s%.*s", out->size > 0 ? "," : "", (int)length, id));
	}
out:
	return status;
}

/* Indices of the states in the order of their ids, for a search. */
struct by_id {
	const char *id;
	struct plica_slurm_state *state;
};

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct by_id *)a)->id, ((const struct by_id *)b)->id);
}

static enum plica_status sort_by_id(
	struct by_id **out, const struct plica_slurm_states *states, struct plica_error *err)
{
	enum plica_status status = PLICA_NEW(out, states->count, err);

	if (status != PLICA_OK)
		return status;
	for (size_t i = 0; i < states->count; i++)
		(*out)[i] = (struct by_id){states->item[i].id, &states->item[i]};
	qsort(*out, states->count, sizeof(**out), compare_ids);
	return PLICA_OK;
}

static void copy_word(char *out, size_t size, const char *from, size_t length)
{
	(void)snprintf(out, size, "%.*s", (int)length, from);
}

/* One line "12_5|PENDING|Resources"; sacct says "CANCELLED by 0", and has no third part. Other
 * lines (headers, complaints) are none of the ids. */
static void take_line(const char *line, size_t length, struct by_id *sorted, size_t count)
{
	size_t id_length = strcspn(line, "|");
	size_t word, end;
	char id[48];
	struct by_id key = {id, NULL};
	const struct by_id *found;

	if (id_length >= length || id_length >= sizeof(id))
		return;
	copy_word(id, sizeof(id), line, id_length);
	found = bsearch(&key, sorted, count, sizeof(*sorted), compare_ids);
	if (found == NULL)
		return;
	line += id_length + 1;
	length -= id_length + 1;
	word = strcspn(line, " |\n");
	copy_word(found->state->state, sizeof(found->state->state), line, word);
	end = strcspn(line, "|\n");
	if (end < length)
		copy_word(found->state->reason, sizeof(found->state->reason), line + end + 1,
			length - end - 1);
}

/* Tasks that never began and ended together are one line, "12_N/A|CANCELLED|...". */
static void take_rest(const char *text, struct plica_slurm_states *states)
{
	static const char rest[] = "_N/A|";
	const char *mark;

	while ((mark = strstr(text, rest)) != NULL) {
		size_t digits = 0;
		const char *word = mark + strlen(rest);

		while (mark - digits > text && strchr("0123456789", mark[-1 - (ptrdiff_t)digits]))
			digits++;
		for (size_t i = 0; i < states->count; i++) {
			struct plica_slurm_state *state = &states->item[i];

			if (state->state[0] == '\0' && strcspn(state->id, "_") == digits &&
				strncmp(state->id, mark - digits, digits) == 0)
				copy_word(state->state, sizeof(state->state), word,
					strcspn(word, " |\n"));
		}
		text = word;
	}
}

static void take_lines(const char *text, struct by_id *sorted, size_t count)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		take_line(text, length, sorted, count);
		text += length + (text[length] == '\n');
	}
}

/* Asks one of Slurm's programs about the tasks that have no state yet. *answered: it did. */
static enum plica_status ask(struct plica_slurm_states *states, const char *const *program,
	bool *answered, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text arrays = {0};
	struct plica_text option = {0};
	struct plica_captured captured = {0};
	struct by_id *sorted = NULL;
	const char *argv[8] = {NULL};
	size_t size = 0;

	*answered = true;
	PLICA_TRY(list_arrays(&arrays, states, err));
	if (arrays.size == 0)
		goto out;
	PLICA_TRY(plica_text_printf(&option, err, "--jobs=%s", arrays.data));
	while (program[size] != NULL) {
		argv[size] = program[size];
		size++;
	}
	argv[size] = option.data;
	*answered = false;
	if (plica_capture(&captured, argv, QUERY_TIMEOUT_S, NULL) != PLICA_OK)
		goto out; /* there is no such program here: the folders have to do */
	PLICA_TRY(sort_by_id(&sorted, states, err));
	take_lines(plica_text_string(&captured.output), sorted, states->count);
	take_rest(plica_text_string(&captured.output), states);
	/* an array that the controller has forgotten is an answer as well */
	*answered =
		captured.result.code == 0 || strstr(captured.result.tail, "Invalid job id") != NULL;
out:
	plica_free(sorted);
	plica_captured_release(&captured);
	plica_text_release(&arrays);
	plica_text_release(&option);
	return status;
}

static void judge(
	struct plica_slurm_state *state, const struct plica_job *job, bool queued, bool answered)
{
	plica_job_read_record(&state->record, job);
	if (queued && state->id[0] == '\0' && state->record.status == PLICA_JOB_NONE)
		state->record.status = PLICA_JOB_QUEUED;
	plica_slurm_judge(state, answered);
}

enum plica_status plica_slurm_query(
	struct plica_slurm_states *out, const struct plica_jobs *jobs, struct plica_error *err)
{
	static const char *const squeue[] = {"squeue", "--noheader", "--all", "--array",
		"--states=all", "--format=%F_%K|%T|%r", NULL};
	static const char *const sacct[] = {"sacct", "--noheader", "--parsable2", "--allocations",
		"--format=JobID,State", NULL};
	enum plica_status status;
	struct plica_slurm_states states = {.count = jobs->count};
	bool *queued = NULL;
	bool accounts;

	PLICA_TRY(PLICA_NEW(&states.item, jobs->count, err));
	PLICA_TRY(plica_submissions_assign(states.item, jobs, err));
	PLICA_TRY(ask(&states, squeue, &states.answered, err));
	PLICA_TRY(ask(&states, sacct, &accounts, err));
	PLICA_TRY(PLICA_NEW(&queued, jobs->count, err));
	PLICA_TRY(plica_jobs_mark_queued(queued, jobs, err));
	for (size_t i = 0; i < jobs->count; i++)
		judge(&states.item[i], &jobs->item[i], queued[i], states.answered);
	*out = states;
	states = (struct plica_slurm_states){0};
out:
	plica_free(queued);
	plica_slurm_release(&states);
	return status;
}

void plica_slurm_release(struct plica_slurm_states *states)
{
	plica_free(states->item);
	*states = (struct plica_slurm_states){0};
}
