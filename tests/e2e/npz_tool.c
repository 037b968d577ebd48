/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The NPY and NPZ readers and writers as a program, so that numpy can judge them:
 *
 *     npz_tool info FILE                  a line "name dtype shape" for each array
 *     npz_tool copy IN OUT [--deflate]    every array, read and written again
 *
 * Files that end in .npy are single arrays. Exit status 1 with the error's text when it fails.
 */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/try.h"
#include "format/npy.h"
#include "format/npz.h"

static bool is_npy(const char *path)
{
	size_t length = strlen(path);

	return length > 4 && strcmp(path + length - 4, ".npy") == 0;
}

static void print_line(const char *name, const struct plica_array_info *info)
{
	char text[128];

	plica_array_describe(text, sizeof(text), info);
	(void)printf("%s %s\n", name, text);
}

static enum plica_status info_npz(const char *path, struct plica_error *err)
{
	struct plica_npz *npz = NULL;
	enum plica_status status;

	PLICA_TRY(plica_npz_open(&npz, path, err));
	for (size_t i = 0; i < plica_npz_count(npz); i++) {
		struct plica_array_info info;

		PLICA_TRY(plica_npz_info(&info, npz, plica_npz_name(npz, i), err));
		print_line(plica_npz_name(npz, i), &info);
	}
out:
	plica_npz_close(npz);
	return status;
}

static enum plica_status info_npy(const char *path, struct plica_error *err)
{
	struct plica_array array = {.data = NULL};
	enum plica_status status = plica_npy_load(&array, path, err);

	if (status == PLICA_OK)
		print_line("array", &array.info);
	plica_array_release(&array);
	return status;
}

static enum plica_status copy_npy(const char *from, const char *to, struct plica_error *err)
{
	struct plica_array array = {.data = NULL};
	enum plica_status status;

	PLICA_TRY(plica_npy_load(&array, from, err));
	PLICA_TRY(plica_npy_save(to, &array, err));
out:
	plica_array_release(&array);
	return status;
}

static enum plica_status copy_members(struct plica_array *arrays, struct plica_npz *npz,
	const char *to, bool deflate, struct plica_error *err)
{
	struct plica_npz_writer *writer = NULL;
	enum plica_status status;

	PLICA_TRY(plica_npz_create(&writer, to, err));
	for (size_t i = 0; i < plica_npz_count(npz); i++) {
		const char *name = plica_npz_name(npz, i);

		PLICA_TRY(plica_npz_read(&arrays[i], npz, name, err));
		PLICA_TRY(plica_npz_add(writer, name, &arrays[i], deflate, err));
	}
	status = plica_npz_commit(writer, err);
	writer = NULL;
out:
	plica_npz_abandon(writer);
	return status;
}

static enum plica_status copy_npz(
	const char *from, const char *to, bool deflate, struct plica_error *err)
{
	struct plica_array *arrays = NULL;
	struct plica_npz *npz = NULL;
	enum plica_status status;

	PLICA_TRY(plica_npz_open(&npz, from, err));
	PLICA_TRY(PLICA_NEW(&arrays, plica_npz_count(npz), err));
	PLICA_TRY(copy_members(arrays, npz, to, deflate, err));
out:
	for (size_t i = 0; arrays != NULL && i < plica_npz_count(npz); i++)
		plica_array_release(&arrays[i]);
	plica_free(arrays);
	plica_npz_close(npz);
	return status;
}

int main(int argc, char **argv)
{
	bool deflate = argc == 5 && strcmp(argv[4], "--deflate") == 0;
	enum plica_status status;
	struct plica_error err;

	if (argc == 3 && strcmp(argv[1], "info") == 0) {
		status = is_npy(argv[2]) ? info_npy(argv[2], &err) : info_npz(argv[2], &err);
	} else if ((argc == 4 || deflate) && strcmp(argv[1], "copy") == 0) {
		status = is_npy(argv[2]) ? copy_npy(argv[2], argv[3], &err)
					 : copy_npz(argv[2], argv[3], deflate, &err);
	} else {
		(void)fprintf(stderr, "usage: npz_tool info FILE | copy IN OUT [--deflate]\n");
		return 2;
	}
	if (status == PLICA_OK)
		return 0;
	(void)fprintf(stderr, "npz_tool: %s\n", err.text);
	return 1;
}
