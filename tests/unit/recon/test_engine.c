/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/engine.h"

#include <string.h>

#include "testing.h"

static struct plica_error err;

static void names_and_engines_belong_together(void **state)
{
	(void)state;
	for (const char *const *name = plica_algorithms(); *name != NULL; name++) {
		const struct plica_engine *engine = NULL;

		assert_ok(plica_engine_find(&engine, *name, &err));
		assert_string_equal(engine->name, *name);
		assert_non_null(engine->create);
		assert_non_null(engine->epoch);
		assert_non_null(engine->archive);
		engine->destroy(NULL);
	}
}

static void upper_and_lower_case_are_alike(void **state)
{
	const struct plica_engine *engine = NULL;

	(void)state;
	assert_ok(plica_engine_find(&engine, "Lsqml", &err));
	assert_ptr_equal(engine, &plica_engine_lsqml);
	assert_ok(plica_engine_find(&engine, "RPIE", &err));
	assert_ptr_equal(engine, &plica_engine_rpie);
}

static void unknown_names_are_errors(void **state)
{
	const struct plica_engine *engine = NULL;

	(void)state;
	assert_error(plica_engine_find(&engine, "LSQLM", &err), PLICA_ERR_ARGUMENT,
		"unknown algorithm 'LSQLM': did you mean 'LSQML'");
	assert_error(plica_engine_find(&engine, "difference map", &err), PLICA_ERR_ARGUMENT,
		"unknown algorithm 'difference map': expected");
	assert_null(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_engines_belong_together),
		cmocka_unit_test(upper_and_lower_case_are_alike),
		cmocka_unit_test(unknown_names_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
