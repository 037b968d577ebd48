/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/design.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "study/build.h"
#include "study/paths.h"

#define LARGEST_FILE (1 << 20)

const char *plica_split_name(enum plica_split split)
{
	static const char *const names[] = {"train", "test", "full"};

	return names[split];
}

static enum plica_status take_name(struct plica_build *build, struct plica_error *err)
{
	const char *name = build->raw->name;

	if (name == NULL)
		return plica_outline_complain(build->outline, "", err, "'name' is missing");
	if (name[0] == '.' || strchr(name, '/') != NULL)
		return plica_outline_complain(build->outline, "name", err,
			"'name' is '%s': expected a name without '/', as folders are named after "
			"it",
			name);
	return plica_build_keep(build, &build->design->name, name, err);
}

static enum plica_status axis_and_size(struct plica_build *build, struct plica_error *err)
{
	static const char *const axes[] = {"y", "x", NULL};
	static const int64_t sizes[3] = {8, 4096, 128};
	enum plica_status status;
	const char *axis = NULL;

	PLICA_TRY(plica_build_choice(build, &axis, "train_test_split_axis",
		build->raw->train_test_split_axis, axes, err));
	build->design->split_axis = axis[0] == 'y' ? PLICA_AXIS_Y : PLICA_AXIS_X;
	PLICA_TRY(plica_build_integer(build, &build->design->pattern_px, "patch_size_pixels",
		build->raw->patch_size_pixels, sizes, err));
out:
	return status;
}

static enum plica_status build_all(struct plica_build *build, struct plica_error *err)
{
	enum plica_status status;

	PLICA_TRY(plica_build_keep(build, &build->design->path, build->outline->subject, err));
	PLICA_TRY(take_name(build, err));
	PLICA_TRY(axis_and_size(build, err));
	PLICA_TRY(plica_build_axes(build, err));
	PLICA_TRY(plica_build_settings(build, err));
out:
	return status;
}

static enum plica_status folder_of(char **out, const char *path, struct plica_error *err)
{
	enum plica_status status;
	const char *name = plica_path_name(path);
	struct plica_text folder = {0};

	PLICA_TRY(plica_text_append(&folder, path, (size_t)(name - path), err));
	PLICA_TRY(plica_absolute_path(out, NULL, plica_text_string(&folder), err));
out:
	plica_text_release(&folder);
	return status;
}

enum plica_status plica_design_parse(struct plica_design **out, const char *text, size_t size,
	const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_design *design = NULL;
	struct plica_outline outline = {0};
	struct raw_design *raw = NULL;
	struct plica_build build;
	char *folder = NULL;

	PLICA_TRY(plica_outline_parse(&outline, text, size, path, err));
	PLICA_TRY(plica_raw_design_read(&raw, &outline, text, size, err));
	PLICA_TRY(folder_of(&folder, path, err));
	PLICA_TRY(PLICA_NEW(&design, 1, err));
	PLICA_TRY(PLICA_NEW(&design->store, 1, err));
	build = (struct plica_build){design, raw, &outline, folder};
	PLICA_TRY(build_all(&build, err));
	*out = design;
	design = NULL;
out:
	plica_free(folder);
	plica_raw_design_free(raw);
	plica_outline_release(&outline);
	plica_design_free(design);
	return status;
}

enum plica_status plica_design_load(
	struct plica_design **out, const char *path, struct plica_error *err)
{
	enum plica_status status;
	struct plica_text text = {0};

	PLICA_TRY(plica_file_read(&text, path, LARGEST_FILE, err));
	PLICA_TRY(plica_design_parse(out, plica_text_string(&text), text.size, path, err));
out:
	plica_text_release(&text);
	return status;
}

void plica_design_free(struct plica_design *design)
{
	if (design == NULL)
		return;
	if (design->store != NULL)
		plica_strings_release(&design->store->texts);
	plica_free(design->store);
	plica_free(design->doses);
	plica_free(design->gridsizes);
	plica_free(design->views);
	plica_free(design->options);
	plica_free(design->environment);
	plica_free(design);
}
