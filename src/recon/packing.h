/* SPDX-License-Identifier: BSD-3-Clause */
/** Patterns as they are stored, turned into what the kernels read (num/pattern.h), in their
 * order. */
#ifndef PLICA_RECON_PACKING_H
#define PLICA_RECON_PACKING_H

#include "recon/problem.h"

/** Is every pixel that takes part a whole number of photons up to 65534? Then patterns are packed
 * as counts, and nothing is lost. What data.gain or data.offset changes never is. Reads patterns
 * until one is not. */
PLICA_MUST_USE enum plica_status plica_are_counts(bool *out, const struct plica_dataset *dataset,
	const struct plica_settings *settings, struct plica_error *err);

/** Of one packed pattern, bytes. */
size_t plica_packed_bytes(const struct plica_kernels *kernels, bool counted);

/**
 * Makes the problem's patterns, and counts photons and valid pixels. `own` is the dataset again
 * when its patterns may be used up, else NULL: then they are replaced in place where the types
 * allow it, and else given back as they are packed; either way they are gone afterwards
 * (dataset.patterns is NULL). No photon in a valid pixel is PLICA_ERR_DATA.
 */
PLICA_MUST_USE enum plica_status plica_pack_patterns(struct plica_problem *problem,
	const struct plica_dataset *dataset, struct plica_dataset *own, struct plica_error *err);

#endif
