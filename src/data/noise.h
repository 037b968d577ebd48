/* SPDX-License-Identifier: BSD-3-Clause */
/** Smooth random textures: value noise, summed over octaves. */
#ifndef PLICA_DATA_NOISE_H
#define PLICA_DATA_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "plica/error.h"

struct plica_noise {
	double coarsest_px; /**< largest feature; each octave halves it */
	double finest_px;   /**< no octave below it */
	double roughness;   /**< weight of an octave relative to the one before it */
	uint64_t seed;
	uint64_t index; /**< first index of the random stream; an octave takes one */
};

/** A texture of rows * cols values of mean 0, mostly within -1 to 1; free with plica_free. */
PLICA_MUST_USE enum plica_status plica_noise_create(float **out, size_t rows, size_t cols,
	const struct plica_noise *noise, struct plica_error *err);

#endif
