/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/sbatch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/shell.h"
#include "base/try.h"
#include "study/capture.h"

#define CALL_TIMEOUT_S 120.0
#define FIRST_PAUSE_S 1.0
#define LONGEST_PAUSE_S 30.0
#define DEFAULT_ARRAY_SIZE 1001 /* MaxArraySize of slurm.conf */

/* "0-4,7%2": runs of indices, and how many tasks at once. */
static enum plica_status array_text(struct plica_text *out, const struct plica_submission *array,
	size_t limit, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < array->count;) {
		size_t first = array->job[i] - array->offset;
		size_t last = first;

		for (i++; i < array->count && array->job[i] - array->offset == last + 1; i++)
			last++;
		PLICA_TRY(plica_text_printf(out, err, "%s%zu", out->size > 0 ? "," : "", first));
		if (last > first)
			PLICA_TRY(plica_text_printf(out, err, "-%zu", last));
	}
	if (limit > 0)
		PLICA_TRY(plica_text_printf(out, err, "%%%zu", limit));
out:
	return status;
}

/* Slurm replaces %A in names of files: a folder's own per cents are doubled. */
static enum plica_status add_log(
	struct plica_strings *out, const char *folder, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text text = {0};

	PLICA_TRY(plica_text_add(&text, "--output=", err));
	for (; *folder != '\0'; folder++) {
		PLICA_TRY(plica_text_append(&text, folder, 1, err));
		if (*folder == '%')
			PLICA_TRY(plica_text_add(&text, "%", err));
	}
	PLICA_TRY(plica_text_add(&text, "/%A_%a.log", err));
	PLICA_TRY(plica_strings_add(out, text.data, err));
out:
	plica_text_release(&text);
	return status;
}

/* What the user may choose; what is not chosen is left to the cluster. */
static enum plica_status add_choices(struct plica_strings *out,
	const struct plica_slurm_options *options, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	if (options->partition != NULL)
		PLICA_TRY(plica_strings_printf(out, err, "--partition=%s", options->partition));
	if (options->memory != NULL)
		PLICA_TRY(plica_strings_printf(out, err, "--mem=%s", options->memory));
	if (options->threads > 0)
		PLICA_TRY(plica_strings_printf(out, err, "--cpus-per-task=%zu", options->threads));
	if (options->timeout_s > 0.0)
		PLICA_TRY(plica_strings_printf(
			out, err, "--time=%.0f", ceil(options->timeout_s / 60.0)));
	for (size_t i = 0; i < options->option_count; i++)
		PLICA_TRY(plica_strings_add(out, options->option[i], err));
out:
	return status;
}

enum plica_status plica_sbatch_words(struct plica_strings *out,
	const struct plica_submission *array, const struct plica_jobs *jobs,
	const struct plica_slurm_options *options, struct plica_error *err)
{
	/* what a preempted or failed node leaves is queued again by Slurm itself */
	static const char *const always[] = {"sbatch", "--parsable", "--requeue",
		"--open-mode=append", "--export=ALL", "--ntasks=1"};
	enum plica_status status;
	struct plica_text text = {0};
	char *folder = NULL;

	PLICA_TRY(plica_slurm_folder(&folder, jobs, err));
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		PLICA_TRY(plica_strings_add(out, always[i], err));
	PLICA_TRY(plica_strings_printf(out, err, "--job-name=plica-%s", jobs->design->name));
	PLICA_TRY(plica_strings_printf(out, err, "--chdir=%s", jobs->artifact_root));
	PLICA_TRY(add_log(out, folder, err));
	PLICA_TRY(array_text(&text, array, options->array_limit, err));
	PLICA_TRY(plica_strings_printf(out, err, "--array=%s", text.data));
	PLICA_TRY(add_choices(out, options, err));
	PLICA_TRY(plica_strings_printf(out, err, "%s/%s", folder, array->script));
out:
	plica_text_release(&text);
	plica_free(folder);
	return status;
}

enum plica_status plica_sbatch_script(struct plica_text *out, const struct plica_submission *array,
	const struct plica_slurm_options *options, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_text_add(
		out, "#!/bin/sh\n# One job of the study as a task of an array.\nexec", err));
	for (size_t i = 0; i < options->task_size; i++) {
		PLICA_TRY(plica_text_add(out, " ", err));
		PLICA_TRY(plica_shell_word(out, options->task[i], err));
	}
	PLICA_TRY(plica_text_printf(
		out, err, " --task \"$((SLURM_ARRAY_TASK_ID + %zu))\"\n", array->offset));
out:
	return status;
}

/* What sbatch says when asking again later may help. */
static bool is_passing(const char *said)
{
	static const char *const signs[] = {"Unable to contact", "Socket timed out",
		"Connection refused", "connect failure", "Zero Bytes were transmitted",
		"temporarily unable", "not responding", "ommunication connection failure",
		"Transport endpoint is not connected", "in standby mode",
		"Resource temporarily unavailable", "Unexpected message received",
		"try again later"};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(said, signs[i]) != NULL)
			return true;
	return false;
}

/* The line "1234" or "1234;cluster" of what sbatch printed. */
static bool find_id(char id[24], const char *output)
{
	while (*output != '\0') {
		size_t digits = strspn(output, "0123456789");
		size_t length = strcspn(output, "\n");

		if (digits > 0 && digits < 24 && (digits == length || output[digits] == ';')) {
			(void)snprintf(id, 24, "%.*s", (int)digits, output);
			return true;
		}
		output += length + (output[length] == '\n');
	}
	return false;
}

/* One call. *again: it may go better later. */
static enum plica_status call(
	struct plica_captured *out, const char *const *argv, bool *again, struct plica_error *err)
{
	enum plica_status status = plica_capture(out, argv, CALL_TIMEOUT_S, err);
	const char *tail = out->result.tail;

	*again = false;
	if (status != PLICA_OK || out->result.code == 0)
		return status;
	*again = out->result.end == PLICA_PROCESS_TIMED_OUT || is_passing(tail);
	return plica_error_set(
		err, PLICA_ERR_CHILD, "%s: %s", argv[0], tail[0] != '\0' ? tail : "no answer");
}

static void pause_for(double seconds)
{
	struct timespec left = {.tv_sec = (time_t)seconds};

	(void)nanosleep(&left, NULL); /* a signal ends it, and `busy` is asked soon */
}

/* How long calls that may go better later are made again. */
struct patience {
	const struct plica_slurm_options *options;
	double until_s;
	double pause_s; /* the next one */
};

static struct patience patience_begin(const struct plica_slurm_options *options)
{
	return (struct patience){options, plica_seconds() + options->patience_s, FIRST_PAUSE_S};
}

/* Pauses, longer each time; an error when it is time to give up because of `cause`. */
static enum plica_status have_patience(
	struct patience *patience, const struct plica_error *cause, struct plica_error *err)
{
	const struct plica_slurm_options *options = patience->options;

	if (plica_seconds() + patience->pause_s > patience->until_s)
		return plica_error_set(err, PLICA_ERR_CHILD, "%s", cause->text);
	if (options->busy != NULL &&
		options->busy(options->context, patience->pause_s, cause->text) != 0)
		return plica_error_set(err, PLICA_ERR_INTERRUPTED, "interrupted");
	pause_for(patience->pause_s);
	patience->pause_s = fmin(2.0 * patience->pause_s, LONGEST_PAUSE_S);
	return PLICA_OK;
}

/* For questions, which may be asked twice. */
static enum plica_status ask_patiently(struct plica_captured *out, const char *const *argv,
	struct patience *patience, struct plica_error *err)
{
	for (;;) {
		struct plica_error cause = {0};
		bool again;
		enum plica_status status = call(out, argv, &again, &cause);

		if (status == PLICA_OK)
			return PLICA_OK;
		plica_captured_release(out);
		if (!again)
			return plica_error_set(err, status, "%s", cause.text);
		status = have_patience(patience, &cause, err);
		if (status != PLICA_OK)
			return status;
	}
}

/* The number in the record "<path>/<script>|1234": a folder's name may have lines and bars. */
static void find_script(char id[24], const char *output, const char *script)
{
	const char *found = output;
	size_t length = strlen(script);

	id[0] = '\0';
	while (id[0] == '\0' && (found = strstr(found, script)) != NULL) {
		found += length;
		if (*found == '|')
			(void)snprintf(
				id, 24, "%.*s", (int)strspn(found + 1, "0123456789"), found + 1);
	}
}

/* Slurm's accounts need not be asked: what its controller has forgotten has ended long ago. */
static enum plica_status find_array(
	char id[24], const char *script, struct patience *patience, struct plica_error *err)
{
	enum plica_status status;
	struct plica_captured captured = {0};
	char user[32];
	const char *const argv[] = {
		"squeue", "--noheader", "--all", "--states=all", "--format=%o|%F", user, NULL};

	(void)snprintf(user, sizeof(user), "--user=%u", (unsigned)getuid());
	PLICA_TRY(ask_patiently(&captured, argv, patience, err));
	find_script(id, plica_text_string(&captured.output), script);
out:
	plica_captured_release(&captured);
	return status;
}

enum plica_status plica_sbatch_find(char id[24], const char *script,
	const struct plica_slurm_options *options, struct plica_error *err)
{
	struct patience patience = patience_begin(options);

	return find_array(id, script, &patience, err);
}

/* One call of sbatch; *again: it may go better later, or may have gone well without a word. */
static enum plica_status submit_once(
	char id[24], const char *const *argv, bool *again, struct plica_error *err)
{
	enum plica_status status;
	struct plica_captured captured = {0};
	const char *output;

	PLICA_TRY(call(&captured, argv, again, err));
	output = plica_text_string(&captured.output);
	if (!find_id(id, output))
		status = plica_error_set(
			err, PLICA_ERR_CHILD, "sbatch gave no number of a job: %s", output);
out:
	plica_captured_release(&captured);
	return status;
}

enum plica_status plica_sbatch_run(char id[24], const struct plica_strings *words,
	const struct plica_slurm_options *options, struct plica_error *err)
{
	const char *const *argv = (const char *const *)(uintptr_t)words->item;
	const char *script = plica_path_name(argv[words->size - 1]);
	struct patience patience = patience_begin(options);
	enum plica_status status;

	id[0] = '\0';
	while (id[0] == '\0') {
		struct plica_error cause = {0};
		bool again;

		status = submit_once(id, argv, &again, &cause);
		if (status == PLICA_OK)
			break;
		if (!again)
			return plica_error_set(err, status, "%s", cause.text);
		PLICA_TRY(have_patience(&patience, &cause, err));
		/* a controller that was too slow to answer may have taken it all the same */
		PLICA_TRY(find_array(id, script, &patience, err));
	}
	status = PLICA_OK;
out:
	return status;
}

enum plica_status plica_sbatch_largest_array(
	size_t *out, const struct plica_slurm_options *options, struct plica_error *err)
{
	static const char *const argv[] = {"scontrol", "show", "config", NULL};
	enum plica_status status;
	struct plica_captured captured = {0};
	struct patience patience = patience_begin(options);
	const char *line;

	*out = DEFAULT_ARRAY_SIZE;
	PLICA_TRY(ask_patiently(&captured, argv, &patience, err));
	line = strstr(plica_text_string(&captured.output), "MaxArraySize");
	if (line != NULL && strtoul(line + strcspn(line, "0123456789\n"), NULL, 10) > 1)
		*out = strtoul(line + strcspn(line, "0123456789\n"), NULL, 10);
out:
	plica_captured_release(&captured);
	return status;
}
