/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * Row bands of the canvas: the unit of work of loops in which each thread owns the rows it
 * writes. The bands depend on the rows alone, never on the number of threads. Their height is a
 * compromise: long streams of stored waves, and bands enough for the threads.
 */
#ifndef PLICA_RECON_BANDS_H
#define PLICA_RECON_BANDS_H

#include <stddef.h>

#define PLICA_BAND_ROWS ((size_t)32)

struct plica_band {
	size_t first;
	size_t end;
};

/** Bands that cover the rows [first, end). */
static inline size_t plica_band_count(size_t first, size_t end)
{
	return end > first ? (end - first + PLICA_BAND_ROWS - 1) / PLICA_BAND_ROWS : 0;
}

static inline struct plica_band plica_band(size_t first, size_t end, size_t index)
{
	size_t start = first + index * PLICA_BAND_ROWS;
	size_t stop = start + PLICA_BAND_ROWS;

	return (struct plica_band){.first = start, .end = stop < end ? stop : end};
}

#endif
