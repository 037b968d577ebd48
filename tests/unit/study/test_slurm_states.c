/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/slurm_states.h"

#include <stdio.h>
#include <string.h>

#include "testing.h"

/* A task that Slurm calls `said`, whose job.json says `written` in the name of `id`. */
static struct plica_slurm_state judged(
	const char *said, enum plica_job_status written, const char *id, bool answered)
{
	struct plica_slurm_state state = {.id = "12_3", .record = {.status = written}};

	(void)snprintf(state.state, sizeof(state.state), "%s", said);
	(void)snprintf(state.record.executor_id, sizeof(state.record.executor_id), "%s", id);
	plica_slurm_judge(&state, answered);
	return state;
}

static void states_have_a_status_and_a_remedy(void **state)
{
	static const struct {
		const char *said;
		enum plica_job_status written;
		const char *id;
		enum plica_job_status status;
		const char *remedy; /* a part of it; NULL: none */
	} cases[] = {
		{"PENDING", PLICA_JOB_NONE, "", PLICA_JOB_QUEUED, NULL},
		/* a result of before, which the task is to replace */
		{"PENDING", PLICA_JOB_DONE, "", PLICA_JOB_QUEUED, NULL},
		/* preempted and queued again by Slurm itself */
		{"PENDING", PLICA_JOB_KILLED, "12_3", PLICA_JOB_QUEUED, NULL},
		{"RUNNING", PLICA_JOB_NONE, "", PLICA_JOB_RUNNING, NULL},
		{"RUNNING", PLICA_JOB_RUNNING, "12_3", PLICA_JOB_RUNNING, NULL},
		{"COMPLETING", PLICA_JOB_DONE, "12_3", PLICA_JOB_DONE, NULL},
		{"COMPLETING", PLICA_JOB_FAILED, "12_3", PLICA_JOB_FAILED, "--retries"},
		{"COMPLETED", PLICA_JOB_DONE, "12_3", PLICA_JOB_DONE, NULL},
		{"COMPLETED", PLICA_JOB_DONE, "", PLICA_JOB_DONE, NULL},
		{"FAILED", PLICA_JOB_NONE, "", PLICA_JOB_FAILED, "see its log"},
		{"FAILED", PLICA_JOB_OUT_OF_MEMORY, "12_3", PLICA_JOB_OUT_OF_MEMORY, "--memory"},
		{"OUT_OF_MEMORY", PLICA_JOB_RUNNING, "12_3", PLICA_JOB_OUT_OF_MEMORY, "--memory"},
		{"TIMEOUT", PLICA_JOB_KILLED, "12_3", PLICA_JOB_TIMEOUT, "--timeout"},
		{"CANCELLED", PLICA_JOB_RUNNING, "12_3", PLICA_JOB_KILLED, "again"},
		/* not done: peers take it for that */
		{"PREEMPTED", PLICA_JOB_RUNNING, "12_3", PLICA_JOB_KILLED, "checkpoint"},
		{"NODE_FAIL", PLICA_JOB_RUNNING, "12_3", PLICA_JOB_KILLED, "checkpoint"},
		/* forgotten by Slurm */
		{"", PLICA_JOB_RUNNING, "12_3", PLICA_JOB_KILLED, "no longer knows"},
		{"", PLICA_JOB_NONE, "", PLICA_JOB_NONE, "no longer knows"},
		{"", PLICA_JOB_DONE, "12_3", PLICA_JOB_DONE, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plica_slurm_state found =
			judged(cases[i].said, cases[i].written, cases[i].id, true);

		assert_int_equal(found.record.status, cases[i].status);
		if (cases[i].remedy == NULL)
			assert_string_equal(found.remedy, "");
		else
			assert_non_null(strstr(found.remedy, cases[i].remedy));
	}
}

static void without_an_answer_the_folder_decides(void **state)
{
	struct plica_slurm_state found = judged("", PLICA_JOB_RUNNING, "12_3", false);

	(void)state;
	assert_int_equal(found.record.status, PLICA_JOB_RUNNING);
	assert_false(plica_slurm_is_active(&found));
	found = judged("SUSPENDED", PLICA_JOB_RUNNING, "12_3", true);
	assert_true(plica_slurm_is_active(&found));
	assert_non_null(strstr(found.remedy, "scontrol resume"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_a_status_and_a_remedy),
		cmocka_unit_test(without_an_answer_the_folder_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
