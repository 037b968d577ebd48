/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/orientation.h"

#include <string.h>

#include "plica/settings.h"
#include "wrapping.h"

static struct plica_error err;

static void doubt(char text[PLICA_ORIENTATION_DOUBT_SIZE], double strength, enum lie lie)
{
	struct plica_dataset *dataset =
		wrapping_dataset((struct wrapping){.strength = strength, .lie = lie});
	struct plica_settings settings;
	struct plica_problem *problem = NULL;
	struct plica_deflections deflections;

	assert_ok(plica_settings_init(&settings, "LSQML", &err));
	assert_ok(plica_problem_create(&problem, dataset, &settings, &err));
	assert_ok(plica_deflections_measure(&deflections, problem, &err));
	assert_ok(plica_orientation_doubt(text, problem, &deflections, &err));
	plica_deflections_release(&deflections);
	plica_problem_free(problem);
	plica_dataset_free(dataset);
}

static void patterns_on_their_side_are_noticed(void **state)
{
	static const struct {
		enum lie lie;
		const char *part;
	} cases[] = {{TRANSPOSED, "better transposed"}, {MIRRORED, "better mirrored"},
		{QUARTER, "better turned by a quarter"}};
	char text[PLICA_ORIENTATION_DOUBT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		doubt(text, 1.0, cases[i].lie);
		print_message("# %s\n", text);
		assert_non_null(strstr(text, cases[i].part));
	}
}

/* Right ones, also where the phase is weak, and the half turn, which is the conjugate object. */
static void others_are_not_doubted(void **state)
{
	char text[PLICA_ORIENTATION_DOUBT_SIZE];

	(void)state;
	doubt(text, 1.0, AS_IS);
	assert_string_equal(text, "");
	doubt(text, 0.1, AS_IS);
	assert_string_equal(text, "");
	doubt(text, 1.0, HALF);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_on_their_side_are_noticed),
		cmocka_unit_test(others_are_not_doubted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
