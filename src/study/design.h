/* SPDX-License-Identifier: BSD-3-Clause */
/** What the files of this room share about designs. */
#ifndef PLICA_STUDY_DESIGN_H
#define PLICA_STUDY_DESIGN_H

#include "format/json.h"
#include "plica/study.h"

/** The design as `plica study show --json` prints it, with the names of the upstream study. */
struct plica_json *plica_design_json(const struct plica_design *design);
/** What decides about the generated data and nothing else: for "is it made from this design". */
struct plica_json *plica_design_data_json(const struct plica_design *design);

#endif
