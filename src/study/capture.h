/* SPDX-License-Identifier: BSD-3-Clause */
/** Small programs that are asked something: run to their end, with what they print. */
#ifndef PLICA_STUDY_CAPTURE_H
#define PLICA_STUDY_CAPTURE_H

#include "base/process.h"
#include "base/text.h"

struct plica_captured {
	struct plica_text output;           /**< what it printed, on both streams */
	struct plica_process_result result; /**< its `tail` is standard error */
};

/**
 * Runs a program in our own environment, but for the filters of squeue, for at most `timeout_s`.
 * PLICA_ERR_CHILD when it cannot be started; how it ended is for the caller to judge. Release with plica_captured_release.
 */
PLICA_MUST_USE enum plica_status plica_capture(struct plica_captured *out, const char *const *argv,
	double timeout_s, struct plica_error *err);
void plica_captured_release(struct plica_captured *captured);

#endif
