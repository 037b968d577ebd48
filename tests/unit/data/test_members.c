/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/members.h"

#include <string.h>

#include "base/memory.h"
#include "format/npz.h"
#include "scratch.h"
#include "testing.h"

static struct plica_error err;

static void views_texts_and_arrays_are_written(void **state)
{
	static const double values[6] = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0};
	const size_t shape[] = {2, 3};
	struct plica_members members = {0};
	struct plica_array owned = {0};
	struct plica_array read = {0};
	struct plica_npz *npz = NULL;
	char *text = NULL;
	char path[512];

	(void)state;
	scratch_path(path, "members.npz");
	assert_ok(plica_array_create(&owned, PLICA_DTYPE_U8, 1, shape, &err));
	plica_members_view(&members, "values", PLICA_DTYPE_F64, values, 2, shape);
	plica_members_view(&members, "scalar", PLICA_DTYPE_F64, values + 5, 0, NULL);
	plica_members_view(&members, "nothing", PLICA_DTYPE_F64, NULL, 2, shape);
	assert_ok(plica_members_text(&members, "text", "d\xc3\xa9j\xc3\xa0", &err));
	assert_ok(plica_members_text(&members, "no text", NULL, &err));
	plica_members_take(&members, "owned", &owned);
	assert_null(owned.data);
	assert_int_equal(members.count, 4);
	assert_ok(plica_members_save(&members, path, &err));
	plica_members_release(&members);
	assert_int_equal(members.count, 0);

	assert_ok(plica_npz_open(&npz, path, &err));
	assert_int_equal(plica_npz_count(npz), 4);
	assert_ok(plica_npz_read(&read, npz, "values", &err));
	assert_int_equal(read.info.dimensions, 2);
	assert_int_equal(read.info.shape[1], 3);
	assert_memory_equal(read.data, values, sizeof(values));
	plica_array_release(&read);
	assert_ok(plica_npz_read(&read, npz, "scalar", &err));
	assert_int_equal(read.info.dimensions, 0);
	assert_close(*(double *)read.data, 6.0, 0.0);
	plica_array_release(&read);
	assert_ok(plica_npz_read(&read, npz, "text", &err));
	assert_ok(plica_array_to_text(&text, &read, "text", &err));
	assert_string_equal(text, "d\xc3\xa9j\xc3\xa0");
	plica_free(text);
	plica_array_release(&read);
	assert_ok(plica_npz_read(&read, npz, "owned", &err));
	assert_int_equal(read.info.dtype, PLICA_DTYPE_U8);
	assert_int_equal(read.info.count, 2);
	plica_array_release(&read);
	plica_npz_close(npz);
}

static void a_failed_save_leaves_nothing(void **state)
{
	struct plica_members members = {0};
	size_t before = scratch_count();

	(void)state;
	assert_ok(plica_members_text(&members, "text", "x", &err));
	assert_error(plica_members_save(&members, "/nowhere/a.npz", &err), PLICA_ERR_IO,
		"/nowhere/a.npz");
	assert_int_equal(plica_members_text(&members, "bad", "\xff", &err) != PLICA_OK, 1);
	assert_int_equal(members.count, 1);
	plica_members_release(&members);
	assert_int_equal(scratch_count(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_texts_and_arrays_are_written),
		cmocka_unit_test(a_failed_save_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
