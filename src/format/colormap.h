/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * The colour maps of image.h as tables, so that a picture costs a look-up a pixel.
 *
 * The maps are formulas in OKLCh (lightness, chroma, hue), evaluated in 256 steps.
 */
#ifndef PLICA_FORMAT_COLORMAP_H
#define PLICA_FORMAT_COLORMAP_H

#include <stdint.h>

#include "format/image.h"

#define PLICA_COLORMAP_STEPS 256
/** The gray of a value that is not a number. */
#define PLICA_COLORMAP_NAN 128

struct plica_colormap_table {
	enum plica_colormap map;
	uint8_t rgb[PLICA_COLORMAP_STEPS][3];
};

void plica_colormap_fill(struct plica_colormap_table *table, enum plica_colormap map);
/** The step of `value`, clamped to [0, 1]; -1 for NaN. */
int plica_colormap_index(enum plica_colormap map, double value);

#endif
