/* SPDX-License-Identifier: BSD-3-Clause */
/** What the files of this room share about designs. */
#ifndef PLICA_STUDY_DESIGN_H
#define PLICA_STUDY_DESIGN_H

#include "base/text.h"
#include "format/json.h"
#include "plica/study.h"

/** Names of backends, NULL-terminated. */
const char *const *plica_backend_names(void);

/** Appends a dose as it is in names of folders: a whole number, "1000". */
PLICA_MUST_USE enum plica_status plica_dose_text(
	struct plica_text *out, double dose, struct plica_error *err);

/** The design as `plica study show --json` prints it, with the names of the upstream study. */
struct plica_json *plica_design_json(const struct plica_design *design);
/** What decides about the generated data and nothing else: for "is it made from this design". */
struct plica_json *plica_design_data_json(const struct plica_design *design);

#endif
