/* SPDX-License-Identifier: BSD-3-Clause */
/** Reading arrays of an NPZ file for the report, and the data set of a job. */
#ifndef PLICA_REPORT_INPUT_H
#define PLICA_REPORT_INPUT_H

#include <stddef.h>

#include "format/npz.h"
#include "plica/error.h"
#include "report/measure.h"

/** An open archive, and its path for messages. */
struct plica_report_file {
	struct plica_npz *npz;
	const char *path;
};

/** The last two dimensions of a complex member, its first picture; `count` says how many there
 * are. */
PLICA_MUST_USE enum plica_status plica_report_read_picture(struct plica_report_array *out,
	size_t *count, const struct plica_report_file *file, const char *name,
	struct plica_error *err);
/** All items of a real member; owned by the caller. */
PLICA_MUST_USE enum plica_status plica_report_read_vector(double **out, size_t *count,
	const struct plica_report_file *file, const char *name, struct plica_error *err);

/** Reads the data set of a job. On an error `out` holds what could be read before it. */
PLICA_MUST_USE enum plica_status plica_report_input_load(struct plica_report_input *out,
	const struct plica_report_job *job, struct plica_error *err);
void plica_report_input_release(struct plica_report_input *input);

#endif
