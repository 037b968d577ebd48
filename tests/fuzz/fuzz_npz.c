/* SPDX-License-Identifier: BSD-3-Clause */
/* An NPZ archive: every member's header and data; both must tell the same. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "format/npz.h"
#include "same_info.h"
#include "target.h"

static void read_member(struct plica_npz *npz, const char *name)
{
	struct plica_array array = {.data = NULL};
	struct plica_array_info info;
	struct plica_error err;
	char *text = NULL;

	if (plica_npz_info(&info, npz, name, &err) != PLICA_OK)
		return;
	if (plica_npz_read(&array, npz, name, &err) != PLICA_OK)
		return;
	if (!same_info(&info, &array.info))
		abort();
	if (plica_array_to_text(&text, &array, name, &err) == PLICA_OK)
		plica_free(text);
	plica_array_release(&array);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plica_npz *npz = NULL;
	struct plica_error err;

	if (plica_npz_open_bytes(&npz, data, size, "input", &err) != PLICA_OK)
		return 0;
	for (size_t i = 0; i < plica_npz_count(npz); i++)
		read_member(npz, plica_npz_name(npz, i));
	plica_npz_close(npz);
	return 0;
}
