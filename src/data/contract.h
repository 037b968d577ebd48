/* SPDX-License-Identifier: BSD-3-Clause */
/** Contract DATA-001: reads a file and collects everything that is to be said about it. */
#ifndef PLICA_DATA_CONTRACT_H
#define PLICA_DATA_CONTRACT_H

#include "plica/dataset.h"

/**
 * Reads `path` as far as it can be read and appends every violation (error) and everything
 * unusual (warning) to `findings`, in the order of the contract's table. *out is complete when no
 * finding is an error; otherwise it may lack parts. The caller frees both. The returned status
 * is an error only when memory ran out.
 */
PLICA_MUST_USE enum plica_status plica_contract_read(struct plica_dataset **out,
	struct plica_findings *findings, const char *path, struct plica_error *err);

#endif
