/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/build.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum plica_status plica_build_keep(
	struct plica_build *build, const char **out, const char *text, struct plica_error *err)
{
	struct plica_strings *texts = &build->design->store->texts;
	enum plica_status status = plica_strings_add(texts, text, err);

	if (status == PLICA_OK)
		*out = texts->item[texts->size - 1];
	return status;
}

static size_t count_names(const char *const *names)
{
	size_t count = 0;

	while (names[count] != NULL)
		count++;
	return count;
}

static enum plica_status list_names(
	struct plica_text *out, const char *const *names, size_t count, struct plica_error *err)
{
	enum plica_status status = PLICA_OK;

	for (size_t i = 0; i < count && status == PLICA_OK; i++)
		status = plica_text_printf(out, err, "%s%s", i > 0 ? ", " : "", names[i]);
	return status;
}

enum plica_status plica_build_unknown(struct plica_build *build, const char *path,
	const char *found, const char *const *names, size_t count, struct plica_error *err)
{
	const char *nearest = plica_nearest_name(found, names, count);
	struct plica_text known = {0};
	enum plica_status status = list_names(&known, names, count, err);

	if (status == PLICA_OK)
		status = plica_outline_complain(build->outline, path, err,
			"'%s' is '%s': expected one of %s%s%s%s", path, found,
			plica_text_string(&known), nearest != NULL ? " (did you mean '" : "",
			nearest != NULL ? nearest : "", nearest != NULL ? "'?)" : "");
	plica_text_release(&known);
	return status;
}

/* The entry of `names` that `given` is, or the first of them when nothing was given. */
enum plica_status plica_build_choice(struct plica_build *build, const char **out, const char *path,
	const char *given, const char *const *names, struct plica_error *err)
{
	size_t count = count_names(names);

	if (given == NULL) {
		*out = names[0];
		return PLICA_OK;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(given, names[i]) == 0) {
			*out = names[i];
			return PLICA_OK;
		}
	}
	return plica_build_unknown(build, path, given, names, count, err);
}

enum plica_status plica_build_integer(struct plica_build *build, size_t *out, const char *path,
	const int64_t *given, const int64_t range[3], struct plica_error *err)
{
	int64_t value = given != NULL ? *given : range[2];

	if (value < range[0] || value > range[1])
		return plica_outline_complain(build->outline, path, err,
			"'%s' is %lld: expected a whole number from %lld to %lld", path,
			(long long)value, (long long)range[0], (long long)range[1]);
	*out = (size_t)value;
	return PLICA_OK;
}

enum plica_status plica_build_item(struct plica_build *build, const char *list, size_t item,
	struct plica_error *err, const char *expected)
{
	char path[64];
	const struct plica_outline_entry *entry;

	(void)snprintf(path, sizeof(path), "%s[%zu]", list, item);
	entry = plica_outline_find(build->outline, path);
	return plica_outline_complain(build->outline, path, err, "'%s' is %s: expected %s", path,
		entry != NULL && entry->text != NULL ? entry->text : "missing", expected);
}
