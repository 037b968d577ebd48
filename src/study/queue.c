/* SPDX-License-Identifier: BSD-3-Clause */
#include "study/queue.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/try.h"
#include "format/json.h"
#include "study/manifest.h"
#include "study/root_lock.h"

/* The job is what its number and its folder say; a manifest of another design has others. */
static void mark(bool *queued, const struct plica_json *entry, const struct plica_jobs *jobs)
{
	double index = plica_json_get_number(entry, "index", -1.0);
	const char *folder = plica_json_get_text(entry, "output_dir");

	if (folder != NULL && index >= 0.0 && index < (double)jobs->count &&
		strcmp(jobs->item[(size_t)index].output_dir, folder) == 0)
		queued[(size_t)index] = true;
}

enum plica_status plica_jobs_mark_queued(
	bool *queued, const struct plica_jobs *jobs, struct plica_error *err)
{
	enum plica_status status;
	struct plica_json *manifest = NULL;
	const struct plica_json *list;
	char *path = NULL;

	PLICA_TRY(plica_path_join(&path, jobs->artifact_root, PLICA_MANIFEST_NAME, err));
	if (!plica_root_is_locked(jobs) || !plica_file_exists(path) ||
		plica_json_load(&manifest, path, NULL) != PLICA_OK)
		goto out;
	list = plica_json_get(manifest, "jobs");
	for (size_t i = 0; i < plica_json_length(list); i++)
		mark(queued, plica_json_at(list, i), jobs);
out:
	plica_json_free(manifest);
	plica_free(path);
	return status;
}
