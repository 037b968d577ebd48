/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * What a model needs beside object, probe and positions, in one place for all engines: background,
 * intensities, and which incoherent modes make up the mixture.
 */
#ifndef PLICA_RECON_NUISANCE_H
#define PLICA_RECON_NUISANCE_H

#include "recon/pass.h"

/** Background and intensities, from the sums of a pass over one set, in epoch `number`. */
void plica_nuisance_after_set(
	struct plica_pass *pass, const size_t *positions, size_t count, long number);

/** Makes the modes orthogonal by the settings' method; did the probe change? */
bool plica_nuisance_orthogonalize(struct plica_problem *problem);

/** At the end of a run: orthogonal modes, the strongest first, if the settings want that and no
 * pattern of the model changes; mean intensity 1. */
void plica_nuisance_finish(struct plica_problem *problem);

#endif
