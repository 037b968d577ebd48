/* SPDX-License-Identifier: BSD-3-Clause */
#include "recon/engine.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

static const struct plica_engine *const engines[] = {
	&plica_engine_ml, &plica_engine_lsqml, &plica_engine_rpie, &plica_engine_epie};
static const char *const names[] = {"ML", "LSQML", "rPIE", "ePIE", NULL};

#define ENGINE_COUNT (sizeof(engines) / sizeof(engines[0]))

_Static_assert(sizeof(names) / sizeof(names[0]) == ENGINE_COUNT + 1, "a name for each engine");

const char *const *plica_algorithms(void)
{
	return names;
}

enum plica_status plica_engine_find(
	const struct plica_engine **out, const char *name, struct plica_error *err)
{
	const char *nearest;

	for (size_t i = 0; i < ENGINE_COUNT; i++)
		if (strcasecmp(engines[i]->name, name) == 0) {
			*out = engines[i];
			return PLICA_OK;
		}
	nearest = plica_nearest_name(name, names, ENGINE_COUNT);
	if (nearest != NULL)
		return plica_error_set(err, PLICA_ERR_ARGUMENT,
			"unknown algorithm '%s': did you mean '%s'?", name, nearest);
	return plica_error_set(err, PLICA_ERR_ARGUMENT,
		"unknown algorithm '%s': expected one of %s, %s, %s, %s", name, names[0], names[1],
		names[2], names[3]);
}
