/* SPDX-License-Identifier: BSD-3-Clause */
#include "data/findings.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/try.h"

static enum plica_status grow(struct plica_findings *findings, struct plica_error *err)
{
	size_t count = findings->count + 1;
	struct plica_finding *grown = realloc(findings->item, count * sizeof(*grown));

	if (grown == NULL)
		return plica_error_set(err, PLICA_ERR_MEMORY, "cannot keep %zu findings", count);
	findings->item = grown;
	grown[findings->count] = (struct plica_finding){0};
	findings->count = count;
	return PLICA_OK;
}

enum plica_status plica_findings_add(struct plica_findings *findings, bool is_error,
	const struct plica_finding_text *text, const char *message, struct plica_error *err)
{
	enum plica_status status;
	struct plica_finding *finding;
	char built[sizeof(*text) + 64];

	if (message == NULL) {
		(void)snprintf(built, sizeof(built), "'%s' is %s, expected %s", text->field,
			text->found, text->expected);
		message = built;
	}
	PLICA_TRY(grow(findings, err));
	finding = &findings->item[findings->count - 1];
	finding->is_error = is_error;
	PLICA_TRY(plica_copy_text(&finding->field, text->field, err));
	PLICA_TRY(plica_copy_text(&finding->found, text->found, err));
	PLICA_TRY(plica_copy_text(&finding->expected, text->expected, err));
	PLICA_TRY(plica_copy_text(&finding->message, message, err));
out:
	return status;
}

bool plica_findings_have_error(const struct plica_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->item[i].is_error)
			return true;
	return false;
}

void plica_findings_release(struct plica_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		plica_free(findings->item[i].field);
		plica_free(findings->item[i].found);
		plica_free(findings->item[i].expected);
		plica_free(findings->item[i].message);
	}
	free(findings->item);
	*findings = (struct plica_findings){0};
}
