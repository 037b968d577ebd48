/* SPDX-License-Identifier: BSD-3-Clause */
/* Feeds every file of a folder to the fuzz target that it is linked with, as TAP. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "target.h"

#define LARGEST_INPUT ((size_t)16 << 20)

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool replay(const char *folder, const char *name, struct plica_error *err)
{
	struct plica_text bytes = {0};
	char *path = NULL;
	bool done = plica_path_join(&path, folder, name, err) == PLICA_OK &&
		    plica_file_read(&bytes, path, LARGEST_INPUT, err) == PLICA_OK;

	if (done)
		(void)LLVMFuzzerTestOneInput(
			(const uint8_t *)plica_text_string(&bytes), bytes.size);
	plica_text_release(&bytes);
	plica_free(path);
	return done;
}

int main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	int count = argc == 2 ? scandir(argv[1], &entries, is_input, alphasort) : -1;
	int failed = 0;

	if (count <= 0) {
		(void)fprintf(stderr, "usage: %s FOLDER, with inputs in it\n", argv[0]);
		return 1;
	}
	(void)printf("1..%d\n", count);
	for (int i = 0; i < count; i++) {
		struct plica_error err = {{0}};
		bool done = replay(argv[1], entries[i]->d_name, &err);

		failed += !done;
		(void)printf("%sok %d - %s\n", done ? "" : "not ", i + 1, entries[i]->d_name);
		if (!done)
			(void)printf("# %s\n", err.text);
		(void)fflush(stdout);
		free(entries[i]);
	}
	free(entries);
	return failed != 0;
}
